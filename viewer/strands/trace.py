"""From what one input did in the network to strands in world space, one frozen table for the whole net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.strands.choose import Chosen, one_to_one, strongest_into_each
from viewer.strands.contribution import channel_strength, conv_contribution, dense_contribution

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from viewer.layout import Layout, Link, Plate
    from viewer.state import CaptureKey

INTO_EACH_CHANNEL = 3
INTO_EACH_UNIT = 4
INTO_EACH_CLASS = 17
STRANDS_PER_HEIGHT = 22.0
MOST_PER_HEIGHT = 60.0
CONV, DENSE, COPY = 0.0, 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Strands:
    """Strands of one net for one capture.

    Attributes
    ----------
    ends : (n, 6) float32
        World x, y, z of the start and of the end.
    look : (n, 4) float32
        Kind (0 convolution, 1 dense, 2 copy), share of the layer's largest in 0..1, sign, brightness factor.
    way : (n, 4) float32
        Station of the start and of the end, lift above the straight way, and a fan in -1..1 that spreads handles.
    drawn, pairs : int
        How many are drawn and of how many.
    conv_share, dense_share : float or None
        Part of the flow that the drawn ones carry, in 0..1; `None` where the net has no such layer.
    """

    ends: NDArray[np.float32]
    look: NDArray[np.float32]
    way: NDArray[np.float32]
    drawn: int
    pairs: int
    conv_share: float | None
    dense_share: float | None


def trace(bundle: Bundle, layout: Layout, key: CaptureKey) -> Strands:
    """The strands of `layout` for the capture `key`: the strongest by contribution into each channel, unit and
    class.
    """
    outputs = _Outputs(bundle, key)
    offsets: dict[int, int] = {}
    parts: list[tuple[Link, Chosen, NDArray[np.float32]]] = []
    for link in layout.links:
        source, target = layout.plates[link.source], layout.plates[link.target]
        chosen = _choose(bundle, key, outputs, link, source, target, offsets)
        parts.append((link, chosen, _brightness(link, chosen, target, outputs)))
    tables = [_table(layout, *part) for part in parts]
    ends, look, way = (
        np.concatenate([t[i] for t in tables]) if tables else np.zeros((0, n)) for i, n in enumerate((6, 4, 4))
    )
    return Strands(
        ends.astype(np.float32),
        look.astype(np.float32),
        way.astype(np.float32),
        sum(len(chosen.source) for _, chosen, _ in parts),
        sum(chosen.pairs for _, chosen, _ in parts),
        _share([chosen for link, chosen, _ in parts if link.kind == "conv"]),
        _share([chosen for link, chosen, _ in parts if link.kind == "dense"]),
    )


class _Outputs:
    """Outputs of one capture as float32, by layer name."""

    def __init__(self, bundle: Bundle, key: CaptureKey) -> None:
        self._bundle, self._key = bundle, key

    def __call__(self, layer: str) -> NDArray[np.float32]:
        return np.asarray(self._bundle.output(self._key.input_id, self._key.checkpoint_id, layer), np.float32)


def _brightness(
    link: Link, chosen: Chosen, target: Plate, outputs: Callable[[str], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """A factor (n,) a strand: those into the winner class stand out, and where many share little height each is
    fainter.
    """
    crowd = min(1.0, (STRANDS_PER_HEIGHT * target.size[1] / max(len(chosen.source), 1)) ** 0.5)
    factor = np.full(len(chosen.source), crowd, np.float32)
    if link.kind == "dense":
        factor *= 0.8
        if target.form.kind == "classes":
            winner = int(np.argmax(np.nan_to_num(outputs(target.layer), nan=-np.inf)))
            factor[chosen.target == winner] = 1.25 * crowd
    return factor


def _choose(
    bundle: Bundle,
    key: CaptureKey,
    outputs: Callable[[str], NDArray[np.float32]],
    link: Link,
    source: Plate,
    target: Plate,
    offsets: dict[int, int],
) -> Chosen:
    layer = bundle.layer(target.layer)
    if "closed" in (source.form.kind, target.form.kind) or source.row != target.row:
        return _single()  # a way to the next row crosses the picture: one line of it is enough
    if link.kind == "dense" and len(source.form.shape) == 1:
        kernel = _kernel_of(bundle, key, layer, rank=2, channels=source.form.shape[-1])
        if kernel is not None:
            return _choose_dense(outputs(source.layer), kernel, target)
    if link.kind == "conv" and len(source.form.shape) == 3:
        kernel = _kernel_of(bundle, key, layer, rank=4, channels=source.form.shape[-1])
        if kernel is not None:
            return _choose_conv(outputs(source.layer), kernel, layer)
    return _choose_copy(outputs(source.layer), layer, link, source, target, offsets)


def _kernel_of(
    bundle: Bundle, key: CaptureKey, layer: Layer, *, rank: int, channels: int
) -> NDArray[np.float32] | None:
    """The kernel of a layer if its last two axes are the channels before and its own, so that contributions follow.

    `None` where it has none (separable), shares it out (groups) or holds it the other way round (transposed).
    """
    ref = bundle.checkpoint(key.checkpoint_id).weights.get(f"{layer.shares_weights_with or layer.name}/kernel")
    if ref is None or len(ref.shape) != rank or ref.shape[-2] != channels or "Transpose" in layer.class_name:
        return None
    return np.asarray(bundle.load(ref), np.float32)


def _choose_dense(values: NDArray[np.float32], kernel: NDArray[np.float32], target: Plate) -> Chosen:
    contribution = dense_contribution(values, kernel)
    is_class_list = target.form.kind == "classes"
    into_each = INTO_EACH_CLASS if is_class_list else INTO_EACH_UNIT
    return strongest_into_each(
        contribution, contribution, into_each, most=max(int(MOST_PER_HEIGHT * target.size[1]), 40)
    )


def _choose_conv(maps: NDArray[np.float32], kernel: NDArray[np.float32], layer: Layer) -> Chosen:
    strength, mean = conv_contribution(
        maps, kernel, layer.strides or (1, 1), layer.dilation or (1, 1), layer.padding or "valid"
    )
    return strongest_into_each(strength, mean, INTO_EACH_CHANNEL)


def _choose_copy(
    values: NDArray[np.float32], layer: Layer, link: Link, source: Plate, target: Plate, offsets: dict[int, int]
) -> Chosen:
    """Channel to the same channel where both sides show as many; maps to the strongest cells of their flattened
    form.
    """
    strength = channel_strength(values)
    sources, targets = len(source.unit_heights()), len(target.unit_heights())
    if layer.kind == "merge" and layer.mode == "concatenate" and len(strength) == sources:
        offset = offsets.get(link.target, 0)
        offsets[link.target] = offset + sources
        return one_to_one(strength, offset) if offset + sources <= targets else _single()
    if layer.kind == "flatten" and target.form.cells[1] == sources == values.shape[-1]:
        return _choose_flattened(values)
    return one_to_one(strength) if sources == targets == len(strength) else _single()


def _choose_flattened(values: NDArray[np.float32], cells_per_map: int = 3) -> Chosen:
    """Each map's strongest cells, to where they stand in the flattened vector (Keras order)."""
    channels = values.shape[-1]
    by_position = np.abs(values).reshape(-1, channels)
    chosen = strongest_into_each(by_position, np.zeros_like(by_position), cells_per_map)
    flat = chosen.source * channels + chosen.target
    return Chosen(chosen.target, flat, chosen.share, chosen.sign, chosen.drawn, chosen.total, chosen.pairs)


def _single() -> Chosen:
    """One neutral strand from plate to plate, where single channels are not shown."""
    zero = np.zeros(1, np.int64)
    return Chosen(zero - 1, zero - 1, np.full(1, 0.6, np.float32), np.zeros(1, np.float32), 1.0, 1.0, 1)


def _table(
    layout: Layout, link: Link, chosen: Chosen, brightness: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Ends, look and way of one link's strands. Index -1 stands for the plate as a whole: its centre's height."""
    source, target = layout.plates[link.source], layout.plates[link.target]
    n = len(chosen.source)
    ends = np.empty((n, 6), np.float32)
    ends[:, 0], ends[:, 3] = source.centre[0], target.centre[0]
    ends[:, 1] = _heights(source, chosen.source)
    ends[:, 4] = _heights(target, chosen.target)
    ends[:, 2], ends[:, 5] = source.size[0] / 2, -target.size[0] / 2
    kind = {"conv": CONV, "dense": DENSE, "copy": COPY}[link.kind]
    look = np.stack([np.full(n, kind), chosen.share, chosen.sign, brightness], axis=1)
    fan = np.linspace(-1, 1, n)[np.argsort(np.argsort(chosen.target, kind="stable"))] if n > 1 else np.zeros(n)
    way = np.stack([np.full(n, source.station), np.full(n, target.station), np.full(n, link.lift), fan], axis=1)
    return ends, look.astype(np.float32), way.astype(np.float32)


def _heights(plate: Plate, index: NDArray[np.int64]) -> NDArray[np.float64]:
    whole = np.full(len(index), plate.centre[1])
    heights = plate.unit_heights()
    return np.where(index < 0, whole, heights[np.clip(index, 0, len(heights) - 1)])


def _share(parts: Sequence[Chosen]) -> float | None:
    total = sum(chosen.total for chosen in parts)
    return sum(chosen.drawn for chosen in parts) / total if total > 0 else None
