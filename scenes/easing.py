"""Easing: how far a move has come, as a pure function of how much of its time has gone.

Every easing maps 0 to 0 and 1 to 1, never goes back, and is clamped: before the move it is 0, after it 1.
"""

from __future__ import annotations

from collections.abc import Callable

Easing = Callable[[float], float]


def clamped(t: float) -> float:
    """`t` limited to 0..1.

    >>> clamped(-0.5), clamped(0.25), clamped(7.0)
    (0.0, 0.25, 1.0)
    """
    return min(max(float(t), 0.0), 1.0)


def linear(t: float) -> float:
    """Constant speed. For turntables and everything else that never stops.

    >>> linear(0.25)
    0.25
    """
    return clamped(t)


def cubic_in_out(t: float) -> float:
    """Slow, fast, slow: 4t³ up to the middle, mirrored after it. The move of every camera and every front.

    >>> [cubic_in_out(t) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]
    [0.0, 0.0625, 0.5, 0.9375, 1.0]
    """
    t = clamped(t)
    return 4.0 * t**3 if t < 0.5 else 1.0 - 4.0 * (1.0 - t) ** 3


def cubic_in(t: float) -> float:
    """Slow at the start only: t³. For things that leave the picture.

    >>> cubic_in(0.5)
    0.125
    """
    return clamped(t) ** 3


def cubic_out(t: float) -> float:
    """Slow at the end only: 1 - (1 - t)³. For things that arrive.

    >>> cubic_out(0.5)
    0.875
    """
    return 1.0 - (1.0 - clamped(t)) ** 3


def even(t: float) -> float:
    """Constant speed but for the first and the last tenth, in which it grows from nothing and fades. For a turntable
    that stands before and after its turn.

    >>> [round(even(t), 4) for t in (0.0, 0.1, 0.5, 0.9, 1.0)]
    [0.0, 0.0556, 0.5, 0.9444, 1.0]
    """
    t, soft = clamped(t), 0.1
    near = min(t, 1.0 - t)
    gone = near * near / (2 * soft) if near < soft else near - soft / 2
    return gone / (1.0 - soft) if t < 0.5 else 1.0 - gone / (1.0 - soft)


def hold(t: float) -> float:
    """Nothing until the end of the move, then all at once. For values that may not be blended.

    >>> hold(0.999), hold(1.0)
    (0.0, 1.0)
    """
    return 1.0 if t >= 1.0 else 0.0
