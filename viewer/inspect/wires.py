"""Frames round places, the cone of what a place sees, and marks on what is ill: lines in the world. Pure.

All of it stands where the net's `spread`, `offset` and `fans` have put the plates. `facing` is 1 seen from the input's
side and -1 from behind, where the cells of each tile run the other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.inspect.cells import Box, Spot, box_of, holds
from viewer.inspect.cone import stops_of
from viewer.placement import world_of
from viewer.state import Wire
from viewer.study import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.inspect.health import Ailment, Health
    from viewer.layout import Layout, Plate
    from viewer.state import ColourRole, NetView
    from viewer.study import EdgePlace

    Array = NDArray[np.float64]

MOST_MARKS = 96
"""Marks on one plate; where more is ill the plate as a whole is marked."""
GRAVE = ("not a number", "dead")
CORNERS = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2


def place_wires(layout: Layout, net: NetView, place: Place, facing: float = 1.0) -> tuple[Wire, ...]:
    """A frame round the cell, tile or plate that shows a place, and a thin one round the tile of a cell; nothing where
    no plate shows its layer.
    """
    index = plate_of(layout, place)
    if index is None:
        return ()
    plate, fan = layout.plates[index], _fan(net, index)
    wires = [_frame(layout, net, plate, box_of(plate.form, _spot(place), facing, fan), "text", width_px=3.0)]
    if place.position is not None:
        tile = box_of(plate.form, Spot(place.channel, None), facing, fan)
        if place.channel is None and plate.form.tiles == 1:
            centre = plate.form.tile_centres()[0]
            tile = Box(float(centre[0]), float(centre[1]), *plate.form.tile_size).scaled(fan)
        wires.append(_frame(layout, net, plate, tile, "text", width_px=1.5, alpha=0.6))
    return tuple(wires)


def cone_wires(layout: Layout, net: NetView, bundle: Bundle, place: Place, facing: float = 1.0) -> tuple[Wire, ...]:
    """What a place sees, from itself back to the exact pixels: a frame on each of a few plates of the way, a faint one
    on their other tiles and round what is padding, and four lines through the corners.

    Nothing for a layer as a whole, and for a place that no plate shows.
    """
    index = plate_of(layout, place)
    if index is None or (place.channel is None and place.position is None):
        return ()
    wires: list[Wire] = []
    start = layout.plates[index]
    way = [_corners(layout, net, start, box_of(start.form, _spot(place), facing, _fan(net, index)))]
    for stop in stops_of(layout, bundle, place, index):
        plate, fan = layout.plates[stop.plate], _fan(net, stop.plate)
        boxes = stop.boxes(plate.form, facing, fan)
        middle = way[-1].mean(axis=0)
        corners = [_corners(layout, net, plate, box) for box in boxes]
        chosen = int(np.argmin([np.linalg.norm((each.mean(axis=0) - middle)[1:]) for each in corners]))
        wires += [_closed(each, width_px=1.2, alpha=0.4) for at, each in enumerate(corners) if at != chosen]
        wires.append(_closed(corners[chosen], width_px=2.5))
        if stop.has_padding:
            outer = stop.boxes(plate.form, facing, fan, with_padding=True)[chosen]
            wires.append(_frame(layout, net, plate, outer, "dim", width_px=1.2, alpha=0.7))
        way.append(corners[chosen])
    if len(way) < 2:
        return ()
    lines = (Wire(_points(np.stack([corners[at] for corners in way])), "accent", 1.4, 0.55) for at in range(4))
    return (*wires, *lines)


def edge_wires(layout: Layout, net: NetView, edge: EdgePlace, facing: float = 1.0) -> tuple[Wire, ...]:
    """Frames round both ends of an edge and a straight line between their middles; nothing where one has no plate."""
    ends = (Place(edge.source, 0, _channel(edge.source_channel)), Place(edge.target, 0, _channel(edge.target_channel)))
    frames = [wire for end in ends for wire in place_wires(layout, net, end, facing)]
    if len(frames) < len(ends):
        return ()
    middles = np.stack([np.asarray(frame.points[:-1]).mean(axis=0) for frame in frames])
    return (*frames, Wire(_points(middles), "text", 2.0, 0.9))


def _channel(channel: int) -> int | None:
    return channel if channel >= 0 else None


def health_wires(layout: Layout, net: NetView, health: Health, facing: float = 1.0) -> tuple[Wire, ...]:
    """A mark round each channel or unit that is ill, or round the plate where all are, or too many to tell apart."""
    wires: list[Wire] = []
    for index, plate in enumerate(layout.plates):
        if plate.output or plate.form.kind == "weights":
            continue
        for ailment in health.by_layer.get(plate.layer, ()):
            role: ColourRole = "alarm" if ailment.illness in GRAVE else "difference"
            boxes = _ill_boxes(plate, ailment, facing, _fan(net, index))
            wires += [_frame(layout, net, plate, box, role, width_px=2.5) for box in boxes]
    return tuple(wires)


def plate_of(layout: Layout, place: Place) -> int | None:
    """The plate that shows a place, or nothing: its layer lies in a folded group, or has no such place."""
    for index, plate in enumerate(layout.plates):
        if plate.layer == place.layer and plate.output == place.output and plate.form.kind != "weights":
            return index if holds(plate.form, _spot(place)) else None
    return None


def _spot(place: Place) -> Spot:
    return Spot(place.channel, place.position)


def _fan(net: NetView, plate: int) -> float:
    return 1.0 if net.fans is None else net.fans[plate]


def _ill_boxes(plate: Plate, ailment: Ailment, facing: float, fan: float) -> Iterable[Box]:
    form = plate.form
    is_whole = not ailment.channels or len(ailment.channels) == ailment.of > 1
    if is_whole or form.kind in ("closed", "picture") or len(ailment.channels) > MOST_MARKS:
        return [Box(0.0, 0.0, *form.size)]
    if form.kind == "vector" and len(form.shape) == 2:
        return [_column_box(plate, channel, facing) for channel in ailment.channels if channel < form.cells[1]]
    return [box_of(form, Spot(channel), facing, fan) for channel in ailment.channels if channel < form.channels]


def _column_box(plate: Plate, column: int, facing: float) -> Box:
    """A unit of a matrix (steps, units) at every step."""
    width, height = plate.form.tile_size
    count = plate.form.cells[1]
    u = ((column + 0.5) / count - 0.5) * width * facing
    return Box(u, float(plate.form.tile_centres()[0][1]), width / count, height)


def _corners(layout: Layout, net: NetView, plate: Plate, box: Box) -> Array:
    """Corners (4, 3) of a box in the world, round it."""
    uv = np.array([box.u, box.v]) + CORNERS * (box.width, box.height)
    steps = np.stack([np.zeros(4), uv[:, 1], uv[:, 0]], axis=1)
    return world_of(net, layout, np.asarray(plate.centre) + steps)


def _frame(
    layout: Layout,
    net: NetView,
    plate: Plate,
    box: Box,
    role: ColourRole = "accent",
    *,
    width_px: float,
    alpha: float = 1.0,
) -> Wire:
    return _closed(_corners(layout, net, plate, box), role, width_px=width_px, alpha=alpha)


def _closed(corners: Array, role: ColourRole = "accent", *, width_px: float, alpha: float = 1.0) -> Wire:
    return Wire(_points(np.concatenate([corners, corners[:1]])), role, width_px, alpha)


def _points(points: Array) -> tuple[tuple[float, float, float], ...]:
    listed: Sequence[tuple[float, float, float]] = [(x, y, z) for x, y, z in points.tolist()]
    return tuple(listed)
