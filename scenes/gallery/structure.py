"""The whole network on a turntable: every layer, its size and how it is connected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scenes.choose import key_of, shown_capture, shown_name
from scenes.framing import camera_for
from scenes.options import SceneOptions
from scenes.panels.classes import Place, list_place
from scenes.panels.heading import fitted, heading, margin_of
from scenes.panels.legends import colour_legend, legend_row, note
from scenes.panels.numbers import count
from scenes.timeline import Marker, Timeline
from viewer.camera import Rect
from viewer.layout import LayoutOptions
from viewer.state import REFERENCE_HEIGHT_PX, ColourRole, Hud, NetView, ViewState, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout

CHECK = "frames"

TURN_SECS = 10.0
START_DEG = 52.0
TABLE_WIDTH = 0.235
MOST_LINES = 22
LINE_PX = 34.0


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net fills what the table of layers leaves."""
    return LayoutOptions(aspect=options.aspect * 0.69 / 0.70)


def build(bundle: Bundle, layout: Layout, options: SceneOptions) -> Timeline:
    """A looping timeline: one even turn. From behind, pictures are turned to the reader, so nothing is ever
    mirrored.
    """
    key = key_of(shown_capture(bundle, options))
    width_px = REFERENCE_HEIGHT_PX * options.aspect
    table = list_place(width_px, TABLE_WIDTH, 170.0)
    fixed = _words(bundle, width_px, table)
    rect = Rect(0.045, 0.17, table.left_px / width_px - 0.03, 0.81)

    def state_at(t_secs: float) -> ViewState:
        azimuth_deg = START_DEG + 360.0 * t_secs / TURN_SECS
        camera = camera_for(layout, options.aspect, rect, azimuth_deg=azimuth_deg)
        return ViewState(camera, (NetView(key),), options.theme, fixed, bloom=0.6)

    quarters = tuple(Marker(TURN_SECS * k / 4, name) for k, name in enumerate(("front", "end", "back", "start")))
    return Timeline(TURN_SECS, state_at, loops=True, markers=quarters)


def _words(bundle: Bundle, width_px: float, table: Place) -> Hud:
    manifest = bundle.manifest
    layers, parameters = len(manifest.layers), manifest.model.parameters
    margin_px = margin_of(width_px)
    says = f"{layers} layers, {count(parameters)} parameters"
    hud = heading(shown_name(bundle), says, margin_px, width_px * 0.975)
    ramp = colour_legend("activation / \u00b1scale of its layer", "activation", 360.0)
    lines = note(("scale: 99th percentile of |value|,", "printed under each layer, clipped"))
    hud += legend_row((ramp, lines), margin_px, width_px - margin_px / 2)
    return hud + _table(_layer_rows(bundle) if layers <= MOST_LINES else _kind_rows(bundle), table)


def _layer_rows(bundle: Bundle) -> list[tuple[str, str]]:
    """Each layer and its parameters."""
    return [("layer", "parameters"), *((layer.name, count(layer.parameters)) for layer in bundle.manifest.layers)]


def _kind_rows(bundle: Bundle) -> list[tuple[str, str]]:
    """Of a net too deep for a list: each class of layer and how many there are, the most frequent first."""
    counts = Counter(layer.class_name for layer in bundle.manifest.layers)
    rows = [(name, count(number)) for name, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    return [("kind of layer", "how many"), *rows[:MOST_LINES]]


def _table(rows: list[tuple[str, str]], place: Place) -> Hud:
    words: list[Words] = []
    for i, (name, number) in enumerate(rows):
        y = place.top_px + i * LINE_PX + (8.0 if i else 0.0)
        role: ColourRole = "text" if i else "dim"
        room_px = place.width_px - width_of(number, 21.0) - 16.0
        words.append(Words(fitted(name, room_px, 21.0), (place.left_px, y), 21.0, role=role))
        words.append(Words(number, (place.right_px, y), 21.0, role=role, anchor="right"))
    return Hud(words=tuple(words))
