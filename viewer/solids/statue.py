"""A sculpture of a bundle as solids: the cables of each class, and the units of each layer as balls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import class_colours
from viewer.sculptures.look import FAINT, NEUTRAL, look_of
from viewer.solids.bake import bytes_of
from viewer.solids.cables import ball_solid, telling_steps
from viewer.solids.sculptures import Cables, Group, columns_of, groups_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.colour import Rgb
    from viewer.sculptures.read import Drawn
    from viewer.solids.detail import Detail
    from viewer.solids.solid import Solid
    from viewer.state import SculptureView, Theme

    Array = NDArray[np.float32]

EDGE_RADIUS, UNIT_RADIUS = 0.075, 0.2
"""Of what matters most, in world units: as the pictures have it (`viewer.visuals.sculptures`)."""
THINNEST = 0.02
FINE_UNITS = 256
"""The balls of a layer of more units are coarser."""


class Statue:
    """The solids of a sculpture, in world units from where it stands.

    Attributes
    ----------
    drawn : what it is made of.
    kept : how many of its edges there are.
    steps : the steps of its bundling whose shapes the solids can take beside that of the last one; none where it does
        not flow.
    """

    def __init__(self, drawn: Drawn, view: SculptureView, theme: Theme, detail: Detail, *, flows: bool) -> None:
        self.drawn = drawn
        self._view, self._theme, self._detail = view, theme, detail
        flows = flows and drawn.last_step > 0
        self.kept = min(drawn.drawn_edges(view.edges, in_steps=flows), detail.cables)
        self.steps = telling_steps(drawn.steps[:, :: max(1, self.kept // 500)], detail.shapes) if flows else ()
        self._look = look_of(drawn, theme, self.kept)
        start, end = (drawn.importance[drawn.edges[: self.kept, side]] for side in (0, 1))
        self._columns = columns_of(np.sqrt(start * end))

    def groups(self, lit: Sequence[int] = ()) -> tuple[Group, ...]:
        """The cables by class; classes that are `lit` have a group of their own where there are very many."""
        drawn, kept = self.drawn, self.kept
        matters = self._look.edges[:, 3]
        radii = np.maximum(EDGE_RADIUS * (0.18 + 0.82 * matters) * np.float32(self._view.edge_width), THINNEST)
        earlier = {_called(step): drawn.steps[step, :kept] for step in self.steps}
        return groups_of(Cables(drawn.paths[:kept], radii, matters, self._columns, earlier), self._detail.bends, lit)

    def colour(self, column: int | None) -> Rgb:
        """The colour of a class, 0 to 1; of `None` that of what serves all alike: the mean of its edges' own."""
        if column is None:
            alike = self._look.edges[self._columns < 0, :3]
            red, green, blue = alike.mean(axis=0).tolist() if len(alike) else NEUTRAL[self._theme]
            return red, green, blue
        red, green, blue = class_colours(max(self.drawn.classes) + 1, self._theme)[self.drawn.classes[column]].tolist()
        return red, green, blue

    def centre(self, layer: int) -> Array:
        """The middle (3,) of a layer's plane."""
        placed = self.drawn.placed[self._rows(layer)]
        middle: Array = (placed.min(axis=0) + placed.max(axis=0)) / 2
        return middle

    def units(self, layer: int, column: int | None) -> Solid:
        """The units of a layer, relative to its `centre`, in the colours of the classes that they serve; where a class
        is lit, in its colour as far as they serve it.
        """
        rows, centre = self._rows(layer), self.centre(layer)
        radii = UNIT_RADIUS * self._look.room[rows] * (0.22 + 0.78 * self._look.units[rows, 3])
        radii *= np.float32(self._view.unit_size)
        earlier = {_called(step): self.drawn.unit_steps[step, rows] - centre for step in self.steps}
        colours = bytes_of(self.unit_colours(layer, column))
        finer = 1 if len(radii) <= FINE_UNITS else 0
        return ball_solid(self.drawn.units[rows] - centre, radii, colours, finer, earlier)

    def unit_colours(self, layer: int, column: int | None) -> Array:
        """The colours (units, 3) of a layer's units, 0 to 1, as the shaders have them (`balls.vert`)."""
        rows = self._rows(layer)
        if column is None:
            return self._look.units[rows, :3]
        share = np.clip((self.drawn.importance[rows, column] - 0.04) / 0.31, 0, 1)[:, None]
        faint = np.asarray(FAINT[self._theme], np.float32)
        lit: Array = faint + share * share * (3 - 2 * share) * (np.asarray(self.colour(column), np.float32) - faint)
        return lit

    def _rows(self, layer: int) -> slice:
        first = sum(each.units for each in self.drawn.layers[:layer])
        return slice(first, first + self.drawn.layers[layer].units)


def _called(step: int) -> str:
    return f"step {step}"
