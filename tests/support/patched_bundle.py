"""The small bundle with a survey of a few pictures, the bright spot of each in another place: some at the border."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from surveyed_bundle import add_survey
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, read_bundle


def spotted(count: int = 12) -> np.ndarray[Any, Any]:
    """Dark pictures (count, 6, 6, 1) uint8 with a bright spot of 2 x 2."""
    pictures = np.random.default_rng(8).integers(0, 40, (count, 6, 6, 1), np.uint8)
    for at, picture in enumerate(pictures):
        row, column = at * 2 % 5, at * 3 % 5
        picture[row : row + 2, column : column + 2] = 250 - at
    return pictures


@cache
def patched_bundle() -> Bundle:
    """The bundle. Nobody may change it."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = make_tiny_bundle(Path(folder.name) / "patched.bundle")
    return read_bundle(add_survey(path, spotted(), np.arange(12) % 3))
