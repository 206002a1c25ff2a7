"""Where the windows of convolutions and pools lie: padding, strides and dilation along one axis or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import as_strided

from viewer.forward.node import Array, Node


@dataclass(frozen=True)
class Axis:
    """The windows along an axis of `size` values: `count` of them, each of `taps` values `dilation` apart."""

    size: int
    taps: int
    stride: int
    dilation: int
    before: int
    count: int

    @property
    def after(self) -> int:
        """How many values are missing behind the last one, never fewer than none."""
        reach = (self.count - 1) * self.stride + (self.taps - 1) * self.dilation + 1
        return max(reach - self.before - self.size, 0)

    def places(self, index: int) -> Array:
        """Where the values of window `index` lie, (taps,); below 0 and from `size` on is padding."""
        found: Array = index * self.stride - self.before + np.arange(self.taps) * self.dilation
        return found


def axis_of(size: int, taps: int, stride: int, dilation: int, padding: str) -> Axis:
    """The windows along an axis, as TensorFlow lays them for `valid`, `same` and `causal`.

    >>> axis_of(5, 3, 2, 1, "same")
    Axis(size=5, taps=3, stride=2, dilation=1, before=1, count=3)
    >>> axis_of(6, 3, 2, 1, "same").before, axis_of(6, 3, 1, 2, "causal").before
    (0, 4)
    """
    reach = (taps - 1) * dilation + 1
    if padding == "same":
        count = -(-size // stride)
        return Axis(size, taps, stride, dilation, max((count - 1) * stride + reach - size, 0) // 2, count)
    before = reach - 1 if padding == "causal" else 0
    return Axis(size, taps, stride, dilation, before, max((size + before - reach) // stride + 1, 0))


def axes_of(node: Node, sizes: Sequence[int], taps: Sequence[int]) -> tuple[Axis, ...]:
    """The windows of a layer along each spatial axis."""
    layer = node.layer
    if node.option("data_format", "channels_last") != "channels_last":
        raise node.cannot("channels are its first axis, which is not computed here")
    ones = (1,) * len(taps)
    strides, dilation = layer.strides or ones, layer.dilation or ones
    padding = layer.padding or "valid"
    return tuple(axis_of(*each, padding) for each in zip(sizes, taps, strides, dilation, strict=True))


def padded(x: Array, axes: Sequence[Axis], fill: float = 0.0) -> Array:
    """`x` (1, *spatial, channels) with what its windows reach over the edge."""
    widths = [(0, 0), *((axis.before, axis.after) for axis in axes), (0, 0)]
    return x if not np.any(widths) else np.pad(x, widths, constant_values=fill)


def windows_of(x: Array, axes: Sequence[Axis]) -> Array:
    """A view (*counts, *taps, channels) of the windows of `x` (1, *spatial, channels), which is padded already."""
    steps = x.strides[1:-1]
    strides = [step * axis.stride for step, axis in zip(steps, axes, strict=True)]
    strides += [step * axis.dilation for step, axis in zip(steps, axes, strict=True)]
    shape = (*(axis.count for axis in axes), *(axis.taps for axis in axes), x.shape[-1])
    return as_strided(x, shape, (*strides, x.strides[-1]), writeable=False)


def slices_of(axes: Sequence[Axis]) -> list[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """For each place in the window, what lies there of all windows: slices of `x` (1, *spatial, channels), padded."""
    found = []
    for tap in product(*(range(axis.taps) for axis in axes)):
        starts = [at * axis.dilation for at, axis in zip(tap, axes, strict=True)]
        pairs = zip(starts, axes, strict=True)
        parts = [slice(start, start + (axis.count - 1) * axis.stride + 1, axis.stride) for start, axis in pairs]
        found.append((tap, (slice(None), *parts)))
    return found
