"""A picture is drawn stroke by stroke, and the whole network answers to every moment of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.choose import shown_capture
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
    """What the drawing of the window shows; until there is one, an input of the bundle."""
    studio = studio_of(bundle, layout, options)
    capture = shown_capture(bundle, options)
    return Timeline(WAITING_SECS, lambda _: studio.waiting(capture), True, live=lambda _, shown: studio.live(shown))
