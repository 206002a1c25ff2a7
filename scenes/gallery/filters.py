"""What each layer looks for: the first one's kernels, and pictures made for the channels of deeper ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenes.choose import key_of, shown_capture
from scenes.filters.film import film_of
from scenes.filters.strip import one_row
from scenes.timeline import Timeline

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from viewer.layout import Layout, LayoutOptions

CHECK = "frames"


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net in one row, low and wide, as it stands over the tiles."""
    return one_row(options.aspect)


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: from the whole net the tiles of layer after layer come out of its plate and go back."""
    key = replace(key_of(shown_capture(bundle, options)), mutes=options.muted)
    film = film_of(bundle, layout, options, key)
    journey = film.journey
    return Timeline(journey.duration_secs, film.state_at, True, journey.markers, stops_secs=journey.stops_secs)
