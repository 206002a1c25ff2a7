"""One unit of a dense layer adds up: inputs times weights, the largest terms one by one, the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.speech.speech import speech_of
from scenes.steps.dense_places import DensePlaces
from scenes.steps.dense_story import DenseStory
from scenes.steps.dense_sums import dense_subject
from scenes.steps.dense_table import stages_of
from scenes.steps.scenery import StepFrame, layout_options, scenery_of
from scenes.timeline import Timeline

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from viewer.layout import Layout

__all__ = ["CHECK", "build", "layout_options"]

CHECK = "frames"
TERMS, FEWER_TERMS = 8, 6
"""How many terms are shown one by one, in frames that are wide and in others."""


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: the first units at once, then quickly to the chosen one, which is added up term by term."""
    frame = StepFrame(options.aspect, options.foot_px)
    subject = dense_subject(bundle, options, TERMS if frame.is_wide else FEWER_TERMS)
    stages = stages_of(subject)
    places = DensePlaces(frame, stages.rows, subject.source.are_maps)
    lit = (subject.source.layer, subject.subject.layer.name)
    scenery = scenery_of(layout, options, subject.subject.key, lit)
    story = DenseStory(subject, places, stages, scenery, speech_of(options.language, "dense"))
    walk = story.walk
    for at_secs in () if subject.is_quick else walk.stops_secs:
        story.state(at_secs)  # large kernels are read now, not while the scene is played
    return Timeline(walk.duration_secs, story.state, True, walk.markers, (), walk.stops_secs, story.pointed)
