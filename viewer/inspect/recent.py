"""What was worked out lately of large frozen things, found again by which thing it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")


class Recent(Generic[Thing, Result]):
    """Remembers `work(thing)` for the last few things, compared by identity: hashing a layout would take longer."""

    def __init__(self, work: Callable[[Thing], Result], most: int = 4) -> None:
        self._work, self._most = work, most
        self._kept: list[tuple[Thing, Result]] = []

    def of(self, thing: Thing) -> Result:
        """The result for a thing, worked out where it is not remembered."""
        for known, result in self._kept:
            if known is thing:
                return result
        result = self._work(thing)
        self._kept = [(thing, result), *self._kept[: self._most - 1]]
        return result
