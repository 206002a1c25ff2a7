"""Fresh weights that are the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def python_random_seeded(seed: int) -> Iterator[None]:
    """While it lasts, initialisers without a seed of their own draw from this one; the global state stays.

    Keras draws the seed of such an initialiser from Python's random numbers.
    """
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
