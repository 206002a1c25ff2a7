"""What the scene of patches says: of the net, of the patches of each layer, and of the one that is traced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.heading import fitted
from scenes.panels.legends import note
from scenes.panels.numbers import count
from scenes.patches.places import NAME_ROOM_PX
from viewer.learned.named_channels import class_of_channel
from viewer.learned.patches import in_digits
from viewer.state import Hud, Polyline, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from scenes.patches.chapters import Chapter, Row
    from scenes.patches.places import Box, PatchFrame, RowGrid, Trace
    from viewer.learned.patches import Patch

SUBTITLE = "what excites each channel"
NAME_PX, NUMBER_PX = 24.0, 21.0


def opening(chapters: Sequence[Chapter]) -> tuple[str, ...]:
    """The sentence over the whole net."""
    return ("Which pictures excite a channel most, and what of them does it see?", f"{_set(chapters[0])}.")


def _set(chapter: Chapter) -> str:
    return f"Out of {count(chapter.images)} pictures of {chapter.source}"


def detail_of(bundle: Bundle, chapter: Chapter) -> str:
    """How many channels of how many, and whether they are asked before or after their activation."""
    shown = f"{count(len(chapter.rows))} of {count(chapter.total)} channels"
    shown += f", {count(chapter.silent)} silent" if chapter.silent else ""
    value = bundle.layer(chapter.layer).value
    return f"{shown}, {value}" if value != "value" else shown


def sentences(chapter: Chapter) -> tuple[str, ...]:
    """What the patches are."""
    longest = max(len(row.patches) for row in chapter.rows)
    which = "strongest picture" if longest == 1 else f"{count(longest)} strongest pictures"
    of = f"its {which} out of {count(chapter.images)}"
    if not all(patch.window.is_known for patch in chapter.patches):
        return (f"In each row a channel, {of}.", "It is not known what part of them it sees.")
    if chapter.traced is None and not any(patch.window.is_cut for patch in chapter.patches):
        return (f"In each row a channel, {of}.", "It sees whole pictures.")
    sizes = [patch.window.size for patch in chapter.patches]
    rows, columns = (max(side) for side in zip(*sizes, strict=True))
    most = "up to " if len(set(sizes)) > 1 else ""
    return (f"In each row a channel, {of}:", f"of each just what one place sees, {most}{rows} \u00d7 {columns} pixels.")


def traced_sentences(patch: Patch) -> tuple[str, ...]:
    """What is shown of one patch."""
    return (
        f"Here channel {patch.channel} answers most: {in_digits(patch.value)}.",
        "Nothing outside the box reaches it.",
    )


def legends_of(chapter: Chapter) -> tuple[Hud, ...]:
    """What stripes mean, and what the patches are parts of."""
    notes = list[tuple[str, str]]()
    if any(patch.window.is_cut for patch in chapter.patches):
        notes.append(("striped: beyond the picture,", "or it does not reach the place"))
    if chapter.is_enlarged:
        notes.append(("parts of thumbnails, enlarged:", "the pictures were not kept"))
    return tuple(map(note, notes))


def names_of(bundle: Bundle, chapter: Chapter, grid: RowGrid, frame: PatchFrame) -> Hud:
    """The channel of each row, and its largest value."""
    words: list[Words] = []
    for row, at in zip(chapter.rows, grid.names, strict=True):
        stands_for = class_of_channel(bundle, chapter.layer, row.channel)
        words += _beside(row, at, stands_for) if grid.is_beside else _above(row, at, stands_for, frame)
    return Hud(words=tuple(words))


def _value(row: Row) -> str:
    return f"up to {in_digits(row.patches[0].value)}" if row.patches else "silent"


def _beside(row: Row, at: tuple[float, float], stands_for: str) -> list[Words]:
    """Two lines at the left of the tiles, or three."""
    room, lines = NAME_ROOM_PX - 16.0, [_value(row)]
    lines = [fitted(stands_for, room, NUMBER_PX), *lines] if stands_for else lines
    first = at[0], at[1] + 6.0 - 14.0 * len(lines)
    below = ((at[0], first[1] + 28.0 * (nth + 1)) for nth in range(len(lines)))
    name = Words(f"channel {row.channel}", first, NAME_PX, True)
    return [name, *(Words(line, there, NUMBER_PX, role="dim") for line, there in zip(lines, below, strict=True))]


def _above(row: Row, at: tuple[float, float], stands_for: str, frame: PatchFrame) -> list[Words]:
    parts = [f"channel {row.channel}", *([stands_for] if stands_for else []), _value(row)]
    return [Words(fitted(", ".join(parts), frame.right_px - at[0], NUMBER_PX), at, NUMBER_PX)]


def traced_words(patch: Patch, trace: Trace) -> Hud:
    """The picture's name under it, and how large the patch is; a box in the picture and lines to the patch."""
    high, wide = patch.stop[0] - patch.start[0], patch.stop[1] - patch.start[1]
    rows, columns = patch.sides
    says = (
        (patch.name, trace.whole),
        (f"{high} \u00d7 {wide} of {rows} \u00d7 {columns} pixels", trace.patch),
    )
    words = tuple(_under(text, box) for text, box in says)
    left, top, width, height = trace.seen
    ring = ((left, top), (left + width, top), (left + width, top + height), (left, top + height), (left, top))
    drawn = ((ring, 3.0), *((pair, 2.0) for pair in trace.lines))
    rims = tuple(Polyline(points, "ink", width + 2.5, 0.6) for points, width in drawn)
    return Hud(lines=(*rims, *(Polyline(points, "accent", width) for points, width in drawn)), words=words)


def _under(text: str, box: Box) -> Words:
    at = box[0] + box[2] / 2, box[1] + box[3] + 30.0
    return Words(fitted(text, max(box[2], 220.0), NUMBER_PX), at, NUMBER_PX, role="dim", anchor="centre")
