"""What is said in the picture of two networks that see one perturbation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.attack.names import words_of
from scenes.choose import shown_name
from scenes.contrast.story import end_lines, fate_text, place_text, start_lines, way_lines
from scenes.panels.classes import class_name, flat_list
from scenes.panels.confidence import TITLE_PX, Curve, confidence_chart
from scenes.panels.heading import caption, fitted, heading, margin_of
from scenes.panels.legends import TOP_PX, colour_legend, legend_row, note
from scenes.panels.numbers import percent
from viewer.state import Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from scenes.contrast.frame import ContrastFrame
    from scenes.contrast.pairs import Contrast
    from scenes.grid import Cell
    from scenes.panels.answer import Answer
    from viewer.state import ColourRole

ROLES: tuple[ColourRole, ColourRole] = ("accent", "subtracts")
"""Of the two networks, in the chart and at their names."""
NAME_PX, SMALL_PX, UP_PX, LINE_PX = 26.0, 21.0, 44.0, 34.0
EPSILON_PX, NARROW_EPSILON_PX, EPSILON_ROOM_PX = 46.0, 30.0, 230.0
SHOWN_CLASSES = 5
SAMPLE_PX = 34.0


class ContrastWords:
    """Everything flat of each moment. Nothing is read but answers."""

    def __init__(
        self, bundle: Bundle, contrast: Contrast, answer: Answer, frame: ContrastFrame, cells: Sequence[Cell]
    ) -> None:
        self._contrast, self._answer, self._frame, self._cells = contrast, answer, frame, cells
        self._is_picture = bundle.input(contrast.run.parent or "").image is not None
        one, two = (bundle.checkpoint(id_) for id_ in contrast.checkpoints)
        is_same = one.label == two.label
        self._names = (one.id, two.id) if is_same else (one.label, two.label)
        self._fixed = self._heading(bundle) + self._legends()
        self._shown = self._classes()

    def at(self, moment: int) -> Hud:
        """The words of a moment, by its number."""
        hud = self._fixed + self._epsilon(moment) + self._heads(moment) + self._chart(moment) + self._story(moment)
        return hud + self._lists(moment) if self._frame.has_lists else hud

    def _heading(self, bundle: Bundle) -> Hud:
        frame, contrast = self._frame, self._contrast
        one, two = self._names
        attacked = self._names[contrast.attacked]
        title = f"{shown_name(bundle)}: {one} beside {two}"
        subtitle = f"one perturbation, {words_of(contrast.run.method)} against {attacked}"
        room_px = 380.0 if frame.has_lists else 0.0
        return heading(title, subtitle, margin_of(frame.width_px), frame.right_px - room_px)

    def _legends(self) -> Hud:
        frame, attacked = self._frame, self._names[self._contrast.attacked]
        legends = (
            colour_legend("activation / \u00b1scale", "activation", 230.0),
            colour_legend("change \u00d7 gain / \u00b1scale", "difference", 250.0),
            note(("\u00b1scale: {percentile} for the", f"clean input in {attacked},", "the same for both; clipped")),
        )
        right_px = frame.left_px + 920.0 if frame.is_wide else frame.right_px
        return legend_row(legends, frame.left_px, right_px)

    def _classes(self) -> tuple[int, ...]:
        """The classes of both lists: those that count most for either network at either end."""
        first, last = self._contrast.moments[0], self._contrast.moments[-1]
        every = [seen.scores for moment in (first, last) for seen in moment.seen if seen.scores]
        if not every:
            return ()
        weight = [max(shares) for shares in zip(*every, strict=True)]
        ranked = sorted(range(len(weight)), key=lambda index: (-weight[index], index))[:SHOWN_CLASSES]
        return tuple(sorted(ranked, key=lambda index: -every[0][index]))

    def _epsilon(self, moment: int) -> Hud:
        frame = self._frame
        size_px = EPSILON_PX if frame.has_lists else NARROW_EPSILON_PX
        at_px = frame.right_px, 80.0 if frame.has_lists else frame.chart.top_px
        text = place_text(self._contrast, moment, is_picture=self._is_picture)
        return Hud(words=(Words(text, at_px, size_px, True, "difference", "right"),))

    def _heads(self, moment: int) -> Hud:
        """Over each net which it is, whether the perturbation was made against it, and what has become of it."""
        hud, frame = Hud(), self._frame
        for net, cell in enumerate(self._cells):
            y = cell.net_top_px - UP_PX
            fate = fate_text(self._contrast, net, moment, is_picture=self._is_picture)
            part = "attacked" if net == self._contrast.attacked else "not attacked itself"
            if frame.has_lists:
                hud += self._name(net, part, y) + self._at_right(net, moment, fate, SMALL_PX, y)
            else:
                hud += self._name(net, "", y - LINE_PX) + self._at_right(net, moment, part, SMALL_PX, y)
                hud += self._at_right(net, moment, self._says(net, moment), NAME_PX, y - LINE_PX)
                hud += Hud(words=(Words(fate, (frame.left_px, y), SMALL_PX, role=self._role(net, moment)),))
        return hud

    def _name(self, net: int, part: str, y: float) -> Hud:
        """The name of a network with a sample of its line, and its part."""
        left_px = self._frame.left_px
        room_px = (self._frame.nets_right_px - left_px) * 0.4
        name = fitted(self._names[net], room_px, NAME_PX, True)
        x = left_px + SAMPLE_PX + 12.0
        words = [Words(name, (x, y), NAME_PX, True, ROLES[net])]
        if part:
            x += width_of(name, NAME_PX, True) + 18.0
            words.append(Words(part, (x, y), SMALL_PX, role="dim"))
        sample = Polyline(((left_px, y - 9.0), (left_px + SAMPLE_PX, y - 9.0)), ROLES[net], 5.0)
        return Hud(lines=(sample,), words=tuple(words))

    def _at_right(self, net: int, moment: int, text: str, size_px: float, y: float) -> Hud:
        is_bold = size_px == NAME_PX
        role = self._role(net, moment) if is_bold or self._frame.has_lists else "dim"
        return Hud(words=(Words(text, (self._frame.nets_right_px, y), size_px, is_bold, role, "right"),))

    def _role(self, net: int, moment: int) -> ColourRole:
        """The colour of what a network says."""
        return "alarm" if self._is_changed(net, moment) else "dim"

    def _is_changed(self, net: int, moment: int) -> bool:
        first, seen = self._contrast.moments[0].seen[net], self._contrast.moments[moment].seen[net]
        return seen.winner != first.winner

    def _says(self, net: int, moment: int) -> str:
        seen = self._contrast.moments[moment].seen[net]
        name = class_name(self._answer.names, seen.winner)
        return f"{name}  {percent(seen.share(seen.winner))}" if seen.scores else name

    def _lists(self, moment: int) -> Hud:
        hud = Hud()
        for net, place in enumerate(self._frame.lists):
            scores = self._contrast.moments[moment].seen[net].scores
            if scores and self._shown:
                role: ColourRole = "alarm" if self._is_changed(net, moment) else ROLES[net]
                hud += flat_list(scores, self._answer.names, self._shown, place, role)
        return hud

    def _chart(self, moment: int) -> Hud:
        contrast, frame = self._contrast, self._frame
        right = contrast.right
        curves = [
            Curve(tuple(each.seen[net].share(right) for each in contrast.moments), ROLES[net], contrast.flip(net))
            for net in (0, 1)
        ]
        places = [contrast.place_of(each) for each in contrast.moments]
        last = place_text(contrast, len(contrast.moments) - 1, is_picture=self._is_picture)
        first = "\u03b5 = 0" if contrast.is_to_scale else "step 0"
        title = f"confidence in {class_name(self._answer.names, right)}"
        if not frame.has_lists:
            title = fitted(title, frame.chart.width_px - EPSILON_ROOM_PX, TITLE_PX, True)
        return confidence_chart(title, (first, last), places, curves, moment, frame.chart, frame.chart_px)

    def _story(self, moment: int) -> Hud:
        contrast, frame = self._contrast, self._frame
        if moment == 0:
            lines = start_lines(contrast, self._names, self._answer)
        elif moment < len(contrast.moments) - 1:
            lines = way_lines(contrast, self._names)
        else:
            lines = end_lines(contrast, self._names, is_picture=self._is_picture)
        if frame.is_wide:
            return caption(lines, frame.left_px + 960.0, frame.right_px)
        return caption(lines, frame.left_px, frame.right_px, TOP_PX - 52.0)
