"""The whole network on a turntable: every layer, its size and how it is connected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scenes.choose import key_of, shown_capture, shown_name
from scenes.framing import camera_for
from scenes.options import SceneOptions
from scenes.panels.classes import fitted
from scenes.panels.heading import MARGIN_PX, heading
from scenes.panels.legends import colour_legend, note
from scenes.panels.numbers import count
from scenes.timeline import Marker, Timeline
from viewer.camera import Rect
from viewer.layout import LayoutOptions
from viewer.state import REFERENCE_HEIGHT_PX, Hud, NetView, ViewState, Words

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
    fixed = _words(bundle, options)
    rect = Rect(0.045, 0.17, 0.975 - TABLE_WIDTH - 0.03, 0.81)

    def state_at(t_secs: float) -> ViewState:
        azimuth_deg = START_DEG + 360.0 * t_secs / TURN_SECS
        camera = camera_for(layout, options.aspect, rect, azimuth_deg=azimuth_deg)
        return ViewState(camera, (NetView(key),), options.theme, fixed, bloom=0.6)

    quarters = tuple(Marker(TURN_SECS * k / 4, name) for k, name in enumerate(("front", "end", "back", "start")))
    return Timeline(TURN_SECS, state_at, loops=True, markers=quarters)


def _words(bundle: Bundle, options: SceneOptions) -> Hud:
    manifest = bundle.manifest
    layers, parameters = len(manifest.layers), manifest.model.parameters
    hud = heading(shown_name(bundle), f"{layers} layers, {count(parameters)} parameters")
    left_px = MARGIN_PX * min(1.0, options.aspect / (16 / 9))
    hud += colour_legend("activation / \u00b1scale of its layer", "activation", left_px, 360.0)
    hud += note(("scale: 99th percentile of |value|,", "printed under each layer, clipped"), left_px + 400.0)
    right_px = REFERENCE_HEIGHT_PX * options.aspect * 0.975
    rows = _layer_rows(bundle) if layers <= MOST_LINES else _kind_rows(bundle)
    return hud + _table(rows, right_px - REFERENCE_HEIGHT_PX * options.aspect * TABLE_WIDTH, right_px)


def _layer_rows(bundle: Bundle) -> list[tuple[str, str]]:
    """Each layer and its parameters."""
    return [("layer", "parameters"), *((layer.name, count(layer.parameters)) for layer in bundle.manifest.layers)]


def _kind_rows(bundle: Bundle) -> list[tuple[str, str]]:
    """Of a net too deep for a list: each class of layer and how many there are, the most frequent first."""
    counts = Counter(layer.class_name for layer in bundle.manifest.layers)
    rows = [(name, count(number)) for name, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    return [("kind of layer", "how many"), *rows[:MOST_LINES]]


def _table(rows: list[tuple[str, str]], left_px: float, right_px: float) -> Hud:
    words: list[Words] = []
    for i, (name, number) in enumerate(rows):
        y = 170.0 + i * LINE_PX + (8.0 if i else 0.0)
        role = "text" if i else "dim"
        shown = fitted(name, (right_px - left_px) * 0.62, 21.0)
        words.append(Words(shown, (left_px, y), 21.0, role=role))  # type: ignore[arg-type]
        words.append(Words(number, (right_px, y), 21.0, role=role, anchor="right"))  # type: ignore[arg-type]
    return Hud(words=tuple(words))
