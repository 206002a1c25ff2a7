"""The bundled network before and after training, seen by one camera: training sets all lines to their right values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenes.choose import shown_name
from scenes.options import SceneOptions
from scenes.panels.bundled import accuracy_words, bundling_lines, edge_lines, method_words, percent_of
from scenes.panels.heading import heading
from scenes.panels.lit import Moment
from scenes.sculptures.sculpted import compared_sculptures, lit_classes
from scenes.sculptures.sculpting import Frame, drawn_part, ended, part_line
from scenes.sculptures.specific import own_share
from scenes.sculptures.turntable import course_of, turned
from scenes.sides import Sides
from scenes.timeline import Timeline
from viewer.sculptures.read import read_sculpture
from viewer.state import Hud, SculptureView, ViewState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Sculpture
    from scenes.panels.lit import Lit
    from viewer.layout import Layout
    from viewer.sculptures.read import Drawn

CHECK = "frames"

CLEAR = 0.05
"""A change in the share of the strongest class that can be seen."""

Shares = tuple[float | None, float | None]


def build(bundle: Bundle, _: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: both turn, then each class is lit in both.

    Raises
    ------
    KerascopeError
        The bundle has no sculptures of two checkpoints that can be compared, or not of a chosen class.
    """
    pair = compared_sculptures(bundle, options)
    lit = lit_classes(bundle, pair[1], options)
    drawn = [ended(read_sculpture(bundle, each.id)) for each in pair]
    shares = own_share(bundle, pair[0]), own_share(bundle, pair[1])
    course = course_of(lit.ids, lit.names)
    frame = Frame.of(options.aspect, lit, _pieces(bundle, pair, lit, drawn), sentence=_sentence(shares, lit))
    sides = Sides.of(frame.net, options.aspect)
    camera = sides.camera(np.concatenate([each.outline() for each in drawn]))
    fixed = heading(f"{shown_name(bundle)}, before and after training", "same camera, same scale", *frame.borders_px)
    fixed += frame.facts + _names(bundle, pair, shares, sides)

    def state_at(t_secs: float) -> ViewState:
        moment = Moment(*course.at(t_secs))
        seen = turned(camera, course.azimuth_deg.at(t_secs))
        views = tuple(
            SculptureView(each.id, offset, focus=moment.here, toward=moment.there, blend=moment.blend)
            for each, offset in zip(pair, sides.offsets(seen), strict=True)
        )
        hud = fixed + frame.classes(lit, moment)
        return ViewState(seen, (), options.theme, hud, bloom=0.0, sculptures=views)

    return Timeline(course.duration_secs, state_at, loops=True, markers=course.markers)


def _pieces(
    bundle: Bundle, pair: tuple[Sculpture, Sculpture], lit: Lit, drawn: Sequence[Drawn]
) -> tuple[tuple[str, ...], ...]:
    """What is told at the foot: what both share, then what the bundling did to each."""
    pieces = [(f"importance: {method_words(pair[1])}", *part_line(lit)), edge_lines(pair[1], *drawn_part(drawn[1]))]
    for each in pair:
        label = bundle.checkpoint(each.checkpoint).label
        pieces.append((": ".join((label, *bundling_lines(each)[1:])),))
    return tuple(pieces)


def _names(bundle: Bundle, pair: tuple[Sculpture, Sculpture], shares: Shares, sides: Sides) -> Hud:
    """Over each net which checkpoint it is and how often it is right, under it how far its units serve one class."""
    hud = Hud()
    for number, (each, share) in enumerate(zip(pair, shares, strict=True)):
        checkpoint = bundle.checkpoint(each.checkpoint)
        told = "" if share is None else f"strongest class: {percent_of(share)}"
        hud += sides.words(number, checkpoint.label, accuracy_words(checkpoint), told)
    return hud


def _sentence(shares: Shares, lit: Lit) -> str:
    """What to look for, as far as the numbers bear it out."""
    before, after = shares
    if before is None or after is None:
        return "Training sets all lines to their right values. There are no classes to tell apart."
    numbers = (
        f"a hidden unit's strongest class has {percent_of(after)} of its importance, "
        f"before training {percent_of(before)} ({percent_of(1 / lit.of)} if it served all alike)."
    )
    if abs(after - before) < CLEAR:
        return f"Training hardly changes here how far units serve one class: {numbers}"
    return f"Training {'parts the cables by class' if after > before else 'mixes the classes here'}: {numbers}"
