"""Names of classes at the middles of their images, where they have room, and what is told at the end of a track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import project
from viewer.learned.spread import eased, grouping
from viewer.state import REFERENCE_HEIGHT_PX, Bar, Hud, Words
from viewer.typeset import DESCENT, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey
    from viewer.learned.spread import Spread
    from viewer.state import Camera

    Array = NDArray[np.float32]
    Box = tuple[float, float, float, float]

NAME_PX, PAD_PX, UP_PX = 28.0, 9.0, 0.36
MOST_NAMES, FEWEST, LEAST_SHARE = 24, 3, 0.01
"""A class of fewer images than that, or of a smaller share of all, has no name: names would hide the images."""
BACK_ALPHA = 0.82
STEPS_PX = (0.0, -38.0, 38.0, -76.0, 76.0)


@dataclass(frozen=True, eq=False)
class Middles:
    """Where the images of each class have their middle: `classes` (k,), the largest first, and `points` (k, 3)."""

    classes: tuple[int, ...]
    points: Array


def middles_of(bundle: Bundle, survey: Survey, spread: Spread) -> Middles:
    """The middle of each class: of its images the one nearest to their median, so that a name stands on one of them.

    At most the `MOST_NAMES` largest classes, none of few images; none where no classes are known.
    """
    classes = grouping(bundle, survey)
    if classes is None:
        return Middles((), np.zeros((0, 3), np.float32))
    known = np.where(spread.has_place, classes, -1)
    numbers, counts = np.unique(known[known >= 0], return_counts=True)
    least = max(FEWEST, LEAST_SHARE * counts.sum())
    kept = [int(numbers[at]) for at in np.argsort(-counts, kind="stable") if counts[at] >= least][:MOST_NAMES]
    points = [_middle(spread.points[known == each]) for each in kept]
    return Middles(tuple(kept), np.array(points, np.float32).reshape(-1, 3))


def _middle(points: Array) -> Array:
    away = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    middle: Array = points[np.argmin(away)]
    return middle


def mixed_middles(start: Middles, end: Middles, share: float) -> Middles:
    """The middles of the classes that are in both, on the way from one to the other."""
    both = [each for each in start.classes if each in end.classes]
    way = np.float32(eased(np.asarray([share]))[0])
    before = start.points[[start.classes.index(each) for each in both]]
    after = end.points[[end.classes.index(each) for each in both]]
    return Middles(tuple(both), before + (after - before) * way)


def cluster_words(
    middles: Middles, camera: Camera, aspect: float, names: Sequence[str], alpha: float, keep_off: Sequence[Box] = ()
) -> Hud:
    """The name of each class at its middle, each on a plate of its own, larger classes first.

    None lies over another or over the boxes `keep_off`, or leaves the frame: it is moved up or down, or left out.
    """
    if alpha <= 0 or not middles.classes:
        return Hud()
    at = project(camera, middles.points, aspect)
    taken, hud = list(keep_off), Hud()
    for number, (x, y) in zip(middles.classes, at.tolist(), strict=True):
        text = names[number] if number < len(names) else str(number)
        hud += plated(text, (x, y), number, alpha, aspect, taken)
    return hud


def plated(
    text: str, middle_px: tuple[float, float], of_class: int | None, alpha: float, aspect: float, taken: list[Box]
) -> Hud:
    """A word on a plate about so far from a place as leaves the boxes `taken` free, which grow by it; nothing where
    there is no room.
    """
    half = width_of(text, NAME_PX, True) / 2 + PAD_PX
    x, frame_px = middle_px[0], REFERENCE_HEIGHT_PX * aspect
    for step in STEPS_PX:
        y = middle_px[1] + UP_PX * NAME_PX + step
        box = x - half, y - NAME_PX, x + half, y + (DESCENT + 0.1) * NAME_PX
        is_inside = box[0] >= 4 and box[1] >= 4 and box[2] <= frame_px - 4 and box[3] <= REFERENCE_HEIGHT_PX - 4
        if is_inside and not any(_meet(box, other) for other in taken):
            taken.append(box)
            back = Bar((box[0], box[1], 2 * half, box[3] - box[1]), "ground", BACK_ALPHA * alpha, 8.0)
            word = Words(text, (x, y), NAME_PX, True, "text", "centre", alpha, of_class=of_class)
            return Hud(bars=(back,), words=(word,))
    return Hud()


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
