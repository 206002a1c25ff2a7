"""Which places of an axis the drawing of the what-if panel shows: all, or as many as can be told apart. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viewer.forward.windows import Axis

MOST_PLACES = 14
MOST_OF_A_WINDOW = 48
"""A window that is larger is cut."""


def shown_places(axis: Axis, cell: int) -> range:
    """The places of an input that are shown while the window of `cell` is marked: below 0 and from the size on is
    padding.

    >>> from viewer.forward.windows import axis_of
    >>> shown_places(axis_of(6, 3, 1, 1, "same"), 0)
    range(-1, 7)
    >>> shown_places(axis_of(100, 3, 2, 1, "valid"), 20)
    range(34, 48)
    """
    low, high = -axis.before, axis.size + axis.after
    places = axis.places(cell)
    first, last = int(places[0]), int(places[-1])
    most = min(max(MOST_PLACES, last - first + 3), MOST_OF_A_WINDOW)
    if high - low <= most:
        return range(low, high)
    start = min(max((first + last + 1 - most) // 2, low), high - most)
    return range(start, start + most)


def shown_cells(count: int, cell: int) -> range:
    """The cells of an output that are shown: those of the page that `cell` is on, so that they rest under the pointer.

    >>> shown_cells(7, 3), shown_cells(40, 20), shown_cells(40, 39)
    (range(0, 7), range(14, 28), range(28, 40))
    """
    start = cell // MOST_PLACES * MOST_PLACES
    return range(start, min(start + MOST_PLACES, count))
