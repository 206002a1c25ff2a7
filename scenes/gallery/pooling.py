"""What a pool makes of each window: its largest value, or its mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.steps.naming import scale_legend
from scenes.steps.pooling import STAGES, PoolingBoard
from scenes.steps.pooling_windows import pooling_of
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
    """From the whole net to one channel and its windows, cell by cell, and back."""
    pooling = pooling_of(bundle, options)
    subject = pooling.subject
    scenery = scenery_of(layout, options, subject.key, (subject.source[0], subject.layer.name))
    board = PoolingBoard(pooling, options, scenery.frame)
    walk = Walk(STAGES, pooling.after.count, pooling.chosen(options))
    return told(scenery, walk, board.page, (scale_legend(options.language, pooling.scale),), board.under)
