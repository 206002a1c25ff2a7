"""The clean and the attacked input side by side, their difference growing through the layers, and where it is most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenes.attack.attacked import Attacked, Step
from scenes.attack.closeup import gone
from scenes.attack.flight import Flight, PlateLook, flight_of
from scenes.attack.frame import AttackFrame
from scenes.attack.journey import Journey, Moment, journey_of
from scenes.attack.parting import parting_of
from scenes.attack.rows import AZIMUTH_DEG, ELEVATION_DEG, FOV_DEG, rows_camera, rows_chart, rows_offsets
from scenes.attack.story import channel_story, layer_story, story
from scenes.attack.words import size_text, subtitle_of, title_of
from scenes.choose import shown_run
from scenes.options import SceneOptions
from scenes.panels.answer import Answer, answer_of
from scenes.panels.classes import change_list, flat_list
from scenes.panels.heading import caption, heading, margin_of
from scenes.panels.legends import TOP_PX, colour_legend, legend_row, note
from scenes.panels.scrubber import scrubber
from scenes.timeline import Timeline
from viewer.layout import LayoutOptions
from viewer.scales import difference_gains, layer_scales
from viewer.state import ColourRole, Drift, Hud, NetView, Ramp, ViewState, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.framing import Offset
    from viewer.layout import Layout
    from viewer.state import Camera, CaptureKey

CHECK = "frames"

SHOWN_CLASSES = 5
SIZE_PX = 21.0


def layout_options(options: SceneOptions) -> LayoutOptions:
    """Three nets over each other: each has a low, wide part of the frame."""
    return LayoutOptions(
        aspect=options.aspect * 0.685 / 0.19,
        azimuth_deg=AZIMUTH_DEG,
        elevation_deg=ELEVATION_DEG,
        fov_deg=FOV_DEG,
        max_rows=1,
        label_room=0.0,
    )


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: the clean answer, the change growing step by step to the flip, a pause, a flight to the layer
    and the channel where it shows most, and back.
    """
    run, answer, frame = shown_run(bundle, options), answer_of(bundle), AttackFrame(options.aspect)
    attacked = Attacked(bundle, layout, run, answer)
    clean, last = attacked.steps[0].key, attacked.last.key
    offsets = rows_offsets(layout, frame)
    camera, (ramps, notes, alone) = rows_camera(layout, frame, offsets), _legends(frame)
    scales = layer_scales(bundle, layout, clean)
    gains = difference_gains(bundle, layout, scales, clean, last)
    parting, flight = parting_of(bundle, layout, attacked, options), None
    if parting is not None:
        look = PlateLook(scales[parting.plate], gains[parting.plate])
        flight = flight_of(parting, bundle, layout, camera, frame, look, alone)
    journey = journey_of(attacked, flies=flight is not None)
    nets = _nets(clean, offsets, gains)
    chart, heads = rows_chart(bundle, layout, attacked, offsets[1]), _headings(bundle, attacked, frame) + notes
    film = _Film(bundle, options, frame, answer, attacked, journey, camera, nets, chart, heads, ramps, flight)
    flights = () if journey.flight is None else (journey.flight,)
    return Timeline(journey.duration_secs, film.state_at, True, journey.markers, flights)


@dataclass(frozen=True, slots=True)
class _Film:
    """What does not change with time: the nets at the clean input, the chart and what is said at the last step."""

    bundle: Bundle
    options: SceneOptions
    frame: AttackFrame
    answer: Answer
    attacked: Attacked
    journey: Journey
    camera: Camera
    nets: tuple[NetView, ...]
    chart: Drift
    headings: Hud
    ramps: Hud
    flight: Flight | None

    def state_at(self, t_secs: float) -> ViewState:
        """The picture at a time of the journey."""
        moment = self.journey.at(t_secs)
        step = self.attacked.steps[moment.step]
        is_last = step is self.attacked.last
        chart = replace(
            self.chart, changes=self.attacked.changes(step), turn=self.chart.turn if is_last else None
        )  # fmt: skip
        hud = self.headings + Hud(ramps=self.ramps.ramps) + gone(replace(self.ramps, ramps=()), moment.fade)
        hud += _scrubber(self, moment.step) + gone(_answers(self, step), moment.fade) + self._told(step, moment)
        nets, clean = self._nets(step), self.attacked.steps[0].key
        state = ViewState(self.camera, nets, self.options.theme, hud, 0.5, (chart,), clean)
        return state if self.flight is None else self.flight.state(state, moment)

    def _nets(self, step: Step) -> tuple[NetView, ...]:
        clean, difference, attacked = self.nets
        role: ColourRole = "alarm" if self._has_flipped(step) else "accent"
        return clean, replace(difference, toward=step.key), replace(attacked, capture=step.key, heading_role=role)

    def _has_flipped(self, step: Step) -> bool:
        return bool(step.scores) and step.winner != self.attacked.steps[0].winner

    def _told(self, step: Step, moment: Moment) -> Hud:
        """What the picture shows at this moment, in a sentence."""
        if self.flight is None or moment.fade < 0.5:
            return _caption(story(self.answer, self.attacked, step), self.frame)
        tell = channel_story if moment.out >= 0.5 else layer_story
        return _caption(tell(self.flight.parting), self.frame, is_alone=True)


def _nets(clean: CaptureKey, offsets: tuple[Offset, ...], gains: tuple[float, ...]) -> tuple[NetView, ...]:
    """Clean net, difference and attacked net, all of the clean input."""
    above, between, below = offsets
    plain = NetView(clean, edge_width=0.65, edge_alpha=0.75, shapes=False)
    difference = NetView(clean, clean, 1.0, "difference", between, edge_alpha=0.0, shapes=False, gains=gains)
    return (
        replace(plain, offset=above, heading="clean", heading_role="accent", scales=False),
        replace(difference, heading="difference", heading_role="difference", names=False, scales=False),
        replace(plain, offset=below, heading="attacked", names=False),
    )


def _scrubber(film: _Film, at: int) -> Hud:
    """The size of the change, or which step it is, over a track with all of them."""
    attacked, frame, run = film.attacked, film.frame, film.attacked.run
    step, track = attacked.steps[at], frame.track
    text = f"step {step.number} of {attacked.tried}"
    if attacked.is_to_scale:
        text = f"\u03b5 = {size_text(film.bundle, run, step.epsilon)}"
    kept = f"{len(attacked.steps) - 1} of {attacked.tried} steps kept"
    words = [Words(text, frame.size_at_px, 60.0 if frame.is_wide else 36.0, True, "difference", "right")]
    if not attacked.is_to_scale:
        size = attacked.size(step)
        short = f"{size_text(film.bundle, run, size.linf)}, L2 {size.l2:.3g}"
        long = f"change: at most {short}"
        told = long if width_of(long, SIZE_PX) <= track.width_px else short
        words.append(Words(told, (track.right_px, track.top_px + 64.0), SIZE_PX, role="dim", anchor="right"))
    return scrubber(attacked.places, at, attacked.flip, kept, track) + Hud(words=tuple(words))


def _answers(film: _Film, step: Step) -> Hud:
    """Both predictions as lists of the same classes in the same order, and the change between them."""
    answer, steps = film.answer, film.attacked.steps
    if not step.scores or not answer.has_classes:
        return Hud()
    clean, last = steps[0], steps[-1]
    weight = [max(a, b) for a, b in zip(clean.scores, last.scores, strict=True)]
    ranked = sorted(range(len(weight)), key=lambda index: (-weight[index], index))[:SHOWN_CLASSES]
    listed = sorted(ranked, key=lambda index: -clean.scores[index])
    places = film.frame.places
    role: ColourRole = "alarm" if step.winner != clean.winner else "accent"
    hud = flat_list(clean.scores, answer.names, listed, places[0], "accent")
    hud += change_list(clean.scores, step.scores, answer.names, listed, places[1])
    return hud + flat_list(step.scores, answer.names, listed, places[2], role)


def _headings(bundle: Bundle, attacked: Attacked, frame: AttackFrame) -> Hud:
    title, subtitle = (
        title_of(bundle, attacked.run),
        subtitle_of(bundle, attacked.run, is_to_scale=attacked.is_to_scale),
    )
    return heading(title, subtitle, margin_of(frame.width_px), frame.title_right_px)


def _legends(frame: AttackFrame) -> tuple[Hud, Hud, tuple[Ramp, ...]]:
    """Those of the colours, the note beside them, and the colours for which there is room where no list stands."""
    pieces = (
        colour_legend("activation / \u00b1scale", "activation", 230.0),
        colour_legend("difference \u00d7 gain / \u00b1scale", "difference", 250.0),
        note(("\u00b1scale: {percentile} for", "the clean input, clipped;", "small cells: largest change")),
    )
    row = legend_row(pieces, frame.left_px, frame.legends_right_px)
    alone = row if len(row.ramps) > 1 else legend_row(pieces[:2], frame.left_px, frame.right_px)
    notes = tuple(line for line in row.words if line.role == "dim")
    colours = replace(row, words=tuple(line for line in row.words if line not in notes))
    return colours, Hud(words=notes), alone.ramps


def _caption(lines: tuple[str, ...], frame: AttackFrame, *, is_alone: bool = False) -> Hud:
    """A sentence beside the legends, or over them: there it `is_alone` where no list stands beside it."""
    if frame.is_wide:
        return caption(lines, frame.left_px + 960.0, frame.right_px)
    right_px = frame.right_px if is_alone else frame.legends_right_px
    return caption(lines, frame.left_px, right_px, TOP_PX - 56.0)
