"""How maps become a vector: place by place, and where each value goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.steps.flatten import STAGES, FlattenBoard
from scenes.steps.flatten_order import unrolling_of
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
    """From the whole net to its maps and the vector, place by place, and back."""
    of = unrolling_of(bundle, options)
    subject = of.subject
    scenery = scenery_of(layout, options, subject.key, (subject.source[0], subject.layer.name))
    board = FlattenBoard(of, options, scenery.frame)
    walk = Walk(STAGES, of.positions, of.position)
    legends = (scale_legend(options.language, of.scale),)
    return told(scenery, walk, board.page, legends, board.under, board.page_at)
