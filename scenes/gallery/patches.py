"""What excites each channel: its plate unfolds into the pictures of a data set that do, in the part that it sees."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenes.choose import key_of, shown_capture
from scenes.filters.strip import one_row
from scenes.patches.film import film_of
from scenes.timeline import Timeline
from viewer.learned.read import pass_of, survey_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from viewer.layout import Layout, LayoutOptions

CHECK = "frames"


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net in one row, low and wide, as it stands over the patches."""
    return one_row(options.aspect)


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: from the whole net the patches of layer after layer come out of its plate and go back.

    Of each layer one patch is shown in its picture.
    """
    at = pass_of(bundle, survey_of(bundle), options.checkpoint_id).checkpoint
    capture = shown_capture(bundle, replace(options, checkpoint_id=at))
    film = film_of(bundle, layout, options, replace(key_of(capture), mutes=options.muted))
    journey = film.journey
    return Timeline(journey.duration_secs, film.state_at, True, journey.markers, stops_secs=journey.stops_secs)
