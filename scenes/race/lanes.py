"""What is said of each lane of a race, in two lines over its net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.panels.classes import class_name
from scenes.panels.heading import fitted
from scenes.panels.numbers import percent
from viewer.state import Bar, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from scenes.attack.size import ChangeSize
    from scenes.grid import Cell
    from scenes.panels.answer import Answer
    from scenes.race.racers import Racer, Stride
    from viewer.state import ColourRole

NAME_PX, SMALL_PX = 26.0, 21.0
OVER_PX = 132.0
"""How much room the lines need over a net, with the label of the change under them."""
NARROW_PX = 430.0
"""The width under which a lane says less, in three short lines."""
LINE_PX, NARROW_LINE_PX, UP_PX = 40.0, 38.0, 46.0
"""From line to line, and from the net to the lower one."""
RULE_UP_PX = 34.0
BAR_PX, BAR_DOWN_PX, STUB_PX = 7.0, 8.0, 4.0
ANSWER_FROM = 0.46
GAP_PX, PADDING_PX = 18.0, 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to say of a lane at a moment: its stride, the size of its change, and whether it is at rest.

    `best` names what it was best in (`steps`, `linf`, `l2`), at the end of the race.
    """

    racer: Racer
    stride: Stride
    size: ChangeSize
    is_over: bool
    best: frozenset[str] = frozenset()

    @property
    def is_changed(self) -> bool:
        """Whether the answer is another than the clean input's."""
        return self.stride.winner != self.racer.strides[0].winner

    @property
    def role(self) -> ColourRole:
        """The colour of the answer."""
        return "alarm" if self.is_changed else "accent"

    @property
    def verdict(self) -> str:
        """What became of it, where it is over."""
        what = "another answer" if self.is_changed else "same answer"
        if self.racer.is_control:
            return what
        step = self.racer.last_step
        if self.racer.shrinks:
            return f"made smaller until step {step}"
        if self.is_changed:
            return f"{what} {'at' if self.racer.is_exact else 'by'} step {step}"
        return f"{what} after {step} step{'s' if step != 1 else ''}"


def lane_words(told: Told, answer: Answer, cell: Cell) -> Hud:
    """Over the net of a lane its name and the answer, with a bar for what is left of the first one; then the step, the
    sizes of the change and, once it rests, the verdict. In a narrow cell the verdict is the colour of the answer alone.
    """
    if cell.right_px - cell.left_px < NARROW_PX:
        return _narrow(told, answer, cell)
    low_px = cell.net_top_px - UP_PX
    high_px = low_px - LINE_PX
    middle_px = cell.left_px + (cell.right_px - cell.left_px) * ANSWER_FROM
    name = fitted(told.racer.name, middle_px - cell.left_px - GAP_PX, NAME_PX, True)
    hud = Hud(words=(Words(name, (cell.left_px, high_px), NAME_PX, True),))
    hud += _headline(told, answer, middle_px, cell.right_px, high_px)
    numbers, x = _numbers(told, cell.left_px, low_px)
    return hud + _rule(cell, high_px - RULE_UP_PX) + numbers + _verdict(told, x, cell.right_px, low_px)


def _narrow(told: Told, answer: Answer, cell: Cell) -> Hud:
    low_px = cell.net_top_px - UP_PX + 2.0
    middle_px, high_px = low_px - NARROW_LINE_PX, low_px - 1.8 * NARROW_LINE_PX
    name = fitted(told.racer.name, cell.right_px - cell.left_px, SMALL_PX, True)
    hud = Hud(words=(Words(name, (cell.left_px, high_px), SMALL_PX, True),)) + _rule(cell, high_px - 28.0)
    hud += _headline(told, answer, cell.left_px, cell.right_px, middle_px)
    step = "control" if told.racer.is_control else f"step {told.stride.number}"
    size_px = cell.right_px, low_px
    is_best, is_smallest = "steps" in told.best, "linf" in told.best
    role: ColourRole = "accent" if is_best else "text"
    words = (
        Words(step, (cell.left_px, low_px), SMALL_PX, is_best, role),
        Words(told.size.linf_words, size_px, SMALL_PX, is_smallest, "accent" if is_smallest else "dim", "right"),
    )
    return hud + Hud(words=words)


def _rule(cell: Cell, y: float) -> Hud:
    """A thin line that parts a lane from the one over it."""
    return Hud(lines=(Polyline(((cell.left_px, y), (cell.right_px, y)), "dim", 1.5, 0.35),))


def _headline(told: Told, answer: Answer, left_px: float, right_px: float, y: float) -> Hud:
    """The class that wins with its share, and a bar for the share of the first answer."""
    winner, scores = told.stride.winner, told.stride.scores
    number = percent(scores[winner]) if 0 <= winner < len(scores) else ""
    room_px = right_px - left_px - width_of(number, NAME_PX, True) - GAP_PX
    words = (
        Words(fitted(class_name(answer.names, winner), room_px, NAME_PX, True), (left_px, y), NAME_PX, True, told.role),
        Words(number, (right_px, y), NAME_PX, True, told.role, "right"),
    )
    if not scores:
        return Hud(words=words)
    share = scores[told.racer.strides[0].winner]
    length_px = max(STUB_PX, (right_px - left_px) * min(share, 1.0))
    bars = (
        Bar((left_px, y + BAR_DOWN_PX, right_px - left_px, BAR_PX), "track"),
        Bar((left_px, y + BAR_DOWN_PX, length_px, BAR_PX), "bar" if told.is_changed else "accent"),
    )
    return Hud(bars, words=words)


def _numbers(told: Told, left_px: float, y: float) -> tuple[Hud, float]:
    """The step and the sizes of the change side by side, and where they end."""
    step = "control" if told.racer.is_control else f"step {told.stride.number}"
    hud, x = Hud(), left_px
    for name, text in (("steps", step), ("linf", told.size.linf_words), ("l2", told.size.l2_words)):
        is_best = name in told.best
        role: ColourRole = "accent" if is_best else "text" if name == "steps" else "dim"
        hud += Hud(words=(Words(text, (x, y), SMALL_PX, is_best, role),))
        x += width_of(text, SMALL_PX, is_best) + GAP_PX
    return hud, x


def _verdict(told: Told, left_px: float, right_px: float, y: float) -> Hud:
    """The verdict at the right, shorter where there is less room; on a plate of its colour where it is a change.

    On the way its place is kept, so that the names of layers do not come and go with it.
    """
    short = "changed" if told.is_changed else "same"
    for text in (told.verdict, short):
        wide_px = width_of(text, SMALL_PX, True) + 2 * PADDING_PX
        if left_px + wide_px <= right_px:
            if not told.is_over:
                return Hud(words=(Words(told.verdict, (right_px, y), SMALL_PX, True, anchor="right", alpha=0.0),))
            return _stamp(text, right_px - wide_px, wide_px, y) if told.is_changed else _plain(text, right_px, y)
    return Hud()


def _stamp(text: str, left_px: float, wide_px: float, y: float) -> Hud:
    return Hud(
        bars=(Bar((left_px, y - 23.0, wide_px, 32.0), "alarm", 0.22, 6.0),),
        words=(Words(text, (left_px + PADDING_PX, y), SMALL_PX, True, "alarm"),),
    )


def _plain(text: str, right_px: float, y: float) -> Hud:
    return Hud(words=(Words(text, (right_px, y), SMALL_PX, role="dim", anchor="right"),))
