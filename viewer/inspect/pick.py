"""What lies under the pointer: the ray of the pixel against the planes of the plates. Pure.

Nothing is drawn or read back for it, and its cost hardly grows with the number of plates, tiles and cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.inspect.cells import spot_at
from viewer.inspect.lines import Lines, strand_lines
from viewer.inspect.near import edge_near
from viewer.inspect.ray import facing_of, ray_through
from viewer.inspect.recent import Recent
from viewer.placement import world_of
from viewer.strands.trace import Strands
from viewer.study import EdgePlace, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.inspect.ray import Ray
    from viewer.layout import Layout
    from viewer.state import NetView, ViewState

    Array = NDArray[np.float64]
    Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Hit:
    """What is under the pointer.

    Attributes
    ----------
    net, plate : int
        Which net of the state and which plate of the layout; of an edge the plate that it ends at.
    place : Place
        What of the network that is. Between the tiles of a plate, and of a kernel, it is the layer.
    edge : EdgePlace or None
        The edge, where no plate but one of these was met; channel -1 is a layer as a whole.
    at : three floats
        Where in the world.
    kernel : tuple of int or None
        Index of the weight in the layer's kernel, where the plate shows that.
    """

    net: int
    plate: int
    place: Place
    edge: EdgePlace | None
    at: tuple[float, float, float]
    kernel: tuple[int, ...] | None = None


def pick(
    layout: Layout,
    state: ViewState,
    at_px: Point,
    size_px: Point,
    strands: Strands | Sequence[Sequence[Lines]] | None = None,
) -> Hit | None:
    """What is seen at `at_px` (from the top left) of a picture of `size_px`, the nearest to the eye; else the edge of
    `strands` (those of every net, or the lines that are drawn of each) within a few pixels; `None` where there is
    nothing.
    """
    ray = ray_through(state.camera, at_px, size_px)
    best: tuple[float, int, int] | None = None
    for index, net in enumerate(state.nets):
        met = _nearest(layout, net, ray) if net.opacity > 0 else None
        if met is not None and (best is None or met[0] < best[0]):
            best = met[0], index, met[1]
    if best is not None:
        return _hit(layout, state.nets[best[1]], best, ray, facing_of(state.camera))
    return None if strands is None else _edge_hit(layout, state, strands, at_px, size_px)


def _panels(layout: Layout) -> tuple[Array, Array]:
    """Centres (n, 3) of all plates and half their sizes (n, 2) along z and y."""
    centres = np.array([plate.centre for plate in layout.plates], np.float64).reshape(-1, 3)
    return centres, np.array([plate.size for plate in layout.plates], np.float64).reshape(-1, 2) / 2


_PANELS = Recent(_panels)


def _nearest(layout: Layout, net: NetView, ray: Ray) -> tuple[float, int] | None:
    """Depth and number of the first plate of a net that the ray meets."""
    centres, halves = _PANELS.of(layout)
    centres = world_of(net, layout, centres)
    depth = ray.depth_at(centres[:, 0])
    reached = np.where(np.isfinite(depth), depth, 0.0)
    z = ray.eye[2] + reached * ray.direction[2] - centres[:, 2]
    y = ray.eye[1] + reached * ray.direction[1] - centres[:, 1]
    inside = np.isfinite(depth) & (np.abs(z) <= halves[:, 0]) & (np.abs(y) <= halves[:, 1])
    if net.emphasis is not None:
        inside &= np.asarray(net.emphasis) > 0
    if not inside.any():
        return None
    index = int(np.argmin(np.where(inside, depth, np.inf)))
    return float(depth[index]), index


def _hit(layout: Layout, net: NetView, best: tuple[float, int, int], ray: Ray, facing: float) -> Hit:
    depth, net_index, plate_index = best
    plate = layout.plates[plate_index]
    centre = world_of(net, layout, [plate.centre])[0]
    x, y, z = (float(value) for value in ray.at(depth))
    fan = 1.0 if net.fans is None else net.fans[plate_index]
    spot = spot_at(plate.form, z - centre[2], y - centre[1], facing, fan)
    place = Place(plate.layer, plate.output, spot.channel, spot.position)
    return Hit(net_index, plate_index, place, None, (x, y, z), spot.kernel)


_LINES = Recent(strand_lines)


def _edge_hit(
    layout: Layout, state: ViewState, strands: Strands | Sequence[Sequence[Lines]], at_px: Point, size_px: Point
) -> Hit | None:
    lines = ((_LINES.of(strands),),) * len(state.nets) if isinstance(strands, Strands) else strands
    found = edge_near(layout, state, lines, at_px, size_px)
    if found is None:
        return None
    net, pair, at = found
    source, source_channel, target, target_channel = pair
    after = layout.plates[target]
    edge = EdgePlace(layout.plates[source].layer, source_channel, after.layer, target_channel)
    place = Place(after.layer, after.output, target_channel if target_channel >= 0 else None)
    return Hit(net, target, place, edge, at)
