"""How the bundled network comes about, iteration by iteration: units gather, then edges flow together into cables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.choose import shown_name
from scenes.easing import even
from scenes.options import SceneOptions
from scenes.panels.bundled import edge_lines, network_lines, sampling_words
from scenes.panels.heading import heading
from scenes.panels.lit import Moment
from scenes.panels.numbers import count
from scenes.panels.rising import chart
from scenes.sculptures.gathering import gathering_of
from scenes.sculptures.sculpted import lit_classes, shown_sculpture
from scenes.sculptures.sculpting import CHART_PX, Frame, drawn_part
from scenes.sculptures.turntable import still_camera
from scenes.timeline import Key, Marker, Timeline, Track
from viewer.sculptures.read import read_sculpture
from viewer.state import Hud, SculptureView, ViewState

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Sculpture
    from scenes.sculptures.gathering import Gathering
    from viewer.layout import Layout

CHECK = "frames"

START_SECS, BETWEEN_SECS, END_SECS, BACK_SECS = 1.0, 0.8, 2.4, 0.8
UNIT_STEP_SECS, EDGE_STEP_SECS = 0.07, 0.2
SHORTEST_SECS, LONGEST_SECS = 1.5, 5.5
STRAIGHT = "straight edges"


def build(bundle: Bundle, _: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: straight edges, units gather, a pause, edges flow, a pause, and quickly back.

    Raises
    ------
    KerascopeError
        The bundle has no sculpture, or the sculpture does not keep how it came about.
    """
    sculpture = shown_sculpture(bundle, options)
    gathering = gathering_of(bundle, sculpture)
    lit = lit_classes(bundle, sculpture, options)
    drawn = read_sculpture(bundle, sculpture.id)
    pieces = (
        network_lines(bundle, sculpture),
        edge_lines(sculpture, *drawn_part(drawn, in_steps=True)),
        _chart_lines(sculpture, gathering),
    )
    frame = Frame.of(options.aspect, lit, pieces, has_charts=True)
    camera = still_camera(drawn.outline(), options.aspect, frame.net)
    step_at, duration_secs, markers = _journey(gathering)
    fixed = heading(f"{shown_name(bundle)} is bundled", _says(gathering), *frame.borders_px) + frame.facts

    def state_at(t_secs: float) -> ViewState:
        step = step_at.at(t_secs)
        view = SculptureView(sculpture.id, step=step)
        hud = (
            fixed
            + frame.classes(lit, Moment(None), _phase(gathering, step), STRAIGHT)
            + _charts(gathering, step, frame)
        )
        return ViewState(camera, (), options.theme, hud, bloom=0.0, sculptures=(view,))

    return Timeline(duration_secs, state_at, loops=True, markers=markers)


def _journey(gathering: Gathering) -> tuple[Track[float], float, tuple[Marker, ...]]:
    """How many iterations are done at each time, how long the round takes, and when what begins."""
    keys, markers = [Key(0.0, 0.0)], [Marker(0.0, STRAIGHT)]
    at_secs = START_SECS
    phases = (
        ("units gather", gathering.unit_steps, UNIT_STEP_SECS),
        ("edges flow", gathering.edge_steps, EDGE_STEP_SECS),
    )
    done = 0
    for name, steps, step_secs in phases:
        if steps:
            done += steps
            move_secs = min(max(steps * step_secs, SHORTEST_SECS), LONGEST_SECS)
            keys.append(Key(at_secs, float(done), move_secs, even))
            markers.append(Marker(at_secs, name))
            at_secs += move_secs + BETWEEN_SECS
    markers.append(Marker(at_secs, "bundled"))
    at_secs += END_SECS - BETWEEN_SECS
    keys.append(Key(at_secs, 0.0, BACK_SECS))
    return Track(tuple(keys)), at_secs + BACK_SECS, tuple(markers)


def _says(gathering: Gathering) -> str:
    units, edges = gathering.unit_steps, gathering.edge_steps
    return f"{count(units)} iterations move units, {count(edges)} move edges"


def _chart_lines(sculpture: Sculpture, gathering: Gathering) -> tuple[str, ...]:
    """The sampling rate, and what the charts are of."""
    charted = f"charts: {count(gathering.edges)} edges, ink beside that at first"
    return (sampling_words(sculpture), charted)


def _phase(gathering: Gathering, step: float) -> str:
    """Which iteration this is, in words."""
    done = round(step)
    if done == 0:
        return STRAIGHT
    if done <= gathering.unit_steps:
        return f"units {done}/{gathering.unit_steps}"
    return f"edges {done - gathering.unit_steps}/{gathering.edge_steps}"


def _charts(gathering: Gathering, step: float, frame: Frame) -> Hud:
    """The ink and the length of the paths over the iterations."""
    done = min(round(step), gathering.steps)
    ink, longer = gathering.ink[done], gathering.distortion[done]
    above, below = frame.charts
    hud = chart("ink", f"{ink * 100:.0f} %", gathering.ink, step, above, CHART_PX)
    return hud + chart("path / straight", f"{longer:.2f}", gathering.distortion, step, below, CHART_PX)
