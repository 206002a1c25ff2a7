"""How finely the scene is drawn while things move, so that the hand is followed on slow machines too. Pure."""

from __future__ import annotations

DETAILS = (0.35, 0.5, 1.0, 2.0)
FINEST = DETAILS[-1]
SLOW_MS, AIM_MS = 45.0, 36.0


def next_detail(detail: float, took_ms: float) -> float:
    """The detail for the next moving frame after one that took `took_ms` at `detail`: a step down, up, or the same.

    A step up draws more pixels by the square of its size, so it is only taken where the frame should still be quick.

    >>> next_detail(1.0, 160.0), next_detail(1.0, 20.0), next_detail(1.0, 2.0), next_detail(0.35, 999.0)
    (0.5, 1.0, 2.0, 0.35)
    """
    at = DETAILS.index(detail)
    if took_ms > SLOW_MS:
        return DETAILS[max(at - 1, 0)]
    finer = DETAILS[min(at + 1, len(DETAILS) - 1)]
    return finer if took_ms * (finer / detail) ** 2 < AIM_MS else detail
