"""Attention, step by step: a query, keys that fit it, shares of them, and the mean of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.bundle.checks import output_name
from scenes.speech.speech import speech_of
from scenes.steps.attention_heads import attention_of
from scenes.steps.attention_places import AttentionPlaces
from scenes.steps.attention_story import AttentionStory
from scenes.steps.scenery import StepFrame, layout_options, scenery_of
from scenes.timeline import Timeline

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.steps.subject import Subject
    from viewer.layout import Layout

__all__ = ["CHECK", "build", "layout_options"]

CHECK = "frames"
ROWS, FEWER_ROWS = 9, 7
"""The most rows of keys, in frames that are wide and in others."""


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: the first queries at once, then quickly to the chosen one, which is worked out in steps."""
    frame = StepFrame(options.aspect, options.foot_px)
    attention = attention_of(bundle, options)
    most = ROWS if frame.is_wide else FEWER_ROWS
    keys = attention.keys.shape[1]
    vectors = 3 if attention.way == "scaled" and frame.is_wide else 1
    places = AttentionPlaces(frame, min(keys, most), vectors)
    scenery = scenery_of(layout, options, attention.subject.key, (attention.subject.layer.name,))
    speech = speech_of(options.language, "attention")
    story = AttentionStory(attention, most, places, scenery, speech, _tokens(attention.subject))
    walk = story.walk
    return Timeline(walk.duration_secs, story.state, True, walk.markers, (), walk.stops_secs, story.pointed)


def _tokens(subject: Subject) -> tuple[int, ...]:
    """The numbers of the words that the network was fed with; none where it was fed with something else."""
    bundle = subject.bundle
    name = bundle.manifest.model.inputs[0]
    fed_to = {edge.target for edge in bundle.manifest.edges if edge.source == name}
    if not any(bundle.layer(layer).kind == "embedding" for layer in fed_to):
        return ()
    ref = bundle.capture(subject.key.input_id, subject.key.checkpoint_id).outputs.get(output_name(name))
    return () if ref is None or len(ref.shape) != 1 else tuple(int(each) for each in bundle.load(ref))
