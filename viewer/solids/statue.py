"""A sculpture of a bundle as solids: the cables of each class, and the units of each layer as balls."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import PALETTES, class_colours
from viewer.solids.bake import bytes_of
from viewer.solids.cables import ball_solid, telling_steps
from viewer.solids.sculptures import Cables, Group, groups_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from viewer.sculptures.read import Drawn
    from viewer.solids.detail import Detail
    from viewer.solids.solid import Solid
    from viewer.state import SculptureView, Theme

    Array = NDArray[np.float32]

THINNEST, THICKEST = 0.012, 0.075
SMALLEST, LARGEST, OF_CELL = 0.07, 0.26, 0.30
FINE_UNITS = 256
"""The balls of a layer of more units are coarser."""
DIMMEST = 0.12
"""How much of its class's colour a unit has that serves it not at all."""


class Statue:
    """The solids of a sculpture, in world units from where it stands.

    Attributes
    ----------
    drawn : what it is made of.
    kept : how many of its edges there are.
    steps : the steps of its bundling whose shapes the solids can take beside that of the last one; none where it does
        not flow.
    """

    def __init__(
        self, drawn: Drawn, view: SculptureView, names: Sequence[str], theme: Theme, detail: Detail, *, flows: bool
    ) -> None:
        self.drawn = drawn
        self._view, self._names, self._theme, self._detail = view, names, theme, detail
        flows = flows and drawn.last_step > 0
        self.kept = min(drawn.drawn_edges(view.edges, in_steps=flows), detail.cables)
        self.steps = telling_steps(drawn.steps[:, :: max(1, self.kept // 500)], detail.shapes) if flows else ()

    @cached_property
    def colours(self) -> Array:
        """The colours (C, 3) of the classes, 0 to 1."""
        return class_colours(len(self._names), self._theme)

    def groups(self, lit: Sequence[int] = ()) -> tuple[Group, ...]:
        """The cables by class; classes that are `lit` have a group of their own where there are very many."""
        drawn, kept = self.drawn, self.kept
        radii = THINNEST + (THICKEST - THINNEST) * drawn.strength[:kept]
        columns = drawn.edge_importance[:kept].argmax(axis=1)
        earlier = {_called(step): drawn.steps[step, :kept] for step in self.steps}
        cables = Cables(drawn.paths[:kept], radii * np.float32(self._view.edge_width), columns, earlier)
        return groups_of(cables, self._names, self.colours, PALETTES[self._theme].roles["dim"], self._detail, lit)

    def centre(self, layer: int) -> Array:
        """The middle (3,) of a layer's plane."""
        placed = self.drawn.placed[self._rows(layer)]
        middle: Array = (placed.min(axis=0) + placed.max(axis=0)) / 2
        return middle

    def units(self, layer: int, focus: int | None) -> Solid:
        """The units of a layer, relative to its `centre`, in the colours of the classes that they serve most; where a
        class is in focus, in its colour as far as they serve it.
        """
        rows, centre = self._rows(layer), self.centre(layer)
        radii = np.full(len(self.drawn.units[rows]), self.radius(layer), np.float32)
        earlier: Mapping[str, Array] = {
            _called(step): self.drawn.unit_steps[step, rows] - centre for step in self.steps
        }
        colours = bytes_of(self.unit_colours(layer, focus))
        finer = 1 if len(radii) <= FINE_UNITS else 0
        return ball_solid(self.drawn.units[rows] - centre, radii, colours, finer, earlier)

    def radius(self, layer: int) -> float:
        """How large the units of a layer are: the more there are, the smaller."""
        width = float(np.ptp(self.drawn.placed[:, 1:]))
        cell = width / max(np.ceil(np.sqrt(self.drawn.layers[layer].units)), 1)
        return float(np.clip(OF_CELL * cell, SMALLEST, LARGEST)) * self._view.unit_size

    def unit_colours(self, layer: int, focus: int | None) -> Array:
        """The colours (units, 3) of a layer's units, 0 to 1."""
        importance = self.drawn.importance[self._rows(layer)]
        columns = importance.argmax(axis=1) if focus is None else np.full(len(importance), focus)
        share = np.take_along_axis(importance, columns[:, None], axis=1)
        ground = np.asarray(PALETTES[self._theme].roles["copies"], np.float32)
        colours: Array = ground + (DIMMEST + (1 - DIMMEST) * share) * (self.colours[columns] - ground)
        return colours

    def _rows(self, layer: int) -> slice:
        first = sum(each.units for each in self.drawn.layers[:layer])
        return slice(first, first + self.drawn.layers[layer].units)


def _called(step: int) -> str:
    return f"step {step}"
