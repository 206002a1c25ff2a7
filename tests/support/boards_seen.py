"""Boards as they are seen: their picture as an array, and where they lie on the picture of a camera."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from viewer.camera import project
from viewer.solids.solid import Solid
from viewer.state import Camera

Array = np.ndarray[Any, Any]
Box = tuple[float, float, float, float]


def pixels_of(solid: Solid) -> Array:
    """The picture of a board, (height, width, 4) uint8."""
    assert solid.picture is not None
    image = Image.open(BytesIO(solid.picture.png))
    assert image.size == solid.picture.size_px
    return np.asarray(image.convert("RGBA"))


def front_of(solid: Solid) -> Array:
    """The points (n, 3) of the side that is read from the input's side: the first half."""
    return solid.points[: len(solid.points) // 2].astype(np.float64)


def box_on_picture(solid: Solid, at: Sequence[float], camera: Camera, aspect: float) -> Box:
    """Left, top, right and bottom in reference pixels of a board that stands at a place of the world."""
    seen = project(camera, front_of(solid) + np.asarray(at), aspect)
    (left, top), (right, bottom) = seen.min(axis=0), seen.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def overlap_px(a: Box, b: Box) -> float:
    """How far two boxes reach into each other, the smaller way; at most 0 where they are apart."""
    return min(a[2] - b[0], b[2] - a[0], a[3] - b[1], b[3] - a[1])


def normals_of(solid: Solid) -> Array:
    """The unit normals (m, 3) of the triangles, by the order of their corners."""
    a, b, c = (solid.points[solid.triangles[:, i]].astype(np.float64) for i in range(3))
    crossed = np.cross(b - a, c - a)
    unit: Array = crossed / np.linalg.norm(crossed, axis=1, keepdims=True)
    return unit
