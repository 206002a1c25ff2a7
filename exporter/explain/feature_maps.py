"""Which layers have feature maps, with rows and columns for a map, and how such a map is laid over a picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from exporter.backend import tf
from exporter.explain.contract import ExplainError, Floats, Question
from exporter.probing import Probe, ProbeError

_NO_FEATURES = ("input", "pool", "global_pool", "dropout", "flatten", "reshape", "padding", "resize", "preprocessing")
"""Kinds of layers that find nothing: they hand on, smaller or in another order, what one before them found."""
_LISTED = 5


def feature_layers(probe: Probe) -> tuple[str, ...]:
    """The names of the layers whose output has rows, columns and channels, more than one place; not the input."""
    return tuple(name for name in probe.layers if name != probe.input_name and _has_maps(probe, name))


def feature_finders(probe: Probe) -> tuple[str, ...]:
    """Those of the `feature_layers` that find features: pools, dropout and the like are left out, unless there are no
    others.
    """
    all_of_them = feature_layers(probe)
    return tuple(each for each in all_of_them if probe.kind_of(each) not in _NO_FEATURES) or all_of_them


def check_place(probe: Probe, method: str, place: str) -> None:
    """Raise `ProbeError` where there is no such layer, `ExplainError` where it has no feature maps."""
    shape = probe.shape_of(place)
    known = feature_layers(probe)
    if place in known:
        return
    got = f"{place}, {'x'.join(str(size or '?') for size in shape) or 'one number'}"
    raise ExplainError(f"{method} needs a layer with feature maps", expected=_some(known), got=got)


def no_feature_maps(method: str) -> ExplainError:
    """What is told where no layer has rows and columns."""
    expected, got = "a layer with rows, columns and channels", "a model without one"
    return ExplainError(f"{method} cannot explain this model", expected=expected, got=got, remedy="try saliency")


def picture_size(question: Question) -> tuple[int, int] | None:
    """Rows and columns of the pictures of a question, or `None` where it has no pictures."""
    if question.picture:
        return question.picture[0], question.picture[1]
    shape = question.fed.shape[1:]
    return (shape[0], shape[1]) if len(shape) == 3 else None


def spread(values: Floats, rows: int, columns: int) -> Floats:
    """Maps (n, h, w) spread over rows and columns by bilinear interpolation: (n, rows, columns) float32.

    Cells keep their places: each lies over the share of the picture that it has of the map.
    """
    resized: Any = tf.image.resize(values[..., None], (rows, columns), method="bilinear")
    return np.asarray(resized.numpy()[..., 0], np.float32)


def _has_maps(probe: Probe, name: str) -> bool:
    try:
        shape = probe.shape_of(name)
    except ProbeError:
        return False
    return len(shape) == 3 and shape[:2] != (1, 1)


def _some(names: tuple[str, ...]) -> str:
    """A few names, the last ones: that is where maps are most often laid."""
    shown = ", ".join(names[-_LISTED:])
    return f"one of ..., {shown}" if len(names) > _LISTED else f"one of {shown}" if names else "a model that has one"
