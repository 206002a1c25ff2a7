"""The edge nearest to the pointer, among the curves as they are seen. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import eye_of, forward_of, project
from viewer.inspect.recent import Recent
from viewer.placement import world_of
from viewer.state import REFERENCE_HEIGHT_PX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.inspect.lines import Lines
    from viewer.layout import Layout
    from viewer.state import Camera, NetView, ViewState

    Array = NDArray[np.float32]
    Point = tuple[float, float]
    Pair = tuple[int, int, int, int]
    Found = tuple[int, Pair, tuple[float, float, float]]

REACH_PX = 6.0


def edge_near(
    layout: Layout, state: ViewState, lines: Sequence[Sequence[Lines]], at_px: Point, size_px: Point
) -> Found | None:
    """Net, pair (as `Lines.pairs`) and world point of the edge nearest to `at_px`, within 6 pixels of a picture of
    `size_px`; `None` where there is none.

    `lines` has one entry per net; a net that shows differences has no edges.
    """
    to_reference = REFERENCE_HEIGHT_PX / size_px[1]
    at = np.asarray(at_px) * to_reference
    best: tuple[float, Found] | None = None
    for index, (net, own) in enumerate(zip(state.nets, lines, strict=True)):
        if net.quantity == "difference" or net.edge_alpha <= 0:
            continue
        for each in own:
            found = _CURVES.of(each).nearest(layout, net, state.camera, size_px[0] / size_px[1], at)
            if found is not None and found[0] <= REACH_PX * to_reference and (best is None or found[0] < best[0]):
                best = found[0], (index, *found[1])
    return None if best is None else best[1]


class _Curves:
    """Some edges, and where they were last seen: while the pointer moves the camera rests."""

    def __init__(self, lines: Lines) -> None:
        self._pairs, self._world = lines.pairs, lines.points
        self._seen: dict[object, tuple[Array, Array, Array]] = {}

    def nearest(
        self, layout: Layout, net: NetView, camera: Camera, aspect: float, at: NDArray[np.float64]
    ) -> tuple[float, tuple[Pair, tuple[float, float, float]]] | None:
        """Distance in reference pixels, pair and world point of the curve nearest to `at`; `None` where all are far."""
        curves, low, high = self._on_picture(layout, net, camera, aspect)
        rows = np.flatnonzero(((low <= at) & (at <= high)).all(axis=1))
        if not len(rows):
            return None
        start, way = curves[rows, :-1], np.diff(curves[rows], axis=1)
        along = ((at - start) * way).sum(axis=2) / np.maximum((way * way).sum(axis=2), 1e-12)
        along = np.clip(along, 0.0, 1.0)
        away = np.linalg.norm(start + along[..., None] * way - at, axis=2)
        row, segment = np.unravel_index(int(np.argmin(away)), away.shape)
        ends = world_of(net, layout, self._world[rows[row], segment : segment + 2])
        part = _part_in_world(camera, ends, float(along[row, segment]))
        x, y, z = ends[0] * (1 - part) + ends[1] * part
        return float(away[row, segment]), (self._pair(rows[row]), (float(x), float(y), float(z)))

    def _pair(self, row: int) -> Pair:
        source, source_channel, target, target_channel = self._pairs[row].tolist()
        return source, source_channel, target, target_channel

    def _on_picture(self, layout: Layout, net: NetView, camera: Camera, aspect: float) -> tuple[Array, Array, Array]:
        """The curves in reference pixels (n, points, 2), and the corners (n, 2) of what is near each."""
        key = camera, aspect, net.spread, net.offset
        if key not in self._seen:
            points = project(camera, world_of(net, layout, self._world.reshape(-1, 3)), aspect)
            curves = points.reshape(*self._world.shape[:2], 2).astype(np.float32)
            margin = np.float32(4 * REACH_PX)
            while len(self._seen) > 1:
                self._seen.pop(next(iter(self._seen)))
            self._seen[key] = curves, curves.min(axis=1) - margin, curves.max(axis=1) + margin
        return self._seen[key]


def _part_in_world(camera: Camera, ends: NDArray[np.float64], part: float) -> float:
    """How far along a line the point lies that is seen `part` of the way: what is nearer takes more of the picture."""
    start, end = (ends - eye_of(camera)) @ forward_of(camera)
    return float(part * start / max((1 - part) * end + part * start, 1e-9))


_CURVES = Recent(_Curves, 8)
