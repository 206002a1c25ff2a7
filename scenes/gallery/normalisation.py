"""How a normalisation brings values to a mean and a spread: step by step, with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.speech.speech import speech_of
from scenes.steps.naming import scale_legend
from scenes.steps.normalisation import NormalisationBoard
from scenes.steps.normalisation_chain import normalising_of
from scenes.steps.scenery import layout_options, scenery_of
from scenes.steps.telling import told
from scenes.steps.walk import Walk

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.timeline import Timeline
    from viewer.layout import Layout

CHECK = "frames"
PAUSE_SECS = 0.5
LEGEND_PX = 220.0

__all__ = ["build", "layout_options"]


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """From the whole net to one channel and its chain of steps, cell by cell, and back."""
    of = normalising_of(bundle, options)
    subject = of.subject
    scenery = scenery_of(layout, options, subject.key, (subject.source[0], subject.layer.name))
    board = NormalisationBoard(of, options, scenery.frame)
    walk = Walk(board.stages, of.after.count, of.chosen(options), pauses_secs=(PAUSE_SECS,) * board.stages)
    speech = speech_of(options.language, "normalisation")
    keys = zip(board.scales, ("scale_before", "scale_after"), strict=True)
    legends = [scale_legend(options.language, scale, speech(key), width_px=LEGEND_PX) for scale, key in keys]
    return told(scenery, walk, board.page, legends, board.under)
