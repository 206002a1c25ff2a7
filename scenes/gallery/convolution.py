"""One convolution of the net, cell by cell: window, weights, products, their sum, and the map that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.speech.speech import speech_of
from scenes.steps.convolution import convolution_of, filter_of
from scenes.steps.convolution_fixed import Bench
from scenes.steps.convolution_looks import colour_order, looks_of
from scenes.steps.convolution_places import places_of, shown_at_most
from scenes.steps.convolution_show import Show
from scenes.steps.convolution_words import Telling
from scenes.steps.scenery import layout_options, scenery_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.timeline import Timeline
    from viewer.layout import Layout

CHECK = "frames"

__all__ = ["CHECK", "build", "layout_options"]


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline from the whole net to one layer's work and back: `Walk`."""
    subject = convolution_of(bundle, options)
    scenery = scenery_of(layout, options, subject.key, (subject.layer.name,))
    frame = scenery.frame
    made_by = filter_of(subject, shown_at_most(frame, subject.layer.kernel_size or (1,)))
    looks = looks_of(made_by)
    telling = Telling(speech_of(options.language, "convolution"), made_by, colour_order(made_by), looks.output)
    bench = Bench(made_by, places_of(frame, made_by), looks, telling, frame.width_px)
    return Show(bench, scenery).timeline
