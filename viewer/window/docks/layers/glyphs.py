"""Signs for the kinds of layers, for what can be done with one, and of tools, as lines in a square of 16 by 16. Pure.

A sign is a tuple of lines; a line is a tuple of points, x to the right and y down.
"""

from __future__ import annotations

from math import cos, exp, pi, sin, sqrt

Point = tuple[float, float]
Line = tuple[Point, ...]
Glyph = tuple[Line, ...]

SIDE = 16.0


def _box(left: float, top: float, right: float, bottom: float) -> Line:
    return (left, top), (right, top), (right, bottom), (left, bottom), (left, top)


def _ring(x: float, y: float, radius: float, points: int = 20) -> Line:
    return tuple(
        (x + radius * cos(2 * pi * k / points), y + radius * sin(2 * pi * k / points)) for k in range(points + 1)
    )


def _grid(left: float, top: float, right: float, bottom: float, cells: int) -> Glyph:
    steps = [k / cells for k in range(1, cells)]
    across = tuple(((left, top + (bottom - top) * s), (right, top + (bottom - top) * s)) for s in steps)
    down = tuple(((left + (right - left) * s, top), (left + (right - left) * s, bottom)) for s in steps)
    return (_box(left, top, right, bottom), *across, *down)


def _half(x: float) -> float:
    """Half the height of the ring at `x` that is half filled."""
    return sqrt(36 - (x - 8) ** 2)


_BELL: Line = tuple((1.5 + 13 * k / 20, 13 - 10 * exp(-(((k - 10) / 4.5) ** 2))) for k in range(21))
_EYE: Glyph = (
    tuple((1 + 14 * k / 16, 8 - 5 * sin(pi * k / 16)) for k in range(17)),
    tuple((1 + 14 * k / 16, 8 + 5 * sin(pi * k / 16)) for k in range(17)),
    _ring(8, 8, 2.2, 12),
)

GLYPHS: dict[str, Glyph] = {
    "group": (_box(4.5, 2, 14, 11.5), ((4.5, 4.5), (2, 4.5), (2, 14), (11.5, 14), (11.5, 11.5))),
    "input": (_box(2, 3, 14, 13), ((3, 12), (6.5, 7.5), (9, 10.5), (11, 8.5), (13.5, 12))),
    "dense": (*(((1.5, y), (8.6, 8 + (y - 8) * 0.18)) for y in (2.5, 8.0, 13.5)), _ring(11.5, 8, 3, 16)),
    "conv": _grid(2.5, 2.5, 13.5, 13.5, 3),
    "depthwise": (*_grid(2.5, 2.5, 9.5, 9.5, 2), ((12, 5), (12, 12), (5, 12))),
    "pool": (*_grid(1.5, 2, 9.5, 10, 2), _box(11, 10, 15, 14)),
    "global_pool": (_box(1.5, 2, 10, 10.5), ((10, 10.5), (14, 14)), ((13.2, 13.2), (14.8, 14.8))),
    "activation": (((1.5, 12.5), (8, 12.5), (14.5, 3)),),
    "normalisation": (_BELL, ((1.5, 14), (14.5, 14))),
    "dropout": (_ring(4.5, 5, 2.3, 12), _ring(11.5, 11, 2.3, 12), ((9.5, 3), (13.5, 7)), ((13.5, 3), (9.5, 7))),
    "flatten": (((2, 3), (2, 13)), ((5, 8), (10, 8)), ((8, 6), (10.5, 8), (8, 10)), ((14, 1.5), (14, 14.5))),
    "reshape": (_box(2, 3, 7, 13), ((8.5, 8), (10, 8)), _box(11, 5, 15, 11)),
    "padding": (_box(1.5, 1.5, 14.5, 14.5), _box(5, 5, 11, 11)),
    "merge": (_ring(8, 8, 6), ((4.5, 8), (11.5, 8)), ((8, 4.5), (8, 11.5))),
    "recurrent": (
        tuple((8 + 5 * cos(a), 8 + 5 * sin(a)) for a in [0.5 + 0.25 * k for k in range(22)]),
        ((13, 3), (13, 7), (9.5, 6)),
    ),
    "attention": (((2, 3), (14, 3)), ((2, 3), (5, 13), (14, 3)), ((5, 13), (11, 13)), ((2, 3), (11, 13), (14, 3))),
    "embedding": (_box(2, 2, 14, 14), ((2, 6), (14, 6)), ((6, 6), (6, 14))),
    "resize": (_box(2, 8, 8, 14), ((8, 8), (14, 2)), ((10, 2), (14, 2), (14, 6))),
    "preprocessing": (((2, 5), (14, 5)), _ring(6, 5, 2, 10), ((2, 11), (14, 11)), _ring(10, 11, 2, 10)),
    "other": (_ring(8, 8, 5.5),),
    "opened": _grid(2, 2, 14, 14, 2),
    "closed": (_box(2, 2, 14, 14),),
    "isolate": _EYE,
    "mute": (_ring(8, 8, 6), ((3.8, 3.8), (12.2, 12.2))),
    "pin": (_ring(8, 5.5, 3.6), ((8, 9.1), (8, 15))),
    "pencil": (((2, 14), (3, 10.5), (11.5, 2), (14, 4.5), (5.5, 13), (2, 14)), ((9.5, 4), (12, 6.5))),
    "eraser": (
        ((6, 13.5), (2, 9.5), (9.5, 2), (14, 6.5), (7, 13.5), (14, 13.5)),
        ((5.5, 6), (10, 10.5)),
        ((6, 13.5), (7, 13.5)),
    ),
    "undo": (((6, 2.5), (2.5, 6), (6, 9.5)), ((2.5, 6), (10, 6), (13, 7.6), (13.5, 10.5), (12, 13), (7, 13.5))),
    "bin": (
        ((2.5, 4), (13.5, 4)),
        ((6, 4), (6, 2), (10, 2), (10, 4)),
        ((4, 4), (4.8, 14), (11.2, 14), (12, 4)),
        ((8, 6.5), (8, 11.5)),
    ),
    "opposite": (_ring(8, 8, 6), *(((x, 8 - _half(x)), (x, 8 + _half(x))) for x in (8.0, 9.3, 10.6, 11.9, 13.2))),
}
"""By the names of kinds, `group`, what the columns of the layers dock do, and the tools of the drawing pad;
`GLYPHS["other"]` stands for any kind."""


def glyph_of(name: str) -> Glyph:
    """The sign of that name, or that of any layer."""
    return GLYPHS.get(name, GLYPHS["other"])
