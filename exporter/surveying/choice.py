"""Which layers a survey looks at, and of which it keeps the features of every image."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from exporter.bounds import Bounds, bounded_layers
from exporter.bundle import KerascopeError
from exporter.bundle.schema import Layer
from exporter.capture import Graph

_PASSES_ON = frozenset({"input", "dropout", "flatten", "reshape", "padding", "preprocessing", "resize"})
FEATURE_LAYERS = 6
ALL, NONE = "all", "none"


def chosen_layers(graph: Graph, patterns: Sequence[str], possible: Collection[str]) -> tuple[str, ...]:
    """The names of the layers to look at, in the order of the graph.

    By default every one that computes and has channels, of those that are `possible`. Left out is what only passes
    values on, and a map before its activation or put together of others, whose channels are looked at elsewhere: that
    is half of the memory's work. The layer that feeds the last one with weights is always among them.

    Raises
    ------
    KerascopeError
        a pattern that fits no layer, or no layer whose output has channels.
    """
    if patterns:
        fitting = fitting_names(graph.layers, patterns)
        found = tuple(layer.name for layer in graph.layers if layer.name in fitting)
    else:
        last = last_hidden(graph)
        wanted = (layer.name for layer in graph.layers if _is_looked_at(layer) or layer.name == last)
        found = tuple(name for name in wanted if name in possible)
    if not found:
        raise KerascopeError("there is no layer to look at", expected="one that computes and has channels")
    return found


def chosen_features(graph: Graph, layers: Sequence[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """Of which of the layers the features of every image are kept.

    By default six, evenly from the first to the last hidden one, which is what feeds the last layer with weights.

    Raises
    ------
    KerascopeError
        a pattern that fits none of the layers.
    """
    if tuple(patterns) == (ALL,):
        return tuple(layers)
    if tuple(patterns) == (NONE,):
        return ()
    if patterns:
        fitting = fitting_names([layer for layer in graph.layers if layer.name in layers], patterns)
        return tuple(name for name in layers if name in fitting)
    last = last_hidden(graph)
    hidden = layers[: layers.index(last) + 1] if last in layers else layers
    places = np.unique(np.linspace(0, len(hidden) - 1, FEATURE_LAYERS).round().astype(int))
    return tuple(hidden[place] for place in places)


def fitting_names(layers: Sequence[Layer], patterns: Sequence[str]) -> frozenset[str]:
    """The names of the layers that patterns fit. Raises `KerascopeError` where one fits none."""
    bounds = Bounds(tuple(filter(None, (part.strip() for pattern in patterns for part in pattern.split(",")))))
    _, kept = bounded_layers(layers, (), (), bounds)
    return frozenset(layer.name for layer in layers if layer.name in kept)


def last_hidden(graph: Graph) -> str | None:
    """The layer that feeds the last one with weights, dropout and the like between them left out."""
    layers = {layer.name: layer for layer in graph.layers}
    sources: dict[str, str] = {edge.target: edge.source for edge in reversed(graph.edges)}
    weighted = [layer.name for layer in graph.layers if layer.variables and layer.kind in ("dense", "conv")]
    name = sources.get(weighted[-1]) if weighted else None
    while name is not None and layers[name].kind in _PASSES_ON:
        name = sources.get(name)
    return name


def _is_looked_at(layer: Layer) -> bool:
    if layer.kind in _PASSES_ON or not layer.outputs or not _has_channels(layer):
        return False
    is_map = len(layer.outputs[0].shape) > 1
    is_before = layer.value == "pre-activation" and layer.kind in ("conv", "depthwise", "dense", "normalisation")
    is_joined = layer.kind == "merge" and layer.mode == "concatenate"
    return not (is_map and (is_before or is_joined))


def _has_channels(layer: Layer) -> bool:
    output = layer.outputs[0]
    is_number = output.dtype.startswith(("float", "bfloat"))
    return is_number and bool(output.shape) and output.shape[-1] is not None
