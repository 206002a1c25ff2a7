"""What the ways to place images take and give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Scalars = dict[str, bool | int | float | str | None]
THREADS = 2
"""Sums of floats hang on how many threads share them: a fixed number gives the same points on any number of cores."""


@dataclass(frozen=True)
class Task:
    """How rows are placed.

    Attributes
    ----------
    dimensions : 2 or 3.
    seed : of what is random.
    perplexity : of t-SNE, about how many neighbours count; `None`: 30, or what so few rows allow.
    neighbours : of UMAP, how many are looked at; `None`: 15, or what so few rows allow.
    """

    dimensions: int = 2
    seed: int = 0
    perplexity: float | None = None
    neighbours: int | None = None


@dataclass(frozen=True, eq=False)
class Placed:
    """Rows as points, how, and what was measured: points (P, D) float64, finite."""

    points: Array
    options: Scalars
    result: Scalars = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Given:
    """What is to be placed.

    Attributes
    ----------
    values : (P, F) float32, finite: `images` of a survey, then inputs.
    images : how many of them are images.
    start : (P, D), where an embedding that came before has them; `None`: nothing came before.
    """

    values: NDArray[np.float32]
    images: int
    start: Array | None


Method = Callable[[Given, Task], Placed]
