"""Strokes as JSON text: in a bundle beside the drawing that they make, and in files to draw from."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import msgspec

from exporter.bundle.errors import KerascopeError
from viewer.live.strokes import Stroke

MOST_POINTS = 100_000
MOST_BYTES = 16 * 2**20


class Sketch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A drawing before it is a picture: what a file of strokes holds.

    Attributes
    ----------
    strokes : in the order of drawing.
    background : the colour under them, 0..255 per channel, or one number for all.
    label : what it is called; empty: just a drawing.
    true_class : which class it is meant to be, by its number; `None`: nobody says.
    """

    strokes: tuple[Stroke, ...]
    background: tuple[int, ...] = (0,)
    label: str = ""
    true_class: int | None = None


def read_sketch(path: Path | str) -> Sketch:
    """The drawing of a JSON file: an object with the attributes of `Sketch`.

    Raises
    ------
    KerascopeError
        it cannot be read, or what is there is no drawing: says where.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _odd("a file of strokes", f"{path.stat().st_size:,} bytes", path)
        sketch = msgspec.json.decode(path.read_bytes(), type=Sketch)
    except OSError as error:
        what = "the strokes cannot be read"
        raise KerascopeError(what, expected="a JSON file", got=error.strerror, path=path) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _odd("JSON with strokes: [{points: [[x, y], ...], brush}, ...]", str(error), path) from error
    _check(sketch.strokes, path)
    return sketch


def strokes_text(strokes: tuple[Stroke, ...]) -> str:
    """Strokes as JSON, the places to a ten-thousandth of the picture.

    >>> strokes_text((Stroke(((0.5, 1 / 3),), 0.1),))
    '[{"points":[[0.5,0.3333]],"brush":0.1,"erases":false,"colour":null}]'
    """
    return msgspec.json.encode([_rounded(each) for each in strokes]).decode()


def read_strokes(text: str) -> tuple[Stroke, ...]:
    """The strokes of such a text. Raises `KerascopeError`: it is none."""
    try:
        strokes = msgspec.json.decode(text, type=tuple[Stroke, ...])
    except (msgspec.DecodeError, RecursionError) as error:
        raise _odd("an array of strokes as JSON", str(error), None) from error
    _check(strokes, None)
    return strokes


def _rounded(stroke: Stroke) -> Stroke:
    return replace(stroke, points=tuple((round(x, 4), round(y, 4)) for x, y in stroke.points))


def _check(strokes: tuple[Stroke, ...], path: Path | None) -> None:
    """Raise `KerascopeError` where strokes cannot be drawn."""
    if not strokes or not all(stroke.points for stroke in strokes):
        raise _odd("strokes of at least one point", "none", path)
    count = sum(len(stroke.points) for stroke in strokes)
    if count > MOST_POINTS:
        raise _odd(f"at most {MOST_POINTS:,} points", f"{count:,}", path)
    for number, stroke in enumerate(strokes):
        if not 0 < stroke.brush <= 1:
            raise _odd("a brush of 0 to 1 of the picture's height", f"{stroke.brush:g} in stroke {number}", path)
        if not all(math.isfinite(part) for point in stroke.points for part in point):
            raise _odd("places in 0..1", f"no number in stroke {number}", path)
        if stroke.colour is not None and not all(0 <= part <= 255 for part in stroke.colour):
            raise _odd("colours of 0 to 255", f"{stroke.colour} in stroke {number}", path)


def _odd(expected: str, got: str, path: Path | None) -> KerascopeError:
    return KerascopeError("these are no strokes to draw", expected=expected, got=got, path=path)
