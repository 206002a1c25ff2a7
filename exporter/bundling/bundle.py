"""A web in, cables out: units drawn together by the classes they matter for, then edges gathered along them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from exporter.bundling import strands
from exporter.bundling.bounds import check_parameters, check_web
from exporter.bundling.cables import Bunch, bunches, gather
from exporter.bundling.crew import Crew
from exporter.bundling.parameters import Parameters
from exporter.bundling.placing import placed_units
from exporter.bundling.schedule import iterations
from exporter.bundling.units import moved_units
from exporter.bundling.web import Bundled, Web

Floats = NDArray[np.float32]
Progress = Callable[[str, int, int], None]
_DEFAULTS = Parameters()


def silent(_what: str, _done: int, _total: int) -> None:
    """Nothing is told."""


def bundle_web(
    web: Web,
    parameters: Parameters,
    *,
    keep: int = 0,
    history_points: int = 16,
    progress: Progress = silent,
    threads: int = 0,
) -> Bundled:
    """The web with its units moved and its edges bundled.

    Parameters
    ----------
    keep : of how many of the first edges the history is kept.
    history_points : points of an edge in the history, at least 2.
    progress : is told what is done, how much of it and of how much.
    threads : how many work at once; 0 means one a processor. The result is the same for any number.

    Raises
    ------
    KerascopeError
        If a parameter is out of its range, or the web's arrays do not fit each other.
    """
    check_parameters(parameters)
    check_web(web)
    if not strands.settle.signatures:
        progress("compiling", 0, 1)
        compile_kernels(parameters)
        progress("compiling", 1, 1)
    return _bundled(web, parameters, min(keep, len(web.edges)), history_points, progress, threads)


def compile_kernels(parameters: Parameters = _DEFAULTS) -> None:
    """Compile all that bundling needs, or take it from where an earlier process has kept it."""
    _bundled(_SMALLEST, replace(parameters, sampling_rate=5.0), 1, 2, silent, 1)


def _bundled(
    web: Web, parameters: Parameters, keep: int, history_points: int, progress: Progress, threads: int
) -> Bundled:
    placed = placed_units(web.sizes, web.planes, parameters)
    positions, history = placed, [_straight(placed, web.edges[:keep], history_points)]
    with Crew(threads) as crew:
        total = len(list(iterations(parameters, parameters.node_bandwidth, parameters.node_bandwidth_reduction)))
        for done, moved in enumerate(moved_units(web, placed, parameters, crew), 1):
            positions = moved
            history.append(_straight(positions, web.edges[:keep], history_points))
            progress("units", done, total)
        found = bunches(web, positions, parameters, crew)
        total = len(list(iterations(parameters, parameters.edge_bandwidth, parameters.edge_bandwidth_reduction)))
        for done, _ in enumerate(gather(found, positions, parameters, crew), 1):
            history.append(_paths(found, keep, history_points))
            progress("edges", done, total)
    starts, points = _joined(found, len(web.edges))
    return Bundled(placed, positions, starts, points, np.stack(history))


_SMALLEST = Web((1, 1), (0, 1), np.ones((2, 1), np.float32), np.array([[0, 1]], np.int32), np.ones(1, np.float32))
"""Bundled first, so that compiling is told apart from the work and done once, not by several threads."""


def _straight(positions: Floats, edges: NDArray[np.int32], history_points: int) -> NDArray[np.float16]:
    along = np.linspace(0, 1, history_points, dtype=np.float32)[None, :, None]
    ends = positions[edges]
    return (ends[:, :1] * (1 - along) + ends[:, 1:] * along).astype(np.float16)


def _paths(found: list[Bunch], keep: int, history_points: int) -> NDArray[np.float16]:
    """(keep, H, 3), the paths of the first edges as they are now."""
    paths = np.empty((keep, history_points, 3), np.float16)
    for bunch in found:
        kept = np.flatnonzero(bunch.of < keep)
        counts = np.diff(bunch.cloud.starts)[kept]
        starts = np.concatenate(([0], np.cumsum(counts)))
        places = np.arange(starts[-1]) + np.repeat(bunch.cloud.starts[kept] - starts[:-1], counts)
        even = np.arange(len(kept) + 1, dtype=np.int64) * history_points
        points = np.empty((len(kept) * history_points, 3), np.float32)
        strands.resample(bunch.cloud.points[places], starts, points, even, 0, len(kept))
        paths[bunch.of[kept]] = points.reshape(len(kept), history_points, 3)
    return paths


def _joined(found: list[Bunch], edges: int) -> tuple[NDArray[np.int64], Floats]:
    """The points of all bunches, edge by edge in the order of the web."""
    counts = np.zeros(edges + 1, np.int64)
    for bunch in found:
        counts[bunch.of + 1] = np.diff(bunch.cloud.starts)
    starts = np.cumsum(counts)
    points = np.empty((int(starts[-1]), 3), np.float32)
    for bunch in found:
        shift = np.repeat(starts[bunch.of] - bunch.cloud.starts[:-1], np.diff(bunch.cloud.starts))
        points[np.arange(len(shift)) + shift] = bunch.cloud.points
    return starts, points
