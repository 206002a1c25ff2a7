"""What there is to say of a layer in a tour: which sentence, and the numbers of the bundle that stand in it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.answer import answer_of
from scenes.panels.numbers import MINUS, count, percent, signed
from scenes.steps.activation_values import squashing_of
from scenes.steps.functions import NAMES
from scenes.steps.naming import shape_text
from scenes.steps.subject import subject_of
from viewer.grids import decimals_for
from viewer.kept import finite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from scenes.steps.subject import Subject

NO_FUNCTION = (None, "linear", "softmax")


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence of the speech `tour` by its key, and what stands in its places."""

    key: str
    places: Mapping[str, object]


def fact_of(bundle: Bundle, scene: str, options: SceneOptions) -> Fact:
    """What there is to say at a stop of this scene, with the layer, channel and cell of the options.

    Raises
    ------
    KerascopeError
        There is no such layer, channel or cell, or its numbers were not kept.
    """
    if scene == "activation":
        return _activation(bundle, options)
    subject = subject_of(bundle, options, lambda _: True, scene)
    return _FACTS[scene](subject)


def _convolution(subject: Subject) -> Fact:
    layer, case = subject.layer, subject.case
    kernel = layer.kernel_size or ()
    channels = int(case.inputs[0].shape[-1])
    depth = 1 if layer.kind == "depthwise" else channels // (layer.groups or 1)
    convolutions = [each.name for each in subject.bundle.manifest.layers if each.kind in ("conv", "depthwise")]
    is_first = layer.name == convolutions[0]
    sort = "depthwise" if layer.kind == "depthwise" else "first" if is_first else "later"
    return Fact(
        f"convolution_{sort}",
        {
            "layer": layer.name,
            "window": shape_text(kernel),
            "depth": depth,
            "count": count(prod(kernel) * depth),
            "filters": count(int(case.values.shape[-1])),
            "value": told(subject.value(subject.at)),
            "total": _total(layer),
        },
    )


def _activation(bundle: Bundle, options: SceneOptions) -> Fact:
    squashing = squashing_of(bundle, options)
    chosen = squashing.chosen(options)
    outputs = squashing.outputs
    return Fact(
        "activation_relu" if squashing.function.key == "relu" else "activation_other",
        {
            "layer": squashing.subject.layer.name,
            "function": squashing.function.name,
            "before": told(float(squashing.before[chosen])),
            "after": told(float(outputs[chosen])),
            "share": percent(float(np.mean(outputs == 0))),
        },
    )


def _pooling(subject: Subject) -> Fact:
    layer, before = subject.layer, subject.case.inputs[0].shape
    sort = "max" if layer.mode == "max" or "Max" in layer.class_name else "mean"
    places = {
        "layer": layer.name,
        "value": told(subject.value(subject.at)),
        "window": shape_text(layer.pool_size or ()),
    }
    if layer.kind == "global_pool":
        sizes = {"before": shape_text(before), "after": shape_text(subject.case.values.shape)}
        return Fact(f"pooling_global_{sort}", {**places, **sizes})
    sizes = {"before": shape_text(before[:-1]), "after": shape_text(subject.cells)}
    return Fact(f"pooling_{sort}", {**places, **sizes})


def _normalisation(subject: Subject) -> Fact:
    layer, given = subject.layer, subject.case.inputs[0]
    sort = "batch" if "Batch" in layer.class_name else "rms" if "RMS" in layer.class_name else "other"
    before = float(finite(given)[(*subject.at, subject.channel)])
    places = {"before": told(before), "after": told(subject.value(subject.at))}
    return Fact(f"normalisation_{sort}", {"layer": layer.name, **places})


def _flatten(subject: Subject) -> Fact:
    before = shape_text(subject.case.inputs[0].shape)
    return Fact(
        "flatten_any", {"layer": subject.layer.name, "before": before, "count": count(subject.case.values.size)}
    )


def _dense(subject: Subject) -> Fact:
    layer, model = subject.layer, subject.bundle.manifest.model
    places: dict[str, object] = {
        "layer": layer.name,
        "units": count(int(subject.case.values.shape[-1])),
        "inputs": count(int(subject.case.inputs[0].shape[-1])),
        "unit": subject.channel,
        "value": told(subject.value(subject.at)),
        "total": _total(layer),
        "parameters": count(layer.parameters),
        "share": percent(layer.parameters / max(model.parameters, 1)),
    }
    if layer.name not in model.outputs[:1] or not answer_of(subject.bundle).has_classes:
        return Fact("dense_hidden", places)
    is_answer = subject.channel == int(finite(subject.case.values).reshape(-1).argmax())
    name = class_name(subject.bundle, subject.channel)
    return Fact("dense_classes" if is_answer else "dense_other_class", {**places, "name": name})


def _softmax(subject: Subject) -> Fact:
    bundle, places = subject.bundle, {"layer": subject.layer.name, "count": count(int(subject.case.values.shape[-1]))}
    if subject.cells or not answer_of(bundle).has_classes:
        return Fact("softmax_any", places)
    named = {"name": class_name(bundle, subject.channel), "share": percent(subject.value(()))}
    return Fact("softmax_classes", {**places, **named})


def _attention(subject: Subject) -> Fact:
    heads = re.match(r"(\d+) heads", subject.layer.mode or "")
    places = {"layer": subject.layer.name, "places": count(prod(subject.cells))}
    many = heads is not None and int(heads[1]) > 1
    return Fact("attention_heads", {**places, "heads": heads[1]}) if many and heads else Fact("attention_one", places)


def _total(layer: Layer) -> str:
    """The key of how products become the number that the layer puts out."""
    has_bias = any(name.rpartition("/")[2].startswith("bias") for name in layer.variables)
    return f"total_{'bias' if has_bias else 'plain'}{'' if layer.activation in NO_FUNCTION else '_after'}"


def function_name(layer: Layer) -> str:
    """What people call the function at the end of a layer."""
    return NAMES.get(str(layer.activation), str(layer.activation).replace("_", " "))


def class_name(bundle: Bundle, number: int) -> str:
    """The name of a class, its number where it has none."""
    names = bundle.manifest.model.class_names
    return names[number].replace("_", " ") if number < len(names) else str(number)


def told(value: float) -> str:
    """A value with its sign and as many decimals as the tables of the scenes have.

    >>> told(0.9283), told(-12.345), told(0.0123), told(0.0)
    ('+0.93', '\u221212.3', '+0.012', '0')
    """
    if not 1e-4 <= abs(value) < 1e5:
        return signed(value)
    return f"{MINUS if value < 0 else '+'}{abs(value):.{decimals_for(abs(value))}f}"


_FACTS: dict[str, Callable[[Subject], Fact]] = {
    "convolution": _convolution,
    "pooling": _pooling,
    "normalisation": _normalisation,
    "flatten": _flatten,
    "dense": _dense,
    "softmax": _softmax,
    "attention": _attention,
}
