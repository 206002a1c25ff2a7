"""A picture is drawn stroke by stroke, and the whole network answers to every moment of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.choose import shown_capture
from scenes.drawn.film import film_of
from scenes.drawn.kept import kept_drawing
from scenes.drawn.places import WIDE, DrawnFrame
from scenes.drawn.studio import studio_of
from scenes.timeline import Timeline
from viewer.layout import LayoutOptions

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from viewer.layout import Layout

CHECK = "frames"

WAITING_SECS = 4.0


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net fills what the drawing and the class list leave."""
    frame = DrawnFrame(options.aspect)
    net = frame.net
    aspect = options.aspect * (net.right - net.left) / (net.bottom - net.top)
    return LayoutOptions(aspect=aspect, max_rows=8 if options.aspect >= WIDE else 1)


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: a saved drawing is made again. Without one it waits for somebody to draw, and shows an input
    of the bundle until then.
    """
    studio = studio_of(bundle, layout, options)
    kept = kept_drawing(bundle, options)
    if kept is not None:
        return film_of(studio, layout, kept).timeline
    capture = shown_capture(bundle, options)
    return Timeline(
        WAITING_SECS,
        lambda _: studio.waiting(capture),
        True,
        live=lambda _, key: studio.live(key),
        waits_for="a drawing",
    )
