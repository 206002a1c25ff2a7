"""How units and edges of a sculpture look: in colours of the classes that they serve, as much as they matter. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import class_colours, rgb
from viewer.sculptures.read import DRAWN_EDGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.colour import Rgb
    from viewer.sculptures.read import Drawn
    from viewer.state import Theme

    Floats = NDArray[np.float32]

NEUTRAL: dict[Theme, Rgb] = {"dark": rgb("#5F7DB8"), "light": rgb("#74829C")}
"""What serves all classes alike."""
FAINT: dict[Theme, Rgb] = {"dark": rgb("#3A4A6B"), "light": rgb("#AEB8C8")}
"""What serves other classes than the one that is lit."""
FULL_PERCENTILE, LIT_PERCENTILE = 98.0, 75.0
"""Of the edges that are drawn: what matters as much as the first matters fully, and for one class alone what matters
less than the second recedes. Else nearly all edges of a dense network are lit for any class.
"""
BY_TOP = 4.0
"""The power by which the class that something serves most takes it from the others."""
BY_HUE = 16.0
"""The same for its hue: mixed colours would be those of other classes."""
ROWS_AT_ONCE = 4096
MOST_ABREAST, DOT = 18.0, 0.25
"""Units of full size that have room beside each other in a layer, and the size of one to which no edge is drawn."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colour (0..1) and how much it matters (0..1) of each unit (U, 4) and of each edge (E, 4), all classes lit.

    `room` (U,) is how large a unit may be, 0 to 1: less in layers of very many, and a dot where no edge goes to it.
    """

    units: Floats
    edges: Floats
    room: Floats


def look_of(drawn: Drawn, theme: Theme, edges: int) -> Look:
    """The look of all units and of the `edges` strongest edges."""
    colours = class_colours(max(drawn.classes, default=0) + 1, theme)[list(drawn.classes)]
    units = _looks(drawn.importance, colours, theme, np.ones(len(drawn.units), np.float32))
    found = np.empty((edges, 4), np.float32)
    for low in range(0, edges, ROWS_AT_ONCE):
        rows = slice(low, min(low + ROWS_AT_ONCE, edges))
        start, end = (drawn.importance[drawn.edges[rows, side]] for side in (0, 1))
        found[rows] = _looks(np.sqrt(start * end), colours, theme, drawn.strength[rows])
    found[:, 3] = np.minimum(found[:, 3] * _scale(found[:DRAWN_EDGES, 3]), 1.0)
    return Look(units, found, _room(drawn, edges))


def _room(drawn: Drawn, edges: int) -> Floats:
    side = np.concatenate([np.full(layer.units, layer.units**0.5) for layer in drawn.layers])
    room = np.minimum(MOST_ABREAST / side, 1.0)
    if edges:  # where no edge is asked for, units are all there is to see
        alone = np.ones(len(room), bool)
        alone[drawn.edges[:edges]] = False
        room[alone] *= DOT
    return room.astype(np.float32)


def matters(drawn: Drawn, column: int) -> tuple[Floats, tuple[float, float]]:
    """How much each unit matters (U,) for a class, 0..1, and what its edges' strength times the geometric mean of both
    ends is lessened by and then multiplied by, so that the strongest few are 1 and most are under 0.
    """
    seen = slice(0, DRAWN_EDGES)
    edges = drawn.strength[seen] * np.sqrt(
        drawn.importance[drawn.edges[seen, 0], column] * drawn.importance[drawn.edges[seen, 1], column]
    )
    low = float(np.percentile(edges, LIT_PERCENTILE)) if len(edges) else 0.0
    if not (edges > low).any():
        low = 0.0  # where all matter alike, none recedes
    return np.ascontiguousarray(drawn.importance[:, column]), (low, _scale(edges - low))


def _looks(importance: Floats, colours: Floats, theme: Theme, strength: Floats) -> Floats:
    """Colours (n, 3) of what matters so much (n, C) for the classes, and how much it matters for the most (n,)."""
    top = importance.max(axis=1)
    beside = importance / np.maximum(top, 1e-9)[:, None]
    hue = beside**BY_HUE
    mixed = (hue @ colours) / np.maximum(hue.sum(axis=1), 1e-9)[:, None]
    # What serves all alike has the colour of none; where there is but one class, all is that one's.
    others = max(importance.shape[1] - 1, 1)
    shared = ((beside**BY_TOP).sum(axis=1) - 1) / others
    alone = np.clip((1 - shared) * (top > 0), 0, 1)[:, None]
    colour = mixed * alone + np.asarray(NEUTRAL[theme], np.float32) * (1 - alone)
    return np.concatenate([colour, (top * strength)[:, None]], axis=1).astype(np.float32)


def _scale(sizes: Floats) -> float:
    """One over the size that counts as full."""
    full = float(np.percentile(sizes, FULL_PERCENTILE)) if len(sizes) else 0.0
    return 1.0 / full if full > 0 else 0.0
