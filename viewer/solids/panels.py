"""The panels behind the tiles of plates, as rounded boxes with a frame. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import PALETTES
from viewer.layout.plate import STACK_RISE, STACK_STEP, STACKED
from viewer.solids.solid import Solid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.colour import Palette
    from viewer.layout import Layout, Plate
    from viewer.state import Theme

    Array = NDArray[np.float64]

HALF_DEPTH = 0.02
CORNER, FRAME = 0.12, 0.035
"""Radius of a corner and width of the frame, world units: on the picture of an ordinary net two pixels."""
LEAST_OF_EXTENT, WIDEST_FRAME = 6e-4, 0.1
"""A frame is at least so wide beside the whole net: a pixel and a fifth on the picture, but never all of a corner."""
PIECES = 5
"""Of the arc of a corner."""
SHINE = 0.8
"""How much of the frame's colour shows where a layer is lit."""
SIDE = 0.6
"""How bright the sides of a panel are beside its frame."""


def panel_solids(layout: Layout, theme: Theme) -> dict[int, Solid]:
    """The panel of each plate by the plate's index, relative to its centre; a folded group has a stack of them, as it
    has on the picture.
    """
    solids = {}
    frame = min(max(FRAME, layout.extent * LEAST_OF_EXTENT), WIDEST_FRAME)
    for index, plate in enumerate(layout.plates):
        points, triangles, colours = _panel(plate, PALETTES[theme], frame)
        backs = np.arange(1 + STACKED * (plate.group is not None))
        steps = backs[:, None, None] * np.array([STACK_STEP, STACK_RISE, 0.0])
        stacked = backs[:, None, None] * len(points) + triangles
        solids[index] = Solid(
            (points + steps).reshape(-1, 3).astype(np.float32),
            stacked.reshape(-1, 3).astype(np.uint32),
            np.tile(colours, (len(backs), 1)),
        )
    return solids


def stack_of(plate: Plate) -> tuple[float, float]:
    """How far behind its first panel the last one of a plate lies, and how much higher."""
    return (STACKED * STACK_STEP, STACKED * STACK_RISE) if plate.group is not None else (0.0, 0.0)


def _panel(plate: Plate, palette: Palette, width: float) -> tuple[Array, NDArray[np.int64], NDArray[np.uint8]]:
    """Points, triangles and colours of one panel: rings of points from the middle of its front to that of its back."""
    outer, inner = _outline(plate.size, 0.0), _outline(plate.size, width)
    face, frame = np.array(palette.panel), np.array(palette.border)
    frame = face + (frame - face) * SHINE
    rings = (
        (inner, -HALF_DEPTH, face),
        (inner, -HALF_DEPTH, frame),
        (outer, -HALF_DEPTH, frame),
        (outer, -HALF_DEPTH, frame * SIDE),
        (outer, HALF_DEPTH, frame * SIDE),
        (outer, HALF_DEPTH, frame),
        (inner, HALF_DEPTH, frame),
        (inner, HALF_DEPTH, face),
    )
    points = np.concatenate([np.column_stack([np.full(len(ring), x), ring[:, 1], ring[:, 0]]) for ring, x, _ in rings])
    colours = np.repeat([np.r_[np.rint(colour * 255), 255] for *_, colour in rings], len(outer), axis=0)
    count = len(outer)
    joined = [_band(first * count, (first + 1) * count, count) for first in (1, 3, 5)]
    triangles = np.concatenate([_fan(0, count), *joined, _fan(7 * count, count)[:, ::-1]])
    return points, triangles, colours.astype(np.uint8)


def _outline(size: tuple[float, float], inset: float) -> Array:
    """A rounded rectangle (n, 2) as (u, v) from its middle, counter-clockwise seen from the input."""
    half = np.array(size) / 2
    angles = np.radians(np.linspace(0, 90, PIECES + 1) + 90.0 * np.arange(4)[:, None])
    middles = (half - CORNER) * np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    arcs = (CORNER - inset) * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    outline: Array = (middles[:, None] + arcs).reshape(-1, 2)
    return outline


def _fan(first: int, count: int) -> NDArray[np.int64]:
    """A convex ring of points from `first` on, filled."""
    at = np.arange(1, count - 1)
    return first + np.stack([np.zeros_like(at), at, at + 1], axis=1)


def _band(inner: int, outer: int, count: int) -> NDArray[np.int64]:
    """What lies between two rings, of which the first comes first from the front."""
    at = np.arange(count)
    after = (at + 1) % count
    one = np.stack([inner + at, outer + at, outer + after], axis=1)
    two = np.stack([inner + at, outer + after, inner + after], axis=1)
    return np.concatenate([one, two])
