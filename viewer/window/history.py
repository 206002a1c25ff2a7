"""What the person did, to go back and forth in: a value with the views before and after the present one. Pure.

The scene's time is not remembered: a timeline goes on by itself, and has its own way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from viewer.study import Study, Vantage

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_STEPS = 200
ONE_MOVE_SECS = 0.6
"""Changes of the same kind that follow one another within this are one: a drag of a slider, a turn of the view."""

Kind = frozenset[str]


@dataclass(frozen=True, slots=True)
class History:
    """`past` and `future` are nearest last. `kind` is what the last change was about, at `since_secs` of a clock."""

    present: Vantage
    past: tuple[Vantage, ...] = ()
    future: tuple[Vantage, ...] = ()
    kind: Kind = frozenset()
    since_secs: float = float("-inf")

    def noted(self, vantage: Vantage, now_secs: float) -> History:
        """The history with this view as the present one; the same where nothing but the time has changed."""
        vantage = _timeless(vantage)
        kind = difference(self.present, vantage)
        if not kind:
            return self
        goes_on = kind == self.kind and now_secs - self.since_secs < ONE_MOVE_SECS and bool(self.past)
        past = self.past if goes_on else (*self.past, self.present)[-MOST_STEPS:]
        return History(vantage, past, (), kind, now_secs)

    def undone(self) -> History:
        """One step back, where there is one."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (*self.future, self.present))

    def redone(self) -> History:
        """One step forth again, where there is one."""
        if not self.future:
            return self
        return History(self.future[-1], (*self.past, self.present), self.future[:-1])


def began(vantage: Vantage) -> History:
    """A history that begins here."""
    return History(_timeless(vantage))


def difference(before: Vantage, after: Vantage) -> Kind:
    """The names of the fields that differ, those of the study one by one; the time is none of them."""
    return frozenset(_names(before, after))


def _names(before: Vantage, after: Vantage) -> Iterator[str]:
    for name in Vantage.__struct_fields__:
        if name not in ("at_secs", "study") and getattr(before, name) != getattr(after, name):
            yield name
    for name in Study.__struct_fields__:
        if getattr(before.study, name) != getattr(after.study, name):
            yield f"study.{name}"


def _timeless(vantage: Vantage) -> Vantage:
    return replace(vantage, at_secs=0.0)
