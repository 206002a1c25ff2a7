"""The picture that is being drawn, kept up to date stroke by stroke."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.live.strokes import Painting, Stroke
from viewer.window.live.ground import ink_on
from viewer.window.live.sheet import Drawn, History

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from viewer.window.live.sheet import Colour, Named, Spot

    Picture = NDArray[np.uint8]
    Shape = tuple[int, int, int]

LEAST_STEP = 0.002
"""A hand that has moved less, in parts of the sheet, has not moved."""


class Easel:
    """Strokes with a brush (a part of the sheet's height) in a colour, on a ground or on a picture."""

    def __init__(self, shape: Shape, ground: Colour, brush: float) -> None:
        self.shape, self.brush = shape, brush
        self.colour = ink_on(ground)
        self.history = History(Drawn(ground))
        self._painting = self._painted()
        self.picture = self._painting.picture

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been drawn."""
        return self.history.now.is_empty

    @property
    def known(self) -> Named | None:
        """What the picture is, where it is one that is known."""
        return self.history.now.known

    @property
    def can_undo(self) -> bool:
        """Whether there is a way back."""
        return bool(self.history.before)

    def begin(self, spot: Spot, *, erases: bool = False) -> None:
        """The hand goes down."""
        stroke = Stroke((spot,), self.brush, erases, self.colour)
        self.history = self.history.begun(stroke)
        self._painting.add(stroke)
        self.picture = self._painting.picture

    def move(self, spot: Spot) -> bool:
        """The hand goes on; whether that changed anything."""
        stroke = self.history.now.strokes[-1]
        if max(abs(a - b) for a, b in zip(spot, stroke.points[-1], strict=True)) < LEAST_STEP:
            return False
        stroke = replace(stroke, points=(*stroke.points, spot))
        self.history = self.history.drawn_on(stroke)
        self._painting.lengthen(stroke)
        self.picture = self._painting.picture
        return True

    def undo(self) -> None:
        """As it was before the last change."""
        self._put(self.history.undone())

    def clear(self) -> None:
        """Nothing but the ground."""
        self._put(self.history.cleared())

    def lay(self, ground: Colour) -> None:
        """A ground of another colour, and an ink that is seen on it."""
        self.colour = ink_on(ground)
        self._put(self.history.grounded(ground))

    def take(self, picture: Picture, *, is_step: bool = True, named: Named | None = None) -> None:
        """A picture in place of all that was drawn; without `is_step` it replaces the last one: a camera."""
        history = self.history
        is_step = is_step or history.now.under is None or bool(history.now.strokes)  # what a hand drew can come back
        other = Drawn(history.now.ground, picture, named=named)
        self._put(history.taken(picture, named) if is_step else History(other, history.before))

    def go_on_with(self, other: Easel) -> None:
        """All that was drawn on another easel, and the way back from there."""
        self.colour, self.brush = other.colour, other.brush
        self._put(other.history)

    def _put(self, history: History) -> None:
        if history is not self.history:
            self.history = history
            self._painting = self._painted()
            self.picture = self._painting.picture

    def _painted(self) -> Painting:
        now = self.history.now
        painting = Painting(self.shape, now.ground if now.under is None else now.under)
        for stroke in now.strokes:
            painting.add(stroke)
        return painting
