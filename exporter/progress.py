"""How far long work is, shown on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tqdm import tqdm


def progress_bars() -> Callable[[str, int, int], None]:
    """What is told how far some work is: a bar a kind of work on a terminal, and silence elsewhere."""
    bars: dict[str, Any] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in bars:
            bars[what] = tqdm(total=total, desc=what, disable=None, leave=False)
        bars[what].update(done - bars[what].n)
        if done >= total:
            bars.pop(what).close()

    return tell
