"""A tour put together: the scenes of its stops, the whole net between them, what is said over all. Pure."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from scenes.choose import key_of, shown_capture, shown_name
from scenes.easing import cubic_in_out
from scenes.panels.heading import heading, margin_of
from scenes.panels.legends import colour_legend, legend_row
from scenes.registry import scene
from scenes.speech.speech import speech_of
from scenes.steps.scenery import far_camera
from scenes.timeline import Marker, Timeline
from scenes.tour.choosing import options_at
from scenes.tour.lesson import NETWORK, Lesson, Stop
from scenes.tour.route import Route, hop_secs, pace_of
from scenes.tour.sayings import fact_at, said, said_between
from scenes.tour.shrinking import shrunk
from scenes.tour.stations import passed_layers, station_of
from scenes.tour.strip import Strip, set_lines, strip_for
from viewer.solids.boards_place import shifted
from viewer.state import REFERENCE_HEIGHT_PX, NetView, ViewState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from exporter.bundle import Bundle
    from scenes.options import SceneOptions
    from viewer.layout import Layout
    from viewer.state import Camera, CaptureKey


FADE_SECS = 0.3
BLOOM = 0.75
SIDE_PX = 2**16
"""Of the frame that scenes are asked for: they use nothing but its proportions, which are exact then."""


@dataclass(frozen=True, eq=False)
class Guided:
    """A stop with what is said there and on the way to it, and the station of its layer on the spine."""

    stop: Stop
    said: tuple[str, ...]
    said_before: tuple[str, ...]
    station: float


@dataclass(frozen=True, eq=False)
class Guide:
    """All stops of a tour, each with the timeline of its scene (`None`: the whole net), and what is over all of it.

    `inner` is what the scenes are built with: for the part of the frame that the strip leaves.
    """

    stops: tuple[Guided, ...]
    timelines: tuple[Timeline | None, ...]
    route: Route
    strip: Strip
    camera: Camera
    key: CaptureKey
    inner: SceneOptions
    title: str
    begins: str

    def state_at(self, t_secs: float) -> ViewState:
        """What the tour shows at a time."""
        number, is_there, gone_secs = self.route.at(t_secs)
        guided, timeline = self.stops[number], self.timelines[number]
        if not is_there:
            part = cubic_in_out(gone_secs / self.route.hops_secs[number])
            before = self.stops[number - 1].station if number else guided.station
            front = before + (guided.station - before) * part
            return self._captioned(self._whole(front, number), guided.said_before, number, gone_secs, 0.0)
        pace = self.route.paces[number]
        own = self._whole(guided.station, number) if timeline is None else timeline.state_at(pace.own(gone_secs))
        part = gone_secs / pace.lasts_secs
        return self._captioned(_led(own, guided.station), guided.said, number, gone_secs, part)

    def pointed(self, t_secs: float, at_px: tuple[float, float]) -> ViewState | None:
        """What the scene of the stop shows while somebody points at it."""
        number, is_there, gone_secs = self.route.at(t_secs)
        timeline = self.timelines[number]
        if not is_there or timeline is None or timeline.pointed is None:
            return None
        x_px, y_px = at_px
        pace, size = self.route.paces[number], self.strip.part
        own = timeline.pointed(pace.own(gone_secs), (x_px / size, y_px / size))
        if own is None:
            return None
        guided, part = self.stops[number], gone_secs / pace.lasts_secs
        return self._captioned(_led(own, guided.station), guided.said, number, gone_secs, part)

    def timeline(self) -> Timeline:
        """The tour in time: a marker and a stop for each stop."""
        speech = speech_of(self.inner.language, "tour")
        markers, held = [], []
        for number, guided in enumerate(self.stops):
            layer = f" {guided.stop.layer}" if guided.stop.layer and guided.stop.scene != NETWORK else ""
            markers.append(Marker(self.route.starts_secs(number), f"{speech(guided.stop.scene)}{layer}"))
            held.append(min(self.route.held_secs(number), self.route.duration_secs))
        return Timeline(
            self.route.duration_secs,
            self.state_at,
            loops=False,
            markers=tuple(markers),
            stops_secs=tuple(held),
            pointed=self.pointed,
        )

    def _whole(self, front: float, number: int) -> ViewState:
        """The whole net with the light at a station."""
        speech, width_px = speech_of(self.inner.language, "tour"), REFERENCE_HEIGHT_PX * self.inner.aspect
        margin_px, layer = margin_of(width_px), self.stops[number].stop.layer
        says = self.begins if number == 0 else speech("at_layer", layer=layer)
        hud = heading(self.title, says, margin_px, width_px - margin_px)
        legend = legend_row((colour_legend(speech("scale"), "activation"),), margin_px, width_px - margin_px)
        hud += shifted(legend, (0.0, -self.inner.foot_px))
        return ViewState(self.camera, (NetView(self.key, front=front),), self.inner.theme, hud, BLOOM)

    def _captioned(
        self, state: ViewState, said: Sequence[str], number: int, gone_secs: float, part: float
    ) -> ViewState:
        """A state with what is said under it when that part (0..1) of its time is over."""
        lines = self.strip.page(said, part)
        hud = self.strip.hud(lines, number, len(self.stops), min(gone_secs / FADE_SECS, 1.0))
        shown = shrunk(state, self.strip.part)
        own = tuple(replace(line, part=None) if line.part == "caption" else line for line in shown.hud.words)
        return replace(shown, hud=replace(shown.hud, words=own) + hud)


def _led(state: ViewState, station: float) -> ViewState:
    """The state of a scene in whose small net the light stands at a station."""
    return replace(state, nets=tuple(replace(net, front=station) for net in state.nets))


def guide_of(bundle: Bundle, layout: Layout, options: SceneOptions, lesson: Lesson) -> Guide:
    """The tour of a lesson.

    Raises
    ------
    KerascopeError
        A stop names what the bundle does not hold, or its scene cannot show it: says which stop.
    """
    options = replace(options, language=lesson.language or options.language)
    stops = tuple(_guided(bundle, layout, options, lesson.stops, number) for number in range(len(lesson.stops)))
    width_px = REFERENCE_HEIGHT_PX * options.aspect
    strip = strip_for([lines for one in stops for lines in (one.said, one.said_before)], width_px)
    stops = tuple(
        replace(one, said=set_lines(one.said, width_px), said_before=set_lines(one.said_before, width_px))
        for one in stops
    )
    size_px = round(SIDE_PX * options.aspect / strip.part), SIDE_PX
    inner = replace(options, size_px=size_px, foot_px=strip.foot_px, lesson=None)
    timelines = tuple(_timeline(bundle, layout, inner, one.stop, number) for number, one in enumerate(stops))
    speech, capture = speech_of(options.language, "tour"), shown_capture(bundle, options)
    return Guide(
        stops,
        timelines,
        _route(stops, timelines),
        strip,
        far_camera(layout, inner),
        key_of(capture),
        inner,
        lesson.title or speech("title", model=shown_name(bundle)),
        speech("at_input", input=bundle.input(capture.input).label.replace("_", " ")),
    )


def _route(stops: Sequence[Guided], timelines: Sequence[Timeline | None]) -> Route:
    before = [stops[0].station, *(one.station for one in stops)]
    paces = tuple(
        pace_of(timeline, " ".join(one.said), one.stop.pause_secs, one.stop.speed)
        for one, timeline in zip(stops, timelines, strict=True)
    )
    return Route(tuple(hop_secs(one.station - last) for one, last in zip(stops, before, strict=False)), paces)


def _guided(bundle: Bundle, layout: Layout, options: SceneOptions, stops: Sequence[Stop], number: int) -> Guided:
    stop = stops[number]
    with telling(number, stop, options.lesson):
        lines = stop.caption
        if not lines or any(brace in line for line in lines for brace in "{}"):
            lines = said(fact_at(bundle, stop.scene, options_at(bundle, options, stop)), options.language, lines)
        layer = stop.layer or layout.plates[0].layer
        bundle.layer(layer)
    last = stops[number - 1].layer if number else None
    passed = passed_layers(bundle, last, layer)
    return Guided(stop, lines, (said_between(options.language, passed, layer),), station_of(bundle, layout, layer))


def _timeline(bundle: Bundle, layout: Layout, options: SceneOptions, stop: Stop, number: int) -> Timeline | None:
    if stop.scene == NETWORK:
        return None
    with telling(number, stop, options.lesson):
        return scene(stop.scene).build(bundle, layout, options_at(bundle, options, stop))


@contextmanager
def telling(number: int, stop: Stop, path: Path | None) -> Iterator[None]:
    """Say of an error which stop (from 0) it is about, and in which file."""
    try:
        yield
    except KerascopeError as error:
        told = {"expected": error.expected, "got": error.got, "remedy": error.remedy}
        raise KerascopeError(
            f"stop {number + 1} ({stop.scene}): {error.what}", **told, path=path or error.path
        ) from error
