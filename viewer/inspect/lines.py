"""The edges that are drawn of a net as polylines in the world, so that the pointer finds them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.strands.curve import curve_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.strands.trace import Strands
    from viewer.threads.gather import Threads
    from viewer.threads.units import Units

POINTS = 14
MOST_EDGES = 2**14
"""Of more edges than these the strongest are looked at: nobody can point at one among so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Edges of one net, where its spread and offset have not moved it.

    Attributes
    ----------
    points : (n, k, 3) float32
        World points of each, from its start to its end; k is at least 2.
    pairs : (n, 4) int
        Source plate, its channel or unit, target plate, its channel or unit; channel -1 is the plate as a whole.
    """

    points: NDArray[np.float32]
    pairs: NDArray[np.integer]


def strand_lines(strands: Strands) -> Lines:
    """The strongest strands along their curves."""
    count = len(strands.ends)
    rows = np.arange(count)
    if count > MOST_EDGES:
        strength = strands.look[:, 1] * strands.look[:, 3]
        rows = np.argpartition(strength, count - MOST_EDGES)[count - MOST_EDGES :]
    return Lines(curve_points(strands, POINTS)[rows], strands.pairs[rows])


def thread_lines(threads: Threads, units: Units, drawn: int) -> Lines:
    """The first of the `drawn` threads, which are the strongest: straight from unit to unit."""
    rows = slice(0, min(drawn, MOST_EDGES))
    source, target = threads.source[rows], threads.target[rows]
    points = np.stack([units.places[source], units.places[target]], axis=1)
    plates, channels = units.plates, np.arange(len(units.plates)) - units.first[units.plates]
    return Lines(points, np.stack([plates[source], channels[source], plates[target], channels[target]], axis=1))
