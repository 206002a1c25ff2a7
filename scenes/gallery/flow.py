"""One input travels through the network, layer by layer, to its classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.choose import key_of, shown_capture, shown_name
from scenes.framing import camera_for
from scenes.options import SceneOptions
from scenes.panels.answer import answer_of, answer_panel
from scenes.panels.classes import list_place
from scenes.panels.heading import heading, margin_of
from scenes.panels.legends import colour_legend, legend_row, note, strand_legend
from scenes.timeline import Key, Marker, Timeline, Track
from viewer.camera import Rect
from viewer.layout import LayoutOptions
from viewer.state import REFERENCE_HEIGHT_PX, Hud, NetView, ViewState
from viewer.strands.trace import trace

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.strands.trace import Strands

CHECK = "frames"

LIST_WIDTH = 0.19
HOP_SECS, REST_SECS, REWIND_SECS = 0.42, 0.16, 0.7
LONGEST_SECS = 9.0
START_SECS, END_SECS = 0.8, 2.4


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net fills what the class list leaves."""
    return LayoutOptions(aspect=options.aspect * 0.73 / 0.68)


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: a hop and a rest per layer, a pause at the classes, and quickly back."""
    capture = shown_capture(bundle, options)
    key = key_of(capture)
    width_px = REFERENCE_HEIGHT_PX * options.aspect
    stations = max(plate.station for plate in layout.plates)
    front, duration_secs, markers = _journey(layout, stations)
    place = list_place(width_px, LIST_WIDTH, 178.0)
    camera = camera_for(layout, options.aspect, Rect(0.045, 0.17, place.left_px / width_px - 0.03, 0.79))
    legends = _legends(bundle, trace(bundle, layout, key), width_px)
    answer = answer_of(bundle)
    scores = answer.read(capture)

    def state_at(t_secs: float) -> ViewState:
        at = front.at(t_secs)
        reached = _reached(layout, at)
        says = f"forward pass of {bundle.input(capture.input).label}: the light has reached {reached}"
        hud = heading(shown_name(bundle), says, margin_of(width_px), width_px * 0.975)
        hud += answer_panel(answer, scores, place, grown=max(0.0, min(1.0, (at - stations + 0.5) / 0.5)))
        net = NetView(key, front=at)
        return ViewState(camera, (net,), options.theme, hud + legends, bloom=0.75)

    return Timeline(duration_secs, state_at, loops=True, markers=markers)


def _journey(layout: Layout, stations: int) -> tuple[Track[float], float, tuple[Marker, ...]]:
    """Where the light is at each time, how long the round takes, and when it reaches which layer."""
    share = min(1.0, LONGEST_SECS / max((HOP_SECS + REST_SECS) * stations, 1e-6))
    hop, rest = HOP_SECS * share, REST_SECS * share
    keys = [Key(0.0, 0.0)]
    markers = [Marker(0.0, layout.plates[0].title)]
    for station in range(1, stations + 1):
        at_secs = START_SECS + (station - 1) * (hop + rest)
        keys.append(Key(at_secs, float(station), hop))
        name = next(plate.title for plate in layout.plates if plate.station == station)
        markers.append(Marker(at_secs + hop, name))
    back_secs = START_SECS + stations * (hop + rest) + END_SECS
    keys.append(Key(back_secs, 0.0, REWIND_SECS))
    return Track(tuple(keys)), back_secs + REWIND_SECS, tuple(markers)


def _reached(layout: Layout, front: float) -> str:
    return next(plate.title for plate in layout.plates if plate.station == round(front))


def _legends(bundle: Bundle, strands: Strands, width_px: float) -> Hud:
    notes: tuple[str, ...] = ("scale: {percentile} of |value| over all", "inputs, {printed}, clipped")
    before = [layer.name for layer in bundle.manifest.layers if layer.value == "pre-activation"]
    if before:
        notes = (*notes, f"{before[0]} and its like: before activation")
    ramp = colour_legend("activation / \u00b1scale {own}", "activation", 360.0)
    margin_px = margin_of(width_px)
    return legend_row((ramp, strand_legend(strands), note(notes)), margin_px, width_px - margin_px / 2)
