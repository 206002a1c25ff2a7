"""A web in, cables out: units drawn together by the classes they matter for, then edges gathered along them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.parameters import Parameters
from exporter.bundling.placing import placed_units
from exporter.bundling.web import Bundled, Web

Progress = Callable[[str, int, int], None]


def silent(_what: str, _done: int, _total: int) -> None:
    """Nothing is told."""


def bundle_web(
    web: Web, parameters: Parameters, *, keep: int = 0, history_points: int = 16, progress: Progress = silent
) -> Bundled:
    """The web with its units moved and its edges bundled.

    Parameters
    ----------
    keep : of how many of the first edges the history is kept.
    history_points : points of an edge in the history, at least 2.
    progress : is told what is done, how much of it and of how much.
    """
    placed = placed_units(web.sizes, web.planes, parameters)
    starts, points = _straight(placed, web.edges, parameters.layer_width / parameters.sampling_rate)
    progress("edges", 1, 1)
    along = np.linspace(0, 1, history_points, dtype=np.float32)[None, :, None]
    ends = placed[web.edges[:keep]]
    history = ends[:, :1] * (1 - along) + ends[:, 1:] * along
    return Bundled(placed, placed.copy(), starts, points, history[None].astype(np.float16))


def _straight(
    positions: NDArray[np.float32], edges: NDArray[np.int32], spacing: float
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    ends = positions[edges]
    lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    counts = np.ceil(lengths / spacing).astype(np.int64) + 2
    starts = np.concatenate(([0], np.cumsum(counts)))
    edge = np.repeat(np.arange(len(edges)), counts)
    along = ((np.arange(starts[-1]) - starts[edge]) / (counts[edge] - 1)).astype(np.float32)[:, None]
    return starts, ends[edge, 0] * (1 - along) + ends[edge, 1] * along
