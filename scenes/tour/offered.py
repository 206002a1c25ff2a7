"""The stops that a network offers and that can be shown: those of the tour without a lesson, and of a lesson file to
begin with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from scenes.registry import scene
from scenes.tour.choosing import default_stops, options_at
from scenes.tour.lesson import NETWORK

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.tour.lesson import Stop
    from viewer.layout import Layout


def offered_stops(bundle: Bundle, layout: Layout, options: SceneOptions) -> tuple[Stop, ...]:
    """The default stops without those whose scene cannot be built of this bundle.

    Raises
    ------
    KerascopeError
        The bundle has no capture to show.
    """
    options = replace(options, lesson=None)
    return tuple(stop for stop in default_stops(bundle, options) if _can_be_shown(bundle, layout, options, stop))


def _can_be_shown(bundle: Bundle, layout: Layout, options: SceneOptions, stop: Stop) -> bool:
    if stop.scene == NETWORK:
        return True
    try:
        scene(stop.scene).build(bundle, layout, options_at(bundle, options, stop))
    except KerascopeError:
        return False
    return True
