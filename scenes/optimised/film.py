"""The scene of an image that emerges in time: a pure function from a moment to the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.optimised import words
from scenes.optimised.answers import class_lines
from scenes.optimised.chart import loss_chart
from scenes.optimised.methods import method_of
from scenes.panels.answer import answer_panel
from scenes.panels.heading import caption, heading
from scenes.timeline import mixed
from viewer.drift import faded
from viewer.state import Bar, Hud, Loupe, NetView, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.optimised.clock import Clock
    from scenes.optimised.places import Box, OptimiseFrame
    from scenes.optimised.subject import Subject
    from scenes.options import SceneOptions
    from scenes.panels.answer import Answer
    from scenes.timeline import Track
    from viewer.state import Camera, CaptureKey, Wire

DIM = 0.35
BORDER_PX = 3.0
SAY_SECS = 0.22


@dataclass(frozen=True, slots=True)
class Moment:
    """The images between which a moment is, the share of the second, and after how many steps."""

    here: int
    there: int
    share: float
    step: float


@dataclass(frozen=True)
class Film:
    """What does not change with time. `scores` are those of each image, empty where it has none; `shown` are the
    classes that are listed, `likes` the pictures that it was to be like, `begins` what it
    was at first.
    """

    bundle: Bundle
    options: SceneOptions
    frame: OptimiseFrame
    camera: Camera
    subject: Subject
    answer: Answer
    clock: Clock
    front: Track[float]
    plates: int
    scores: tuple[tuple[float, ...], ...]
    shown: tuple[int, ...]
    wires: tuple[Wire, ...]
    legends: Hud
    likes: tuple[Loupe, ...]
    begins: str

    def state_at(self, t_secs: float) -> ViewState:
        """The picture at a time."""
        moment = self._moment(t_secs)
        hud = heading(*self._titles(), self.frame.left_px, self.frame.right_px) + self.legends
        hud += self._answers(moment) + self._charts(moment) + self._caption(t_secs)
        hud += words.under_image(self.frame, self._lines(moment))
        hud += words.names_of(self.bundle, self.subject, tuple(each.box_px for each in self.likes))
        boxes = (self.frame.sheet, *(like.box_px for like in self.likes))
        return ViewState(
            self.camera,
            (self._net(moment, t_secs),),
            self.options.theme,
            hud,
            loupes=(*self._images(moment, t_secs), *self.likes),
            under=Hud(bars=tuple(map(_border, boxes))),
            wires=self.wires,
            scale_of=self.subject.keys[-1] if self.subject.is_lit else None,
        )

    def _moment(self, t_secs: float) -> Moment:
        steps, last = self.subject.steps, len(self.subject.steps) - 1
        back = self.clock.back(t_secs)
        if back > 0:
            first = 0 if not last else steps[0]
            return Moment(last, 0, back, mixed(float(steps[last]), float(first), back))
        at = self.clock.at(t_secs)
        here = min(int(at), last)
        there = min(here + 1, last)
        step = mixed(float(steps[here]), float(steps[there]), at - here)
        return Moment(here, there, at - here, step if last else self._single(t_secs))

    def _single(self, t_secs: float) -> float:
        """Of a run that kept one image: how many steps are told, while it comes."""
        return self.subject.steps[0] * self._shown(t_secs)

    def _shown(self, t_secs: float) -> float:
        """How much there is of an image that is alone, 0 to 1."""
        return min(max(t_secs / self.clock.grown, 0.0), 1.0) * (1.0 - self.clock.back(t_secs))

    def _net(self, moment: Moment, t_secs: float) -> NetView:
        keys = self.subject.keys
        lit = self.clock.light <= t_secs < self.clock.through
        net = NetView(keys[moment.here], front=self.front.at(t_secs) if lit else None)
        if not self.subject.is_lit:
            dim = (DIM,) * self.plates
            return replace(net, emphasis=dim, edge_alpha=0.0, scales=False)
        if moment.share <= 0 or moment.here == moment.there:
            return net
        return replace(net, toward=keys[moment.there], blend=moment.share)

    def _images(self, moment: Moment, t_secs: float) -> tuple[Loupe, ...]:
        """The image of one moment, and that of the next over it."""
        keys = self.subject.keys
        if len(keys) == 1:
            return (self._image(keys[0], self._shown(t_secs)),)
        here = self._image(keys[moment.here])
        return (here,) if moment.share <= 0 else (here, self._image(keys[moment.there], moment.share))

    def _image(self, key: CaptureKey, alpha: float = 1.0) -> Loupe:
        layer = self.bundle.manifest.model.inputs[0]
        return Loupe(layer, (), key, self.frame.sheet, 1.0, alpha=alpha, colours="picture", name="image")

    def _titles(self) -> tuple[str, str]:
        method = method_of(self.subject.run.method)
        return f"{shown_name(self.bundle)}: {method.name}", words.asked(self.bundle, self.subject)

    def _read(self, moment: Moment) -> tuple[float, ...]:
        here, there = self.scores[moment.here], self.scores[moment.there]
        return mixed(here, there, moment.share) if here and there else ()

    def _answers(self, moment: Moment) -> Hud:
        scores, place, pitch = self._read(moment), self.frame.answer, self.frame.pitch_px
        if not scores or not self.answer.has_classes:
            return answer_panel(self.answer, scores, place, pitch_px=pitch)
        target = self.subject.class_number
        return class_lines(scores, self.answer.names, self.shown, target, place, pitch)

    def _charts(self, moment: Moment) -> Hud:
        curves, hud = self.subject.curves, Hud()
        for curve, place in zip(curves, self.frame.charts(len(curves)), strict=True):
            title = words.loss_title(self.subject, curve)
            step = curve.steps[-1] * moment.step / max(self.subject.steps[-1], 1)
            hud += loss_chart(title, curve, step, place, self.frame.chart_high_px)
        return hud

    def _lines(self, moment: Moment) -> tuple[str, ...]:
        scores = self.scores[0], self._read(moment)
        return words.lines_of(self.subject, self.answer, round(moment.step), scores)

    def _caption(self, t_secs: float) -> Hud:
        """What happens, in a sentence; one goes before the next comes."""
        clock, place = self.clock, self.frame.caption
        turns = (clock.grown, clock.fade + 0.4)
        which = sum(t_secs >= turn for turn in turns) % 2
        lines = (
            words.at_end(self.subject, self.answer, self.scores[-1])
            if which
            else words.on_way(self.subject, self.begins)
        )
        said = min(min(abs(t_secs - turn) for turn in turns) / SAY_SECS, 1.0)
        return faded(caption(lines, place.left_px, place.right_px, place.top_px), said)


def _border(box: Box) -> Bar:
    left, top, wide, high = box
    return Bar((left - BORDER_PX, top - BORDER_PX, wide + 2 * BORDER_PX, high + 2 * BORDER_PX), "border")
