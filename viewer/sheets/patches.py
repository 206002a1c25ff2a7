"""The sheet of what excites the channels of a layer: the strongest places of a data set, each as the unit sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from exporter.bundle.errors import KerascopeError
from viewer.learned.named_channels import class_of_channel
from viewer.learned.patches import excited, in_digits, patches_of, pixels_of, striped, widest
from viewer.learned.read import layer_of, pass_of, survey_of
from viewer.sheets.page import NAME_PX, row_px_for
from viewer.sheets.sheet import Group, Rgb, Sheet, Tile
from viewer.sheets.subject import Subject
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle.schema import Survey
    from viewer.learned.patches import Patch, PatchCells

CHANNELS, TOP = 8, 9
"""So many channels are shown, and of each so many patches, where nobody says."""
MOST_CHANNELS, MOST_TOP = 128, 64
LARGEST_PX, LEAST_PX = 200, 96
SQUARES_TO_PX = 40
"""Patches of fewer pixels along a side show each as a square; others are smooth, as photographs are."""
MOST_NAMED = 24


@dataclass(frozen=True)
class Shown:
    """The channels (of `total`) that are on the sheet with their patches, and those that nothing excites; of each
    the survey `kept` so many pictures.
    """

    layer: str
    survey: Survey
    rows: Mapping[int, tuple[Patch, ...]]
    silent: tuple[int, ...]
    total: int
    kept: int

    @property
    def patches(self) -> tuple[Patch, ...]:
        """All of them."""
        return tuple(patch for row in self.rows.values() for patch in row)


def sheet_of_patches(subject: Subject) -> Sheet:
    """The sheet. Raises `KerascopeError` where there is no survey of the layer, or nothing excites the channels."""
    shown = _shown(subject)
    layer, top = shown.layer, min(subject.top or TOP, MOST_TOP, shown.kept)
    if (subject.top or 0) > shown.kept:
        subject.tell(f"the survey kept {shown.kept} pictures of each channel")
    tile_px = row_px_for(max(map(len, shown.rows.values())), LARGEST_PX, LEAST_PX)
    groups = tuple(
        Group(tuple(_tile(subject, shown.survey, each, tile_px) for each in row), tile_px, _heading(subject, row, top))
        for row in shown.rows.values()
    )
    if shown.silent:
        among = len(set(subject.channels)) or shown.total
        verb = "is" if len(shown.silent) == 1 else "are"
        subject.tell(f"{layer}: {len(shown.silent)} of {among} channels {verb} silent")
    chosen = f"{len(shown.rows)} of {shown.total} channels" + ("" if subject.channels else ", of the greatest range")
    value = subject.bundle.layer(layer).value
    subtitle = f"{subject.model_name}, {chosen}" + (f", {value}" if value != "value" else "")
    return Sheet(f"What excites {layer}", subtitle, groups, (), tuple(_notes(subject, shown)))


def _shown(subject: Subject) -> Shown:
    bundle, survey, at = subject.bundle, survey_of(subject.bundle, subject.survey_id), subject.checkpoint_id
    made = pass_of(bundle, survey, at)
    layer = subject.layer if subject.layer is not None else made.layers[0].layer
    counts = excited(bundle, survey, layer, at)
    asked = _asked(subject, layer, len(counts))
    channels = asked or widest(bundle, survey, layer, CHANNELS, at)
    rows = {each: patches_of(bundle, survey, layer, each, min(subject.top or TOP, MOST_TOP), at) for each in channels}
    kept = layer_of(bundle, made, layer).tensors["top_images"].shape[1]
    silent = tuple(channel for channel in (asked or range(len(counts))) if not counts[channel])
    if not any(rows.values()):
        what = f"nothing in survey {survey.id} excites {_channels(silent, len(counts))} of {layer}"
        raise KerascopeError(what, expected="a channel that is not silent", remedy="ask for others", path=bundle.path)
    return Shown(layer, survey, {channel: row for channel, row in rows.items() if row}, silent, len(counts), kept)


def _asked(subject: Subject, layer: str, count: int) -> tuple[int, ...]:
    channels = tuple(dict.fromkeys(subject.channels))
    for channel in channels:
        if not 0 <= channel < count:
            expected = f"channels from 0 to {count - 1}"
            what = f"{layer} has no such channel"
            raise KerascopeError(what, expected=expected, got=channel, path=subject.bundle.path)
    if len(channels) > MOST_CHANNELS:
        expected = f"at most {MOST_CHANNELS}"
        raise KerascopeError("too many channels for one sheet", expected=expected, got=len(channels))
    return channels


def _heading(subject: Subject, patches: Sequence[Patch], top: int) -> str:
    stands_for = class_of_channel(subject.bundle, patches[0].layer, patches[0].channel)
    name = f"channel {patches[0].channel}" + (f", {stands_for}" if stands_for else "")
    one = len(patches) == 1
    few = f": only {len(patches)} picture{'' if one else 's'} excite{'s' if one else ''} it"
    return name + (few if len(patches) < top else "")


def _tile(subject: Subject, survey: Survey, patch: Patch, tile_px: int) -> Tile:
    cells = drawn(pixels_of(subject.bundle, survey, patch), tile_px)
    name = subject.class_name(patch.true_class) or _ending(patch.name, tile_px)
    return Tile(cells, in_digits(patch.value), (name,), is_smooth=max(patch.window.size) >= SQUARES_TO_PX)


def _ending(name: str, room_px: float) -> str:
    """A name, or its end, which tells files of a folder apart."""
    if width_of(name, NAME_PX) <= room_px:
        return name
    while name and width_of("\u2026" + name, NAME_PX) > room_px:
        name = name[1:]
    return "\u2026" + name


def drawn(made: PatchCells, side_px: int) -> Rgb:
    """A patch with its longer side about so long, hatched where nothing is seen: the stripes of all are alike."""
    height, width = made.cells.shape[:2]
    times = side_px / max(height, width)
    if max(height, width) < SQUARES_TO_PX:
        whole = max(int(times), 1)
        cells = made.cells.repeat(whole, axis=0).repeat(whole, axis=1)
        return striped(cells, made.is_seen.repeat(whole, axis=0).repeat(whole, axis=1))
    size = max(round(width * times), 1), max(round(height * times), 1)
    smooth = np.asarray(Image.fromarray(made.cells).resize(size, Image.Resampling.LANCZOS))
    seen = Image.fromarray(made.is_seen.astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    return striped(smooth, np.asarray(seen).astype(bool))


def _notes(subject: Subject, shown: Shown) -> list[str]:
    patches, survey = shown.patches, shown.survey
    most = max(map(len, shown.rows.values()))
    which = "the picture that excites" if most == 1 else f"each of the {most} pictures that excite"
    what = f"of {which} it most, out of {survey.images:,} of {survey.source}."
    told = "true class" if any(patch.true_class is not None for patch in patches) else "picture's name"
    if patches[0].place:
        first = f"Each patch is exactly what a place of the channel sees: {_seen(patches)}."
        first += f" It is the strongest place {what}"
    else:
        first = f"Each patch is exactly what the unit sees, {_seen(patches)}, {what}"
    value = _value(subject, shown.layer)
    notes = [f"{first} The number is the value there, {value}; under it stands the {told}."]
    if any(patch.window.is_cut for patch in patches):
        notes.append("Striped: padding beyond the border of the picture, or pixels that do not reach the place.")
    if not all(patch.window.is_known for patch in patches):
        notes.append(f"It is not known what part of a picture {shown.layer} sees: whole pictures are shown.")
    if pixels_of(subject.bundle, survey, patches[0]).is_enlarged:
        notes.append("The pictures themselves were not kept: these are parts of thumbnails, enlarged.")
    if shown.silent:
        notes.append(f"Silent: none of the {survey.images:,} excites {_channels(shown.silent, shown.total)}.")
    return notes


def _seen(patches: Sequence[Patch]) -> str:
    """How large the patches are, of pictures how large."""
    sizes = sorted({patch.window.size for patch in patches})
    rows, columns = patches[0].sides
    if sizes == [(rows, columns)] and not any(patch.window.is_cut for patch in patches):
        return f"the whole picture, {rows} \u00d7 {columns} pixels"
    these = " or ".join(f"{high} \u00d7 {wide}" for high, wide in sizes[:3])
    return f"{these} pixels of {rows} \u00d7 {columns}"


def _value(subject: Subject, layer: str) -> str:
    shown = subject.bundle.layer(layer)
    at = subject.bundle.checkpoint(subject.checkpoint_id)
    return f"{shown.value if shown.value != 'value' else 'as the layer gives it'}, at checkpoint {at.id} ({at.label})"


def _channels(channels: Sequence[int], total: int) -> str:
    """Channels by number, so many as can be read.

    >>> _channels([3], 8), _channels([3, 5], 8), _channels(range(8), 8)
    ('channel 3', 'channels 3, 5', 'any of the 8 channels')
    """
    if len(channels) == total > 1:
        return f"any of the {total} channels"
    more = f" and {len(channels) - MOST_NAMED} more" if len(channels) > MOST_NAMED else ""
    return f"channel{'s' if len(channels) > 1 else ''} {', '.join(map(str, channels[:MOST_NAMED]))}{more}"
