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
    from viewer.layout import Layout, Plate

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
    fixed = _words(bundle, layout, width_px, table)
    rect = Rect(0.045, 0.17, table.left_px / width_px - 0.03, 0.81)

    def state_at(t_secs: float) -> ViewState:
        azimuth_deg = START_DEG + 360.0 * t_secs / TURN_SECS
        camera = camera_for(layout, options.aspect, rect, azimuth_deg=azimuth_deg)
        return ViewState(camera, (NetView(key),), options.theme, fixed, bloom=0.6)

    quarters = tuple(Marker(TURN_SECS * k / 4, name) for k, name in enumerate(("front", "end", "back", "start")))
    return Timeline(TURN_SECS, state_at, loops=True, markers=quarters)


def _words(bundle: Bundle, layout: Layout, width_px: float, table: Place) -> Hud:
    manifest = bundle.manifest
    layers, parameters = len(manifest.layers), manifest.model.parameters
    margin_px = margin_of(width_px)
    folded = sum(plate.group is not None for plate in layout.plates)
    groups = f"{folded} group{'s' * (folded > 1)} folded, " if folded else ""
    says = f"{layers} layers, {groups}{count(parameters)} parameters"
    hud = heading(shown_name(bundle), says, margin_px, width_px * 0.975)
    ramp = colour_legend("activation / \u00b1scale {own}", "activation", 360.0)
    lines = note(("scale: {percentile} of |value|,", "{printed}, clipped"))
    hud += legend_row((ramp, lines), margin_px, width_px - margin_px / 2)
    rows = _plate_rows(bundle, layout)
    return hud + _table(rows if len(rows) <= MOST_LINES + 1 else _kind_rows(bundle, layout), table)


def _plate_rows(bundle: Bundle, layout: Layout) -> list[tuple[str, str]]:
    """Each layer, or folded group of layers, and its parameters."""
    inside = {group.name: group.layers for group in bundle.manifest.groups}
    parameters = {layer.name: layer.parameters for layer in bundle.manifest.layers}
    shown = _own_plates(layout)
    members = [inside[plate.group] if plate.group else (plate.layer,) for plate in shown]
    sums = [sum(parameters[name] for name in names) for names in members]
    return [("layer", "parameters"), *((plate.title, count(n)) for plate, n in zip(shown, sums, strict=True))]


def _kind_rows(bundle: Bundle, layout: Layout) -> list[tuple[str, str]]:
    """Of a net too deep for a list: each class of layer, and of folded group, and how many there are, the most frequent
    first.
    """
    class_of = {group.name: group.class_name for group in bundle.manifest.groups}
    counts = Counter(
        class_of[plate.group] if plate.group else bundle.layer(plate.layer).class_name for plate in _own_plates(layout)
    )
    rows = [(name, count(number)) for name, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    return [("kind", "how many"), *rows[:MOST_LINES]]


def _own_plates(layout: Layout) -> list[Plate]:
    """The plates that stand for a layer or a group, not for a further output or a kernel."""
    return [plate for plate in layout.plates if not plate.output and plate.form.kind != "weights"]


def _table(rows: list[tuple[str, str]], place: Place) -> Hud:
    words: list[Words] = []
    for i, (name, number) in enumerate(rows):
        y = place.top_px + i * LINE_PX + (8.0 if i else 0.0)
        role: ColourRole = "text" if i else "dim"
        room_px = place.width_px - width_of(number, 21.0) - 16.0
        words.append(Words(fitted(name, room_px, 21.0), (place.left_px, y), 21.0, role=role))
        words.append(Words(number, (place.right_px, y), 21.0, role=role, anchor="right"))
    return Hud(words=tuple(words))
