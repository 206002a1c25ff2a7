"""Key frames: when a still is seen, how far heights have come out, where a net and the camera stand. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenes.gltf.casts import Cast
    from scenes.gltf.reel import NetReel

    Array = NDArray[np.float64]

Seen = list[tuple[float, bool]]
"""From when on something is seen or not, beginning at 0."""

LIT_BEFORE = 0.35
"""How far before a station, in stations, its plate begins to be lit: as the shaders have it."""
CLOSE_ENOUGH = 0.015


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """Values (n,) or (n, width) at `times_secs` (n,) that strictly grow; between them steps or straight lines."""

    times_secs: Array
    values: Array
    steps: bool = False


def seen_of(
    net: NetReel | Cast, times_secs: Array, still: int | None = None, lit: NDArray[np.bool_] | None = None
) -> Seen:
    """From when on a still of a net (or the net at all) is seen and not seen, where it is `lit` (samples,)."""
    starts = [span.from_secs for span in net.spans]
    is_shown = np.array([span.still is not None if still is None else span.still == still for span in net.spans])
    seen = is_shown[np.searchsorted(starts, times_secs, side="right") - 1]
    if lit is not None:
        seen = seen & lit
    changes = [0, *(np.flatnonzero(seen[1:] != seen[:-1]) + 1).tolist()]
    return [(float(times_secs[k]), bool(seen[k])) for k in changes]


def half_way(net: NetReel, station: int) -> NDArray[np.bool_] | None:
    """When (samples,) the light has come at least half way to a station from the one before it; `None`: always."""
    return None if net.front is None else net.front >= station - 0.5


def visibility(seen: Seen, duration_secs: float) -> Keys | None:
    """Steps between scale 1 and 0 from what is seen from when on, over the whole duration; `None` where that is all the
    time.
    """
    kept = [pair for k, pair in enumerate(seen) if not k or pair[1] != seen[k - 1][1]]
    if [is_seen for _, is_seen in kept] == [True]:
        return None
    # The last key holds until the end: players that stop at the last key of a track must not stop early.
    kept.append((duration_secs, kept[-1][1]))
    times, values = zip(*kept, strict=True)
    return Keys(np.array(times), np.repeat(np.array(values, np.float64)[:, None], 3, axis=1), steps=True)


def heights(net: NetReel, station: int, times_secs: Array, duration_secs: float, *, loops: bool) -> Keys | None:
    """How far (0..1) the heights of a plate have come out; `None` where they always are."""
    if net.front is None:
        return None
    along = np.clip((net.front - station + LIT_BEFORE) / LIT_BEFORE, 0.0, 1.0)
    share = along * along * (3 - 2 * along)
    if (share == 1).all():
        return None
    return straightened(*_closed(times_secs, share, duration_secs, loops=loops))


def mixtures(
    steps: Array, shapes: tuple[int, ...], last: int, times_secs: Array, duration_secs: float, *, loops: bool
) -> Keys:
    """How much (n, len(shapes)) of each of some shapes of a bundling there is in a mesh that shows its end otherwise.

    Parameters
    ----------
    steps : (samples,) how far it has come; infinite at its end.
    shapes : the steps, growing and from 0 on, that the mesh can show beside its `last`.
    """
    at = np.clip(steps, 0, last)
    ends = np.array([*shapes, last], np.float64)
    parts = np.stack([np.interp(at, ends, row) for row in np.eye(len(ends))[:-1]], axis=1)
    return straightened(*_closed(times_secs, parts, duration_secs, loops=loops))


def moves(places: Array, times_secs: Array, duration_secs: float, *, loops: bool) -> Keys | None:
    """Where something stands; `None` where it never moves."""
    if (places == places[0]).all():
        return None
    times, values = _closed(times_secs, places, duration_secs, loops=loops)
    extent = float(np.ptp(places, axis=0).max())
    return straightened(times, values, CLOSE_ENOUGH * extent / 10)


def turned(turns: Array, times_secs: Array, duration_secs: float, *, loops: bool) -> Keys | None:
    """How something is turned, as unit quaternions; `None` where it never turns."""
    if (turns == turns[0]).all():
        return None
    times, values = _closed(times_secs, turns, duration_secs, loops=loops)
    values[-1] *= -1.0 if values[-1] @ values[-2] < 0 else 1.0
    return straightened(times, values, 1e-4)


def _closed(times_secs: Array, values: Array, duration_secs: float, *, loops: bool) -> tuple[Array, Array]:
    """Samples with one at the very end: of a loop the end shows what its start shows."""
    if not loops:
        return times_secs, values.copy()
    return np.append(times_secs, duration_secs), np.concatenate([values, values[:1]])


def straightened(times_secs: Array, values: Array, tolerance: float = CLOSE_ENOUGH) -> Keys:
    """As few of the samples as straight lines need that are nowhere more than `tolerance` off.

    Source: Douglas and Peucker, Cartographica 10(2), 1973, with the distance taken at equal times.
    """
    rows = values.reshape(len(values), -1)
    kept = np.zeros(len(rows), bool)
    kept[[0, -1]] = True
    open_parts = [(0, len(rows) - 1)]
    while open_parts:
        low, high = open_parts.pop()
        if high - low < 2:
            continue
        share = (times_secs[low : high + 1] - times_secs[low]) / (times_secs[high] - times_secs[low])
        line = rows[low] + share[:, None] * (rows[high] - rows[low])
        off = np.abs(rows[low : high + 1] - line).max(axis=1)
        worst = low + int(off.argmax())
        if off.max() > tolerance:
            kept[worst] = True
            open_parts += [(low, worst), (worst, high)]
    return Keys(times_secs[kept], values[kept])
