"""Layers that hand on what they get in another shape: no value is computed, each is copied from somewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewer.forward.node import Array, Node, numbers


def same(node: Node, inputs: Sequence[Array]) -> Array:
    """What comes in."""
    del node
    return inputs[0]


def flatten(node: Node, inputs: Sequence[Array]) -> Array:
    """All values in a row, channels fastest."""
    if node.option("data_format", "channels_last") != "channels_last":
        raise node.cannot("channels are its first axis, which is not computed here")
    return inputs[0].reshape(1, -1)


def reshape(node: Node, inputs: Sequence[Array]) -> Array:
    """The same values in the layer's shape."""
    return inputs[0].reshape(1, *numbers(node.setting("target_shape")))


def permute(node: Node, inputs: Sequence[Array]) -> Array:
    """The axes in another order."""
    return inputs[0].transpose(0, *numbers(node.setting("dims")))


def repeat_vector(node: Node, inputs: Sequence[Array]) -> Array:
    """The vector many times over."""
    return np.repeat(inputs[0][:, None], node.setting("n"), axis=1)


def _pairs(node: Node, name: str, count: int) -> list[tuple[int, int]]:
    """What is added or cut before and after each spatial axis."""
    if name in node.layer.settings:
        flat = numbers(node.setting(name))
        return list(zip(flat[::2], flat[1::2], strict=True))
    if node.layer.padding is None:
        raise node.cannot("the bundle does not tell how much")
    parts = [tuple(int(size) for size in part.split(",")) for part in node.layer.padding.split(";")]
    pairs = [(part[0], part[-1]) for part in parts]
    return [(parts[0][0], parts[1][0])] if len(pairs) == 2 and count == 1 else pairs


def zero_padding(node: Node, inputs: Sequence[Array]) -> Array:
    """Zeros round the maps."""
    x = inputs[0]
    return np.pad(x, [(0, 0), *_pairs(node, "padding", x.ndim - 2), (0, 0)])


def cropping(node: Node, inputs: Sequence[Array]) -> Array:
    """The maps without their borders."""
    x = inputs[0]
    ends = zip(_pairs(node, "cropping", x.ndim - 2), x.shape[1:-1], strict=True)
    return x[(slice(None), *(slice(before, size - after) for (before, after), size in ends))]


def centre_crop(node: Node, inputs: Sequence[Array]) -> Array:
    """The middle of the picture. Raises `CannotError` where the picture is smaller: Keras then enlarges it."""
    x = inputs[0]
    height, width = node.setting("height"), node.setting("width")
    if x.shape[1] < height or x.shape[2] < width:
        raise node.cannot("it enlarges pictures, which is not computed here")
    top, left = (x.shape[1] - height) // 2, (x.shape[2] - width) // 2
    return x[:, top : top + height, left : left + width]
