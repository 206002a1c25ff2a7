"""What the ways to place images take and give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.float32]
Places = NDArray[np.int64]
Scalars = dict[str, bool | int | float | str | None]
_MANY = 1_000


def threads_for(images: int) -> int:
    """How many threads share the work: sums of floats hang on it, so it is the same on any number of cores.

    Two, whose sums are the same in either order; one where they would only wait for each other.
    """
    return 2 if images >= _MANY else 1


@dataclass(frozen=True)
class Task:
    """How images are placed.

    Attributes
    ----------
    dimensions : 2 or 3.
    seed : of what is random.
    perplexity : of t-SNE, about how many neighbours count; `None`: 30, or what so few images allow.
    neighbours : of UMAP, how many are looked at; `None`: 15, or what so few images allow.
    """

    dimensions: int = 2
    seed: int = 0
    perplexity: float | None = None
    neighbours: int | None = None


@dataclass(frozen=True, eq=False)
class Placed:
    """Images as points.

    Attributes
    ----------
    points : (N, D), finite.
    land : where more rows (I, F) come to lie among them, (I, D): each by itself, and the images stay where they are.
        Were inputs placed together with the images, the steps of an attack, much alike, would be each other's
        neighbours: an island, which tells nothing of where they land. With them comes of each the image (I) int64 that
        it is itself, or began as, -1 where it is none: that draws it nowhere, as no image draws itself.
    options : how.
    result : what was measured.
    """

    points: Array
    land: Callable[[Rows, Places], Array]
    options: Scalars
    result: Scalars = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Given:
    """What is to be placed.

    Attributes
    ----------
    values : (N, F) float32, finite.
    start : (N, D), where the embedding that came before has them; `None`: nothing came before.
    """

    values: Rows
    start: Array | None


Method = Callable[[Given, Task], Placed]
