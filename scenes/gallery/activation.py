"""What an activation function does, value by value: up to its curve and across into the next map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.steps.activation import STAGES, ActivationBoard
from scenes.steps.activation_values import squashing_of
from scenes.steps.naming import scale_legend
from scenes.steps.scenery import layout_options, scenery_of
from scenes.steps.telling import told
from scenes.steps.walk import Walk

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from scenes.timeline import Timeline
    from viewer.layout import Layout

CHECK = "frames"

__all__ = ["build", "layout_options"]


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """From the whole net to one channel and its function, cell by cell, and back."""
    squashing = squashing_of(bundle, options)
    subject = squashing.subject
    scenery = scenery_of(layout, options, subject.key, (subject.source[0], subject.layer.name))
    board = ActivationBoard(squashing, options, scenery.frame)
    walk = Walk(STAGES, squashing.after.count, squashing.chosen(options))
    return told(scenery, walk, board.page, (scale_legend(options.language, squashing.scale),), board.under)
