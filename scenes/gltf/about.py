"""What a GLB says of its network in words and numbers, as `extras` that any program can read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenes.panels.answer import answer_of
from scenes.panels.classes import class_name
from viewer.colour import PALETTES, code_of, strip_table
from viewer.wording import filled

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.gltf.reel import NetReel, Reel, Still
    from viewer.layout import Plate
    from viewer.state import MapName, Ramp, ViewState

FORMAT = 1
STOPS = 9
PREDICTIONS = 5
ABOVE_PX = 40.0
"""How far over a colour strip, at most, its title stands."""

Extras = dict[str, Any]


def about_scene(bundle: Bundle, scene: str, reel: Reel) -> Extras:
    """What the root node says: the model, the scene, its course and its colours."""
    palette = PALETTES[reel.first.theme]
    legends = [_legend(ramp, reel.first) for ramp in reel.first.hud.ramps]
    return {
        "kerascope": FORMAT,
        "model": bundle.manifest.model.name,
        "scene": scene,
        "theme": reel.first.theme,
        "duration_secs": _seconds(reel.duration_secs),
        "loops": reel.loops,
        "background": [code_of(palette.inner), code_of(palette.outer)],
        "markers": [{"at_secs": _seconds(marker.at_secs), "name": marker.name} for marker in reel.markers],
        "captions": [
            {
                "from_secs": _seconds(each.from_secs),
                "to_secs": _seconds(each.to_secs),
                "title": each.title,
                "subtitle": each.subtitle,
                "caption": each.caption,
            }
            for each in reel.captions
        ],
        "legend": legends[0] if legends else {},
        "legends": legends,
    }


def about_net(bundle: Bundle, index: int, net: NetReel, names: tuple[str, ...]) -> Extras:
    """What a net's node says: its states, when each begins to be shown, and what the network answers."""
    states = []
    for number, (still, name) in enumerate(zip(net.stills, names, strict=True)):
        begins = [_seconds(span.from_secs) for span in net.spans if span.still == number]
        key = (still.net.toward if still.net.quantity == "difference" else None) or still.net.capture
        states.append(
            {
                "name": name,
                "from_secs": begins,
                "input_id": key.input_id,
                "input": bundle.input(key.input_id).label,
                "checkpoint_id": key.checkpoint_id,
                "checkpoint": bundle.checkpoint(key.checkpoint_id).label,
                "predictions": predictions(bundle, still),
            }
        )
    return {"net": index, "states": states}


def predictions(bundle: Bundle, still: Still) -> list[Extras]:
    """The most likely classes and their shares, of the difference none; empty where there are no classes."""
    answer = answer_of(bundle)
    if not answer.has_classes or still.net.quantity == "difference":
        return []
    shares = answer.read(bundle.capture(still.net.capture.input_id, still.net.capture.checkpoint_id))
    order = np.argsort(-np.asarray(shares), kind="stable")[:PREDICTIONS]
    return [{"name": class_name(answer.names, int(i)), "share": round(shares[i], 4)} for i in order]


def about_plate(bundle: Bundle, plate: Plate, scale: float) -> Extras:
    """What a plate's node says of its layer. What is not known is left out."""
    layer = bundle.layer(plate.layer)
    sources = [edge for edge in bundle.manifest.edges if edge.target == layer.name]
    input_shapes = [list(bundle.layer(edge.source).outputs[edge.source_output].shape) for edge in sources]
    found: Extras = {
        "layer": layer.name,
        "kind": layer.kind,
        "class_name": layer.class_name,
        "plate": plate.form.kind,
        "title": plate.title,
        "shape": list(layer.outputs[plate.output].shape if layer.outputs else plate.form.shape),
        "input_shapes": input_shapes,
        "weights": _weights(bundle, layer),
        "parameters": layer.parameters,
        "value": layer.value,
        "activation": layer.activation,
        "scale": float(f"{scale:.6g}"),
        "station": plate.station,
    }
    if plate.group:
        found |= {"group": plate.group, "layers": plate.layers}
    return {name: value for name, value in found.items() if value is not None}


def _weights(bundle: Bundle, layer: Layer) -> dict[str, list[int]]:
    """Name to shape of a layer's variables."""
    owner = f"{layer.shares_weights_with or layer.name}/"
    kept = bundle.final_checkpoint.weights
    names = (name for name in kept if name.startswith(owner) and name[len(owner) :] in layer.variables)
    return {name[len(owner) :]: list(kept[name].shape) for name in names}


def _legend(ramp: Ramp, state: ViewState) -> Extras:
    left, top, width, height = ramp.box_px
    title, ends = "", []
    for line in sorted(state.hud.words, key=lambda line: line.at_px[0]):
        x, y = line.at_px
        text = filled(line, state.scope, state.clip_percentile).text
        if left - 1 <= x <= left + width + 1 and top - ABOVE_PX <= y <= top:
            title = title or text
        elif left - 1 <= x <= left + width + 1 and top + height <= y <= top + height + ABOVE_PX:
            ends.append(text)
    return {"name": title, "map": ramp.map_name, "ends": ends, "stops": _stops(ramp.map_name, state)}


def _stops(name: MapName, state: ViewState) -> list[str]:
    table = strip_table(state.theme, name, state.colours)
    return [code_of(table[i]) for i in np.linspace(0, len(table) - 1, STOPS).round().astype(int)]


def _seconds(secs: float) -> float:
    return round(secs, 4)
