"""The pen: its tip and where it has just been, over the drawing and on the plate of the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.state import Bar, Hud, Polyline, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.drawn.places import Box
    from scenes.drawn.way import Spot, Way
    from viewer.layout import Layout, Plate

TRAIL_SECS, PIECES = 0.6, 4
TIP_PX, TRAIL_PX = 26.0, 9.0
SMALL_TIP_PX, SMALL_TRAIL_PX = 12.0, 4.0
LIFTED = 0.45
"""How bright the tip is between strokes."""
APART = 1e-3


def pen_marks(way: Way, t_secs: float, sheet: Box, layout: Layout) -> tuple[Hud, tuple[Wire, ...]]:
    """The pen at a time, over the drawing in `sheet` and in the world: nothing before the first stroke and after the
    last.
    """
    if not way.spots or not way.at_secs[0] <= t_secs < way.over_secs:
        return Hud(), ()
    alpha = 1.0 if way.is_down(t_secs) else LIFTED
    tip = _inside(way.spot(t_secs))
    # Pieces over each other and none see-through: a trail that grows thinner, without beads where pieces join.
    parts = [(piece + 1) / PIECES for piece in range(PIECES)]
    trails = [([_inside(spot) for spot in way.trail(t_secs, TRAIL_SECS * (1 - part) + APART)], part) for part in parts]
    trails = [(spots, part) for spots, part in trails if len(spots) > 1]
    lines = [Polyline(_on_sheet(spots, sheet), "accent", TRAIL_PX * part) for spots, part in trails]
    (x, y), *_ = _on_sheet([tip], sheet)
    dot = Bar((x - TIP_PX / 2, y - TIP_PX / 2, TIP_PX, TIP_PX), "accent", alpha, round_px=TIP_PX / 2)
    hud = Hud(bars=(dot,), lines=tuple(lines))
    plate = layout.plates[0]
    if plate.form.kind != "picture":
        return hud, ()
    wires = [Wire(_on_plate(spots, plate), "accent", SMALL_TRAIL_PX * part) for spots, part in trails]
    wires.append(Wire(_on_plate([tip, (tip[0] + APART, tip[1])], plate), "accent", SMALL_TIP_PX, alpha))
    return hud, tuple(wires)


def _inside(spot: Spot) -> Spot:
    x, y = (min(max(part, 0.0), 1.0) for part in spot)
    return x, y


def _on_sheet(spots: Sequence[Spot], sheet: Box) -> tuple[tuple[float, float], ...]:
    left, top, wide, high = sheet
    return tuple((left + x * wide, top + y * high) for x, y in spots)


def _on_plate(spots: Sequence[Spot], plate: Plate) -> tuple[tuple[float, float, float], ...]:
    """Places of the picture in the world: right is +z, up is +y."""
    (u, v), (wide, high) = plate.form.tile_centres()[0], plate.form.tile_size
    x0, y0, z0 = plate.centre
    return tuple((x0, float(y0 + v + (0.5 - y) * high), float(z0 + u + (x - 0.5) * wide)) for x, y in spots)
