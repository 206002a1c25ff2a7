"""What one value of a convolution or a pool is made of: only its window is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewer.forward.convolutions import transposed_axes
from viewer.forward.node import Array, Node
from viewer.forward.windows import Axis, axes_of
from viewer.forward.working import Working, grid, number, summed

Index = tuple[int, ...]


def convolution(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The sum over the window, of the channels of the filter's group."""
    x, kernel = inputs[0], node.load("kernel")
    axes = axes_of(node, x.shape[:-1], kernel.shape[:-2])
    depth = kernel.shape[-2]
    group = index[-1] // (kernel.shape[-1] // (x.shape[-1] // depth))
    places, taps = _window(axes, index[:-1])
    channels = np.arange(group * depth, (group + 1) * depth)
    weights = kernel[np.ix_(*taps, np.arange(depth), np.array([index[-1]]))]
    how = f"sum of {_size([axis.taps for axis in axes], depth)} values x weights"
    return _summed(node, x, [*places, channels], weights, how, index[-1])


def depthwise(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The sum over the window, of one channel."""
    x, kernel = inputs[0], node.load("kernel")
    axes = axes_of(node, x.shape[:-1], kernel.shape[:-2])
    channel, which = divmod(index[-1], kernel.shape[-1])
    places, taps = _window(axes, index[:-1])
    weights = kernel[np.ix_(*taps, np.array([channel]), np.array([which]))]
    how = f"sum of {_size([axis.taps for axis in axes])} values x weights"
    return _summed(node, x, [*places, np.array([channel])], weights, how, index[-1])


def separable(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The sum over channels of what each one's own convolution makes of its window."""
    x, kernel = inputs[0], node.load("depthwise_kernel")
    pointwise = node.load("pointwise_kernel")
    axes = axes_of(node, x.shape[:-1], kernel.shape[:-2])
    places, taps = _window(axes, index[:-1])
    window = np.asarray(x[np.ix_(*places, np.arange(x.shape[-1]))], np.float64)[..., None]
    weights = np.asarray(kernel[np.ix_(*taps, *map(np.arange, kernel.shape[-2:]))], np.float64)
    made = (window * weights).reshape(-1, pointwise.shape[-2]).sum(axis=0)
    shares = pointwise.reshape(pointwise.shape[-2:])[:, index[-1]]
    middle = [
        int(np.clip(axis.places(at)[axis.taps // 2], 0, axis.size - 1)) for axis, at in zip(axes, index, strict=False)
    ]
    cells = np.array([[*middle, channel // kernel.shape[-1]] for channel in range(len(made))])
    how = f"sum of {len(made)} maps' own convolutions x weights"
    return summed(made, shares, cells, how, bias=_bias(node, index[-1]))


def _middle(axis: Axis, at: int) -> int:
    return int(np.clip(axis.places(at)[axis.taps // 2], 0, axis.size - 1))


def transposed(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The sum of what the values round about put there, each through its own place of the kernel."""
    x, kernel = inputs[0], node.load("kernel")  # (*taps, filters, channels)
    axes = transposed_axes(node, x.shape[:-1], kernel.shape[:-2])
    pairs = [_writers(axis, at) for axis, at in zip(axes, index, strict=False)]
    places, taps = (
        [np.array([i for i, _ in pair], int) for pair in pairs],
        [np.array([k for _, k in pair], int) for pair in pairs],
    )
    channels = np.arange(x.shape[-1])
    weights = kernel[np.ix_(*taps, np.array([index[-1]]), channels)]
    how = f"sum of {_size([len(each) for each in places], len(channels))} values x weights"
    return _summed(node, x, [*places, channels], weights, how, index[-1])


def _writers(axis: Axis, at: int) -> list[tuple[int, int]]:
    """Along an axis, which values write to place `at`, through which tap."""
    found = ((at + axis.before - tap * axis.dilation, tap) for tap in range(axis.taps))
    return [(i // axis.stride, tap) for i, tap in found if i % axis.stride == 0 and 0 <= i // axis.stride < axis.count]


def pool(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The largest, or the mean, of the window."""
    x = inputs[0]
    axes = axes_of(node, x.shape[:-1], node.layer.pool_size or ())
    places, _ = _window(axes, index[:-1])
    return _pooled(node, x, [*places, np.array(np.array([index[-1]]))])


def whole_pool(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The largest, or the mean, of a channel."""
    x = inputs[0]
    return _pooled(node, x, [*map(np.arange, x.shape[:-1]), np.array(np.array([index[-1]]))])


def _pooled(node: Node, x: Array, axes: list[Array]) -> Working:
    values = np.asarray(x[np.ix_(*axes)], np.float64).ravel()
    cells, size = grid(axes), _size([len(each) for each in axes[:-1]])
    if node.layer.mode != "max":
        return summed(values, np.full(len(values), 1 / len(values)), cells, f"mean of {size} values")
    best = int(values.argmax())
    line = f"largest at {_place(cells[best][:-1])}: {number(values[best])}"
    arguments = np.zeros(len(values))
    ones = np.ones(len(values))
    return Working(values[best], f"largest of {size} values", values, ones, cells, arguments, lines=(line,))


def _window(axes: Sequence[Axis], index: Index) -> tuple[list[Array], list[Array]]:
    """Along each axis, where the values of a window lie that are no padding, and which taps they meet."""
    places, taps = [], []
    for axis, at in zip(axes, index, strict=True):
        found = axis.places(at)
        inside = (found >= 0) & (found < axis.size)
        places.append(found[inside])
        taps.append(np.flatnonzero(inside))
    return places, taps


def _summed(node: Node, x: Array, axes: list[Array], weights: Array, how: str, channel: int) -> Working:
    values = x[np.ix_(*axes)]
    return summed(values.ravel(), weights.ravel(), grid(axes), how, bias=_bias(node, channel))


def _bias(node: Node, channel: int) -> float | None:
    return float(node.load("bias")[channel]) if node.has("bias") else None


def _size(taps: Sequence[int], *more: int) -> str:
    return "x".join(map(str, (*taps, *more)))


def _place(position: Sequence[int]) -> str:
    names = ("row", "column") if len(position) == 2 else ("place", "row", "column")
    return ", ".join(f"{name} {at}" for name, at in zip(names, position, strict=False)) or "its only place"
