"""A display as a board that stands where the scene's camera sees it: its card, its place, its words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.solids.boards import board, turned
from viewer.solids.boards_place import hud_box, on_screen_at, shifted, unit_per_px

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from viewer.labels import Box
    from viewer.solids.solid import Solid
    from viewer.state import Hud, ViewState

    Array = NDArray[np.float64]

CARD_PADDING_PX = (16.0, 14.0)
NAME_PADDING_PX = (3.5, 1.8)
"""Half of the room that labels leave to each other at their sides; over and under them only borders ever meet."""
EMPTY: Box = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A board in its place: `solid` is centred at 0 and turned to the scene's camera, `at` is where it goes in world
    units, and `says` its words, a line each as they are read. Where its other side shows another picture, that is
    `behind`.
    """

    solid: Solid
    at: tuple[float, float, float]
    says: tuple[str, ...]
    behind: Solid | None = None


def standing(
    hud: Hud,
    state: ViewState,
    aspect: float,
    through: Sequence[float] | Array,
    box: Box | None = None,
    padding_px: tuple[float, float] = CARD_PADDING_PX,
) -> Standing:
    """A card with `hud`, seen where this lies on the picture, on the upright plane through a point (3,); its words fill
    it, or `box`.
    """
    card = grown(box or hud_box(hud) or EMPTY, padding_px)
    solid, middle = card_at(hud, card, state, aspect, through)
    return Standing(turned(solid, state.camera.azimuth_deg), plain_point(middle), lines_of(hud))


def lines_of(hud: Hud) -> tuple[str, ...]:
    """The words of a display as they are read: from above, and from the left."""
    return tuple(line.text for line in sorted(hud.words, key=lambda line: (line.at_px[1], line.at_px[0])) if line.text)


def card_at(
    hud: Hud, box: Box, state: ViewState, aspect: float, through: Sequence[float] | Array
) -> tuple[Solid, Array]:
    """The part `box` of a display as a card, and where its middle (3,) lies."""
    left, top, right, bottom = box
    middle = on_screen_at(state.camera, ((left + right) / 2, (top + bottom) / 2), aspect, through)
    unit = unit_per_px(state.camera, middle)
    here = shifted(hud, (-left, -top))
    solid = board(here, state.theme, (right - left, bottom - top), unit, card=True, colours=state.colours)
    return solid, middle


def plain_point(point: Array) -> tuple[float, float, float]:
    """A point (3,) as three numbers."""
    return float(point[0]), float(point[1]), float(point[2])


def grown(box: Box, by_px: tuple[float, float]) -> Box:
    """A box with so much more room at its sides, and over and under it."""
    return box[0] - by_px[0], box[1] - by_px[1], box[2] + by_px[0], box[3] + by_px[1]
