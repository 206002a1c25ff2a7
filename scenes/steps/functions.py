"""Activation functions as a step scene tells them: their name, their formula, their curve, and what goes into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.panels.numbers import MINUS
from viewer.forward.activations import ALONG_CHANNELS, ELEMENTWISE
from viewer.forward.node import Node
from viewer.forward.registry import compute, rule_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle.schema import Layer

    Array = NDArray[Any]

TIMES = " \u00b7 "
NAMES = {
    "relu": "ReLU", "relu6": "ReLU6", "leaky_relu": "leaky ReLU", "prelu": "PReLU", "elu": "ELU", "selu": "SELU",
    "celu": "CELU", "gelu": "GELU", "silu": "SiLU", "swish": "SiLU", "mish": "Mish", "squareplus": "squareplus",
    "hard_sigmoid": "hard sigmoid", "hard_silu": "hard SiLU", "hard_swish": "hard SiLU", "hard_tanh": "hard tanh",
    "log_sigmoid": "log sigmoid", "tanh_shrink": "tanh shrink", "exponential": "exp",
}  # fmt: skip
FORMULAS = {
    "relu": "max(0, x)", "relu6": "min(max(0, x), 6)", "sigmoid": "1 / (1 + exp(\u2212x))", "tanh": "tanh(x)",
    "gelu": "x \u00b7 \u03a6(x)", "silu": "x / (1 + exp(\u2212x))", "softplus": "ln(1 + exp(x))",
    "softsign": "x / (1 + |x|)", "exponential": "exp(x)", "hard_sigmoid": "min(max(x/6 + 1/2, 0), 1)",
    "hard_silu": "x \u00b7 min(max(x/6 + 1/2, 0), 1)", "hard_tanh": "min(max(x, \u22121), 1)",
    "log_sigmoid": "\u2212ln(1 + exp(\u2212x))", "tanh_shrink": "x \u2212 tanh(x)",
    "mish": "x \u00b7 tanh(ln(1 + exp(x)))", "squareplus": "(x + \u221a(x\u00b2 + 4)) / 2",
    "selu": "1.05 \u00b7 (x > 0: x;  else 1.67 \u00b7 (exp(x) \u2212 1))",
}  # fmt: skip
FUSED_KINDS = ("conv", "depthwise", "dense")
OF_ALL = frozenset((*ALONG_CHANNELS, "sparsemax", "glu"))
"""Functions that look at more than one value."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one number.

    Attributes
    ----------
    key : what the bundle calls it.
    formula : what it does, in mathematics; empty where that is not written here.
    values : (n,) to (n,).
    """

    key: str
    formula: str
    values: Callable[[Array], Array]

    @property
    def name(self) -> str:
        """What people call it."""
        return NAMES.get(self.key, self.key.replace("_", " "))


def has_function(layer: Layer) -> bool:
    """Whether a layer is an activation function of single values, or ends with one."""
    if layer.kind == "activation":
        return layer.class_name != "Softmax" and layer.activation not in OF_ALL | {"linear"}
    return layer.kind in FUSED_KINDS and layer.activation in ELEMENTWISE and layer.activation != "linear"


def refuse_softmax(layer: Layer) -> None:
    """Raises KerascopeError where the layer's function looks at all values: another scene shows that."""
    if layer.activation in OF_ALL or layer.class_name == "Softmax":
        name, remedy = layer.activation or "softmax", f"use --scene softmax --layer {layer.name}"
        expected = "a function of one value"
        raise KerascopeError(f"{name} looks at all values at once", expected=expected, got=layer.name, remedy=remedy)


def is_fused(node: Node) -> bool:
    """Whether the function is the end of a layer that computes something else first."""
    return node.layer.kind != "activation"


def function_of(node: Node, index: tuple[int, ...]) -> Function:
    """The function of a layer as it is at a place of its output; only that of PReLU may differ from place to place.

    Raises
    ------
    CannotError
        It is not known, or the bundle does not tell its parameters.
    """
    rule_of(node)
    if is_fused(node):
        name = str(node.layer.activation)
        return Function(name, FORMULAS.get(name, _told({}, name)), ELEMENTWISE[name])
    if node.rule_name == "PReLU":
        slope = _slope_at(node.weight("alpha"), index)
        return Function("prelu", _leaky(slope), lambda x: np.where(x > 0, x, slope * x))
    name = node.layer.activation or node.rule_name.removeprefix("ops.").lower()
    return Function(name, _told(node.layer.settings, name), lambda x: _of_layer(node, x))


def before_of(node: Node, inputs: Sequence[Array], channel: int | None) -> Array:
    """(*cells, channels) float32: what goes into the function of a layer. Of a fused one it is recomputed, that channel
    alone (its last axis is 1 long then) where that can be.
    """
    if not is_fused(node):
        return np.asarray(inputs[0], np.float32)
    fed = [np.asarray(each, np.float32)[None] for each in inputs]
    alone = channel is not None and node.rule_name in ("Conv1D", "Conv2D", "Conv3D", "Dense")
    if alone and node.has("kernel") and node.load("kernel").shape[-2] == fed[0].shape[-1]:
        node = Node(node.layer, _cut_to(node, int(channel or 0)))
    with np.errstate(all="ignore"):
        made = rule_of(node).linear(node, fed)
    values: Array = np.asarray(made[0] if isinstance(made, tuple) else made, np.float32)[0]
    return values


def _cut_to(node: Node, channel: int) -> Callable[[str], Array]:
    """The weights of one channel of the output: the last axis of each."""
    return lambda name: np.asarray(node.load(name))[..., channel : channel + 1]


def _of_layer(node: Node, x: Array) -> Array:
    (made, *_) = compute(node, [np.asarray(x, np.float32).reshape(1, -1)])
    values: Array = np.asarray(made, np.float64).reshape(-1)
    return values


def _slope_at(alpha: Array, index: tuple[int, ...]) -> float:
    """The slope at a place; axes of size 1 are shared."""
    place = index[len(index) - alpha.ndim :]
    return float(alpha[tuple(at if size > 1 else 0 for at, size in zip(place, alpha.shape, strict=True))])


def _told(settings: Any, name: str) -> str:
    """The formula with the layer's own parameters."""
    if name in ("leaky_relu", "leakyrelu"):
        return _leaky(float(settings.get("negative_slope", 0.2)))
    if name in ("elu", "celu"):
        alpha = float(settings.get("alpha", 1.0))
        factor = "" if alpha == 1 else f"{alpha:.3g}{TIMES}"
        return f"x > 0: x;  else {factor}(exp(x) {MINUS} 1)"
    slope, threshold, most = (settings.get(each) for each in ("negative_slope", "threshold", "max_value"))
    if name == "relu" and (slope or threshold):
        low, at = slope or 0.0, threshold or 0.0
        told = f"x \u2265 {at:.3g}: x;  else {low:.3g} \u00b7 (x {MINUS} {at:.3g})"
        return told if most is None else f"{told};  at most {most:.3g}"
    if name == "relu" and most is not None:
        return f"min(max(0, x), {most:.3g})"
    return FORMULAS.get(name, "")


def _leaky(slope: float) -> str:
    size = f"{abs(slope):.3g}"
    return f"x > 0: x;  else {MINUS if slope < 0 else ''}{size} \u00b7 x"


def flat_spans(x: Array, y: Array) -> tuple[tuple[float, float], ...]:
    """Where a sampled curve is level: from and to, in order.

    >>> flat_spans(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), np.array([0.0, 0.0, 0.0, 1.0, 2.0]))
    ((-2.0, 0.0),)
    """
    level = np.abs(np.diff(y)) <= 1e-9 * max(float(np.abs(y).max(initial=0.0)), 1e-30)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], level, [False]]).astype(int)))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((float(x[start]), float(x[end])) for start, end in pairs if end - start > 1)
