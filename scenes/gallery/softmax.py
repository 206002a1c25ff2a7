"""Softmax, step by step: sums become exponentials, and these become probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.speech.speech import speech_of
from scenes.steps.scenery import StepFrame, layout_options, scenery_of
from scenes.steps.softmax_places import SoftmaxPlaces
from scenes.steps.softmax_shares import shares_of
from scenes.steps.softmax_story import SoftmaxStory
from scenes.timeline import Timeline

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from viewer.layout import Layout

__all__ = ["CHECK", "build", "layout_options"]

CHECK = "frames"
ROWS = 11
"""The most rows; where there are more classes, the last is that of all others."""


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: from the whole net to the numbers, step by step, and back."""
    frame = StepFrame(options.aspect, options.foot_px)
    shares = shares_of(bundle, options, ROWS)
    places = SoftmaxPlaces(frame, len(shares.shown) + (shares.rest > 0))
    scenery = scenery_of(layout, options, shares.subject.key, (shares.subject.layer.name,))
    story = SoftmaxStory(shares, places, scenery, speech_of(options.language, "softmax"))
    walk = story.walk
    return Timeline(walk.duration_secs, story.state, True, walk.markers, (), walk.stops_secs, story.pointed)
