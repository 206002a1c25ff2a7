"""The clean and the attacked input side by side, and the signed difference between them growing through the layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from scenes.attacked import Attacked, Step
from scenes.choose import shown_name, shown_run
from scenes.easing import linear
from scenes.framing import Offset, camera_for
from scenes.options import SceneOptions
from scenes.panels.answer import Answer, answer_of
from scenes.panels.classes import Place, change_list, flat_list, list_place
from scenes.panels.heading import caption, heading, margin_of
from scenes.panels.legends import TOP_PX, colour_legend, legend_row, note
from scenes.story import story
from scenes.timeline import Key, Marker, Timeline, Track
from viewer.camera import Rect
from viewer.layout import LayoutOptions
from viewer.scales import difference_gains, layer_scales
from viewer.state import REFERENCE_HEIGHT_PX, ColourRole, Drift, Hud, NetView, ViewState, Words

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Run
    from viewer.layout import Layout

CHECK = "frames"

LIST_WIDTH = 0.20
LIST_TOPS_PX = (188.0, 470.0, 742.0)
WIDE_PX = 1700.0
LAST_NUMBER_PX = 112.0
AZIMUTH_DEG, ELEVATION_DEG, FOV_DEG = 57.0, 0.8, 4.5
"""Almost level, so that the three nets stand in straight rows and a level chart finds room between them."""
CHART_HEIGHT_PX, CHART_BELOW_PX = 64.0, 102.0
GAPS_PX = 50.0, CHART_BELOW_PX + 80.0
CLEAN_SECS, LONGEST_GROWTH_SECS, STEP_SECS, VERDICT_SECS, BACK_SECS = 2.0, 5.0, 0.3, 3.4, 0.8
SHOWN_CLASSES = 5


@dataclass(frozen=True, slots=True)
class _Frame:
    """How the parts share a frame: the nets at the left, the lists at the right, the caption beside or over the
    legends.
    """

    aspect: float

    @property
    def width_px(self) -> float:
        return REFERENCE_HEIGHT_PX * self.aspect

    @property
    def is_wide(self) -> bool:
        return self.width_px >= WIDE_PX

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(list_place(self.width_px, LIST_WIDTH, top_px) for top_px in LIST_TOPS_PX)

    @property
    def nets(self) -> Rect:
        right = (self.places[0].left_px - LAST_NUMBER_PX) / self.width_px
        return Rect(0.04, 0.15, max(right, 0.3), 0.856 if self.is_wide else 0.77)


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
    """A looping timeline: the clean answer, epsilon growing step by step to the flip, a pause, and back."""
    run = shown_run(bundle, options)
    answer = answer_of(bundle)
    attacked = Attacked(bundle, layout, run, answer)
    steps, last = attacked.steps, attacked.steps[-1]
    frame = _Frame(options.aspect)
    offsets = _offsets(layout, frame)
    view = {"azimuth_deg": AZIMUTH_DEG, "elevation_deg": ELEVATION_DEG, "fov_deg": FOV_DEG}
    camera = camera_for(layout, frame.aspect, frame.nets, offsets=offsets, **view)
    clean = steps[0].key
    gains = difference_gains(bundle, layout, layer_scales(bundle, layout, clean), clean, last.key)
    step_track, duration_secs, markers = _journey(len(steps) - 1)
    fixed = _fixed_words(bundle, run, frame)
    feet = _feet(layout, attacked.spine, offsets[1])

    def state_at(t_secs: float) -> ViewState:
        step = steps[round(step_track.at(t_secs))]
        nets = _nets(steps[0], step, offsets, gains)
        hud = fixed + _epsilon(bundle, step, frame) + _answers(answer, steps, step, frame)
        hud += _story(answer, attacked, step, frame)
        hidden = max(attacked.changes(last)[:-1], default=0.0)
        drift = Drift(feet, attacked.changes(step), hidden, CHART_HEIGHT_PX, CHART_BELOW_PX)
        return ViewState(camera, nets, options.theme, hud, bloom=0.5, drifts=(drift,), scale_of=clean)

    return Timeline(duration_secs, state_at, loops=True, markers=markers)


def _journey(last: int) -> tuple[Track[float], float, tuple[Marker, ...]]:
    growth_secs = min(LONGEST_GROWTH_SECS, STEP_SECS * last + 0.4)
    flip_secs = CLEAN_SECS + growth_secs
    back_secs = flip_secs + VERDICT_SECS
    growth = Key(CLEAN_SECS, float(last), growth_secs, linear)
    track = Track((Key(0.0, 0.0), growth, Key(back_secs, 0.0, BACK_SECS)))
    return track, back_secs + BACK_SECS, (Marker(0.0, "clean"), Marker(flip_secs, "attacked"))


def _feet(layout: Layout, spine: tuple[int, ...], between: Offset) -> tuple[Offset, ...]:
    """The middle of the lower border of each plate of the spine, in the net of differences."""
    feet = []
    for index in spine:
        x, y, z = layout.plates[index].centre
        feet.append((x + between[0], y - layout.plates[index].size[1] / 2 + between[1], z + between[2]))
    return tuple(feet)


def _offsets(layout: Layout, frame: _Frame) -> tuple[Offset, ...]:
    """Where the clean net, the difference and the attacked net stand: gaps as high as their words and the chart
    need.
    """
    corners = layout.corners()
    across, along = np.sin(np.radians(AZIMUTH_DEG)), np.cos(np.radians(AZIMUTH_DEG))
    width = float(np.ptp(corners[:, 0] * along + corners[:, 2] * across))
    height = float(np.ptp(corners[:, 1]))
    rise = float(np.ptp(corners[:, 0])) * across * np.sin(np.radians(ELEVATION_DEG))
    room_px = REFERENCE_HEIGHT_PX * (frame.nets.bottom - frame.nets.top)
    wide_px = frame.width_px * (frame.nets.right - frame.nets.left)
    unit_px = min(wide_px / width, max(room_px - sum(GAPS_PX), room_px / 3) / (3 * height + rise))
    up, down = height + GAPS_PX[0] / unit_px, height + GAPS_PX[1] / unit_px
    return (0.0, up, 0.0), (0.0, 0.0, 0.0), (0.0, -down, 0.0)


def _nets(clean: Step, step: Step, offsets: tuple[Offset, ...], gains: tuple[float, ...]) -> tuple[NetView, ...]:
    role: ColourRole = "alarm" if step.winner != clean.winner else "accent"
    above, between, below = offsets
    shown = NetView(clean.key, edge_width=0.65, edge_alpha=0.75, shapes=False)
    difference = NetView(clean.key, step.key, 1.0, "difference", between, edge_alpha=0.0, shapes=False, gains=gains)
    return (
        replace(shown, offset=above, heading="clean", heading_role="accent", scales=False),
        replace(difference, heading="difference", heading_role="difference", names=False, scales=False),
        replace(shown, capture=step.key, offset=below, heading="attacked", heading_role=role, names=False),
    )


def _epsilon(bundle: Bundle, step: Step, frame: _Frame) -> Hud:
    size = 60.0 if frame.is_wide else 36.0
    at_px = frame.places[0].right_px, 86.0 if frame.is_wide else 148.0
    return Hud(words=(Words(f"\u03b5 = {_size_of(bundle, step)}", at_px, size, True, "difference", "right"),))


def _size_of(bundle: Bundle, step: Step) -> str:
    """Epsilon in words: of pictures in their 255 levels, of anything else in what is fed."""
    preprocessing = bundle.manifest.preprocessing
    if bundle.input(step.key.input_id).image is None or preprocessing.std or not preprocessing.scale:
        return f"{step.epsilon:.4f}"
    return f"{step.epsilon / abs(preprocessing.scale):.2f}/255"


def _answers(answer: Answer, steps: tuple[Step, ...], step: Step, frame: _Frame) -> Hud:
    """Both predictions as lists of the same classes in the same order, and the change between them."""
    if not step.scores or not answer.has_classes:
        return Hud()
    names, clean, last = answer.names, steps[0], steps[-1]
    weight = [max(a, b) for a, b in zip(clean.scores, last.scores, strict=True)]
    ranked = sorted(range(len(weight)), key=lambda index: (-weight[index], index))[:SHOWN_CLASSES]
    shown = sorted(ranked, key=lambda index: -clean.scores[index])
    places = frame.places
    role: ColourRole = "alarm" if step.winner != clean.winner else "accent"
    hud = flat_list(clean.scores, names, shown, places[0], "accent")
    hud += change_list(clean.scores, step.scores, names, shown, places[1])
    return hud + flat_list(step.scores, names, shown, places[2], role)


def _fixed_words(bundle: Bundle, run: Run, frame: _Frame) -> Hud:
    left_px, right_px = margin_of(frame.width_px) * 2 / 3, frame.places[0].right_px
    title = f"{shown_name(bundle)}, attacked by {run.method.upper()}"
    epsilon_px = 400.0 if frame.is_wide else 0.0
    hud = heading(title, "every pixel moves by at most \u03b5", margin_of(frame.width_px), right_px - epsilon_px)
    legends = (
        colour_legend("activation / \u00b1scale", "activation", 230.0),
        colour_legend("difference \u00d7 gain / \u00b1scale", "difference", 250.0),
        note(("\u00b1scale: {percentile} for", "the clean input, clipped;", "small cells: largest change")),
    )
    return hud + legend_row(legends, left_px, _legends_right_px(frame))


def _legends_right_px(frame: _Frame) -> float:
    return margin_of(frame.width_px) * 2 / 3 + 920.0 if frame.is_wide else frame.places[0].left_px - 24.0


def _story(answer: Answer, attacked: Attacked, step: Step, frame: _Frame) -> Hud:
    """What the picture shows at this moment, in a sentence."""
    lines = story(answer, attacked, step)
    left_px = margin_of(frame.width_px) * 2 / 3
    if frame.is_wide:
        return caption(lines, left_px + 960.0, frame.places[0].right_px)
    return caption(lines, left_px, _legends_right_px(frame), TOP_PX - 56.0)
