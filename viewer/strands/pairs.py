"""Which channels or units of two plates are joined by strands, for each kind of layer. Pure numpy.

What a link costs is bounded: where a kernel is too large to look at every pair, the strongest units of both sides are
compared, and only their rows and columns are read.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from viewer.kept import finite, kernel_ref, output_of
from viewer.strands.average import mean_size
from viewer.strands.choose import Chosen, one_to_one, single, strongest_into_each
from viewer.strands.contribution import channel_strength, conv_contribution, dense_contribution, signed_norm
from viewer.strands.cuts import cuts_of, without, without_chosen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer, TensorRef
    from viewer.layout import Link, Plate
    from viewer.state import CaptureKey, EdgeMode

    Array = NDArray[np.float32]

INTO_EACH_CHANNEL = 3
INTO_EACH_UNIT = 4
INTO_EACH_CLASS = 17
MOST_PER_HEIGHT = 60.0
MOST = 180
FEWEST = 40
MOST_PAIRS = 2**22
"""Up to so many pairs of units all are compared."""
STRONG_SOURCES, STRONG_TARGETS = 256, 128
COPYING_KINDS = (
    "activation", "depthwise", "dropout", "flatten", "global_pool", "merge", "normalisation", "padding", "pool",
    "preprocessing", "resize",
)  # fmt: skip
"""Layers of which each output channel comes of the input channel of the same number."""


class PairsOf:
    """Chooses the pairs of one capture's links.

    `scale` is how large a world unit is on the picture, 1 in an ordinary net and less in a very long one: where there
    is less room there are fewer strands. By `mode` strengths go by the capture, by weights alone (every value counts
    as 1), or by the mean size of values over a sample of the clean inputs.
    """

    def __init__(self, bundle: Bundle, key: CaptureKey, scale: float = 1.0, mode: EdgeMode = "contribution") -> None:
        self._bundle, self._key, self._scale, self._mode = bundle, key, scale, mode
        self._joined: dict[int, int] = {}

    def values(self, plate: Plate) -> Array | None:
        """What the plate's tensor holds for the capture or counts as, finite; `None` where it was not kept."""
        if self._mode == "weight":
            shape = plate.form.shape if plate.form.channels_first else (*plate.form.shape[:-1], plate.form.channels)
            return np.ones(shape, np.float32)
        if self._mode == "importance":
            return mean_size(self._bundle, self._key.checkpoint_id, plate.layer, plate.output)
        return output_of(self._bundle, self._key, plate.layer, plate.output)

    def answer(self, plate: Plate) -> Array | None:
        """The scores of the classes that the plate shows, if strands go by a capture that has them."""
        return self.values(plate) if plate.form.kind == "classes" and self._mode == "contribution" else None

    def choose(self, link: Link, source: Plate, target: Plate) -> Chosen:
        """The pairs that are drawn of a link."""
        layer = self._bundle.layer(target.layer)
        if "closed" in (source.form.kind, target.form.kind) or source.row != target.row or target.group:
            return single()  # a way to the next row crosses the picture: one line of it is enough
        values = self.values(source)
        if values is None:
            return single()
        if link.kind == "copy":
            return self._copied(values, layer, link, source, target)
        ref = readable_kernel(self._bundle, self._key.checkpoint_id, layer, source)
        if ref is None:
            return single()
        if link.kind == "dense" and values.ndim == 1:
            return self._dense(values, ref, source, target)
        return self._convolved(values, ref, layer, source, target) if link.kind == "conv" else single()

    def _uncut(self, strength: Array, source: Plate, target: Plate) -> Array:
        """`strength` (sources, targets) with what the capture's mutes cut between two layers set to 0."""
        return without(strength, cuts_of(self._key.mutes, source.layer, target.layer))

    def _most(self, target: Plate) -> int:
        """How many strands among units there may be: what the height has room for, and the gap between the plates."""
        return min(max(int(MOST_PER_HEIGHT * target.size[1] * self._scale), FEWEST), MOST)

    def _dense(self, values: Array, ref: TensorRef, source: Plate, target: Plate) -> Chosen:
        units = len(target.unit_heights())
        is_class_list = target.form.kind == "classes"
        into_each = INTO_EACH_CLASS if is_class_list else INTO_EACH_UNIT
        most = self._most(target)
        sources, targets = np.arange(min(len(values), ref.shape[0])), np.arange(min(units, ref.shape[1]))
        kernel = self._bundle.load(ref)
        if prod(ref.shape) <= MOST_PAIRS:
            contribution = dense_contribution(values[sources], finite(kernel[: len(sources), : len(targets)]))
            contribution = self._uncut(contribution, source, target)
            return strongest_into_each(contribution, contribution, into_each, most)
        sources = _strongest(values[sources], STRONG_SOURCES)
        there = self.values(target)
        targets = _strongest(there[targets] if there is not None else targets, STRONG_TARGETS)
        contribution = dense_contribution(values[sources], finite(kernel[sources][:, targets]))
        cuts = cuts_of(self._key.mutes, source.layer, target.layer)
        contribution = without_chosen(contribution, cuts, sources, targets)
        chosen = strongest_into_each(contribution, contribution, into_each, most)
        return replace(
            chosen,
            source=sources[chosen.source],
            target=targets[chosen.target],
            drawn=np.nan,
            total=np.nan,
            pairs=prod(ref.shape),
        )

    def _convolved(self, maps: Array, ref: TensorRef, layer: Layer, source: Plate, target: Plate) -> Chosen:
        """Of channels that captures have not kept there are no strands."""
        rank = len(ref.shape) - 2
        channels, filters = maps.shape[-1], min(len(target.unit_heights()), ref.shape[-1])
        if maps.ndim != rank + 1 or len(source.unit_heights()) != channels or target.form.channels != filters:
            return single()
        kernel = finite(self._bundle.load(ref)[..., :channels, :filters])
        strength, mean = self._answers(maps, kernel, layer)
        strength = self._uncut(strength, source, target)
        if target.form.kind != "vector":
            return strongest_into_each(strength, mean, INTO_EACH_CHANNEL)
        # Channels of a single cell are units of a vector: as many strands as into those of a dense layer.
        most = self._most(target)
        return strongest_into_each(strength, mean, INTO_EACH_UNIT, most)

    def _answers(self, maps: Array, kernel: Array, layer: Layer) -> tuple[Array, Array]:
        """Strength and sign (C, F): measured on the capture, else the norm of the kernel times the channel's size."""
        if self._mode != "contribution":
            norm = signed_norm(kernel)
            return np.abs(norm) * channel_strength(maps)[:, None], norm
        ones = (1,) * (kernel.ndim - 2)
        return conv_contribution(maps, kernel, layer.strides or ones, layer.dilation or ones, layer.padding or "valid")

    def _copied(self, values: Array, layer: Layer, link: Link, source: Plate, target: Plate) -> Chosen:
        """Channel to the same channel where both sides show as many; maps to the strongest cells of their flattened
        form.
        """
        strength = channel_strength(values)
        sources, targets = len(source.unit_heights()), len(target.unit_heights())
        if layer.kind == "merge" and layer.mode == "concatenate" and len(strength) == sources:
            offset = self._joined.get(link.target, 0)
            self._joined[link.target] = offset + sources
            return one_to_one(strength, offset) if offset + sources <= targets else single()
        if layer.kind == "flatten" and target.form.cells[1] == sources == values.shape[-1]:
            return _flattened(values)
        is_copy = layer.kind in COPYING_KINDS and sources == targets == len(strength)
        return one_to_one(strength) if is_copy else single()


def readable_kernel(bundle: Bundle, checkpoint_id: str, layer: Layer, source: Plate) -> TensorRef | None:
    """The kernel of a layer if its last two axes are the channels before and its own, so that contributions follow.

    `None` where it has none (separable), shares it out (groups) or holds it the other way round (transposed).
    """
    ref = kernel_ref(bundle, checkpoint_id, layer)
    rank = {"dense": 2}.get(layer.kind, len(layer.kernel_size or (0, 0)) + 2)
    outputs = bundle.layer(source.layer).outputs
    declared = outputs[source.output].shape[-1:] if source.output < len(outputs) else ()
    channels = next(iter(declared), None) or source.form.shape[-1]
    if ref is None or len(ref.shape) != rank or ref.shape[-2] != channels or "Transpose" in layer.class_name:
        return None
    return ref


def _strongest(values: NDArray[np.float32] | NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Where the `count` largest |values| are, ascending: all of them where there are no more."""
    if len(values) <= count:
        return np.arange(len(values))
    return np.sort(np.argpartition(np.abs(values), -count)[-count:])


def _flattened(values: Array, cells_per_map: int = 3) -> Chosen:
    """Each map's strongest cells, to where they stand in the flattened vector (Keras order)."""
    channels = values.shape[-1]
    by_position = np.abs(values).reshape(-1, channels)
    chosen = strongest_into_each(by_position, np.zeros_like(by_position), cells_per_map)
    flat = chosen.source * channels + chosen.target
    return Chosen(chosen.target, flat, chosen.share, chosen.sign, chosen.drawn, chosen.total, chosen.pairs)
