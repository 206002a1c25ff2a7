"""Layers by what a person remembers of them: name, kind, class, activation, shape, size; misspelt words last. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.bundle.schema import Layer, Manifest

NO_MATCH = 0.0
SIMILAR = 0.72
"""Words that have so much in common may be the same, misspelt."""
_SIZES = re.compile(r"\d+(?:[x×*]\d+)+")
_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(\d[\d_,.]*)\s*(units|channels|filters|parameters|params|values)?")
_WORDS = re.compile(r"[a-z0-9]+")


def search(manifest: Manifest, text: str) -> tuple[str, ...]:
    """Names of the layers that fit every part of `text`, the best first; of equally good ones in the net's order.

    A part is a word out of a layer's name, kind, class, activation, mode or padding; sizes such as `3x3` (kernel, pool,
    stride, or in the output's shape) and `28x28x64`; a number (units, filters, channels); or `>1000 units`, `<= 64`,
    `> 10000 parameters`. Words that fit nowhere as they are may be misspelt. All layers for an empty text.

    >>> search(manifest, "conv 3x3 relu")  # doctest: +SKIP
    ('conv2d', 'conv2d_1')
    """
    parts, rest = [], text.lower()
    for sign, number, what in _COMPARISON.findall(rest):
        parts.append((sign, float(re.sub(r"[_,]", "", number).rstrip(".")), what))
    words = _COMPARISON.sub(" ", rest).split()
    scored = []
    for at, layer in enumerate(manifest.layers):
        fits = all(_compares(layer, *part) for part in parts)
        scores = [_fit(layer, word) for word in words] if fits else [NO_MATCH]
        if all(scores):
            scored.append((-sum(scores), at, layer.name))
    return tuple(name for _, _, name in sorted(scored))


def _compares(layer: Layer, sign: str, number: float, what: str) -> bool:
    value = _size_of(layer, what)
    if value is None:
        return False
    return {">": value > number, "<": value < number, ">=": value >= number, "<=": value <= number}[sign]


def _size_of(layer: Layer, what: str) -> float | None:
    """How many parameters, values or (the default) units or channels a layer has; `None` where that is open."""
    if what.startswith("param"):
        return layer.parameters
    shape = layer.outputs[0].shape if layer.outputs else ()
    if what == "values":
        known = [size for size in shape if size is not None]
        return prod(known) if len(known) == len(shape) else None
    return shape[-1] if shape else 1


def _fit(layer: Layer, word: str) -> float:
    """How well one word fits a layer: from 10 (its name) down to under 1 (misspelt); 0 where it does not."""
    if _SIZES.fullmatch(word):
        return _size_fit(layer, re.sub(r"[×*]", "x", word))
    name = layer.name.lower()
    if word == name:
        return 10.0
    if word in (layer.kind, layer.class_name.lower()):
        return 9.0
    if word.isdigit() and int(word) in _numbers(layer):
        return 6.0
    if name.startswith(word):
        return 8.0
    known = _known_words(layer)
    if word in known:
        return 7.0
    if word in name:
        return 5.0
    if any(other.startswith(word) for other in known):
        return 4.0
    if any(word in other for other in known):
        return 2.0
    return _misspelt(word, {*known, name, *_WORDS.findall(name)})


def _known_words(layer: Layer) -> set[str]:
    told = (layer.kind, layer.class_name, layer.activation, layer.mode, layer.padding, layer.value)
    lines = [text.lower() for text in told if text]
    return {word for line in lines for word in (line, *re.split(r"[^a-z0-9]+", line)) if word}


def _numbers(layer: Layer) -> set[int]:
    shape = layer.outputs[0].shape if layer.outputs else ()
    return {size for size in (*shape, layer.units, layer.filters) if size is not None}


def _size_fit(layer: Layer, word: str) -> float:
    """3x3 as a kernel fits better than as a part of a shape."""
    for sizes in (layer.kernel_size, layer.pool_size):
        if sizes and "x".join(map(str, sizes)) == word:
            return 6.0
    shapes = ["x".join(map(str, output.shape)) for output in layer.outputs]
    if word in shapes:
        return 6.0
    if any(f"x{shape}x".find(f"x{word}x") >= 0 for shape in shapes):
        return 4.0
    return 3.0 if layer.strides and "x".join(map(str, layer.strides)) == word else NO_MATCH


def _misspelt(word: str, known: set[str]) -> float:
    if len(word) < 3:
        return NO_MATCH
    best = max(
        (SequenceMatcher(None, word, other).ratio() for other in known if abs(len(other) - len(word)) < 4), default=0.0
    )
    return best if best >= SIMILAR else NO_MATCH
