"""What a tour says at its stops and between them, in a language, with the numbers of the bundle. Pure."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from scenes.choose import shown_capture, shown_name
from scenes.panels.answer import answer_of
from scenes.panels.numbers import count, percent
from scenes.speech.speech import speech_of
from scenes.steps.naming import shape_text
from scenes.tour.facts import class_name, fact_of, function_name
from scenes.tour.lesson import NETWORK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture
    from scenes.options import Language, SceneOptions

MOST_NAMED = 3
UNTRAINED = "000"
"""The checkpoint before training."""


def said_at(bundle: Bundle, scene: str, options: SceneOptions) -> str:
    """What is said at a stop with the layer, channel and cell of the options. At the whole network: how it begins where
    the layer is an input or none, how it ends at the last, else what has come out so far.

    Raises
    ------
    KerascopeError
        There is no such layer, channel or cell, or its numbers were not kept.
    """
    speech = speech_of(options.language, "tour")
    if scene == NETWORK:
        return _of_network(bundle, options)
    fact = fact_of(bundle, scene, options)
    places = dict(fact.places)
    if "total" in places:
        layer = bundle.layer(str(places["layer"]))
        places["total"] = speech(str(places["total"]), function=function_name(layer))
    return _written(speech(fact.key, **places), options.language)


def said_between(language: Language, passed: Sequence[str], layer: str) -> str:
    """What is said while the light goes on to a layer past others."""
    speech = speech_of(language, "tour")
    if not passed:
        return speech("onwards", layer=layer)
    if len(passed) > MOST_NAMED:
        return speech("onwards_far", count=len(passed), layer=layer)
    mark = "、" if language == "zh" else ", "
    return speech("onwards_past", passed=mark.join(passed), layer=layer)


def _of_network(bundle: Bundle, options: SceneOptions) -> str:
    capture = shown_capture(bundle, options)
    layer = None if options.layer is None else bundle.layer(options.layer)
    if layer is None or layer.kind == "input":
        return _begins(bundle, capture, options.language)
    if layer.name in bundle.manifest.model.outputs:
        return _ends(bundle, capture, options.language)
    stored = capture.outputs.get(layer.name)
    shape = stored.shape if stored is not None else tuple(size or 1 for size in layer.outputs[0].shape)
    return speech_of(options.language, "tour")("stands", layer=layer.name, shape=shape_text(shape))


def _begins(bundle: Bundle, capture: Capture, language: Language) -> str:
    manifest, fed = bundle.manifest, _fed_shape(bundle, capture)
    places = {
        "model": shown_name(bundle),
        "layers": count(sum(layer.kind != "input" for layer in manifest.layers)),
        "parameters": count(manifest.model.parameters),
        "input": bundle.input(capture.input).label.replace("_", " "),
        "count": count(prod(fed)),
        "shape": shape_text(fed),
    }
    is_picture = bundle.input(capture.input).image is not None and len(fed) > 1
    key = "begins_untrained" if capture.checkpoint == UNTRAINED else "begins_picture" if is_picture else "begins_plain"
    return _written(speech_of(language, "tour")(key, **places), language)


def _ends(bundle: Bundle, capture: Capture, language: Language) -> str:
    speech, answer = speech_of(language, "tour"), answer_of(bundle)
    scores, numbers = answer.read(capture), count(prod(_fed_shape(bundle, capture)))
    if not answer.has_classes or capture.predicted is None or not scores:
        made = prod(size or 1 for size in answer.shape)
        return speech("ends_plain", count=numbers, results=count(made))
    truth = bundle.input(capture.input).true_class
    ending = "" if truth is None else "_right" if truth == capture.predicted else "_wrong"
    named = {"answer": class_name(bundle, capture.predicted), "share": percent(scores[capture.predicted])}
    told = {"truth": class_name(bundle, truth)} if ending == "_wrong" and truth is not None else {}
    return _written(speech(f"ends{ending}", count=numbers, **named, **told), language)


def _written(text: str, language: Language) -> str:
    """In Chinese no space stands before a sign of per cent."""
    return text.replace(" %", "%") if language == "zh" else text


def _fed_shape(bundle: Bundle, capture: Capture) -> tuple[int, ...]:
    """The shape of what the network was fed, without batch axis; (1,) where it was not kept."""
    ref = capture.outputs.get(bundle.manifest.model.inputs[0])
    return tuple(ref.shape) if ref is not None else (1,)
