"""Which font writes which letter: the Latin one that the package ships, its Chinese one, or one of the system.

A line is cut into runs that one font each writes. The Chinese font is read only when a letter asks for it, and the
system is asked only for letters that neither has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import groupby
from typing import cast

from PIL import ImageFont

from viewer.system_fonts import fonts_with

MARKS = frozenset("\u201c\u201d\u2026\u2014")
"""Quotation marks, dots and dashes: as wide as a character in Chinese, narrow elsewhere."""
SQUARES = (0x3000, 0x303F), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x323AF)
"""Where Unicode has the characters of Chinese, their punctuation and wide signs."""
CLOSING = frozenset("\uff0c\u3002\u3001\uff1a\uff1b\uff09\u300b\u3009\u300d\u300f\u3011\u3015\u201d")
OPENING = frozenset("\uff08\u300a\u3008\u300c\u300e\u3010\u3014\u201c")
"""Chinese marks of which one half of the square is empty: the right one, and the left one."""
NO_LETTER = chr(0x10FFFF)
PROBED_PX = 32.0


@dataclass(frozen=True, slots=True)
class Face:
    """A font in two weights: files that the package ships, or one file of the system for both, its number `index`."""

    regular: str
    bold: str
    index: int = 0


LATIN = Face("OpenSans-Regular.ttf", "OpenSans-Bold.ttf")
CHINESE = Face("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
SHIPPED = LATIN, CHINESE

_missing: dict[str, None] = {}


def font_file(name: str) -> bytes | None:
    """The content of a font that the package ships; `None` where it is missing, cannot be read, or is no font."""
    try:
        content = (files("viewer") / "fonts" / name).read_bytes()
        ImageFont.truetype(BytesIO(content), 16)
    except OSError:
        return None
    return content


@cache
def _content(name: str) -> bytes | None:
    """As `font_file`, read once: the Chinese fonts are large, and each size that is used holds on to its content."""
    return font_file(name)


@cache
def font_of(face: Face, size_px: float, is_bold: bool) -> ImageFont.FreeTypeFont | None:
    """A font at a size; `None` where it cannot be read."""
    name = face.bold if is_bold else face.regular
    content = _content(name) if face in SHIPPED else None
    if face in SHIPPED and content is None:
        return None
    source = name if content is None else BytesIO(content)
    return ImageFont.truetype(source, size_px, face.index, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1024)
def runs_of(text: str) -> tuple[tuple[Face, str], ...]:
    """A line in pieces that one font each writes, in order; none for an empty line.

    In a line with Chinese characters, quotation marks, dots and dashes are Chinese too. Between marks that move closer
    (`is_tight`) a piece ends.

    >>> [(face is CHINESE, piece) for face, piece in runs_of("conv_1 \u5c42")]
    [(False, 'conv_1 '), (True, '\u5c42')]
    """
    if text.isascii():
        return ((LATIN, text),) if text else ()
    marks = MARKS if any(map(is_chinese, text)) else ()
    pairs = ((CHINESE if letter in marks else face_of(letter), letter) for letter in text)
    runs: list[tuple[Face, str]] = []
    for face, group in groupby(pairs, lambda pair: pair[0]):
        start = len(runs)
        for _, letter in group:
            if len(runs) == start or (face is CHINESE and is_tight(runs[-1][1][-1], letter)):
                runs.append((face, letter))
            else:
                runs[-1] = face, runs[-1][1] + letter
    return tuple(runs)


def is_tight(before: str, after: str) -> bool:
    """Whether two Chinese marks stand half a square closer than their squares: there is a gap otherwise.

    Source: W3C, Requirements for Chinese Text Layout, on the adjustment of punctuation.
    """
    return (before in CLOSING and after in CLOSING | OPENING) or (before in OPENING and after in OPENING)


def is_chinese(letter: str) -> bool:
    """Whether it is a character of Chinese, its punctuation or its wide signs: what stands in a square of its own.

    >>> [is_chinese(letter) for letter in "\u5377\uff0c3\u03b5"]
    [True, True, False, False]
    """
    return any(first <= ord(letter) <= last for first, last in SQUARES)


@cache
def face_of(letter: str) -> Face:
    """The font that writes a letter: the Latin one, the Chinese one, or one of the system. Where none has it, the Latin
    one, which draws a box; `missing_letters` knows of it then.
    """
    for face in SHIPPED:
        if has(face, letter):
            return face
    found = face_of_system(letter)
    if found is None:
        _missing[letter] = None
    return found or LATIN


def face_of_system(letter: str) -> Face | None:
    """A font of the system that writes a letter; `None` where there is none."""
    faces = (Face(str(path), str(path), index) for path, index in fonts_with(letter))
    return next((face for face in faces if has(face, letter)), None)


def missing_letters() -> str:
    """The letters that were asked for so far and that no font here has."""
    return "".join(_missing)


def has(face: Face, letter: str) -> bool:
    """Whether a font has a letter: it draws something else then than where there is none."""
    try:
        font = font_of(face, PROBED_PX, False)
        return font is not None and _drawn(font, letter) != _drawn(font, NO_LETTER)
    except (OSError, ValueError):  # a font of one size only, or a damaged one
        return False


def _drawn(font: ImageFont.FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes, float]:
    mask = font.getmask(letter, mode="L")
    return cast("tuple[int, int]", mask.size), bytes(mask), font.getlength(letter)
