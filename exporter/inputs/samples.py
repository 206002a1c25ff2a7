"""What is shown to a model, before and after preprocessing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.schema import Preprocessing

Array = NDArray[Any]


@dataclass(frozen=True)
class InputSpec:
    """What one input of a model takes: shape without the batch axis (`None`: any), dtype name."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"

    @property
    def text(self) -> str:
        """The shape as a person reads it.

        >>> InputSpec("x", (28, None, 1)).text
        '28 x any x 1'
        """
        return " x ".join("any" if size is None else str(size) for size in self.shape)

    @property
    def channels(self) -> int | None:
        """Channels of a picture that fits: the last axis of three, 1 for two axes, `None` where no picture is taken."""
        if len(self.shape) == 3:
            return self.shape[2]
        return 1 if len(self.shape) == 2 else None


@dataclass(frozen=True)
class Sample:
    """One thing to show to a model.

    Attributes
    ----------
    label : what a viewer calls it.
    values : one array per model input, without the batch axis. uint8: a picture's values, still to be preprocessed;
        any other dtype: fed as it is.
    picture : (H, W, C) uint8 with C 1 or 3, grey or RGB, as a person sees it; `None` where the input is no picture.
    true_class : index of the right class, where known.
    """

    label: str
    values: tuple[Array, ...]
    picture: NDArray[np.uint8] | None = None
    true_class: int | None = None


@dataclass(frozen=True)
class InputSet:
    """Samples and the preprocessing that all of them share."""

    samples: tuple[Sample, ...]
    preprocessing: Preprocessing
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bad:
    """What could not be read: at which place of a data set, what it is called, and why, in a line."""

    place: int
    name: str
    reason: str


@dataclass(frozen=True)
class Piece:
    """Some samples of a data set, at which places of it each of them is, and what there could not be read."""

    samples: tuple[Sample, ...]
    places: tuple[int, ...]
    bad: tuple[Bad, ...] = ()
