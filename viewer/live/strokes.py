"""Strokes of a brush, and the small picture that they make. Pure numpy.

A stroke is where the brush's centre went: a chain of segments, each drawn as all points within half the brush's width
of it. At the rim a pixel is covered in part, linearly over the width of one pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Array = NDArray[np.float64]
Shape = tuple[int, int, int]
Point = tuple[float, float]
WHITE = 255


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of the brush.

    Attributes
    ----------
    points : x and y in 0..1 of the picture's width and height, in the order of drawing; what is beyond is cut off.
    brush : how wide it is, in 0..1 of the picture's height.
    erases : whether the background comes out again.
    colour : 0..255 per channel; `None`: black or white, whichever is seen better on the background.
    """

    points: tuple[Point, ...]
    brush: float
    erases: bool = False
    colour: tuple[int, ...] | None = None


def drawn(shape: Shape, strokes: tuple[Stroke, ...], background: object) -> Picture:
    """The picture (H, W, C) uint8 of strokes, the last on top.

    `background` is a colour or a picture: whatever broadcasts to the shape, 0..255.

    >>> across = Stroke(((0.0, 0.5), (1.0, 0.5)), 0.5)
    >>> drawn((4, 3, 1), (across,), 0)[..., 0].tolist()
    [[0, 0, 0], [255, 255, 255], [255, 255, 255], [0, 0, 0]]
    """
    painting = Painting(shape, background)
    for stroke in strokes:
        painting.add(stroke)
    return painting.picture


class Painting:
    """A picture that strokes are added to. What a longer last stroke changes is all that is painted anew."""

    def __init__(self, shape: Shape, background: object) -> None:
        self._background: Array = np.broadcast_to(np.asarray(background, np.float64), shape)
        self._ink = np.full(shape[2], float(WHITE if self._background.mean() < WHITE / 2 else 0))
        self._before = np.array(self._background)
        self._now = np.array(self._background)
        self._cover = np.zeros(shape[:2])
        self._last: Stroke | None = None

    @property
    def picture(self) -> Picture:
        """The picture now: (H, W, C) uint8, its own."""
        return np.rint(self._now).astype(np.uint8)

    def add(self, stroke: Stroke) -> None:
        """One more stroke."""
        self._before, self._cover = np.array(self._now), np.zeros_like(self._cover)
        self._last = stroke
        self._paint(stroke, 0)

    def lengthen(self, stroke: Stroke) -> None:
        """The last stroke goes on: the same one with more points."""
        done = 0 if self._last is None else len(self._last.points)
        self._last = stroke
        self._paint(stroke, max(done - 1, 0))

    def _paint(self, stroke: Stroke, start: int) -> None:
        """The segments from a point on."""
        height, width = self._cover.shape
        points = np.asarray(stroke.points, np.float64)[start:] * (width, height)
        radius = stroke.brush * height / 2
        for one, two in zip(points[: max(len(points) - 1, 1)], points[1:] if len(points) > 1 else points, strict=True):
            rows, columns = _touched(one, two, radius, height, width)
            cover = np.maximum(self._cover[rows, columns], _cover(one, two, radius, rows, columns))
            self._cover[rows, columns] = cover
            colour = self._ink if stroke.colour is None else np.asarray(stroke.colour, np.float64)
            paint = self._background[rows, columns] if stroke.erases else colour
            before = self._before[rows, columns]
            self._now[rows, columns] = before + (paint - before) * cover[..., None]


def _touched(one: Array, two: Array, radius: float, height: int, width: int) -> tuple[slice, slice]:
    """The rows and columns that a segment may reach."""
    low, high = np.minimum(one, two) - radius - 1, np.maximum(one, two) + radius + 1
    left, right = (min(max(at, 0), width) for at in (floor(low[0]), ceil(high[0])))
    top, bottom = (min(max(at, 0), height) for at in (floor(low[1]), ceil(high[1])))
    return slice(top, bottom), slice(left, right)


def _cover(one: Array, two: Array, radius: float, rows: slice, columns: slice) -> Array:
    """How far each pixel lies within `radius` of a segment, 0..1, by the distance of its centre."""
    y, x = np.mgrid[rows, columns] + 0.5
    along = two - one
    length2 = float(along @ along)
    part = 0.0 if length2 == 0 else np.clip(((x - one[0]) * along[0] + (y - one[1]) * along[1]) / length2, 0.0, 1.0)
    distance = np.hypot(x - one[0] - part * along[0], y - one[1] - part * along[1])
    cover: Array = np.clip(radius + 0.5 - distance, 0.0, 1.0)
    return cover
