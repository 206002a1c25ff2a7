"""Where the cone of a receptive field stops on its way back to the pixels: a few plates that show maps. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from exporter.bundle.checks import output_name
from viewer.inspect.cells import Box, cells_box
from viewer.inspect.field import receptive_field

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.inspect.field import Field, Seen
    from viewer.layout import Layout
    from viewer.layout.plate import Form
    from viewer.study import Place

MOST_STOPS = 7
MOST_FRAMES = 32
"""Tiles of one plate that are framed."""
MOST_KEPT = 64
SHOWN = ("maps", "closed", "picture")

_FIELDS: WeakKeyDictionary[Bundle, dict[Place, Field]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Stop:
    """A plate that the cone passes, and what is seen of it."""

    plate: int
    seen: Seen

    @property
    def has_padding(self) -> bool:
        """Whether a part of what is looked at is padding."""
        return self.seen.padding > 0

    @property
    def is_whole(self) -> bool:
        """Whether all of the map is seen."""
        return self.seen.size == self.seen.shape[:-1]

    def boxes(self, form: Form, facing: float, fan: float, *, with_padding: bool = False) -> list[Box]:
        """The rectangle on each tile of the plate that is seen; a picture's own tile first."""
        seen = self.seen
        low, high = (seen.low, seen.high) if with_padding else (seen.start, seen.stop)
        start, stop = (low[-2], low[-1]), (high[-2], high[-1])
        centres = form.tile_centres()[_tiles(form, seen)]
        return [cells_box(form, centre, form.tile_size, start, stop, facing).scaled(fan) for centre in centres]


def _tiles(form: Form, seen: Seen) -> list[int]:
    """The tiles of which something is seen: channels by slices of open volumes, slices of closed ones."""
    if form.kind == "picture" or form.tiles == 1:
        return [0]
    depth = range(form.slices)
    if len(seen.start) == 3 and form.slices == seen.shape[0]:
        depth = range(seen.start[0], seen.stop[0])
    channels = range(form.channels) if seen.channels is None else seen.channels
    if form.kind == "closed":
        channels = range(1)
    return [channel * form.slices + at for channel in channels if channel < form.channels for at in depth][:MOST_FRAMES]


def field_of(bundle: Bundle, place: Place) -> Field:
    """The receptive field of a place, kept for the last few: it is drawn with every frame."""
    kept = _FIELDS.setdefault(bundle, {})
    if place not in kept:
        while len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept)))
        kept[place] = receptive_field(bundle, place.layer, place.position, place.channel, place.output)
    return kept[place]


def stops_of(layout: Layout, bundle: Bundle, place: Place, start: int) -> list[Stop]:
    """The stops of the cone of a place on plate `start`, from there to the input: those on the main way where what is
    seen changes, the first of those that are seen whole, and the input.
    """
    field = field_of(bundle, place)
    found: list[Stop] = []
    for index in main_way(layout, start):
        plate = layout.plates[index]
        seen = field.seen.get(output_name(plate.layer, plate.output))
        if seen is not None and plate.form.kind in SHOWN and _is_drawable(plate.form, seen):
            found.append(Stop(index, seen))
    return _few(found)


def _is_drawable(form: Form, seen: Seen) -> bool:
    return len(seen.start) in (2, 3) and not form.channels_first and form.cells == seen.shape[-3:-1]


def main_way(layout: Layout, start: int) -> list[int]:
    """The plates before `start`, one after the other back to an input: of several sources the nearest along the spine,
    of equally near ones the one most level with it.
    """
    sources: dict[int, list[int]] = {}
    for link in layout.links:
        sources.setdefault(link.target, []).append(link.source)
    way, at = [], start
    while sources.get(at):
        here = layout.plates[at]
        at = max(
            sources[at],
            key=lambda i: (layout.plates[i].station, -abs(layout.plates[i].centre[1] - here.centre[1])),
        )
        way.append(at)
    return way


def _few(stops: list[Stop]) -> list[Stop]:
    """At most `MOST_STOPS`: where what is seen is another, evenly chosen, and the last always."""
    changing: list[Stop] = []
    for stop in stops:
        is_same = bool(changing) and (stop.seen.start, stop.seen.stop, stop.seen.shape[:-1]) == (
            changing[-1].seen.start,
            changing[-1].seen.stop,
            changing[-1].seen.shape[:-1],
        )
        is_whole_again = bool(changing) and stop.is_whole and changing[-1].is_whole
        if not (is_same or is_whole_again):
            changing.append(stop)
    if stops and changing[-1] is not stops[-1]:
        changing.append(stops[-1])
    if len(changing) <= MOST_STOPS:
        return changing
    chosen = np.unique(np.linspace(0, len(changing) - 1, MOST_STOPS).round().astype(int))
    return [changing[at] for at in chosen]
