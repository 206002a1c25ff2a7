"""Which images are near to which: a few images with their nearest by features of a layer, and by pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenes.choose import key_of, shown_capture
from scenes.neighbours.film import film_of
from scenes.timeline import Timeline
from viewer.layout import LayoutOptions

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from viewer.layout import Layout

CHECK = "frames"


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net in one row, low and wide, as it stands over the images."""
    return LayoutOptions(aspect=max(options.aspect, 1.2) * 0.9 / 0.63, max_rows=1)


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: the whole net; image after image with its nearest, by features out of the plate of the layer
    and by pixels out of that of the input; how often either is right over the whole data set; and the net again.

    Raises
    ------
    KerascopeError
        There is no survey of a data set, or no neighbours were found of it; says the command.
    """
    key = replace(key_of(shown_capture(bundle, options)), mutes=options.muted)
    film = film_of(bundle, layout, options, key)
    journey = film.journey
    return Timeline(journey.duration_secs, film.state_at, True, journey.markers, stops_secs=journey.stops_secs)
