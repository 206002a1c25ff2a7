"""One value of a layer, recomputed from what it gets: its window only, wherever the class allows that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from viewer.forward import value_workings as by_value
from viewer.forward import window_workings as by_window
from viewer.forward.activations import ELEMENTWISE, activation_name, own_activation
from viewer.forward.node import Array, CannotError, Node
from viewer.forward.registry import compute, rule_of
from viewer.forward.working import Working

Index = tuple[int, ...]
Work = Callable[[Node, Sequence[Array], Index], Working]

_WORKS: dict[str, Work] = {
    "Dense": by_value.dense,
    "BatchNormalization": by_value.batch_normalisation,
    "Flatten": by_value.flattened,
    "Reshape": by_value.flattened,
    "ops.Reshape": by_value.flattened,
    "Concatenate": by_value.concatenated,
    "ops.Concatenate": by_value.concatenated,
    "Embedding": by_value.embedding,
}
_WORKS |= dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), by_value.merged)
_WORKS |= {f"ops.{name}": by_value.merged for name in ("Add", "Subtract", "Multiply", "Maximum", "Minimum")}
_WORKS |= dict.fromkeys(("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "PReLU"), by_value.activation)
_WORKS |= dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), by_value.activation)
_WORKS |= dict.fromkeys(("Permute", "RepeatVector", "CenterCrop", "ops.Transpose", "ops.GetItem"), by_value.copied)
for _n in ("1D", "2D", "3D"):
    _WORKS |= {
        f"Conv{_n}": by_window.convolution,
        f"DepthwiseConv{_n}": by_window.depthwise,
        f"SeparableConv{_n}": by_window.separable,
        f"Conv{_n}Transpose": by_window.transposed,
    }
    _WORKS |= dict.fromkeys((f"ZeroPadding{_n}", f"Cropping{_n}"), by_value.copied)
    for _how in ("Max", "Average"):
        _WORKS |= {f"{_how}Pooling{_n}": by_window.pool, f"Global{_how}Pooling{_n}": by_window.whole_pool}


def work(node: Node, inputs: Sequence[Array], index: Index) -> Working:
    """How the value at `index` comes about before the activation function; inputs are without a batch axis.

    Raises
    ------
    CannotError
        the class is not computed here, or the inputs and weights do not fit.
    """
    rule_of(node)
    try:
        return _WORKS.get(node.rule_name, by_value.whole)(node, inputs, index)
    except CannotError:
        raise
    except (ValueError, IndexError, TypeError, KeyError) as error:
        raise node.cannot(f"its inputs and weights do not fit: {error}") from error


def after(node: Node, inputs: Sequence[Array], index: Index, before: float) -> tuple[float, str]:
    """The value after the activation function, and the function's name; empty where there is none."""
    rule = rule_of(node)
    if node.rule_name not in _WORKS:  # the whole layer was computed, with its function
        return before, ""
    if rule.finish is own_activation:
        name = activation_name(node)
        if name == "linear":
            return before, ""
        if name in ELEMENTWISE:
            return float(ELEMENTWISE[name](np.array([before]))[0]), name
        return _of_all(node, inputs, index), name
    if node.rule_name in ("ReLU", "LeakyReLU", "ELU"):
        return float(rule.finish(node, np.array([before]))[0]), node.layer.activation or node.rule_name
    if node.layer.kind == "activation":
        return _of_all(node, inputs, index), node.layer.activation or node.rule_name
    return before, ""


def _of_all(node: Node, inputs: Sequence[Array], index: Index) -> float:
    """The value where the function looks at others, too, as softmax does: computed with all of them."""
    return float(compute(node, [np.asarray(x, np.float32)[None] for x in inputs])[0][(0, *index)])
