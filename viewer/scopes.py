"""What shares a scale of colour: a layer, the whole net, or a single map. Pure.

What is measured costs the same however many inputs and checkpoints there are: of a few captures, and of each a bounded
number of values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.checks import output_name
from viewer.atlas import tiles_of, values_of
from viewer.kept import sample_captures
from viewer.scales import is_its_own_scale, key_of_kept, layer_scales, usable
from viewer.state import CaptureKey, Scope, ViewState

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture
    from viewer.layout import Layout, Plate

    Array = NDArray[np.float32]

CAPTURES_OF_A_UNIT = 4
CELLS_OF_A_UNIT = 1024
VALUES_OF_A_PLATE = 2**14


@dataclass(frozen=True, slots=True)
class Colouring:
    """By what the colours of a frame go: whose values are measured (`None`: those of all clean inputs), what shares a
    scale, and which percentile of |value| is full colour.
    """

    capture: CaptureKey | None = None
    scope: Scope = "layer"
    percentile: float = 99.0


@dataclass(frozen=True, slots=True)
class Scales:
    """The |value| of full colour: of each plate, 0 where nothing was kept, and (tiles,) of those plates of which each
    tile has its own.
    """

    plates: tuple[float, ...]
    tiles: dict[int, Array] = field(default_factory=dict)


def colouring_of(state: ViewState) -> Colouring:
    """By what the colours of a state go."""
    return Colouring(state.scale_of, state.scope, state.clip_percentile)


def scales_of(bundle: Bundle, layout: Layout, by: Colouring) -> Scales:
    """The scales of every plate.

    In scope `net` all activations share one: the percentile over every cell shown of a capture. In scope `unit` each
    map or filter has its own, over up to four captures; vectors keep that of their layer, as do tiles without any value
    but zero. Pictures, probabilities and, but in scope `unit`, kernels are as in scope `layer`.

    Raises
    ------
    BundleError
        The bundle has no capture `by.capture`.
    """
    plates = layer_scales(bundle, layout, by.capture, by.percentile)
    if by.scope == "layer":
        return Scales(plates)
    own = () if by.capture is None else (bundle.capture(by.capture.input_id, by.capture.checkpoint_id),)
    measured = own or sample_captures(bundle)
    if by.scope == "net":
        return _of_net(bundle, layout, plates, measured, by.percentile)
    tiles = {
        index: _of_tiles(bundle, plate, plates[index], measured, by.percentile)
        for index, plate in enumerate(layout.plates)
        if plate.form.tiles > 1 and plate.form.kind in ("maps", "closed", "weights")
    }
    return Scales(plates, tiles)


def _of_net(
    bundle: Bundle, layout: Layout, plates: tuple[float, ...], captures: tuple[Capture, ...], percentile: float
) -> Scales:
    shared = [
        index
        for index, plate in enumerate(layout.plates)
        if plate.form.kind != "weights" and plates[index] > 0 and not is_its_own_scale(bundle, plate)
    ]
    samples, weights = [], []
    for index in shared:
        plate = layout.plates[index]
        key = key_of_kept(plate, captures) or key_of_kept(plate, sample_captures(bundle))
        values = None if key is None else values_of(bundle, plate, key)
        if values is not None:
            shown = np.abs(tiles_of(plate, values)).reshape(-1)
            samples.append(shown[:: ceil(shown.size / VALUES_OF_A_PLATE)])
            weights.append(np.full(len(samples[-1]), shown.size / len(samples[-1])))
    if not samples:
        return Scales(plates)
    scale = usable(_weighted_percentile(np.concatenate(samples), np.concatenate(weights), percentile))
    return Scales(tuple(scale if index in shared else own for index, own in enumerate(plates)))


def _weighted_percentile(values: Array, weights: NDArray[np.float64], percentile: float) -> float:
    order = np.argsort(values)
    upto = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(upto, min(percentile / 100 * upto[-1], upto[-1]))])


def _of_tiles(bundle: Bundle, plate: Plate, scale: float, captures: tuple[Capture, ...], percentile: float) -> Array:
    """The scale (tiles,) of each tile of a plate."""
    name = output_name(plate.layer, plate.output)
    keys = [CaptureKey(each.input, each.checkpoint) for each in captures if name in each.outputs]
    if plate.form.kind == "weights":
        keys = [CaptureKey("", bundle.final_checkpoint.id)]
    samples = []
    for key in dict.fromkeys(keys[:CAPTURES_OF_A_UNIT]):
        values = values_of(bundle, plate, key)
        if values is not None:
            cells = tiles_of(plate, values).reshape(plate.form.tiles, -1)
            samples.append(np.abs(cells[:, :: ceil(cells.shape[1] / CELLS_OF_A_UNIT)]))
    if not samples:
        return np.full(plate.form.tiles, scale, np.float32)
    found = np.percentile(np.concatenate(samples, axis=1), percentile, axis=1).astype(np.float32)
    return np.where(found > 0, found, np.float32(scale))
