"""Whether a model is the one that a bundle was made of, and at which checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from exporter.backend import keras
from exporter.bundle import Bundle, KerascopeError
from exporter.bundle.schema import Capture, Checkpoint, Layer
from exporter.capture import LayerOutputs, graph_of, variables_of
from exporter.capture.weights import seen_array, weights_as
from exporter.models import ModelError
from exporter.moments import same_values

_SCORES_APART = 1e-3
"""How much scores of the same model may differ between two machines, as a share of the largest of them."""


def matching_checkpoint(bundle: Bundle, model: keras.Model, warn: Callable[[str], None]) -> str:
    """The latest checkpoint of the bundle at which the model is the one that the bundle was made of.

    Where weights were kept they tell; where not, the scores of one input do, and that is warned of.

    Raises
    ------
    ModelError
        the model has other layers, or weights or scores that are in no checkpoint; or the bundle keeps neither.
    """
    check_layers(bundle, model)
    told = False
    for checkpoint in reversed(bundle.manifest.checkpoints):
        if checkpoint.weights:
            if _has_weights(bundle, checkpoint, model):
                return checkpoint.id
        elif (capture := _scored(bundle, checkpoint.id)) is None:
            continue
        elif _has_scores(bundle, capture, model):
            warn(f"checkpoint {checkpoint.id} keeps no weights: the scores of input {capture.input} tell that it is it")
            return checkpoint.id
        told = True
    raise _no_match(bundle, told)


def _no_match(bundle: Bundle, told: bool) -> ModelError:
    if not told:
        return ModelError(
            "the bundle does not tell which model it was made of",
            expected="weights, or scores of an input",
            got="neither at any checkpoint",
            remedy="export the model again with --weights full",
            path=bundle.path,
        )
    return ModelError(
        "the model's weights are in no checkpoint of the bundle",
        remedy="pass the model file that was exported, or export this one",
        path=bundle.path,
    )


@contextmanager
def at_checkpoint(
    bundle: Bundle, model: keras.Model, checkpoint: Checkpoint, warn: Callable[[str], None]
) -> Iterator[None]:
    """The model has the weights of the checkpoint: those in the bundle, or its own where the bundle has none."""
    if checkpoint.weights:
        with weights_as(model, {name: bundle.load(ref) for name, ref in checkpoint.weights.items()}):
            yield
        return
    if matching_checkpoint(bundle, model, warn) != checkpoint.id:
        raise KerascopeError(
            f"the bundle holds no weights at the checkpoint {checkpoint.id!r}",
            remedy="choose another checkpoint, or pass the model as it was then",
            path=bundle.path,
        )
    yield


def check_layers(bundle: Bundle, model: keras.Model) -> None:
    """Raise `ModelError` unless the model has the layers of the bundle, whatever weights it has."""
    layers = graph_of(model).layers
    if list(map(_form, layers)) == list(map(_form, bundle.manifest.layers)):
        return
    raise ModelError(
        "the model is not the one that the bundle was made of",
        expected=f"the {len(bundle.manifest.layers)} layers of the bundle",
        got=f"{len(layers)} layers, or others",
        path=bundle.path,
    )


def _form(layer: Layer) -> tuple[object, ...]:
    """What a layer is, whatever is kept of it."""
    return layer.name, layer.class_name, layer.variables, [(output.shape, output.dtype) for output in layer.outputs]


def _has_weights(bundle: Bundle, checkpoint: Checkpoint, model: keras.Model) -> bool:
    """Whether the weights that the checkpoint keeps are the model's; one at a time."""
    variables = variables_of(model)
    return all(
        name in variables and same_values(seen_array(variables[name]), bundle.load(ref))
        for name, ref in checkpoint.weights.items()
    )


def _scored(bundle: Bundle, checkpoint: str) -> Capture | None:
    """A capture of which both what was fed and the scores are kept, if there is one."""
    inputs = set(bundle.manifest.model.inputs)
    captures = bundle.captures_at(checkpoint)
    return next((each for each in captures if each.scores and inputs <= set(each.outputs)), None)


def _has_scores(bundle: Bundle, capture: Capture, model: keras.Model) -> bool:
    """Whether the model gives this input the scores that it was given."""
    outputs = LayerOutputs(model)
    feeds = [bundle.load(capture.outputs[name])[None] for name in bundle.manifest.model.inputs]
    scored = {name: values for name, values in outputs.each(feeds) if outputs.is_scored(name)}
    found, kept = (
        np.array([np.nan if score is None else score for score in scores])
        for scores in (outputs.scores(scored, 0)[0], capture.scores)
    )
    apart = _SCORES_APART * np.nanmax(np.abs(kept), initial=0.0)
    return found.shape == kept.shape and np.allclose(found, kept, rtol=0.0, atol=apart, equal_nan=True)
