"""What the scene of filters says: of the net, and of the tiles of each layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.heading import fitted
from scenes.panels.legends import colour_legend, note
from scenes.panels.numbers import count
from viewer.state import Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.filters.chapters import Chapter
    from scenes.filters.places import FilterFrame, TileGrid

SUBTITLE = "what each layer looks for"
NAME_SIZES_PX, DETAIL_PX, NUMBER_PX = (32.0, 28.0, 24.0, 21.0), 24.0, 21.0
NOT_A_PHOTOGRAPH = "made by optimisation, not a photograph"


def opening(chapters: Sequence[Chapter]) -> tuple[str, ...]:
    """The sentence over the whole net."""
    kinds = {chapter.kind for chapter in chapters}
    first = {"kernels": "the kernels of the first layer", "templates": "the templates of the first layer"}
    parts = [says for kind, says in first.items() if kind in kinds]
    parts += ["pictures made for channels of deeper ones"] if "images" in kinds else []
    return ("What does each layer look for?", f"{' and '.join(parts)[:1].upper()}{' and '.join(parts)[1:]}.")


def detail_of(chapter: Chapter) -> str:
    """How many of what, behind the name of the layer."""
    shown, rows_columns = len(chapter.channels), f"{chapter.size[0]} \u00d7 {chapter.size[1]}"
    if chapter.kind == "images":
        return f"{count(shown)} of {count(chapter.total)} channels"
    what = "templates" if chapter.kind == "templates" else "kernels"
    some = f"{count(shown)} of {count(chapter.total)}" if shown < chapter.total else count(shown)
    return f"{some} {what} of {rows_columns}" if shown > 1 else f"1 {what[:-1]} of {rows_columns}"


def sentences(chapter: Chapter, command: tuple[str, ...]) -> tuple[str, ...]:
    """What the tiles are; with the `command` that adds those of deeper layers, where there are none."""
    if chapter.kind == "images":
        steps = f", {chapter.steps} steps" if chapter.steps else ""
        return (f"What each channel answers to most: method filter{steps};", f"{NOT_A_PHOTOGRAPH}.")
    first = "Each kernel slides over the picture and answers where that is like it."
    if chapter.kind == "templates":
        first = "Each unit weighs every pixel: it answers to pictures like its template."
    return (first, f"Deeper layers: {command[0]}", *command[1:]) if command else (first,)


def legends_of(chapter: Chapter) -> tuple[Hud, ...]:
    """What colours and signs mean."""
    clipped = ("scale: 99.5 % of |weight|,", "larger ones clipped")
    if chapter.kind == "images":
        return (note(_looks(chapter)),)
    full = f"{chapter.scale:.2g}"
    if chapter.is_coloured:
        plain = note(("red, green and blue: weights of them,", f"grey is 0, full colour is \u00b1{full}"))
        return (plain, note(clipped)) if chapter.is_clipped else (plain,)
    strip = colour_legend("weight", "weight", 300.0, full)
    return (strip, note(clipped)) if chapter.is_clipped else (strip,)


def _looks(chapter: Chapter) -> tuple[str, ...]:
    """How images are shown."""
    lines = ["crossed out: dead, nothing moves it"] if chapter.dead else []
    if chapter.size != chapter.whole:
        (rows, columns), (of_rows, of_columns) = chapter.size, chapter.whole
        lines.append(f"the middle {rows} \u00d7 {columns} of {of_rows} \u00d7 {of_columns} pixels")
    lines.append(f"contrast \u00d7 {chapter.contrast:g}" if chapter.contrast != 1 else "colours as they are")
    return tuple(lines)


def head(layer: str, detail: str, number: str, frame: FilterFrame) -> Hud:
    """The name of the layer, how many of what, and the how manyth of the layers that are shown it is."""
    left, right = frame.left_px, frame.right_px
    numbered = width_of(number, NUMBER_PX) + 24.0 if number else 0.0
    room = right - left - numbered - width_of(detail, DETAIL_PX) - 20.0
    size = next((each for each in NAME_SIZES_PX if width_of(layer, each, True) <= room), NAME_SIZES_PX[-1])
    name = fitted(layer, max(room, 120.0), size, True)
    behind = left + width_of(name, size, True) + 20.0
    words = [Words(name, (left, frame.head_px), size, True)]
    words.append(Words(fitted(detail, right - numbered - behind, DETAIL_PX), (behind, frame.head_px), DETAIL_PX))
    if number:
        words.append(Words(number, (right, frame.head_px), NUMBER_PX, role="dim", anchor="right"))
    return Hud(words=tuple(words))


def numbers(chapter: Chapter, grid: TileGrid) -> Hud:
    """The channel under each tile, where there is room; dead ones are crossed out."""
    words, lines = [], list[Polyline]()
    for channel, (left, top, wide, high) in zip(chapter.channels, grid.boxes, strict=True):
        is_dead = channel in chapter.dead
        if grid.is_labelled:
            says = f"{channel} dead" if is_dead and wide > 90.0 else str(channel)
            at = left + wide / 2, top + high + 24.0
            words.append(Words(says, at, NUMBER_PX, role="alarm" if is_dead else "dim", anchor="centre"))
        if is_dead:
            corners = ((left, top), (left + wide, top + high)), ((left + wide, top), (left, top + high))
            lines += [Polyline(pair, "alarm", 3.0) for pair in corners]
    return Hud(lines=tuple(lines), words=tuple(words))
