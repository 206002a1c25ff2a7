"""Where the inputs of a track lie among the images of a survey, and how far it has come. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.atlas import reduced
from viewer.camera import view_from_world
from viewer.learned.spread import eased

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.cloud import Track
    from viewer.learned.spread import Spread
    from viewer.state import Camera

    Array = NDArray[np.float32]

LARGEST_SIDE = 96
APART = 1.15
"""Pictures along a line stand at least that many times their side apart."""
OFF = 1.2
ROOM, SOFT, ASIDE, OUTERMOST = 0.7, 0.08, 0.4, 1.0
"""The last picture of a track: how far off its line, by its width; within which distance of the middle there is room up
and to the right of it, how softly that ends, so that nothing jumps where points move, and how much it counts beside the
way of the line; and how far out it may stand.
"""


@dataclass(frozen=True, eq=False)
class Trail:
    """What is seen of a track.

    Attributes
    ----------
    inputs : the inputs that are known, in order.
    line : (k, 3) float32, its points so far, the last one on the way from one input to the next.
    head : the number in `inputs` of the picture at the end of the line.
    pictures : the numbers of those with a picture on the line, apart from each other.
    alpha : 0..1: it comes and goes between layouts of which one does not know it.
    """

    inputs: tuple[str, ...]
    line: Array
    head: int
    pictures: tuple[int, ...]
    alpha: float


def trail_of(track: Track, start: Spread, end: Spread, share: float, side: float) -> Trail | None:
    """What is seen of a track while a cloud has come `share` of its way and pictures are `side` wide; `None`: nothing.

    >>> from viewer.cloud import Track
    >>> trail_of(Track(()), None, None, 0.0, 0.1) is None
    True
    """
    way = float(eased(np.asarray([min(max(share, 0.0), 1.0)]))[0])
    known = [{name for name in track.inputs if name in each.inputs} for each in (start, end)] if track.inputs else []
    if not any(known):
        return None
    if all(known):
        names = tuple(name for name in track.inputs if name in known[0] & known[1])
        ends = [np.array([each.inputs[name] for name in names], np.float32) for each in (start, end)]
        points, alpha = ends[0] + (ends[1] - ends[0]) * np.float32(way), 1.0
    else:
        own, there = (start, 1.0 - way) if known[0] else (end, way)
        names = tuple(name for name in track.inputs if name in own.inputs)
        points, alpha = np.array([own.inputs[name] for name in names], np.float32), there
    if not names or alpha * track.alpha <= 0:
        return None
    line, head = _so_far(points, track.shown)
    return Trail(names, line, head, _apart(line[: head + 1], APART * side * track.side), alpha * track.alpha)


def called_out(camera: Camera, line: NDArray[np.float32], away: float) -> NDArray[np.float32]:
    """Where in the world (1, 3) the last picture of a track along `line` (k, 3) stands: `away` from its end, as it is
    seen, on the way that the line has taken, so that it does not hide it; up and to the right of a line that has hardly
    begun, and never far out of the middle.
    """
    plane = view_from_world(camera)[:2, :3]
    seen = line @ plane.T
    heading = seen[-1] - seen.mean(axis=0)
    way = heading / (np.linalg.norm(heading) + SOFT) + ASIDE * np.tanh((ROOM - seen[-1]) / SOFT)
    place = seen[-1] + away * way / max(float(np.linalg.norm(way)), 1e-3)
    off = (np.clip(place, -OUTERMOST, OUTERMOST) - seen[-1]) @ plane
    place_in_world: NDArray[np.float32] = (line[-1:] + off).astype(np.float32)
    return place_in_world


def input_pictures(bundle: Bundle, inputs: Sequence[str]) -> NDArray[np.uint8]:
    """The pictures of inputs (n, h, w, 3) uint8, all as large as the first one, at most `LARGEST_SIDE`; black where an
    input has none.
    """
    images = [bundle.image(name) for name in inputs]
    first = next((image for image in images if image is not None), np.zeros((1, 1, 1), np.uint8))
    most = max(max(first.shape[:2]) / LARGEST_SIDE, 1.0)
    rows, columns = (max(round(side / most), 1) for side in first.shape[:2])
    made = np.zeros((len(images), rows, columns, 3), np.uint8)
    for number, image in enumerate(images):
        if image is not None:
            cells = reduced(np.moveaxis(image.astype(np.float32), -1, 0), rows, columns)
            made[number] = np.round(np.moveaxis(np.broadcast_to(cells, (3, rows, columns)), 0, -1))
    return made


def _so_far(points: Array, shown: float) -> tuple[Array, int]:
    """The points that have been reached, the last one on its way, and the last input that has been reached."""
    gone = min(max(shown, 0.0), 1.0) * (len(points) - 1)
    head = int(np.floor(gone + 1e-9))
    part = np.float32(gone - head)
    if head + 1 >= len(points) or part <= 0:
        return points[: head + 1], head
    return np.concatenate([points[: head + 1], [points[head] + (points[head + 1] - points[head]) * part]]), head


def _apart(points: Array, least: float) -> tuple[int, ...]:
    """The first, and then each that is so far from the one before that was kept."""
    kept = [0]
    for number in range(1, len(points)):
        if float(np.linalg.norm(points[number] - points[kept[-1]])) >= least:
            kept.append(number)
    return tuple(kept)
