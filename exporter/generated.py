"""A dense network of chosen layer sizes with random weights, in numpy: what a bundle says of it, and what it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Edge, Layer, Output

Floats = NDArray[np.float32]
MOST_UNITS = 1_000_000
MOST_WEIGHTS = 20_000_000
MOST_LAYERS = 100
_WAVES = 4


def check_sizes(sizes: Sequence[int]) -> None:
    """Raise `KerascopeError` where a network of these sizes cannot be made: before anything of it is."""
    if not 2 <= len(sizes) <= MOST_LAYERS:
        raise KerascopeError(
            "a network has an input and an answer", expected=f"2 to {MOST_LAYERS} sizes", got=len(sizes)
        )
    for size in sizes:
        if not 1 <= size <= MOST_UNITS:
            raise KerascopeError("a layer cannot have so many units", expected=f"1 to {MOST_UNITS:,}", got=size)
    weights = sum(one * two for one, two in pairwise(sizes))
    if weights > MOST_WEIGHTS:
        raise KerascopeError("the network would be too large", expected=f"{MOST_WEIGHTS:,} weights", got=f"{weights:,}")


def names_of(sizes: Sequence[int]) -> tuple[str, ...]:
    """The names of the layers: `input`, `dense_1`, `dense_2`, ..., `scores`."""
    return ("input", *(f"dense_{place}" for place in range(1, len(sizes) - 1)), "scores")


def dense_layers(sizes: Sequence[int]) -> tuple[tuple[Layer, ...], tuple[Edge, ...]]:
    """Layers as a bundle describes them, and the edges between: ReLU inside, softmax (of one unit sigmoid) last."""
    names = names_of(sizes)
    last = "softmax" if sizes[-1] > 1 else "sigmoid"
    layers = [
        Layer(
            name=names[0],
            kind="input",
            class_name="InputLayer",
            outputs=(Output(shape=(sizes[0],), dtype="float32"),),
            value="input",
            settings={"computed_by": "InputLayer"},
        )
    ]
    for place, (before, units) in enumerate(pairwise(sizes), 1):
        activation = last if place == len(sizes) - 1 else "relu"
        layers.append(
            Layer(
                name=names[place],
                kind="dense",
                class_name="Dense",
                outputs=(Output(shape=(units,), dtype="float32"),),
                value="post-activation",
                parameters=(before + 1) * units,
                variables=("kernel", "bias"),
                activation=activation,
                units=units,
                settings={"activation": activation, "computed_by": "Dense"},
            )
        )
    return tuple(layers), tuple(Edge(source=one, target=two) for one, two in pairwise(names))


def random_weights(sizes: Sequence[int], seed: int) -> dict[str, Floats]:
    """Weights as Keras starts a dense network with: kernels Glorot uniform, biases 0; by `<layer>/<variable>`.

    Kernels are even in +-sqrt(6 / (units before + units): Glorot and Bengio, "Understanding the difficulty of training
    deep feedforward neural networks" (2010), equation 16. The same sizes and seed give the same numbers.
    """
    rng = np.random.default_rng(seed)
    weights: dict[str, Floats] = {}
    for name, (before, units) in zip(names_of(sizes)[1:], pairwise(sizes), strict=True):
        limit = np.sqrt(6.0 / (before + units))
        weights[f"{name}/kernel"] = ((rng.random((before, units), np.float32) * 2 - 1) * limit).astype(np.float32)
        weights[f"{name}/bias"] = np.zeros(units, np.float32)
    return weights


def made_inputs(units: int, count: int, seed: int) -> NDArray[np.uint8]:
    """(count, units) uint8, inputs that are made up: soft blobs where the units fill a square, else soft waves.

    A single unit, or one that never changes, is 255.
    """
    rng = np.random.default_rng((seed, 1))
    side = isqrt(units)
    shape = (side, side) if side * side == units else (units,)
    axes = np.meshgrid(*(np.linspace(0, 2 * np.pi, size) for size in shape), indexing="ij")
    made = np.zeros((count, *shape))
    for _ in range(_WAVES):
        turns, shift = rng.integers(1, 4, (count, len(shape))), rng.uniform(0, 2 * np.pi, count)
        for at in range(count):
            made[at] += np.sin(sum(axis * turn for axis, turn in zip(axes, turns[at], strict=True)) + shift[at])
    made = made.reshape(count, -1)
    low, high = made.min(axis=1, keepdims=True), made.max(axis=1, keepdims=True)
    spread = np.where(high > low, high - low, 1)
    share: NDArray[np.float64] = np.where(high > low, (made - low) / spread, 1)
    return np.rint(share * 255).astype(np.uint8)


def forward(fed: Floats, sizes: Sequence[int], weights: Mapping[str, Floats]) -> dict[str, Floats]:
    """What each layer puts out for one input (units,) float32, by name."""
    names, values = names_of(sizes), fed
    outputs = {names[0]: fed}
    for name in names[1:]:
        values = values @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]
        values = np.maximum(values, 0) if name != names[-1] else _answered(values)
        outputs[name] = values.astype(np.float32)
    return outputs


def _answered(logits: Floats) -> Floats:
    """Softmax, of a single unit sigmoid."""
    if len(logits) == 1:
        return (1 / (1 + np.exp(-logits))).astype(np.float32)
    powers = np.exp(logits - logits.max())
    shares: Floats = powers / powers.sum(dtype=np.float32)
    return shares
