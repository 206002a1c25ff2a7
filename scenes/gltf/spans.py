"""From when to when something of a scene is shown, and where it stands meanwhile. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Span:
    """From `from_secs` on still number `still` is shown; `None`: nothing is seen."""

    from_secs: float
    still: int | None


def spans_of(times: Sequence[float], shown: Sequence[int | None]) -> tuple[Span, ...]:
    """The spans of what is shown at each of some times."""
    changes = [0, *(k for k in range(1, len(shown)) if shown[k] != shown[k - 1])]
    return tuple(Span(times[k], shown[k]) for k in changes)


def places_of(offsets: Sequence[Place | None]) -> Array:
    """Where something stands (n, 3): while it is not there (`None`) where it was last, before that where it comes
    first.
    """
    last = next(offset for offset in offsets if offset is not None)
    places = []
    for offset in offsets:
        last = last if offset is None else offset
        places.append(last)
    return np.array(places, np.float64)
