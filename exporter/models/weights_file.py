"""Files that hold weights and no model."""

from __future__ import annotations

from pathlib import Path

import h5py

from exporter.backend import keras
from exporter.models.containers import datasets_of
from exporter.models.errors import ModelError


def load_weights(model: keras.Model, path: Path) -> None:
    """Give a model the weights in a `.weights.h5` file, or in an `.h5` file of weights.

    Raises
    ------
    ModelError
        a damaged file, one that takes its arrays from other files, or weights of other layers.
    """
    try:
        with h5py.File(path, "r") as file:
            for _ in datasets_of(file, path):
                pass
        model.load_weights(path)
    except ModelError:
        raise
    except Exception as error:
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(
            "the weights do not fit the model", expected="weights of the same layers", got=first_line, path=path
        ) from error
