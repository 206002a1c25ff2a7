"""What goes along one edge: its weight, what it carries for an input, how that compares with its neighbours. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from viewer.inspect.summary import values_at
from viewer.inspect.value import rank_among
from viewer.inspect.words import number, times
from viewer.kept import finite, kernel_ref
from viewer.strands.contribution import conv_contribution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer, TensorRef
    from viewer.state import CaptureKey
    from viewer.study import EdgePlace

    Array = NDArray[np.float32]
    Facts = tuple[tuple[str, str], ...]

MOST_KEPT = 128
_KEPT: WeakKeyDictionary[Bundle, dict[object, tuple[Array, Array]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Flow:
    """What an edge carries. `value` is its contribution: weight times source value, of a convolution the mean response
    over the map, of a copy the value itself. `rank` is by size among the `of` edges into the same channel or unit.
    """

    value: float | None
    kind: str
    rank: int | None
    of: int | None
    facts: Facts
    notes: tuple[str, ...] = ()


def flow_along(bundle: Bundle, key: CaptureKey, edge: EdgePlace) -> Flow:
    """The flow of an edge for a capture.

    Raises
    ------
    KerascopeError
        The bundle has no such layer or capture.
    """
    target = bundle.layer(edge.target)
    values = values_at(bundle, key, edge.source)
    if values is None:
        return Flow(None, "contribution", None, None, (), ("the bundle has not kept what the source put out",))
    if min(edge.source_channel, edge.target_channel) < 0:
        return Flow(None, "all channels", None, None, (("carries", times(values.shape)),))
    maps = finite(values)
    ref = plain_kernel(bundle, key.checkpoint_id, target, maps.shape[-1] if maps.ndim else 1)
    is_known = ref is not None and edge.source_channel < ref.shape[-2] and edge.target_channel < ref.shape[-1]
    if ref is None or not is_known or edge.source_channel >= maps.shape[-1]:
        return _copied(maps, edge)
    if len(ref.shape) == 2:
        return _dense(bundle, ref, maps, edge)
    return _convolved(bundle, key, ref, maps, edge)


def plain_kernel(bundle: Bundle, checkpoint_id: str, layer: Layer, channels: int) -> TensorRef | None:
    """The kernel of a dense layer or convolution if its last two axes are the channels before and its own."""
    ref = kernel_ref(bundle, checkpoint_id, layer)
    rank = {"dense": 2}.get(layer.kind, len(layer.kernel_size or ()) + 2)
    is_plain = layer.kind in ("dense", "conv") and "Transpose" not in layer.class_name
    if ref is None or not is_plain or len(ref.shape) != rank or ref.shape[-2] != channels:
        return None
    return ref


def _dense(bundle: Bundle, ref: TensorRef, values: Array, edge: EdgePlace) -> Flow:
    flat = values.reshape(-1, values.shape[-1]).mean(axis=0)
    column = finite(np.asarray(bundle.load(ref)[:, edge.target_channel]))
    carried = flat * column
    value, weight = float(carried[edge.source_channel]), float(column[edge.source_channel])
    rank, of = rank_among(abs(value), np.abs(carried))
    source = float(flat[edge.source_channel])
    facts = ("weight", number(weight)), ("source value", number(source)), ("contribution", number(value))
    notes = () if values.ndim == 1 else ("source value and contribution are means over all places",)
    return Flow(value, "contribution (weight × value)", rank, of, (*facts, _share(value, carried)), notes)


def _convolved(bundle: Bundle, key: CaptureKey, ref: TensorRef, maps: Array, edge: EdgePlace) -> Flow:
    if maps.ndim != len(ref.shape) - 1:
        return _copied(maps, edge)
    kernel = finite(np.asarray(bundle.load(ref)[..., edge.target_channel : edge.target_channel + 1]))
    strength, mean = _responses(bundle, key, edge, maps, kernel)
    weights = kernel[..., edge.source_channel, 0]
    rank, of = rank_among(float(strength[edge.source_channel]), strength)
    facts = (
        ("weights", f"{times(weights.shape)}, {number(weights.min())} to {number(weights.max())}"),
        ("weights' sum", number(float(weights.sum()))),
        ("source value", f"{number(float(maps[..., edge.source_channel].mean()))} on the mean"),
        ("response", f"{number(float(strength[edge.source_channel]))} in size, on the mean"),
        _share(float(strength[edge.source_channel]), strength),
    )
    return Flow(float(mean[edge.source_channel]), "contribution, mean over the map", rank, of, facts)


def _responses(bundle: Bundle, key: CaptureKey, edge: EdgePlace, maps: Array, kernel: Array) -> tuple[Array, Array]:
    """Strength and mean (C,) of what each channel before gives to the edge's target; kept for its other edges."""
    kept = _KEPT.setdefault(bundle, {})
    name = key, edge.source, edge.target, edge.target_channel
    if name not in kept:
        while len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept)))
        layer, ones = bundle.layer(edge.target), (1,) * (kernel.ndim - 2)
        settings = layer.strides or ones, layer.dilation or ones, layer.padding or "valid"
        strength, mean = conv_contribution(maps, kernel, *settings)
        kept[name] = strength[:, 0], mean[:, 0]
    return kept[name]


def _copied(maps: Array, edge: EdgePlace) -> Flow:
    if maps.ndim == 0 or edge.source_channel >= maps.shape[-1]:
        return Flow(None, "contribution", None, None, ())
    value = float(np.abs(maps[..., edge.source_channel]).mean())
    return Flow(value, "handed on, mean size", None, None, (("source value", f"{number(value)} in size, on the mean"),))


def _share(value: float, carried: Array) -> tuple[str, str]:
    total = float(np.abs(carried).sum(dtype=np.float64))
    return "share of all into it", f"{abs(value) / total:.1%}" if total > 0 else "none: all are 0"
