"""A guided walk through the whole network, from the input to the answer, with what there is to say at each stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.steps.scenery import layout_options
from scenes.tour.guide import guide_of
from scenes.tour.lesson import Lesson, read_lesson
from scenes.tour.offered import offered_stops

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.timeline import Timeline
    from viewer.layout import Layout

__all__ = ["CHECK", "build", "layout_options"]

CHECK = "run"


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """The scenes of single layers one after the other, as the lesson of the options has them, the light between."""
    if options.lesson is not None:
        lesson = read_lesson(options.lesson)
    else:
        lesson = Lesson(offered_stops(bundle, layout, options))
    return guide_of(bundle, layout, options, lesson).timeline()
