"""What scenes of activations and pools should show, from stored values alone, and the states in which they show it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import numpy as np

from exporter.bundle import Bundle
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.steps.subject import subject_of
from scenes.timeline import Timeline
from viewer.forward.units import work
from viewer.state import ViewState

WIDE = (1280, 720)
Cell = tuple[int, ...]
Tables = Mapping[str, Any]
Array = np.ndarray[Any, Any]


def built(bundle: Bundle, name: str, options: SceneOptions) -> Timeline:
    return scene(name).build(bundle, scene(name).lay_out(bundle, options), options)


def parts_of(bundle: Bundle, layer: str) -> tuple[Array, Array, Any]:
    """What a layer took and put out as it was stored, and its node."""
    case = subject_of(bundle, SceneOptions(WIDE, layer=layer), lambda _: True, "layer").case
    return np.asarray(case.inputs[0], np.float64), np.asarray(case.values, np.float64), case


def words_of(state: ViewState) -> str:
    return "\n".join(line.text for line in state.hud.words if line.alpha > 0)


def pointed_states(timeline: Timeline, shape: tuple[int, int], count: int | None = None) -> list[ViewState]:
    """What is shown of each cell of the output (so many of them) while somebody points at it."""
    at_secs = timeline.stops_secs[0]
    left, top, width, height = next(
        loupe for loupe in timeline.state_at(at_secs).loupes if loupe.name == "output"
    ).box_px
    found = []
    for row, column in islice(np.ndindex(*shape), count):
        at_px = left + (column + 0.5) * width / shape[1], top + (row + 0.5) * height / shape[0]
        state = timeline.pointed and timeline.pointed(at_secs, at_px)
        assert state is not None
        found.append(state)
    return found


def activated(bundle: Bundle, layer: str, channel: int) -> Callable[[Cell], Tables]:
    """What should be seen at a cell: the value before, and the stored one after its function."""
    before, after, case = parts_of(bundle, layer)

    def expected(cell: Cell) -> Tables:
        index = (*cell, channel)
        fused = case.node.layer.kind != "activation"
        value = work(case.node, case.inputs, index).value if fused else before[index]
        return {"before": value, "after": after[index]}

    return expected


def window_at(x: Array, at: Cell, size: Cell, strides: Cell, *, same: bool) -> Array:
    """The values of a window as TensorFlow lays it; NaN outside the map."""
    spatial, cut = x.shape, []
    wide = np.pad(x, [(s, s) for s in size], constant_values=np.nan)
    for n, k, step, place in zip(spatial, size, strides, at, strict=True):
        missing = max((math.ceil(n / step) - 1) * step + k - n, 0) if same else 0
        start = place * step - missing // 2 + k
        cut.append(slice(start, start + k))
    return np.atleast_2d(wide[tuple(cut)])


def pooled(x: Array, after: Array, channel: int, size: Cell, strides: Cell, *, same: bool) -> Callable[[Cell], Tables]:
    """What should be seen at a cell of a pool."""

    def expected(cell: Cell) -> Tables:
        window = window_at(x[..., channel], cell, size, strides, same=same)
        return {"window": window, "sum": np.nansum(window), "result": after[(*cell, channel)]}

    return expected
