"""What the weights of a layer make of each channel before it for each of its own, whatever shape they are stored in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.schema import Layer

Floats = NDArray[np.float32]
Read = Callable[[str], "NDArray[Any] | None"]
"""The variable of this name, `None` where there is none or its values were not kept."""


@dataclass(frozen=True)
class Kernel:
    """Of each channel before (n) and each unit (m) the sum of what lies between them, and the sum of its squares.

    Both (n, m); float32, where there is a single number between them as it is stored. Then `squares` is `None`.
    """

    sums: NDArray[np.floating]
    squares: Floats | None = None


def kernel_of(layer: Layer, read: Read) -> Kernel | None:
    """The kernel of a layer by channels; `None` where its weights are of a form that is not known, or not kept."""
    if layer.kind == "depthwise":
        return _if_read(read("kernel"), lambda kernel: _summed(_spread(_positions(kernel))))
    if layer.kind == "recurrent":
        return _recurrent(layer, read)
    if layer.kind == "attention":
        return _attention(read)
    if (pointwise := read("pointwise_kernel")) is not None:
        return _if_read(read("depthwise_kernel"), lambda kernel: _summed(_separable(kernel, pointwise)))
    kernel = read("kernel")
    if kernel is None or kernel.ndim < 2:
        return None
    if (layer.kind == "dense" and kernel.ndim > 2) or "equation" in layer.settings:
        return _einsum(str(layer.settings.get("equation", "")), kernel)
    if "Transpose" in str(layer.settings.get("computed_by", layer.class_name)):
        kernel = kernel.swapaxes(-1, -2)
    return _summed(_grouped(_positions(kernel), layer.groups or 1))


def odd_count(kernel: Kernel) -> int:
    """How many of the sums are NaN or infinite; looked at in parts, so that a kernel on disk costs no memory."""
    step = max(2**22 // max(kernel.sums.shape[1], 1), 1)
    parts = (kernel.sums[first : first + step] for first in range(0, len(kernel.sums), step))
    return sum(part.size - int(np.isfinite(part).sum()) for part in parts)


def _if_read(values: NDArray[Any] | None, made: Callable[[NDArray[Any]], Kernel]) -> Kernel | None:
    return None if values is None else made(values)


def _positions(kernel: NDArray[Any]) -> NDArray[Any]:
    """A kernel (..., n, m) as (positions, n, m)."""
    return kernel.reshape(-1, *kernel.shape[-2:])


def _summed(parts: Iterable[NDArray[Any]]) -> Kernel:
    """The kernel of matrices (n, m), one a position, taken one at a time."""
    sums: NDArray[np.floating] | None = None
    squares: Floats | None = None
    for part in parts:
        if sums is None:
            sums = part
            continue
        squares = _squares(Kernel(sums, squares)) + _squares(Kernel(part))
        sums = np.add(sums, part, dtype=np.float32)
    return Kernel(np.zeros((0, 0), np.float32) if sums is None else sums, squares)


def _grouped(parts: NDArray[Any], groups: int) -> Iterator[NDArray[Any]]:
    """Kernels (n / groups, m) as (n, m): each group of units takes in its own channels, and 0 of all others."""
    if groups == 1:
        yield from parts
        return
    _, before, units = parts.shape
    each = units // groups
    for part in parts:
        whole = np.zeros((before * groups, units), np.float32)
        for group in range(groups):
            columns = slice(group * each, (group + 1) * each)
            whole[group * before : (group + 1) * before, columns] = part[:, columns]
        yield whole


def _spread(parts: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Kernels (n, k) of a depthwise layer as (n, n * k): channel c makes units c * k to c * k + k - 1."""
    _, channels, times = parts.shape
    rows = np.arange(channels)
    for part in parts:
        whole = np.zeros((channels, channels, times), np.float32)
        whole[rows, rows] = part
        yield whole.reshape(channels, channels * times)


def _separable(depthwise: NDArray[Any], pointwise: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """At each position the matrix (n, m) that the kernel of each channel and the mixing of channels are together."""
    parts = _positions(depthwise)
    _, channels, times = parts.shape
    mixing = pointwise.reshape(channels, times, -1)
    for part in parts:
        yield np.einsum("nk,nkm->nm", part, mixing)


def _einsum(equation: str, kernel: NDArray[Any]) -> Kernel | None:
    """Of `EinsumDense`: its axes for the last of what it takes in and of what it puts out; all others are positions."""
    sides, _, made = equation.replace(" ", "").partition("->")
    taken, _, own = sides.partition(",")
    if not made or len(own) != kernel.ndim or taken[-1] == made[-1] or not {taken[-1], made[-1]} <= set(own):
        return None
    moved = np.moveaxis(kernel, (own.index(taken[-1]), own.index(made[-1])), (-2, -1))
    return _summed(_positions(moved))


def _recurrent(layer: Layer, read: Read) -> Kernel | None:
    """What a step takes in: of a layer with gates each gate is a position; of both ways the units of both."""
    ways = [kernel for name in layer.variables if _is_input_kernel(name) and (kernel := read(name)) is not None]
    units = layer.units or layer.filters
    if not ways or not units or any(way.ndim < 2 or way.shape[-1] % units for way in ways):
        return None
    kernels = [_summed(_gates(_positions(way), units)) for way in ways]
    width = layer.outputs[0].shape[-1] if layer.outputs else units
    if len(kernels) == 1 or width != units * len(kernels):
        return _added(kernels)
    return Kernel(np.concatenate([each.sums for each in kernels], 1), np.concatenate(list(map(_squares, kernels)), 1))


def _is_input_kernel(name: str) -> bool:
    return name.rpartition(".")[2] == "kernel"


def _gates(parts: NDArray[Any], units: int) -> Iterator[NDArray[Any]]:
    for part in parts:
        yield from np.split(part, part.shape[-1] // units, axis=-1)


def _squares(kernel: Kernel) -> Floats:
    return np.square(kernel.sums, dtype=np.float32) if kernel.squares is None else kernel.squares


def _added(kernels: list[Kernel]) -> Kernel:
    """Kernels whose units are added up: what they hold are further positions."""
    if len(kernels) == 1:
        return kernels[0]
    sums = np.sum([each.sums for each in kernels], axis=0)
    return Kernel(sums, np.sum(list(map(_squares, kernels)), axis=0))


def _attention(read: Read) -> Kernel | None:
    """What a value becomes where all attention is on it: the values' kernel times the output's, over all heads."""
    value, output = read("value.kernel"), read("attention_output.kernel")
    if value is None or output is None or value.ndim != 3 or output.ndim < 3:
        return None
    heads = output.shape[0]
    shared = np.repeat(value, heads // value.shape[1], axis=1).reshape(len(value), -1)
    return Kernel((shared @ output.reshape(shared.shape[1], -1)).astype(np.float32))
