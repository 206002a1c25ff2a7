"""Several attacks on one input, step by step at one clock, until each changes the answer; then who needed least."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median_low
from typing import TYPE_CHECKING

from scenes.attack.size import ChangeSize, change_size
from scenes.choose import shown_name
from scenes.grid import AZIMUTH_DEG, ELEVATION_DEG, FOV_DEG, Grid, change_view, entry_of, grid_of
from scenes.options import SceneOptions
from scenes.panels.answer import Answer, answer_of
from scenes.panels.classes import Place
from scenes.panels.frame import Frame
from scenes.panels.heading import caption, heading, margin_of
from scenes.panels.legends import TOP_PX, colour_legend, legend_row, note
from scenes.race.clock import Clock
from scenes.race.dial import clock_line
from scenes.race.lanes import OVER_PX, Told, lane_words
from scenes.race.racers import Race, race_of
from scenes.race.story import end_lines, ranking_of, start_lines, way_lines
from scenes.timeline import Marker, Timeline
from viewer.camera import Rect
from viewer.layout import LayoutOptions
from viewer.scales import difference_gains, layer_scales
from viewer.state import Hud, NetView, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.state import CaptureKey

CHECK = "frames"

SQUARE_PX = 1000.0
FEW_LANES = 3
CLOCK_SHARE = 0.24
STORY_PX, NARROW_STORY_PX = 27.0, 23.0
EDGE_WIDTH, EDGE_ALPHA, BLOOM = 0.6, 0.7, 0.5


@dataclass(frozen=True, slots=True)
class _RaceFrame(Frame):
    """How the parts share a frame: what is said of a lane stands beside its net where the frame is wide, else over it;
    the clock stands at the top.
    """

    @property
    def nets(self) -> Rect:
        sides = self.left_px / self.width_px, self.right_px / self.width_px
        return Rect(sides[0], 0.125, sides[1], 0.875) if self.is_wide else Rect(sides[0], 0.20, sides[1], 0.735)

    @property
    def clock(self) -> Place:
        if self.is_wide:
            return Place(self.right_px - CLOCK_SHARE * self.width_px, self.right_px, 62.0)
        return Place(self.left_px, self.right_px, 150.0)

    def columns(self, lanes: int) -> int | None:
        """How many lanes stand beside each other, where that is not left to the size of the nets."""
        return None if self.width_px >= SQUARE_PX else 1 if lanes <= FEW_LANES else 2

    @property
    def legends_right_px(self) -> float:
        return self.left_px + 920.0 if self.is_wide else self.right_px

    @property
    def story_room_px(self) -> float:
        return self.right_px - (self.left_px + 960.0 if self.is_wide else self.left_px)


def layout_options(options: SceneOptions) -> LayoutOptions:
    """Some nets beside and over each other: each has a low part of the frame."""
    is_wide = _RaceFrame(options.aspect).is_wide
    return LayoutOptions(
        aspect=options.aspect * (0.45 / 0.17 if is_wide else 0.95 / 0.09),
        azimuth_deg=AZIMUTH_DEG,
        elevation_deg=ELEVATION_DEG,
        fov_deg=FOV_DEG,
        max_rows=1,
        label_room=0.0,
    )


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: the clean input in every lane, all attacks at once, the ranking, and back.

    Raises
    ------
    KerascopeError
        Fewer than two attacks have begun with the same input.
    """
    answer = answer_of(bundle)
    race = race_of(bundle, options, answer)
    frame, clock = _RaceFrame(options.aspect), Clock(race.last_step)
    entry = entry_of(layout, bundle.manifest.model.inputs[0])
    count = len(race.racers)
    grid = grid_of(layout, entry, frame.aspect, frame.nets, count, OVER_PX, columns=frame.columns(count))
    lanes = _Lanes(bundle, race, answer, grid, frame)
    gains = _gains(bundle, layout, race, entry)
    fixed = _fixed_words(bundle, race, frame)
    track, stops = clock.track(), [racer.last_step for racer in race.attacks if racer.flip is not None]

    def state_at(t_secs: float) -> ViewState:
        at = track.at(t_secs)
        step = clock.step_at(at)
        nets = _nets(layout, entry, race, step, grid, gains)
        hud = fixed + clock_line(clock, at, stops, frame.clock) + lanes.words(step) + lanes.story(step)
        return ViewState(grid.camera, nets, options.theme, hud, bloom=BLOOM, scale_of=race.clean)

    return Timeline(clock.duration_secs, state_at, loops=True, markers=_markers(race, clock))


class _Lanes:
    """The words of all lanes. The input of a step is read when it is first shown."""

    def __init__(self, bundle: Bundle, race: Race, answer: Answer, grid: Grid, frame: _RaceFrame) -> None:
        self._bundle, self._race, self._answer, self._grid, self._frame = bundle, race, answer, grid, frame
        self._known: dict[CaptureKey, ChangeSize] = {}

    def words(self, step: int) -> Hud:
        """What is said over every net after so many steps; at the end what each was best in."""
        hud, stops = Hud(), self._stops() if self._is_over(step) else {}
        ranking = ranking_of(self._race, stops) if stops else None
        for racer, cell in zip(self._race.racers, self._grid.cells, strict=True):
            stride = racer.at(step)
            best = frozenset[str]() if ranking is None else ranking.best_of(racer, stops)
            told = Told(racer, stride, self._size(stride.key), step > 0 and racer.is_over(step), best)
            hud += lane_words(told, self._answer, cell)
        return hud

    def story(self, step: int) -> Hud:
        """The sentence of this moment."""
        frame = self._frame
        if step == 0:
            lines = start_lines(self._race, self._answer)
        elif not self._is_over(step):
            lines = way_lines(self._race)
        else:
            sizes = self._stops()
            size_px = STORY_PX if frame.story_room_px > 700.0 else NARROW_STORY_PX
            lines = end_lines(ranking_of(self._race, sizes), sizes, frame.story_room_px, size_px)
        right_px = frame.right_px
        if frame.is_wide:
            return caption(lines, right_px - frame.story_room_px, right_px)
        return caption(lines, frame.left_px, right_px, TOP_PX - 48.0)

    def _is_over(self, step: int) -> bool:
        return step >= self._race.last_step

    def _stops(self) -> dict[str, ChangeSize]:
        return {racer.run_id: self._size(racer.strides[racer.stops_at].key) for racer in self._race.racers}

    def _size(self, key: CaptureKey) -> ChangeSize:
        if key not in self._known:
            self._known[key] = change_size(self._bundle, self._race.clean, key)
        return self._known[key]


def _nets(
    layout: Layout, entry: int, race: Race, step: int, grid: Grid, gains: tuple[float, ...]
) -> tuple[NetView, ...]:
    """Every lane's net, then the change of every lane's input, all with one gain."""
    nets, changes = [], []
    for row, racer in enumerate(race.racers):
        key = racer.at(step).key
        plain = NetView(key, edge_width=EDGE_WIDTH, edge_alpha=EDGE_ALPHA, shapes=False, scales=False)
        nets.append(replace(plain, offset=grid.offsets[row], names=row == 0))
        heading = "" if row else "change"
        changes.append(change_view(layout, entry, (race.clean, key), grid.before(row), gains, heading))
    return (*nets, *changes)


def _gains(bundle: Bundle, layout: Layout, race: Race, entry: int) -> tuple[float, ...]:
    """One gain for the changes in all lanes, so that they can be compared: the middle one of those that each would have
    where it stops. Nothing else of these nets is seen.
    """
    scales = layer_scales(bundle, layout, race.clean)
    ends = [racer.strides[racer.stops_at].key for racer in race.racers]
    found = [difference_gains(bundle, layout, scales, race.clean, end)[entry] for end in ends]
    return tuple(median_low(found) if index == entry else 1.0 for index in range(len(layout.plates)))


def _markers(race: Race, clock: Clock) -> tuple[Marker, ...]:
    stops: dict[float, list[str]] = {}
    for racer in race.attacks:
        if racer.flip is not None:
            stops.setdefault(clock.secs_of(racer.last_step), []).append(racer.name)
    found = [Marker(0.0, "start"), *(Marker(at_secs, " and ".join(names)) for at_secs, names in sorted(stops.items()))]
    return (*found, Marker(min(clock.over_secs + 0.1, clock.duration_secs), "ranking"))


def _fixed_words(bundle: Bundle, race: Race, frame: _RaceFrame) -> Hud:
    right_px = frame.clock.left_px - 30.0 if frame.is_wide else frame.right_px
    title = f"{shown_name(bundle)}: {len(race.attacks)} attacks on {bundle.input(race.clean.input_id).label}"
    hud = heading(title, "each until the answer changes", margin_of(frame.width_px), right_px)
    legends = (
        colour_legend("activation / \u00b1scale", "activation", 230.0),
        colour_legend("change \u00d7 gain / \u00b1scale", "difference", 250.0),
        note(("\u00b1scale: {percentile} for", "the clean input, clipped;", "one gain for all changes")),
    )
    return hud + legend_row(legends, frame.left_px, frame.legends_right_px)
