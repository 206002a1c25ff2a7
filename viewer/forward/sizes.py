"""How large outputs are, and how far two of them are apart."""

from __future__ import annotations

import numpy as np

from viewer.forward.node import Array


def layer_error(kept: Array, made: Array) -> float:
    """The largest difference over the largest stored value; 0 where both are 0, infinite where one is no number."""
    apart, scale = largest_difference(kept, made), scale_of(kept)
    return 0.0 if apart == 0 else apart / scale if scale else float("inf")


def largest_difference(kept: Array, made: Array) -> float:
    """The largest difference; infinite where one is no number, or infinite, and the other is not."""
    if not kept.size:
        return 0.0
    plain = np.asarray(kept, np.float32)
    with np.errstate(invalid="ignore"):
        same = (plain == made) | (np.isnan(plain) & np.isnan(made))
        return float(np.nan_to_num(np.where(same, 0, np.abs(plain - made)), nan=np.inf, posinf=np.inf).max())


def scale_of(kept: Array) -> float:
    """The largest finite size in an output; 0 where there is none."""
    if not kept.size:
        return 0.0
    ends = float(kept.max()), float(kept.min())
    if np.isfinite(ends).all():
        return max(ends[0], -ends[1])
    sizes = np.abs(np.asarray(kept, np.float32))
    return float(sizes.max(where=np.isfinite(sizes), initial=0.0))
