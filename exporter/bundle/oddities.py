"""Counts what is no finite number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_BLOCK_VALUES = 2**22


def odd_count(values: Array) -> int:
    """How many values are NaN or infinite.

    The product with itself tells whether there are any: no memory is needed for an answer to each value.
    """
    flat = values.reshape(-1)
    if values.dtype.kind != "f":
        return 0
    with np.errstate(all="ignore"):
        if np.isfinite(flat @ flat):
            return 0
    blocks = (flat[start : start + _BLOCK_VALUES] for start in range(0, flat.size, _BLOCK_VALUES))
    return sum(int(np.count_nonzero(~np.isfinite(block))) for block in blocks)
