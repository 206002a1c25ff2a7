"""CAM: what each place of the last feature maps adds to a class, in models that end in an average and one layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.backend import tf
from exporter.explain.batches import answered_at_once
from exporter.explain.contract import Explained, ExplainError, Explanation, Map, OptionValue, Question, Tick, untold
from exporter.explain.feature_maps import check_place, feature_layers, no_feature_maps, picture_size, spread
from exporter.probing import Probe, Target

_SAME = ("Identity", "Cast", "StopGradient")
_SAME_VALUES = (*_SAME, "Reshape", "Squeeze", "ExpandDims")
_SUMS = ("AddV2", "Add", "BiasAdd")
_PRODUCTS = ("MatMul", "BatchMatMulV2", "Conv2D")


@dataclass(frozen=True)
class CamOptions:
    """What can be asked of CAM.

    Attributes
    ----------
    place : the layer on which the map lies; there is one that it can be, the last before the average.
    """

    place: str | None = None


def run(probe: Probe, question: Question, options: CamOptions, tick: Tick = untold) -> Explained:
    """A `signed` map over each input (n, rows, columns), and the one (n, h, w) on the last layer with feature maps.

    The map is the sum over k of w_k A_k, A_k being the feature maps and w_k the weight of their mean in the logit of
    the class (Zhou et al. 2015, arXiv 1512.04150, section 2, equation 2). Its mean over all places is the logit, but
    for the bias. Where the mean of each map is a logit itself, as in SqueezeNet, the map is that of the class.

    Raises
    ------
    ExplainError
        a model that does not end in feature maps, their mean, and at most one dense layer; another `place`.
    ProbeError
        a class that is not there.
    """
    layers = feature_layers(probe)
    if question.units is None:
        raise ExplainError("cam explains classes", expected="a class", got="a whole layer")
    if not layers:
        raise no_feature_maps("cam")
    for unit in np.unique(question.units):
        probe.check(Target(None, int(unit)))
    specs = tf.TensorSpec((None, *question.fed.shape[1:]), tf.float32), tf.TensorSpec((None,), tf.int64)
    mapped, found = probe.compiled(_mapped, layers).get_concrete_function(*specs), []
    for start in range(0, len(question), at_once := answered_at_once(probe)):
        part = slice(start, min(start + at_once, len(question)))
        values, which = mapped(tf.constant(question.fed[part]), tf.constant(question.units[part]))
        found.append(values.numpy())
        tick(part.stop, len(question))
    name = layers[int(which)]
    _check_asked(probe, options.place, name)
    return _explained(probe, question, np.concatenate(found), name)


def _explained(probe: Probe, question: Question, values: Any, name: str) -> Explained:
    size = picture_size(question)
    over = () if size is None else (Map(probe.input_name, "signed", spread(values, *size)),)
    details: dict[str, OptionValue] = {"map_layer": name}
    return Explained((*over, Map(name, "signed", values)), (details,) * len(question))


def _check_asked(probe: Probe, place: str | None, name: str) -> None:
    if place not in (None, "all", name):
        check_place(probe, "cam", str(place))
        remedy = "grad_cam maps other layers"
        raise ExplainError("cam maps the last feature maps alone", expected=name, got=place, remedy=remedy)


def _mapped(probe: Probe, layers: tuple[str, ...], fed: Any, units: Any) -> tuple[Any, Any]:
    """The maps (n, h, w) of the classes, and the number of the layer on which they lie."""
    seen = probe.seen(fed, layers)
    maps, kernel = _end_of(seen.logits)
    which = _layer_of(maps, [seen.outputs[name] for name in layers])
    weights = None if kernel is None else tf.gather(tf.transpose(tf.cast(kernel, tf.float32)), units)
    features = tf.cast(maps, tf.float32)
    if weights is None:
        return tf.gather(features, units, axis=3, batch_dims=1), tf.constant(which)
    return tf.einsum("nhwk,nk->nhw", features, weights), tf.constant(which)


def _end_of(logits: Any) -> tuple[Any, Any]:
    """The feature maps (n, h, w, k) whose mean the logits are made of, and the weights (k, classes); `None`: none."""
    tensor = _behind(logits, _SAME_VALUES)
    if tensor.op.type in _SUMS:
        tensor = _behind(tensor.op.inputs[0], _SAME_VALUES)
    kernel = None
    if tensor.op.type in _PRODUCTS:
        kernel = tensor.op.inputs[1]
        if kernel.shape.rank == 4 and tuple(kernel.shape[:2]) == (1, 1):
            kernel = kernel[0, 0]
        tensor = _behind(tensor.op.inputs[0], _SAME_VALUES)
    is_mean = tensor.op.type == "Mean" and kernel_is_flat(kernel)
    axes = tf.get_static_value(tensor.op.inputs[1]) if is_mean else ()
    if sorted(np.ravel(axes).tolist()) != [1, 2] or tensor.op.inputs[0].shape.rank != 4:
        raise ExplainError(
            "cam cannot explain this model",
            expected="an end in feature maps, their mean, and at most one dense layer",
            remedy="use grad_cam, which explains any",
        )
    return _behind(tensor.op.inputs[0], _SAME), kernel


def kernel_is_flat(kernel: Any) -> bool:
    """Whether weights are those of one dense layer, (k, classes), or none."""
    return kernel is None or kernel.shape.rank == 2


def _behind(tensor: Any, kinds: Sequence[str]) -> Any:
    """The tensor before operations that leave the values as they are."""
    while tensor.op.type in kinds:
        tensor = tensor.op.inputs[0]
    return tensor


def _layer_of(maps: Any, outputs: Sequence[Any]) -> int:
    """Which of the layers' outputs the feature maps are; of several that hand them on the first."""
    for place, output in enumerate(outputs):
        if _behind(output, _SAME) is maps:
            return place
    raise ExplainError(
        "cam cannot explain this model",
        expected="feature maps that are a layer's output",
        got="some that are made between layers",
        remedy="use grad_cam",
    )


CAM = Explanation(
    name="cam",
    summary="what each place of the last feature maps adds to a class; for models that end in their mean",
    options=CamOptions,
    run=run,
    layer_is_place=True,
)
