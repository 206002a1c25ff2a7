"""A picture of an explanation for people: the input, the map over it, what was asked, and a legend with numbers."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from exporter.bundle import Bundle
from exporter.bundle.schema import Overlay, Run
from exporter.explain.contract import Floats
from exporter.explain.registry import EXPLANATIONS
from exporter.explaining.painting import Levels, Scale, colours_of, painted, scale_of
from exporter.explaining.words import asked_words, class_words

SIDE_PX = 480
_COARSE = 100
"""Pictures with fewer pixels a side are shown with square pixels."""
_EDGE_PX = 28
_GAP_PX = 20
_BAR_PX = 22
_GROUND, _TEXT, _DIM, _ACCENT = "#0B1426", "#EAF1FF", "#A9BAD8", "#FFC857"
_LARGE_PX, _SMALL_PX = 30, 19


@dataclass(frozen=True)
class Words:
    """What stands on a card: above the pictures, below them, and under the legend."""

    title: str
    line: str
    captions: tuple[str, str]
    note: str


def card(bundle: Bundle, run_id: str) -> Levels:
    """The picture of a run, (rows, columns, 3) uint8: the input, beside it the map over it, words and a legend.

    The run is one over a picture: its overlay has the run's id.
    """
    run, overlay = next(run for run in bundle.manifest.runs if run.id == run_id), bundle.overlay(run_id)
    picture, values = bundle.image(overlay.input), bundle.load(overlay.values)
    assert picture is not None
    scale = scale_of(values)
    shown = _sized(_coloured(picture))
    over = painted(shown, _spread(values, shown.shape[:2]), overlay.kind, scale.full)
    return _laid_out(shown, over, _words(bundle, run, overlay), overlay, scale)


def _words(bundle: Bundle, run: Run, overlay: Overlay) -> Words:
    score, predicted = run.result.get("score"), run.result.get("predicted")
    asked = run.options.get("class")
    of_class = "logit" if asked is not None else "value"
    parts = [f"input {overlay.input} ({bundle.input(overlay.input).label})"]
    parts += [f"{of_class} {score:.4g}"] if isinstance(score, int | float) else []
    if asked is not None and predicted is not None and asked != predicted:
        parts.append(f"predicted: {class_words(bundle, int(predicted))}")
    if isinstance(share := run.result.get("share"), float):
        parts.append(f"{share:.0%} of the picture")
    place = run.result.get("map_layer")
    method = run.method + (f" at {place}" if place else "")
    summary = EXPLANATIONS[run.method].summary if run.method in EXPLANATIONS else ""
    return Words(
        f"Which pixels matter for {asked_words(bundle, run)}?",
        " · ".join(parts),
        ("what the model sees", method),
        summary,
    )


def _laid_out(shown: Levels, over: Levels, words: Words, overlay: Overlay, scale: Scale) -> Levels:
    rows, columns = shown.shape[:2]
    width = max(2 * columns + _GAP_PX, SIDE_PX + _GAP_PX) + 2 * _EDGE_PX
    note = textwrap.wrap(words.note, max(20, round((width - 2 * _EDGE_PX) / (_SMALL_PX * 0.5))))
    top = _EDGE_PX + _LARGE_PX + _SMALL_PX + 3 * _GAP_PX // 2
    legend = top + rows + _SMALL_PX + 2 * _GAP_PX
    below = (_BAR_PX + _SMALL_PX + _GAP_PX) if overlay.kind != "mask" else 0
    height = legend + below + len(note) * round(_SMALL_PX * 1.4) + _EDGE_PX
    image = Image.new("RGB", (width, height), _GROUND)
    draw, room = ImageDraw.Draw(image), width - 2 * _EDGE_PX
    _write(draw, (_EDGE_PX, _EDGE_PX - 6), words.title, _LARGE_PX, _TEXT, room)
    _write(draw, (_EDGE_PX, _EDGE_PX + _LARGE_PX + 6), words.line, _SMALL_PX, _DIM, room)
    lefts = _EDGE_PX, _EDGE_PX + columns + _GAP_PX
    for left, panel, caption in zip(lefts, (shown, over), words.captions, strict=True):
        image.paste(Image.fromarray(panel), (left, top))
        _write(draw, (left, top + rows + 6), caption, _SMALL_PX, _DIM, columns)
    if overlay.kind != "mask":
        _legend(image, draw, (_EDGE_PX, legend), room, overlay, scale)
    for number, line in enumerate(note):
        place = _EDGE_PX, legend + below + number * round(_SMALL_PX * 1.4)
        _write(draw, place, line, _SMALL_PX, _DIM, room)
    return np.asarray(image)


def _legend(
    image: Image.Image, draw: ImageDraw.ImageDraw, at: tuple[int, int], room: int, overlay: Overlay, scale: Scale
) -> None:
    """The bar of colours, and what its ends and its middle stand for."""
    is_signed = overlay.kind == "signed"
    shares = np.linspace(-1.0 if is_signed else 0.0, 1.0, room)
    bar = np.broadcast_to(colours_of(shares, overlay.kind).astype(np.uint8), (_BAR_PX, room, 3))
    image.paste(Image.fromarray(np.ascontiguousarray(bar)), at)
    end = f"{scale.full:.3g}" + (f" or more (up to {scale.largest:.3g})" if scale.is_cut else "")
    first, last = (f"against: -{scale.full:.3g}", f"for: {end}") if is_signed else ("0", end)
    y = at[1] + _BAR_PX + 4
    _write(draw, (at[0], y), first, _SMALL_PX, _TEXT, room)
    _write(draw, (at[0] + room, y), last, _SMALL_PX, _TEXT, room, anchor="ra")
    if is_signed:
        _write(draw, (at[0] + room // 2, y), "0", _SMALL_PX, _TEXT, room, anchor="ma")


def _write(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    text: str,
    size_px: int,
    colour: str,
    room: int,
    *,
    anchor: str = "la",
) -> None:
    """A line of text, cut short where there is no room for it."""
    font = ImageFont.load_default(size_px)
    shown = text
    while len(shown) > 1 and draw.textlength(shown, font) > room:
        shown = shown[:-2].rstrip() + "…"
    draw.text(at, shown, fill=colour, font=font, anchor=anchor)


def _coloured(picture: Levels) -> Levels:
    return np.broadcast_to(picture, (*picture.shape[:2], 3))


def _sized(picture: Levels) -> Levels:
    """A picture whose longer side is about as long as a panel; small ones keep square pixels."""
    rows, columns = picture.shape[:2]
    longer = max(rows, columns)
    if longer < _COARSE:
        times = max(1, SIDE_PX // longer)
        return picture.repeat(times, axis=0).repeat(times, axis=1)
    size = max(1, round(columns * SIDE_PX / longer)), max(1, round(rows * SIDE_PX / longer))
    return np.asarray(Image.fromarray(np.ascontiguousarray(picture)).resize(size, Image.Resampling.LANCZOS))


def _spread(values: Floats, size: tuple[int, ...]) -> Floats:
    """A map over so many pixels: whole squares where they are a multiple of it, else blended."""
    rows, columns = size
    is_whole = rows % values.shape[0] == 0 and columns % values.shape[1] == 0
    how = Image.Resampling.NEAREST if is_whole else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize((columns, rows), how))
