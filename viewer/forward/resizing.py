"""Maps made larger or smaller."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewer.forward.node import Array, Node, numbers


def upsampling(node: Node, inputs: Sequence[Array]) -> Array:
    """Each value many times over, or what lies between the values."""
    x = inputs[0]
    factors = numbers(node.setting("size"))
    factors = factors * (x.ndim - 2) if len(factors) == 1 else factors
    how = node.option("interpolation", "nearest")
    if how != "nearest":
        return _resized(node, x, [n * f for n, f in zip(x.shape[1:-1], factors, strict=True)], how)
    for axis, factor in enumerate(factors, start=1):
        x = np.repeat(x, factor, axis=axis)
    return x


def resizing(node: Node, inputs: Sequence[Array]) -> Array:
    """Pictures of another size."""
    unusual = ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")
    for name in unusual:
        if node.option(name, False):
            raise node.cannot(f"{name} is not computed here")
    return _resized(node, inputs[0], [node.setting("height"), node.setting("width")], node.setting("interpolation"))


def _resized(node: Node, x: Array, sizes: Sequence[int], how: str) -> Array:
    if how not in ("nearest", "bilinear"):
        raise node.cannot(f"{how} interpolation is not computed here")
    for axis, size in enumerate(sizes, start=1):
        x = _along(x, axis, size, how)
    return x


def _along(x: Array, axis: int, size: int, how: str) -> Array:
    """`x` with `size` values along an axis; the middles of first and last cells stay half a cell from the ends."""
    n = x.shape[axis]
    if n == size:
        return x
    middles = (np.arange(size) + 0.5) * n / size
    if how == "nearest":
        nearest: Array = np.take(x, np.minimum(np.floor(middles).astype(int), n - 1), axis=axis)
        return nearest
    low = np.floor(middles - 0.5)
    share = np.float32(middles - 0.5 - low).reshape(-1, *(1,) * (x.ndim - axis - 1))
    one, other = (x.take(np.clip(low + step, 0, n - 1).astype(int), axis=axis) for step in (0, 1))
    made: Array = one + (other - one) * share
    return made
