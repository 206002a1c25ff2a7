"""Which rule computes which class of Keras."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec import structs

from viewer.forward import (
    activations,
    attention,
    convolutions,
    dense,
    merges,
    normalisations,
    operations,
    pools,
    resizing,
    sequences,
    shapes,
)
from viewer.forward.node import Array, CannotError, Node

Linear = Callable[[Node, Sequence[Array]], Array | tuple[Array, ...]]
Finish = Callable[[Node, Array], Array]


def _as_it_is(node: Node, values: Array) -> Array:
    del node
    return values


@dataclass(frozen=True)
class Rule:
    """How a class computes: `linear`, then `finish`, which is its activation function.

    `needs` are the settings without which it cannot.
    """

    linear: Linear
    finish: Finish = _as_it_is
    needs: tuple[str, ...] = ()


def _activation(finish: Finish, *needs: str) -> Rule:
    return Rule(shapes.same, finish, needs)


_OWN = activations.own_activation
_DIMENSIONS = ("1D", "2D", "3D")
_IDENTITIES = (
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "AlphaDropout",
    "GaussianNoise", "StochasticDepth", "ActivityRegularization", "Identity", "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter", "RandomContrast", "RandomElasticTransform", "RandomErasing", "RandomFlip",
    "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization",
    "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom",
    "ops.Cast", "ops.SaturateCast", "ops.StopGradient", "ops.Copy", "ops.ConvertToTensor", "ops.Identity",
)  # fmt: skip

RULES: dict[str, Rule] = {
    "Dense": Rule(dense.dense, _OWN),
    "EinsumDense": Rule(dense.einsum_dense, _OWN, ("equation",)),
    "Activation": _activation(_OWN),
    "ReLU": _activation(activations.relu_layer, "negative_slope", "threshold", "max_value"),
    "LeakyReLU": _activation(activations.leaky_layer, "negative_slope"),
    "PReLU": _activation(activations.prelu_layer),
    "ELU": _activation(activations.elu_layer, "alpha"),
    "Softmax": _activation(activations.softmax_layer, "axis"),
    "BatchNormalization": Rule(normalisations.batch_normalisation, needs=("axis", "epsilon")),
    "LayerNormalization": Rule(normalisations.layer_normalisation, needs=("axis", "epsilon")),
    "RMSNormalization": Rule(normalisations.rms_normalisation, needs=("axis", "epsilon")),
    "GroupNormalization": Rule(normalisations.group_normalisation, needs=("axis", "epsilon", "groups")),
    "UnitNormalization": Rule(normalisations.unit_normalisation, needs=("axis",)),
    "Normalization": Rule(normalisations.normalisation, needs=("axis", "mean", "variance", "invert")),
    "LayerScale": Rule(normalisations.layer_scale),
    "Rescaling": Rule(normalisations.rescaling, needs=("scale", "offset")),
    "Flatten": Rule(shapes.flatten),
    "Reshape": Rule(shapes.reshape, needs=("target_shape",)),
    "Permute": Rule(shapes.permute, needs=("dims",)),
    "RepeatVector": Rule(shapes.repeat_vector, needs=("n",)),
    "Resizing": Rule(resizing.resizing, needs=("height", "width", "interpolation")),
    "CenterCrop": Rule(shapes.centre_crop, needs=("height", "width")),
    "Add": Rule(merges.merged(np.add)),
    "Subtract": Rule(merges.merged(np.subtract)),
    "Multiply": Rule(merges.merged(np.multiply)),
    "Maximum": Rule(merges.merged(np.maximum)),
    "Minimum": Rule(merges.merged(np.minimum)),
    "Average": Rule(merges.average),
    "Concatenate": Rule(merges.concatenate, needs=("axis",)),
    "Dot": Rule(merges.dot, needs=("axes", "normalize")),
    "Embedding": Rule(sequences.embedding),
    "Bidirectional": Rule(sequences.bidirectional, needs=("layer", "merge_mode", "return_sequences", "return_state")),
    "MultiHeadAttention": Rule(attention.multi_head_attention),
    "Attention": Rule(attention.plain_attention, needs=("score_mode",)),
    "AdditiveAttention": Rule(attention.additive_attention),
}
RULES |= dict.fromkeys(_IDENTITIES, Rule(shapes.same))
RULES |= {
    name: Rule(rule, needs=("activation", "return_sequences", "return_state", "go_backwards", "stateful"))
    for name, rule in sequences.RECURRENT.items()
}
for _n in _DIMENSIONS:
    RULES |= {f"Conv{_n}": Rule(convolutions.convolution, _OWN)}
    RULES |= {f"DepthwiseConv{_n}": Rule(convolutions.depthwise, _OWN)}
    RULES |= {f"SeparableConv{_n}": Rule(convolutions.separable, _OWN)}
    RULES |= {f"Conv{_n}Transpose": Rule(convolutions.transposed, _OWN, ("output_padding",))}
    RULES |= {f"ZeroPadding{_n}": Rule(shapes.zero_padding), f"Cropping{_n}": Rule(shapes.cropping)}
    RULES |= {f"UpSampling{_n}": Rule(resizing.upsampling, needs=("size",))}
    for _how in ("Max", "Average"):
        RULES |= {f"{_how}Pooling{_n}": Rule(pools.pool), f"Global{_how}Pooling{_n}": Rule(pools.whole_pool)}
        RULES |= {f"Adaptive{_how}Pooling{_n}": Rule(pools.adaptive_pool, needs=("output_size",))}

_PAIRS = {
    "Add": np.add, "Subtract": np.subtract, "Multiply": np.multiply, "Divide": np.divide, "TrueDivide": np.divide,
    "Maximum": np.maximum, "Minimum": np.minimum, "Power": np.power, "Matmul": np.matmul,
}  # fmt: skip
_SINGLES: dict[str, Callable[[Array], Array]] = {
    "Absolute": np.abs, "Abs": np.abs, "Negative": np.negative, "Square": np.square, "Sqrt": np.sqrt, "Exp": np.exp,
    "Log": np.log, "Sin": np.sin, "Cos": np.cos, "Rsqrt": lambda x: 1 / np.sqrt(x), "Sign": np.sign, "Floor": np.floor,
    "Reciprocal": np.reciprocal, "Log1p": np.log1p, "Expm1": np.expm1,
    "Relu": activations.ELEMENTWISE["relu"], "Relu6": activations.ELEMENTWISE["relu6"], "Tanh": np.tanh,
    "Sigmoid": activations.sigmoid, "Silu": activations.ELEMENTWISE["silu"], "Softplus": activations.softplus,
    "Selu": activations.ELEMENTWISE["selu"], "Softsign": activations.ELEMENTWISE["softsign"],
    "HardSigmoid": activations.hard_sigmoid, "HardSilu": activations.ELEMENTWISE["hard_silu"],
    "LogSigmoid": activations.ELEMENTWISE["log_sigmoid"],
}  # fmt: skip
RULES |= {f"ops.{name}": Rule(operations.of_two(join)) for name, join in _PAIRS.items()}
RULES |= {f"ops.{name}": Rule(operations.of_one(function)) for name, function in _SINGLES.items()}
RULES |= {
    f"ops.{name}": Rule(operations.reduced(how), needs=("axis", "keepdims"))
    for name, how in (("Mean", np.mean), ("Max", np.max), ("Amax", np.max), ("Min", np.min), ("Sum", np.sum))
}
RULES |= {
    "ops.Reshape": Rule(operations.reshape, needs=("newshape",)),
    "ops.Transpose": Rule(operations.transpose, needs=("axes",)),
    "ops.Squeeze": Rule(operations.squeeze, needs=("axis",)),
    "ops.ExpandDims": Rule(operations.expand_dims, needs=("axis",)),
    "ops.Concatenate": Rule(merges.concatenate, needs=("axis",)),
    "ops.Stack": Rule(operations.stack, needs=("axis",)),
    "ops.GetItem": Rule(operations.get_item, needs=("key",)),
    "ops.Softmax": Rule(operations.softmax_of, needs=("axis",)),
    "ops.LeakyRelu": Rule(operations.leaky_of, needs=("negative_slope",)),
    "ops.Gelu": Rule(operations.gelu_of, needs=("approximate",)),
}


def rule_of(node: Node) -> Rule:
    """The rule of a layer, whose settings are all there. Raises `CannotError`: none, or a setting is missing."""
    rule = RULES.get(node.rule_name)
    if node.rule_name == "TimeDistributed":
        rule = Rule(_at_each_time)
        rule_of(inner_of(node))
    if rule is None:
        raise node.cannot(f"{node.layer.class_name} is not computed here")
    for name in rule.needs:
        node.setting(name)
    return rule


def inner_of(node: Node) -> Node:
    """What a `TimeDistributed` calls at each time."""
    inner = str(node.setting("layer"))
    settings = {**node.layer.settings, "computed_by": inner}
    return Node(structs.replace(node.layer, class_name=inner, settings=settings), node.load)


def _at_each_time(node: Node, inputs: Sequence[Array]) -> Array:
    (x,) = inputs
    inner = inner_of(node)
    return np.stack([compute(inner, [x[:, time]])[0] for time in range(x.shape[1])], axis=1)


def compute(node: Node, inputs: Sequence[Array]) -> tuple[Array, ...]:
    """What a layer makes of its inputs (1, ...): one array (1, ...) float32 per output.

    Raises
    ------
    CannotError
        no rule knows the class, the bundle lacks a setting or a weight, or the inputs do not fit.
    """
    rule = rule_of(node)
    try:
        with np.errstate(all="ignore"):  # networks compute with infinities and what is no number, too
            made = rule.linear(node, inputs)
            outputs = made if isinstance(made, tuple) else (made,)
            first: Array = np.asarray(rule.finish(node, outputs[0]), np.float32)
    except CannotError:
        raise
    except (ValueError, IndexError, TypeError, KeyError) as error:
        raise node.cannot(f"its inputs and weights do not fit: {error}") from error
    return (first, *outputs[1:])
