"""The sheet of a layer's feature maps: the picture that goes in, and the activation grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from viewer.colour import PALETTES
from viewer.sheets.grid import SIDE, activation_grid, viridis
from viewer.sheets.sheet import Bar, Group, Sheet, Tile
from viewer.sheets.subject import Subject, percent, picture_tile

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture, Layer

INPUT_PX, GRID_PX = 420, 800
_NOTE = (
    "Each channel by itself: (a \u2212 mean) / std \u00d7 128 + 128, clipped to 0 to 255, in the colours of viridis; "
    "a channel that is the same everywhere is in the middle of the map. Brightness cannot be compared between channels."
)


def sheet_of_activations(subject: Subject) -> Sheet:
    """The sheet. Raises `KerascopeError` where there are no feature maps of such a layer and input."""
    bundle, at = subject.bundle, subject.checkpoint_id
    layer = _layer(subject)
    capture = _capture(subject, layer)
    values = bundle.load(capture.outputs[layer.name])
    zeros = _zeros_line(values)
    subject.tell(f"{layer.name}: {zeros}")
    shown = bundle.input(capture.input)
    said = "" if capture.predicted is None else f"the model says {subject.class_name(capture.predicted)}"
    tiles = (
        picture_tile(subject, shown.id, shown.label, (said,) if said else ()),
        _grid(values, zeros, _ground(subject)),
    )
    group = Group(tuple(tile for tile in tiles if tile is not None), INPUT_PX)
    size = "\u00d7".join(map(str, values.shape))
    label = bundle.checkpoint(at).label
    subtitle = f"{subject.model_name}, {size}, {layer.value}, checkpoint {at} ({label})"
    bar = Bar(
        "activation, each channel by itself", (viridis() / 255).astype(np.float32), ("\u2212 1 std", "mean", "+ 1 std")
    )
    return Sheet(f"What {layer.name} makes of {shown.label}", subtitle, (group,), (bar,), (_NOTE,))


def _grid(values: NDArray[np.floating], zeros: str, blank: tuple[int, int, int]) -> Tile:
    """The grid, without rows and columns of which there are no channels."""
    count, most = values.shape[-1], SIDE * SIDE
    shown = f"channels 0 to {min(count, most) - 1} of {count}, {SIDE} in a row" if count > 1 else "its one channel"
    gap_px = max(1, values.shape[0] // 24)
    picture = activation_grid(values, gap_px=gap_px, blank=blank)
    rows, columns = -(-min(count, most) // SIDE), min(count, SIDE)
    used = picture[: rows * (values.shape[0] + gap_px) - gap_px, : columns * (values.shape[1] + gap_px) - gap_px]
    return Tile(used, shown, (zeros,), side_px=GRID_PX)


def _ground(subject: Subject) -> tuple[int, int, int]:
    red, green, blue = PALETTES[subject.theme].outer
    return round(red * 255), round(green * 255), round(blue * 255)


def _zeros_line(values: NDArray[np.floating]) -> str:
    """How many of a layer's values are 0, and of its channels."""
    channels = values.reshape(-1, values.shape[-1])
    dead = int((channels == 0).all(axis=0).sum())
    of = f"{dead} of {channels.shape[1]} channels {'is' if dead == 1 else 'are'} 0 everywhere"
    return f"{percent(float((values == 0).mean()))} of its values are 0, {of}"


def _layer(subject: Subject) -> Layer:
    """The layer that is asked for, or the first with feature maps that is kept of the input."""
    bundle = subject.bundle
    if subject.layer is not None:
        layer = bundle.layer(subject.layer)
        if not _has_maps(layer):
            shape = "\u00d7".join(map(str, layer.outputs[0].shape)) if layer.outputs else "nothing"
            expected = f"one of {', '.join(_with_maps(bundle)[:8])}" if _with_maps(bundle) else "another model"
            raise KerascopeError(f"{layer.name} has no feature maps", expected=expected, got=shape, path=bundle.path)
        return layer
    for name in _with_maps(bundle):
        if any(name in capture.outputs for capture in _captures(subject)):
            return bundle.layer(name)
    raise KerascopeError(
        "no feature maps to show",
        expected="a layer with rows, columns and channels that is kept",
        remedy="export the model with kerascope export and pictures, all layers kept",
        path=bundle.path,
    )


def _has_maps(layer: Layer) -> bool:
    return layer.kind != "input" and bool(layer.outputs) and len(layer.outputs[0].shape) == 3


def _with_maps(bundle: Bundle) -> list[str]:
    return [layer.name for layer in bundle.manifest.layers if _has_maps(layer)]


def _captures(subject: Subject) -> list[Capture]:
    """Those of the input that is asked for, or all: clean inputs first."""
    bundle = subject.bundle
    if subject.input_id is not None:
        return [bundle.capture(bundle.input(subject.input_id).id, subject.checkpoint_id)]
    captures = list(bundle.captures_at(subject.checkpoint_id))
    return sorted(captures, key=lambda capture: bundle.input(capture.input).kind != "clean")


def _capture(subject: Subject, layer: Layer) -> Capture:
    for capture in _captures(subject):
        if layer.name in capture.outputs:
            return capture
    what = f"the output of {layer.name} was not kept"
    got = f"input {subject.input_id}" if subject.input_id else "no input of which it was"
    remedy = "choose another input, or export again with this layer kept"
    raise KerascopeError(what, got=got, remedy=remedy, path=subject.bundle.path)
