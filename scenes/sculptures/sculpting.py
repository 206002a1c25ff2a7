"""How a sculpture, its classes and what is told of it share a frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenes.panels.bundled import bundling_lines, edge_lines, network_lines
from scenes.panels.classes import Place
from scenes.panels.facts import facts
from scenes.panels.heading import broken, margin_of
from scenes.panels.lit import ALL_CLASSES, Moment, class_grid, class_list, grid_top, list_foot, widest_name
from scenes.panels.numbers import count
from viewer.camera import Rect
from viewer.state import REFERENCE_HEIGHT_PX, Hud, Words

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Sculpture
    from scenes.panels.lit import Lit
    from viewer.sculptures.read import Drawn

WIDE_PX = 1300.0
LIST_TOP_PX, NARROWEST_LIST_PX = 190.0, 230.0
MOST_LIST_SHARE = 0.26
NET_TOP, NARROW_TOP = 0.135, 0.16
LABEL_ROOM_PX = 40.0
LIT_IN_TURN = "lit in turn"
CHART_PX, CHART_PITCH_PX, CHART_GAP_PX = 84.0, 148.0, 48.0
SENTENCE_PX, SENTENCE_LINE_PX, SENTENCE_GAP_PX = 26.0, 34.0, 12.0
Pieces = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where everything goes: classes beside the net where the frame is wide, under it elsewhere; facts at the foot.

    `net` is the part of the frame for the sculpture, `place` that of the classes, `charts` those of two charts with
    them, `borders_px` the left and right border of all words.
    """

    width_px: float
    place: Place
    net: Rect
    facts: Hud
    foot_px: float
    charts: tuple[Place, Place]
    is_beside: bool

    @classmethod
    def of(cls, aspect: float, lit: Lit, pieces: Pieces, *, sentence: str = "", has_charts: bool = False) -> Frame:
        """The frame of this aspect ratio (width over height). With a sentence over the facts the classes always go
        under the net; with charts there is room for them.
        """
        width_px = REFERENCE_HEIGHT_PX * aspect
        margin_px = margin_of(width_px)
        foot, foot_px = facts(pieces, margin_px, width_px - margin_px)
        said, foot_px = _sentence(sentence, margin_px, width_px - margin_px, foot_px)
        is_beside = width_px >= WIDE_PX and not sentence
        if is_beside:
            wide_px = min(max(widest_name(lit), NARROWEST_LIST_PX), MOST_LIST_SHARE * width_px)
            place = Place(width_px - margin_px - wide_px, width_px - margin_px, LIST_TOP_PX)
            right, top, low_px = (place.left_px - margin_px / 2) / width_px, NET_TOP, foot_px
            charts = _below(place, list_foot(lit, place) + CHART_GAP_PX)
        else:
            place = Place(margin_px, width_px - margin_px, 0.0)
            low_px = grid_top(lit, *_sides(place), foot_px - 24.0)
            right, top = 1.0 - margin_px / 2 / width_px, NET_TOP if width_px >= WIDE_PX else NARROW_TOP
            low_px -= CHART_PITCH_PX * has_charts
            charts = _side_by_side(place, low_px + CHART_PITCH_PX - CHART_PX - 40.0)
        net = Rect(margin_px / 2 / width_px, top, right, (low_px - LABEL_ROOM_PX) / REFERENCE_HEIGHT_PX)
        return cls(width_px, place, net, foot + said, foot_px, charts, is_beside)

    @property
    def borders_px(self) -> tuple[float, float]:
        """Left and right border of the words."""
        margin_px = margin_of(self.width_px)
        return margin_px, self.width_px - margin_px

    def classes(self, lit: Lit, moment: Moment, head: str = "", widest: str = "") -> Hud:
        """The classes, with what is lit; `head` stands over them while all are, as large as `widest` could be.

        Without a head it says whether the list is of all classes: where it is not, the others are drawn, too.
        """
        head = head or (LIT_IN_TURN if lit.is_part else ALL_CLASSES)
        if self.is_beside:
            return class_list(lit, moment, self.place, head, widest)
        return class_grid(lit, moment, *_sides(self.place), self.foot_px - 24.0, head, widest)


def told(bundle: Bundle, sculpture: Sculpture, lit: Lit, drawn: Drawn) -> Pieces:
    """What is told of a sculpture at its foot."""
    edges = edge_lines(sculpture, *drawn_part(drawn))
    return network_lines(bundle, sculpture), edges, bundling_lines(sculpture), part_line(lit)


def ended(drawn: Drawn) -> Drawn:
    """The sculpture as it is in the end, without what it was before: its outline is tighter."""
    return replace(drawn, placed=drawn.units, steps=drawn.steps[:0])


def drawn_part(drawn: Drawn, *, in_steps: bool = False) -> tuple[int, float]:
    """How many edges are drawn, and the share of the strength of all that the sculpture has, 0 to 1."""
    count_drawn = drawn.drawn_edges(in_steps=in_steps)
    whole = float(drawn.strength.sum(dtype="float64"))
    return count_drawn, float(drawn.strength[:count_drawn].sum(dtype="float64")) / whole if whole > 0 else 1.0


def part_line(lit: Lit) -> tuple[str, ...]:
    """That not all classes are lit, where that is so."""
    return (f"lit: {len(lit.ids)} of {count(lit.of)} classes",) if lit.is_part else ()


def _sides(place: Place) -> tuple[float, float]:
    return place.left_px, place.right_px


def _sentence(text: str, left_px: float, right_px: float, foot_px: float) -> tuple[Hud, float]:
    """The sentence over what reaches up to `foot_px`, and how far up it reaches itself."""
    lines = broken(text, right_px - left_px, SENTENCE_PX)
    top_px = foot_px - SENTENCE_GAP_PX - SENTENCE_LINE_PX * (len(lines) - 1)
    words = tuple(
        Words(line, (left_px, top_px + i * SENTENCE_LINE_PX), SENTENCE_PX, part="caption")
        for i, line in enumerate(lines)
    )
    return Hud(words=words), top_px - SENTENCE_LINE_PX if lines else foot_px


def _below(place: Place, top_px: float) -> tuple[Place, Place]:
    return (
        Place(place.left_px, place.right_px, top_px),
        Place(place.left_px, place.right_px, top_px + CHART_PITCH_PX),
    )


def _side_by_side(place: Place, top_px: float) -> tuple[Place, Place]:
    middle_px = (place.left_px + place.right_px) / 2
    return (
        Place(place.left_px, middle_px - CHART_GAP_PX / 2, top_px),
        Place(middle_px + CHART_GAP_PX / 2, place.right_px, top_px),
    )
