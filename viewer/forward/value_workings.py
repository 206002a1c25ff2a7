"""What one value of a dense layer, a normalisation, an activation, a merge or a copy is made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewer.forward.node import Array, Node
from viewer.forward.registry import compute, rule_of
from viewer.forward.sizes import scale_of
from viewer.forward.working import Working, number, summed

Index = tuple[int, ...]
_OF_ALL = 8.0
"""How much larger than a layer's largest value what is added up inside of it may be."""


def dense(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The sum over channels; of a kernel that lies on disk, only the weights that meet a value that is not 0."""
    row = np.asarray(inputs[0][index[:-1]], np.float64)
    kernel = node.load("kernel")
    alive = np.flatnonzero(row)
    weights = kernel[:, index[-1]] if len(alive) == len(row) else kernel[alive, index[-1]]
    values = row if len(alive) == len(row) else row[alive]
    places = np.empty((len(values), len(index)), int)
    places[:] = (*index[:-1], 0)
    places[:, -1] = np.arange(len(row)) if len(alive) == len(row) else alive
    bias = float(node.load("bias")[index[-1]]) if node.has("bias") else None
    return summed(values, weights, places, f"sum of {len(row)} values x weights", bias=bias)


def batch_normalisation(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """Gamma (x - mean) / sqrt(variance + epsilon) + beta."""
    (axis,) = node.axes("axis")
    at = index[axis if axis < 0 else axis - 1]
    x = float(inputs[0][index])
    mean, variance = (float(node.load(name)[at]) for name in ("moving_mean", "moving_variance"))
    gamma = float(node.load("gamma")[at]) if node.has("gamma") else 1.0
    beta = float(node.load("beta")[at]) if node.has("beta") else 0.0
    epsilon = float(node.setting("epsilon"))
    spread = (variance + epsilon) ** 0.5
    factor = gamma / spread
    lines = (
        "gamma (x - mean) / spread + beta",
        f"x {number(x)}   mean {number(mean)}",
        f"spread sqrt({number(variance)} + {number(epsilon)}) = {number(spread)}",
        f"gamma {number(gamma)}   beta {number(beta)}",
    )
    return Working(
        value=factor * x + (beta - mean * factor),
        how="normalised",
        values=np.array([x]),
        weights=np.array([factor]),
        places=np.array([index]),
        arguments=np.zeros(1),
        constant=beta - mean * factor,
        constant_name="beta - mean x factor",
        lines=lines,
        is_sum=True,
        scale=abs(factor * x) + abs(factor * mean) + abs(beta),
    )


def activation(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The value that the function is applied to."""
    del node
    return _copied(inputs[0], index, 0, "the value before")


def merged(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """One value of each input."""
    name = node.rule_name.removeprefix("ops.")
    if len(inputs) < 2:
        return whole(node, inputs, index)
    cells = [tuple(0 if size == 1 else at for size, at in zip(x.shape, index, strict=True)) for x in inputs]
    values = np.array([float(x[cell]) for x, cell in zip(inputs, cells, strict=True)])
    weights = {"Subtract": np.array([1.0, -1.0]), "Average": np.full(len(values), 1 / len(values))}
    value = {"Multiply": values.prod(), "Maximum": values.max(), "Minimum": values.min()}.get(name)
    given = weights.get(name, np.ones(len(values)))
    how = {"Add": "sum", "Subtract": "difference", "Multiply": "product", "Average": "mean"}.get(name, name.lower())
    return Working(
        value=float(values @ given) if value is None else float(value),
        how=f"{how} of {len(values)} values",
        values=values,
        weights=given,
        places=np.array(cells),
        arguments=np.arange(len(values)),
        is_sum=value is None,
    )


def concatenated(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The value of the input that holds this place."""
    axis = node.axes("axis")[0]
    axis = axis % (len(index) + 1) - 1
    at = index[axis]
    for argument, x in enumerate(inputs):
        if at < x.shape[axis]:
            return _copied(x, (*index[:axis], at, *index[axis + 1 :]), argument, "a copy")
        at -= x.shape[axis]
    raise node.cannot("no input reaches there")


def copied(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The one value that this is a copy of: found by sending the numbers of the places through."""
    x = inputs[0]
    numbered = np.arange(1, x.size + 1, dtype=np.float64).reshape(1, *x.shape)
    made = rule_of(node).linear(node, [numbered])
    place = int((made[0] if isinstance(made, tuple) else made)[(0, *index)])
    if place == 0:
        return Working(0.0, "padding: 0")
    return _copied(x, tuple(int(at) for at in np.unravel_index(place - 1, x.shape)), 0, "a copy")


def flattened(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The value that lies at this place when all are in a row."""
    x = inputs[0]
    at = np.ravel_multi_index(index, _sizes(node, x))
    return _copied(x, tuple(int(each) for each in np.unravel_index(at, x.shape)), 0, "a copy")


def _sizes(node: Node, x: Array) -> tuple[int, ...]:
    """The shape of the output, the one size that is not fixed from the number of values."""
    shape = node.layer.outputs[0].shape
    known = int(np.prod([size for size in shape if size is not None]))
    return tuple(x.size // known if size is None else size for size in shape)


def embedding(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """A number of the vector that was learned."""
    row = int(inputs[0][index[:-1]])
    value = float(node.load("embeddings")[row, index[-1]])
    return Working(value, f"number {index[-1]} of the vector of {row}")


def whole(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """The value as the whole layer gives it."""
    made = compute(node, [np.asarray(x, np.float32)[None] for x in inputs])[0]
    scale = _OF_ALL * scale_of(made)
    return Working(float(made[(0, *index)]), f"{node.layer.class_name} of all values", scale=scale)


def _copied(x: Array, place: Index, argument: int, how: str) -> Working:
    value = float(x[place])
    one = np.ones(1)
    return Working(value, how, np.array([value]), one, np.array([place]), np.full(1, argument), is_sum=True)
