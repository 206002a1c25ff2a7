"""Small nets that images are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def small(keras: Any) -> Any:
    """A net of 6x6 grey pictures: three filters, the last of them dead, and four classes."""
    keras.utils.set_random_seed(5)
    layers = keras.layers
    conv = layers.Conv2D(3, 3, activation="relu", name="conv")
    model = keras.Sequential([keras.Input((6, 6, 1), name="picture"), conv, layers.Flatten(name="flat")])
    model.add(layers.Dense(4, activation="softmax", name="scores"))
    kernel, bias = conv.get_weights()
    kernel[..., :2], kernel[..., 2], bias[2] = np.abs(kernel[..., :2]), 0.0, -1.0
    conv.set_weights([kernel, bias])
    return model


@pytest.fixture(scope="session")
def picture_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture in colour, of another size than what the nets are fed."""
    path = tmp_path_factory.mktemp("pictures") / "ramp.png"
    values = np.linspace(0, 255, 12 * 9 * 3).reshape(12, 9, 3).astype(np.uint8)
    Image.fromarray(values).save(path)
    return path


@pytest.fixture(scope="session")
def one_path(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new bundle with one image, all of whose layers are kept at each kept step."""
    from exporter.synthesising import synthesise

    path = tmp_path_factory.mktemp("made") / "one.bundle"
    chosen: dict[str, Any] = {"layer": "conv", "channels": [1], "steps": 6, "labels": ["owl", "newt", "bee", "elk"]}
    assert synthesise(small, "filter", out=path, png=path.parent / "png", keep=4, **chosen) == ("filter-0",)
    return path
