"""What was made for a frame is kept for the next ones, and what was used longest ago makes room."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def cached(
    held: dict[K, V], key: K, most: int, make: Callable[[], V], drop: Callable[[V], object] = lambda _: None
) -> V:
    """`held[key]`, made where it is not there yet; beyond `most` the one used longest ago is dropped."""
    if key in held:
        found = held.pop(key)
    else:
        while len(held) >= most:
            drop(held.pop(next(iter(held))))
        found = make()
    held[key] = found  # the one used last is the last to go
    return found
