"""Grad-CAM: which places of a layer's feature maps speak for a class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.backend import tf
from exporter.explain.batches import differentiated_at_once
from exporter.explain.contract import (
    Explained,
    ExplainError,
    Explanation,
    Floats,
    Kind,
    Map,
    OptionValue,
    Question,
    Tick,
    untold,
)
from exporter.explain.feature_maps import (
    check_place,
    feature_finders,
    feature_layers,
    no_feature_maps,
    picture_size,
    spread,
)
from exporter.probing import Probe, ProbeError, Target, scores_of

ALL = "all"


@dataclass(frozen=True)
class GradCamOptions:
    """What can be asked of Grad-CAM.

    Attributes
    ----------
    place : the layer whose feature maps are weighed; `all`: every layer that has some. By default the last one that
        finds features (no pool, dropout or the like) and that the answer depends on.
    relu : drop what speaks against the class.
    """

    place: str | None = None
    relu: bool = True


def run(probe: Probe, question: Question, options: GradCamOptions, tick: Tick = untold) -> Explained:
    """A map over each input (n, rows, columns), and one (n, h, w) on each layer whose feature maps were weighed.

    The map of a layer is ReLU(sum over k of a_k A_k), A_k being its feature maps and a_k the mean over all places of
    the gradient of the logit of the class by A_k (Selvaraju et al. 2016, arXiv 1610.02391, equations 1 and 2): `heat`.
    Without `relu` it is the sum alone, `signed`. The map over the input is that of the last layer, spread by bilinear
    interpolation; inputs without rows and columns have none.

    It is in units of the logit. Zero everywhere where no place speaks for the class.

    Raises
    ------
    ExplainError
        a layer without rows and columns (it names some that have them), or none that the answer depends on.
    ProbeError
        a class or layer that is not there, or to which no gradient leads.
    """
    for unit in np.unique(question.units) if question.units is not None else ():
        probe.check(Target(None, int(unit)))
    names, run_for = _compiled(probe, question, options)
    parts = list(_in_parts(probe, question, run_for, tick))
    maps = [np.concatenate(each) for each in zip(*parts, strict=True)]
    kind: Kind = "heat" if options.relu else "signed"
    laid = [Map(name, kind, values) for name, values in zip(names, maps, strict=True)]
    size = picture_size(question)
    over = [] if size is None else [Map(probe.input_name, kind, spread(maps[-1], *size))]
    details: dict[str, OptionValue] = {"map_layer": names[-1]}
    return Explained((*over, *reversed(laid)), (details,) * len(question))


def _compiled(probe: Probe, question: Question, options: GradCamOptions) -> tuple[tuple[str, ...], Any]:
    """The layers that are weighed, in order, and the function that weighs them."""
    for asked in _candidates(probe, options.place):
        run_for = probe.compiled(_weighed, asked, options.relu).get_concrete_function(*_specs(question))
        found = tuple(name for name, made in zip(asked, run_for.structured_outputs, strict=True) if made.shape[1] != 0)
        if found:
            return found, run_for
        if options.place is not None and options.place != ALL:
            raise ProbeError(
                f"no gradient leads from the class back to {options.place!r}",
                expected="a layer that the answer depends on",
                remedy="choose another with --layer",
            )
    raise no_feature_maps("grad_cam")


def _candidates(probe: Probe, place: str | None) -> Iterator[tuple[str, ...]]:
    """The layers to try, some together; from the last one on where none is asked for."""
    if place == ALL:
        if names := feature_layers(probe):
            yield names
    elif place is not None:
        check_place(probe, "grad_cam", place)
        yield (place,)
    else:
        for name in reversed(feature_finders(probe)):
            yield (name,)


def _in_parts(probe: Probe, question: Question, run_for: Any, tick: Tick) -> Iterator[list[Floats]]:
    """The maps of the inputs, as many inputs at a time as memory takes."""
    count, at_once = len(question), differentiated_at_once(probe)
    for start in range(0, count, at_once):
        part = slice(start, min(start + at_once, count))
        maps = [values.numpy() for values in run_for(*_tensors(question, part))]
        yield [values for values in maps if values.shape[1]]
        tick(part.stop, count)


def _tensors(question: Question, part: slice) -> tuple[Any, Any]:
    if question.units is None:
        raise ExplainError("grad_cam explains classes", expected="a class", got="a whole layer")
    return tf.constant(question.fed[part]), tf.constant(question.units[part])


def _specs(question: Question) -> tuple[Any, Any]:
    """What is compiled for: as many inputs as come."""
    return tf.TensorSpec((None, *question.fed.shape[1:]), tf.float32), tf.TensorSpec((None,), tf.int64)


def _weighed(probe: Probe, layers: tuple[str, ...], is_positive: bool, fed: Any, units: Any) -> Any:
    """The map (n, h, w) of each layer; (n, 0, 0) of one that the answer does not depend on."""
    seen = probe.seen(fed, layers)
    outputs = [seen.outputs[name] for name in layers]
    gradients = tf.gradients(tf.reduce_sum(scores_of(seen, None, units)), outputs)
    maps = [_map(output, gradient) for output, gradient in zip(outputs, gradients, strict=True)]
    return [tf.nn.relu(each) for each in maps] if is_positive else maps


def _map(output: Any, gradient: Any) -> Any:
    if gradient is None:
        return tf.zeros((tf.shape(output)[0], 0, 0))
    weights = tf.reduce_mean(tf.cast(gradient, tf.float32), axis=(1, 2), keepdims=True)
    return tf.reduce_sum(weights * tf.cast(output, tf.float32), axis=-1)


GRAD_CAM = Explanation(
    name="grad_cam",
    summary="which places of a layer's feature maps speak for a class, each map weighed by its mean gradient",
    options=GradCamOptions,
    run=run,
    layer_is_place=True,
)
