"""What has been drawn so far, as a value: the ground, a picture on it, strokes over that, and the way back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from viewer.live.strokes import Stroke

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

Spot = tuple[float, float]
Colour = tuple[int, ...]
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Named:
    """A picture that is known: what it is called, its true class (`None`: not known), and which row of a survey."""

    name: str
    true_class: int | None = None
    row: int | None = None


@dataclass(frozen=True, eq=False)
class Drawn:
    """A ground of one colour, a picture (H, W, C) uint8 that hides it (`None`: there is none), and strokes in order.

    `named` says what the picture is, where that is known.
    """

    ground: Colour
    under: Picture | None = None
    strokes: tuple[Stroke, ...] = ()
    named: Named | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been drawn."""
        return self.under is None and not self.strokes

    @property
    def known(self) -> Named | None:
        """What is seen, where that is known: what somebody has drawn on is another picture."""
        return None if self.strokes else self.named


@dataclass(frozen=True, eq=False)
class History:
    """What is drawn now, and what was before, the oldest first."""

    now: Drawn
    before: tuple[Drawn, ...] = field(default=())

    def begun(self, stroke: Stroke) -> History:
        """With one more stroke."""
        return self.changed(replace(self.now, strokes=(*self.now.strokes, stroke)))

    def drawn_on(self, stroke: Stroke) -> History:
        """With a longer last stroke: no step of its own."""
        return replace(self, now=replace(self.now, strokes=(*self.now.strokes[:-1], stroke)))

    def cleared(self) -> History:
        """Nothing but the ground; the same where there is nothing to clear."""
        return self if self.now.is_empty else self.changed(Drawn(self.now.ground))

    def grounded(self, ground: Colour) -> History:
        """On a ground of another colour."""
        return self.changed(replace(self.now, ground=ground))

    def taken(self, picture: Picture, named: Named | None = None) -> History:
        """A picture in place of all that was drawn."""
        return self.changed(Drawn(self.now.ground, picture, named=named))

    def changed(self, now: Drawn) -> History:
        """Something else, and what was before it to go back to."""
        return History(now, (*self.before, self.now)[-MOST_STEPS:])

    def undone(self) -> History:
        """As it was before the last change; the same where there was none."""
        return History(self.before[-1], self.before[:-1]) if self.before else self
