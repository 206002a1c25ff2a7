"""How often the nearest images are of the same class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
_ROWS_AT_ONCE = 65_536


def majority(classes: Places) -> Places:
    """(N) int64, the class that most of (N, K) neighbours have, the nearest first; -1 where none is known.

    Of classes that equally many have, the one of the nearest among these. Classes below 0 are not known and do not
    count.

    >>> majority(np.array([[3, 5, 5, 3], [-1, -1, 2, -1], [-1, -1, -1, -1]])).tolist()
    [3, 2, -1]
    """
    found = np.full(len(classes), -1, np.int64)
    for start in range(0, len(classes), _ROWS_AT_ONCE):
        block = classes[start : start + _ROWS_AT_ONCE]
        votes = np.where(block < 0, 0, (block[:, :, None] == block[:, None, :]).sum(axis=2))
        nearest = votes.argmax(axis=1)
        found[start : start + _ROWS_AT_ONCE] = np.where(
            votes.max(axis=1, initial=0) > 0, block[np.arange(len(block)), nearest], -1
        )
    return found


def accuracy(true_class: Places, near: Places) -> tuple[float | None, int]:
    """The share of the images with a known class (N) whose class most of their neighbours (N, K) have, and how many
    images that is of; no share of none.
    """
    is_known = true_class >= 0
    if not is_known.any():
        return None, 0
    is_right = majority(true_class[near[is_known]]) == true_class[is_known]
    return float(is_right.mean()), int(is_known.sum())
