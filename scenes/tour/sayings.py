"""What a tour says at its stops and between them, in a language, with the numbers of the bundle. Pure."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from scenes.choose import shown_capture, shown_name
from scenes.panels.answer import answer_of
from scenes.panels.numbers import count, percent
from scenes.speech.speech import speech_of
from scenes.steps.naming import shape_text
from scenes.tour.facts import Fact, class_name, fact_of, function_name
from scenes.tour.lesson import NETWORK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture
    from scenes.options import Language, SceneOptions

MOST_NAMED = 3
UNTRAINED = "000"
"""The checkpoint before training."""


def fact_at(bundle: Bundle, scene: str, options: SceneOptions) -> Fact:
    """What there is to say at a stop with the layer, channel and cell of the options, its places written in their
    language. At the whole network: how it begins where the layer is an input or none, how it ends at the last, else
    what has come out so far.

    Raises
    ------
    KerascopeError
        There is no such layer, channel or cell, or its numbers were not kept.
    """
    speech = speech_of(options.language, "tour")
    fact = _of_network(bundle, options) if scene == NETWORK else fact_of(bundle, scene, options)
    places = {name: str(value) for name, value in fact.places.items()}
    if "total" in places:
        places["total"] = speech(places["total"], function=function_name(bundle.layer(places["layer"])))
    if options.language == "zh":  # where no space stands before a sign of per cent
        places = {name: text.replace(" %", "%") for name, text in places.items()}
    return Fact(fact.key, places)


def said(fact: Fact, language: Language, caption: Sequence[str] = ()) -> tuple[str, ...]:
    """The lines of a caption with their places filled; without a caption the sentence of the fact.

    Raises
    ------
    KerascopeError
        A line has a place that nothing is known for.
    """
    lines = caption or (speech_of(language, "tour").texts[fact.key],)
    try:
        return tuple(line.format(**fact.places) for line in lines)
    except (LookupError, ValueError, AttributeError) as error:
        expected = " ".join(f"{{{name}}}" for name in fact.places)
        remedy = "write {{ and }} for braces that are meant"
        raise KerascopeError("caption has an unknown place", expected=expected, got=error, remedy=remedy) from error


def said_between(language: Language, passed: Sequence[str], layer: str) -> str:
    """What is said while the light goes on to a layer past others."""
    speech = speech_of(language, "tour")
    if not passed:
        return speech("onwards", layer=layer)
    if len(passed) > MOST_NAMED:
        return speech("onwards_far", count=len(passed), layer=layer)
    mark = "、" if language == "zh" else ", "
    return speech("onwards_past", passed=mark.join(passed), layer=layer)


def _of_network(bundle: Bundle, options: SceneOptions) -> Fact:
    capture = shown_capture(bundle, options)
    layer = None if options.layer is None else bundle.layer(options.layer)
    if layer is None or layer.kind == "input":
        return _begins(bundle, capture)
    if layer.name in bundle.manifest.model.outputs:
        return _ends(bundle, capture, options.language)
    stored = capture.outputs.get(layer.name)
    shape = stored.shape if stored is not None else tuple(size or 1 for size in layer.outputs[0].shape)
    return Fact("stands", {"layer": layer.name, "shape": shape_text(shape)})


def _begins(bundle: Bundle, capture: Capture) -> Fact:
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
    sort = "untrained" if capture.checkpoint == UNTRAINED else "picture" if is_picture else "plain"
    return Fact(f"begins_{sort}", places)


def _ends(bundle: Bundle, capture: Capture, language: Language) -> Fact:
    speech, answer = speech_of(language, "tour"), answer_of(bundle)
    scores, numbers = answer.read(capture), count(prod(_fed_shape(bundle, capture)))
    if not answer.has_classes or capture.predicted is None or not scores:
        return Fact("ends_plain", {"count": numbers, "results": count(prod(size or 1 for size in answer.shape))})
    truth, verdict = bundle.input(capture.input).true_class, ""
    if truth is not None:
        is_right = truth == capture.predicted
        verdict = speech("verdict_right") if is_right else speech("verdict_wrong", truth=class_name(bundle, truth))
    named = {"answer": class_name(bundle, capture.predicted), "share": percent(scores[capture.predicted])}
    return Fact("ends", {"count": numbers, "verdict": verdict, **named})


def _fed_shape(bundle: Bundle, capture: Capture) -> tuple[int, ...]:
    """The shape of what the network was fed, without batch axis; (1,) where it was not kept."""
    ref = capture.outputs.get(bundle.manifest.model.inputs[0])
    return tuple(ref.shape) if ref is not None else (1,)
