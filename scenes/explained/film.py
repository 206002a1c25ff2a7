"""The scene of explanations in time: a pure function from a moment to the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.explained import legends, words
from scenes.explained.journey import staggered
from scenes.explained.methods import method_of
from scenes.explained.strength import strength_words
from scenes.panels.answer import answer_panel
from scenes.panels.heading import caption, heading
from scenes.timeline import mixed
from viewer.drift import faded
from viewer.heat import Heat
from viewer.state import Hud, Loupe, NetView, Polyline, ViewState, Wire

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Overlay
    from scenes.explained.journey import Journey, Moment
    from scenes.explained.places import Box, ExplainFrame, Sign, Spread
    from scenes.explained.stages import Stages
    from scenes.explained.strength import Strengths
    from scenes.explained.subject import Look, Row, Subject
    from scenes.options import SceneOptions
    from scenes.panels.answer import Answer
    from viewer.state import Camera

Point = tuple[float, float, float]

QUIET = 0.3
WIRE_PX = 4.0
ALPHA = 0.85
DIM = 0.6
"""How much of the picture is gone under a map."""
FRAME_PX = 5.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A picture in its place: the row it belongs to, and the map over it (`None`: the picture itself)."""

    row: Row
    look: Look | None
    box: Box


@dataclass(frozen=True)
class Film:
    """What does not change with time. `plate_px` is where the plate of the input is, `panel_px` where the picture
    stands beside the net, `main` the number of the cell from which all others come, `borders` what is round the plates
    of the stages in the world.
    """

    bundle: Bundle
    options: SceneOptions
    answer: Answer
    subject: Subject
    strengths: Strengths
    stages: Stages
    frame: ExplainFrame
    camera: Camera
    plates: int
    journey: Journey
    signs: tuple[Sign, ...]
    spread: Spread
    cells: tuple[Cell, ...]
    main: int
    plate_px: Box
    panel_px: Box
    answers: Hud
    picture_rows: int
    borders: tuple[tuple[Point, ...], ...]

    def state_at(self, t_secs: float) -> ViewState:
        """The picture at a time."""
        moment = self.journey.at(t_secs)
        answers = moment.said if moment.phase == "answer" else 0.0
        hud = self._frame_words(moment) + faded(self.answers, answers)
        hud += self._gallery_words(moment) + self._panel_words(moment)
        return ViewState(
            self.camera,
            (self._net(moment),),
            self.options.theme,
            hud,
            loupes=self._loupes(moment),
            heats=self._heats(moment),
            wires=self._wires(moment),
        )

    def _net(self, moment: Moment) -> NetView:
        here, there = self._layers(moment)
        quiet = 1.0 - moment.plates * (1.0 - QUIET)
        levels = [moment.net * quiet] * self.plates
        for plate, share in ((here, 1.0 - moment.toward), (there, moment.toward)):
            at = self.stages.plates[plate]
            levels[at] = max(levels[at], moment.net * (quiet + (1.0 - quiet) * share))
        alpha = moment.net * (1.0 - 0.7 * moment.plates)
        return NetView(self.subject.shown.key, edge_alpha=alpha, emphasis=tuple(levels))

    def _layers(self, moment: Moment) -> tuple[int, int]:
        """The stages between which the map is."""
        return moment.layer, min(moment.layer + 1, len(self.stages.overlays) - 1)

    def _loupes(self, moment: Moment) -> tuple[Loupe, ...]:
        loupes = []
        if moment.net < 1:
            shown = self.cells[self.main]
            home = mixed(self.plate_px, shown.box, moment.out)
            others = [cell for at, cell in enumerate(self.cells) if at != self.main]
            for number, cell in enumerate(others):
                share = staggered(moment.part, number, len(others))
                if share > 0:
                    own = 1.0 if cell.row is shown.row else min(4.0 * share, 1.0)
                    # Under a map the picture steps back; of a cut-out it is the picture that is seen.
                    dim = 0.0 if cell.look is None or cell.look.over.kind == "mask" else DIM * moment.tint
                    loupes.append(self._picture(cell.row, mixed(home, cell.box, share), own - dim))
            loupes.append(self._picture(shown.row, home, min(2.0 - 2.0 * moment.net, 1.0)))
        if moment.plates > 0:
            dim = DIM if self.stages.look.over.kind != "mask" else 0.0
            loupes.append(self._picture(self.subject.shown, self.panel_px, moment.plates * (1.0 - dim)))
        return tuple(loupes)

    def _picture(self, row: Row, box: Box, alpha: float) -> Loupe:
        layer = self.subject.shown.looks[0].over.layer
        return Loupe(layer, (), row.key, box, 1.0, alpha=alpha, colours="picture", name=row.key.input_id)

    def _heats(self, moment: Moment) -> tuple[Heat, ...]:
        heats: list[Heat] = []
        if moment.tint > 0:
            pairs = [(cell, cell.look) for cell in self.cells if cell.look is not None]
            heats += [self._heat(look.over, look, moment.tint, cell.box) for cell, look in pairs]
        if moment.plates > 0:
            heats += self._heats_on_net(moment)
        return tuple(heats)

    def _heats_on_net(self, moment: Moment) -> list[Heat]:
        """The map on its plate, going over to that of the next layer, and over the picture beside the net."""
        look, (one, two) = self.stages.look, self._layers(moment)
        here, there = self.stages.overlays[one], self.stages.overlays[two]
        flat = self._heat(here, look, moment.plates, self.panel_px)
        if moment.toward <= 0 or here is there:
            return [self._heat(here, look, moment.plates), flat]
        flat = replace(
            flat, toward=there.id, toward_scale=self.strengths.of(there, look.run.method), blend=moment.toward
        )  # fmt: skip
        parts = ((here, 1.0 - moment.toward), (there, moment.toward))
        return [*(self._heat(each, look, moment.plates * part) for each, part in parts), flat]

    def _wires(self, moment: Moment) -> tuple[Wire, ...]:
        """A frame round the plate that the map lies on."""
        if moment.plates <= 0:
            return ()
        here, there = self._layers(moment)
        parts = {here: 1.0 - moment.toward} if here == there else {here: 1.0 - moment.toward, there: moment.toward}
        shown = [(self.borders[stage], share * moment.plates) for stage, share in parts.items() if share > 0]
        return tuple(Wire(border, "accent", WIRE_PX, alpha) for border, alpha in shown)

    def _heat(self, overlay: Overlay, look: Look, share: float, box: Box | None = None) -> Heat:
        scale = self.strengths.of(overlay, look.run.method)
        where = "flat" if box is not None else "plate"
        # As fine as the picture, or a yes and no: each value is a square of its own.
        is_smooth = overlay.kind != "mask" and overlay.values.shape[0] < self.picture_rows
        return Heat(
            overlay.id, box, scale=scale, alpha=ALPHA * share, is_smooth=is_smooth, name=f"{overlay.id} {where}"
        )  # fmt: skip

    def _frame_words(self, moment: Moment) -> Hud:
        """Title, caption and legends of what is shown now."""
        frame, place = self.frame, self.frame.caption_place
        subtitle, lines = self._told(moment)
        title, *under = heading(shown_name(self.bundle), subtitle, frame.title_left_px, frame.right_px).words
        hud = Hud(words=tuple(under)) + caption(lines, place.left_px, place.right_px, place.top_px)
        return Hud(words=(title,)) + faded(hud + self._legends(moment), moment.said)

    def _legends(self, moment: Moment) -> Hud:
        if moment.phase == "answer":
            return legends.legends((), {}, (), self.frame, net=True)
        if moment.phase == "layers":
            return self._layer_legend(moment)
        shown = self.subject.shown
        kinds = sorted({look.over.kind for look in shown.looks})
        if moment.look is None:
            return legends.legends(
                kinds, {}, legends.notes_of(self.subject.left_out, self.frame), self.frame, net=False
            )
        look = shown.looks[moment.look]
        units = {str(look.over.kind): f"{self.strengths.of(look.over, look.run.method):.3g}"}
        notes = legends.notes_alone(method_of(look.run.method).name, units, self.frame)
        return legends.legends(kinds, units, notes, self.frame, net=False)

    def _layer_legend(self, moment: Moment) -> Hud:
        overlay = self._nearest(moment)
        unit = f"{self.strengths.of(overlay, self.stages.look.run.method):.3g}"
        notes = legends.notes_alone(overlay.layer, {overlay.kind: unit}, self.frame)
        return legends.legends((overlay.kind,), {overlay.kind: unit}, notes, self.frame, net=False)

    def _nearest(self, moment: Moment) -> Overlay:
        return self.stages.overlays[self._layers(moment)[moment.toward > 0.5]]

    def _told(self, moment: Moment) -> tuple[str, tuple[str, ...]]:
        """The subtitle and the caption of a moment."""
        shown, look = self.subject.shown, self.stages.look
        about = "" if self.subject.is_pair else words.asked(self.bundle, shown)  # each row says its own
        asked = f"asked about: {about}" if about else "which pixels made it say that?"
        if moment.phase == "answer":
            label = self.bundle.input(shown.key.input_id).label
            return f"{label}: the answer", words.opening(words.says(self.bundle, self.answer, shown))
        if moment.phase == "layers":
            return asked, words.by_layer(look, self.stages.overlays)
        if moment.look is not None:
            return asked, words.alone(shown.looks[moment.look])
        return asked, words.together(self.subject)

    def _gallery_words(self, moment: Moment) -> Hud:
        """What stands under the pictures, and a frame round that which is spoken of."""
        arrived = max(4.0 * moment.part - 3.0, 0.0)
        if arrived <= 0 or moment.net > 0:
            return Hud()
        number = None if moment.look is None else moment.look + 1
        hud = faded(words.signs_hud(self.spread, self.signs, number), arrived)
        per_row = 1 + len(self.subject.shown.looks)
        marked = () if number is None else range(number, len(self.cells), per_row)
        return hud + Hud(lines=tuple(_frame(self.cells[at].box) for at in marked))

    def _panel_words(self, moment: Moment) -> Hud:
        if moment.phase != "layers":
            return Hud()
        overlay, stages = self._nearest(moment), self.stages
        number = stages.overlays.index(overlay) + 1
        rows, columns = overlay.values.shape
        count = f"stop {number} of {len(stages.overlays)}" if len(stages.overlays) > 1 else ""
        some = f"of {stages.of} layers with maps" if len(stages.overlays) < stages.of else ""
        strength = strength_words(self.bundle, overlay, self.strengths.of(overlay, stages.look.run.method))
        lines = (overlay.layer, f"{rows} \u00d7 {columns} values over it", strength, count, some)
        return faded(words.panel_hud(self.panel_px, lines, self.frame.list.width_px), moment.said)


def _frame(box: Box) -> Polyline:
    left, top, wide, high = box
    right, low = left + wide, top + high
    corners = ((left, top), (right, top), (right, low), (left, low), (left, top))
    return Polyline(corners, "accent", FRAME_PX)


def answers_of(answer: Answer, scores: tuple[float, ...], frame: ExplainFrame) -> Hud:
    """The list of classes beside the net."""
    return answer_panel(answer, scores, frame.list)
