"""A head-up display as a picture of its own: bars, ramps, lines and words drawn without a GPU. Pure."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from viewer.colour import PALETTES, SEQUENTIAL, apply_map, class_colours
from viewer.typeset import coverage_of, width_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.colour import Rgb
    from viewer.state import Bar, ColourSet, Hud, Polyline, Ramp, Theme, Words

    Array = NDArray[np.float64]
    Canvas = NDArray[np.uint8]

LEVELS = 15
"""Steps of a border's softness: more are not seen, and fewer colours make a much smaller file."""
SHIFT = {"left": 0.0, "centre": 0.5, "right": 1.0}
MOST_OF_A_PALETTE = 256


def drawn(
    hud: Hud, theme: Theme, size_px: tuple[int, int], finer: float, *, has_ground: bool, colours: ColourSet = "standard"
) -> NDArray[np.uint8]:
    """The picture (height, width, 4) of `hud`, `size_px` (width, height) large, top row first.

    A reference pixel is `finer` pixels of the picture. With `has_ground` every pixel is opaque; without it what is not
    drawn is clear and has the colour of text, so that soft borders of words do not darken where a viewer enlarges them.
    """
    roles = PALETTES[theme].roles
    ground = _levels((*roles["ground"], 1.0) if has_ground else (*_ink(hud, theme), 0.0)).view(np.uint32)
    canvas = np.full((size_px[1], size_px[0], 1), ground, np.uint32).view(np.uint8)
    for bar in hud.bars:
        _draw_bar(canvas, bar, colour_of(bar, theme), finer)
    for ramp in hud.ramps:
        _draw_ramp(canvas, ramp, theme, colours, finer)
    for line in hud.lines:
        _draw_line(canvas, line, colour_of(line, theme), finer)
    for words in hud.words:
        _draw_words(canvas, words, colour_of(words, theme), finer)
    return canvas


def colour_of(thing: Bar | Polyline | Words, theme: Theme) -> Rgb:
    """The colour, in 0..1, of a part of a display: that of its class, or of its role."""
    if thing.of_class is None:
        return PALETTES[theme].roles[thing.role]
    red, green, blue = class_colours(thing.of_class + 1, theme)[thing.of_class].tolist()
    return red, green, blue


def png_of(picture: NDArray[np.uint8]) -> bytes:
    """A PNG file of a picture (h, w, 4), no pixel changed: with a palette where 256 colours are enough, without alpha
    where all is opaque.
    """
    height, width = picture.shape[:2]
    found, index = _colours_of(np.ascontiguousarray(picture).view(np.uint32).reshape(-1))
    is_opaque = bool((picture[..., 3] == 255).all())
    content, options = BytesIO(), {}
    if len(found) <= MOST_OF_A_PALETTE:
        table = found.view(np.uint8).reshape(-1, 4)
        image = Image.fromarray(index.reshape(height, width).astype(np.uint8))
        image.putpalette(table[:, :3].tobytes())  # turns a grey image into one with a palette
        options = {} if is_opaque else {"transparency": table[:, 3].tobytes()}
    else:
        image = Image.fromarray(np.ascontiguousarray(picture[..., :3] if is_opaque else picture))
    image.save(content, "png", **options)  # the highest level takes three times as long and saves 4 %
    return content.getvalue()


def _colours_of(pixels: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """The different pixels, sorted, and which of them each (n,) is. Of runs of equal ones only the first is sorted:
    boards are mostly ground.
    """
    starts = np.flatnonzero(np.concatenate([[True], pixels[1:] != pixels[:-1]]))
    found, which = np.unique(pixels[starts], return_inverse=True)
    return found, np.repeat(which, np.diff(np.append(starts, len(pixels))))


def _ink(hud: Hud, theme: Theme) -> Rgb:
    return colour_of(hud.words[0], theme) if hud.words else PALETTES[theme].roles["text"]


def _draw_bar(canvas: Canvas, bar: Bar, colour: Rgb, finer: float) -> None:
    left, top, width, height = bar.box_px
    middle, half = (left + width / 2, top + height / 2), (width / 2, height / 2)
    _lay(canvas, _Area(middle, half, (1.0, 0.0), min(bar.round_px, *half)), colour, bar.alpha, finer)


def _draw_line(canvas: Canvas, line: Polyline, colour: Rgb, finer: float) -> None:
    half = line.width_px / 2
    for (x0, y0), (x1, y1) in zip(line.points_px, line.points_px[1:], strict=False):
        length = float(np.hypot(x1 - x0, y1 - y0))
        along = ((x1 - x0) / length, (y1 - y0) / length) if length > 0 else (1.0, 0.0)
        area = _Area(((x0 + x1) / 2, (y0 + y1) / 2), (length / 2, half), along, min(half, length / 2))
        _lay(canvas, area, colour, line.alpha, finer)


def _draw_ramp(canvas: Canvas, ramp: Ramp, theme: Theme, colours: ColourSet, finer: float) -> None:
    """Whole pixels: the first column is -1, or 0 of a map of sizes, the last +1."""
    left, top, width, height = ramp.box_px
    columns, rows = _span(left, left + width, finer, canvas.shape[1]), _span(top, top + height, finer, canvas.shape[0])
    first = 0.0 if ramp.map_name in SEQUENTIAL else -1.0
    values = np.linspace(first, 1.0, max(columns.stop - columns.start, 1), dtype=np.float32)
    if columns.stop > columns.start:
        canvas[rows, columns, :3] = _levels(apply_map(values, theme, ramp.map_name, colours))
        canvas[rows, columns, 3] = 255


def _draw_words(canvas: Canvas, line: Words, colour: Rgb, finer: float) -> None:
    if not line.text or line.alpha <= 0:
        return
    coverage, (right, down) = _coverage(line.text, line.size_px * finer, line.bold)
    start = line.at_px[0] - SHIFT[line.anchor] * width_of(line.text, line.size_px, line.bold)
    left, top = round(start * finer) + right, round(line.at_px[1] * finer) + down
    height, width = canvas.shape[:2]
    rows, columns = slice(max(top, 0), max(top + coverage.shape[0], 0)), slice(max(left, 0), left + coverage.shape[1])
    seen = coverage[rows.start - top : max(height - top, 0), columns.start - left : max(width - left, 0)]
    _mix(canvas[rows, columns], seen / 255, colour, line.alpha)


@lru_cache(maxsize=512)
def _coverage(text: str, size_px: float, is_bold: bool) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """As `coverage_of`: the boards of a scene say the same names again and again."""
    return coverage_of(text, size_px, is_bold)


class _Area:
    """A rectangle with round corners: middle, half its sides, which way its first side goes, and its radius."""

    def __init__(
        self, middle: tuple[float, float], half: tuple[float, float], along: tuple[float, float], radius: float
    ) -> None:
        self.middle, self.half, self.along, self.radius = middle, half, along, radius

    def reach(self) -> tuple[float, float]:
        """How far it goes from its middle, across and down."""
        (half_along, half_across), (x, y) = self.half, self.along
        return abs(x) * half_along + abs(y) * half_across, abs(y) * half_along + abs(x) * half_across

    def outside(self, x: Array, y: Array) -> Array:
        """How far points lie outside its border, negative inside: the same measure as the shader's."""
        from_middle = x - self.middle[0], y - self.middle[1]
        at = np.abs(from_middle[0] * self.along[0] + from_middle[1] * self.along[1])
        off = np.abs(from_middle[1] * self.along[0] - from_middle[0] * self.along[1])
        away_at, away_off = at - self.half[0] + self.radius, off - self.half[1] + self.radius
        corner = np.hypot(np.maximum(away_at, 0), np.maximum(away_off, 0))
        found: Array = corner + np.minimum(np.maximum(away_at, away_off), 0) - self.radius
        return found


def _lay(canvas: Canvas, area: _Area, colour: Rgb, alpha: float, finer: float) -> None:
    reach, (x, y), edge = area.reach(), area.middle, 1 / finer
    columns = _span(x - reach[0] - edge, x + reach[0] + edge, finer, canvas.shape[1])
    rows = _span(y - reach[1] - edge, y + reach[1] + edge, finer, canvas.shape[0])
    if columns.stop <= columns.start or rows.stop <= rows.start:
        return
    across = ((np.arange(columns.start, columns.stop) + 0.5) / finer)[None]
    down = ((np.arange(rows.start, rows.stop) + 0.5) / finer)[:, None]
    _mix(canvas[rows, columns], np.clip(0.5 - area.outside(across, down) * finer, 0, 1), colour, alpha)


def _span(low: float, high: float, finer: float, most: int) -> slice:
    return slice(min(max(round(low * finer), 0), most), min(max(round(high * finer), 0), most))


def _mix(under: Canvas, coverage: Array, colour: Rgb, alpha: float) -> None:
    """Lay `colour` over a part of the canvas, in place."""
    cover = (np.rint(coverage * LEVELS) * (alpha / LEVELS))[..., None]
    before = under[..., 3:] / 255
    after = before + (1 - before) * cover
    share = np.divide(cover, after, out=np.zeros_like(cover), where=after > 0)
    under[..., :3] = np.rint(under[..., :3] + (_levels(colour) - under[..., :3].astype(np.float64)) * share)
    under[..., 3:] = np.rint(after * 255)


def _levels(parts: tuple[float, ...] | NDArray[np.float32]) -> Canvas:
    levels: Canvas = np.rint(np.asarray(parts) * 255).astype(np.uint8)
    return levels
