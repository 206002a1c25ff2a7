"""The small bundle with explanations of its inputs, made of its own pictures and outputs without a gradient."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from explained_bundle import add_explanation
from tiny_bundle import ATTACKED_IDS, make_tiny_bundle

from exporter.bundle import Bundle, read_bundle

Array = np.ndarray[Any, Any]

EVERY_METHOD = (
    "segmentation", "grad_cam", "cam", "occlusion", "integrated_gradients", "guided_backprop", "smoothgrad", "saliency",
)  # fmt: skip
"""In another order than that of the scene."""
USUAL = ("saliency", "integrated_gradients", "grad_cam", "segmentation")
SIGNED = frozenset({"integrated_gradients", "occlusion"})
FOOLED = ATTACKED_IDS[-1]


def maps_of(bundle: Bundle, input_id: str, method: str) -> dict[str, tuple[str, Array]]:
    """The maps of a method, another one for each: over the picture (6, 6) float32, those of Grad-CAM on three layers,
    too.
    """
    number = EVERY_METHOD.index(method)
    picture = bundle.output(input_id, "002", "picture")[..., 0].astype(np.float32)
    if method == "segmentation":
        return {"picture": ("mask", (picture > picture.mean()).astype(np.float32))}
    values = (np.abs(np.gradient(picture)[number % 2]) + picture * np.float32(0.1)) * np.float32(0.01 * 3**number)
    if method in SIGNED:
        return {"picture": ("signed", values - values.mean())}
    layers = ("conv", "relu", "pool") if method == "grad_cam" else ()
    deep = {name: np.abs(bundle.output(input_id, "002", name).astype(np.float32)).mean(axis=-1) for name in layers}
    return {"picture": ("heat", values), **{name: ("heat", each) for name, each in deep.items()}}


@cache
def explained_bundle(methods: tuple[str, ...] = USUAL) -> Bundle:
    """The small bundle with its first picture explained by these methods. Nobody may change it."""
    path = _made()
    for method in methods:
        add_explanation(path, f"{method}-1", maps_of(read_bundle(path), "clean-0", method))
    return read_bundle(path)


@cache
def fooled_bundle() -> Bundle:
    """The same of two methods, and of the attacked picture too. Nobody may change it."""
    path = _made()
    for number, input_id in enumerate(("clean-0", FOOLED), start=1):
        for method in ("saliency", "grad_cam"):
            maps = maps_of(read_bundle(path), input_id, method)
            add_explanation(path, f"{method}-{number}", maps, input_id=input_id)
    return read_bundle(path)


def _made() -> Path:
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    return make_tiny_bundle(Path(folder.name) / "explained.bundle", statistics=False)
