"""The chain of layers from a model's input to its answer that is shown, out of a graph that may branch."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import prod

from exporter.bundle.schema import Edge, Layer, Manifest
from exporter.interchange.unity.errors import UnityError, cannot_show

_WITH_KERNELS = ("dense", "conv", "depthwise")
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Step:
    """One layer on the chain.

    Attributes
    ----------
    layer : as the bundle describes it.
    source : the layer before it on the chain; none for the input.
    shape : of its output, without the batch axis.
    start : of a concatenation, the channel with which the source's own channels begin.
    others : the further layers that feed it, which are not on the chain.
    """

    layer: Layer
    source: str | None
    shape: tuple[int, ...]
    start: int = 0
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class MainPath:
    """The chain in order, and the names of the layers that are not on it."""

    steps: tuple[Step, ...]
    left_out: tuple[str, ...]


def main_path(manifest: Manifest, shapes: Shapes) -> MainPath:
    """The chain from an input to the model's first output that passes the most kernels.

    Where branches meet, the one whose output has the shape of what comes out is followed (never the small one that
    only weighs it), and of several the one with the most convolutions and dense layers on it.

    Parameters
    ----------
    manifest : the model.
    shapes : of every layer's first output, without the batch axis.

    Raises
    ------
    UnityError
        there is no way from an input to the first output.
    """
    feeding: dict[str, list[Edge]] = defaultdict(list)
    for edge in sorted(manifest.edges, key=lambda each: each.target_input):
        feeding[edge.target].append(edge)
    depths = _depths(manifest, feeding)
    layers = {layer.name: layer for layer in manifest.layers}
    steps, name = [], manifest.model.outputs[0]
    while True:
        step = _step(layers[name], feeding[name], depths, shapes)
        steps.append(step)
        if step.source is None:
            break
        name = step.source
    if steps[-1].layer.kind != "input":
        raise cannot_show(steps[-1].layer, "no input of the model leads to it")
    _check_inputs(steps, _roots(manifest, feeding))
    on_it = {step.layer.name for step in steps}
    left_out = tuple(layer.name for layer in manifest.layers if layer.name not in on_it)
    return MainPath(tuple(reversed(steps)), left_out)


def _depths(manifest: Manifest, feeding: dict[str, list[Edge]]) -> dict[str, int]:
    """How many kernels there are at most on a way from an input of the model to each layer; -1: there is no way."""
    depths: dict[str, int] = {}
    for layer in manifest.layers:  # they stand in topological order
        before = max((depths[edge.source] for edge in feeding[layer.name]), default=-1)
        if layer.name in manifest.model.inputs and not feeding[layer.name]:
            before = 0
        depths[layer.name] = before + (before >= 0 and layer.kind in _WITH_KERNELS)
    return depths


def _roots(manifest: Manifest, feeding: dict[str, list[Edge]]) -> dict[str, frozenset[str]]:
    """The inputs of the model that each layer depends on."""
    roots: dict[str, frozenset[str]] = {}
    for layer in manifest.layers:
        own = {layer.name} if layer.name in manifest.model.inputs else set()
        roots[layer.name] = frozenset(own).union(*(roots[edge.source] for edge in feeding[layer.name]))
    return roots


def _check_inputs(steps: list[Step], roots: dict[str, frozenset[str]]) -> None:
    """Refuse a chain into which another input of the model flows than the one that is shown."""
    shown = steps[-1].layer.name
    for step in reversed(steps):
        for other in step.others:
            if strange := sorted(roots[other] - {shown}):
                why = (
                    f"it joins what comes from another input of the model, {strange[0]}, and the loader has one picture"
                )
                raise cannot_show(step.layer, why)


def _step(layer: Layer, feeding: list[Edge], depths: dict[str, int], shapes: Shapes) -> Step:
    shape = shapes[layer.name]
    if not feeding:
        return Step(layer, None, shape)
    chosen = _followed(layer, feeding, depths, shapes)
    if chosen.source_output:
        raise cannot_show(layer, f"it takes another output of {chosen.source!r} than the first")
    others = dict.fromkeys(e.source for e in feeding if e is not chosen and e.source != chosen.source)
    return Step(layer, chosen.source, shape, _start(layer, feeding, chosen, shapes), tuple(others))


def _followed(layer: Layer, feeding: list[Edge], depths: dict[str, int], shapes: Shapes) -> Edge:
    candidates = [edge for edge in feeding if depths[edge.source] >= 0] or feeding
    if layer.kind == "merge" and layer.mode != "concatenate":
        same = [edge for edge in candidates if shapes[edge.source] == shapes[layer.name]]
        candidates = same or candidates
    return max(candidates, key=lambda edge: depths[edge.source])


def _start(layer: Layer, feeding: list[Edge], chosen: Edge, shapes: Shapes) -> int:
    """The channel with which the chosen source begins in a concatenation; 0 for any other layer."""
    if layer.kind != "merge" or layer.mode != "concatenate":
        return 0
    return sum(shapes[edge.source][-1] for edge in feeding[: feeding.index(chosen)])


def known_shapes(manifest: Manifest, seen: dict[str, tuple[int, ...]]) -> Shapes:
    """The shape of every layer's first output: as the model tells, or where it leaves sizes open, as `seen` stored.

    Raises
    ------
    UnityError
        a size is open and nothing was stored that would tell it.
    """
    shapes: Shapes = {}
    for layer in manifest.layers:
        told = layer.outputs[0].shape if layer.outputs else ()
        if None in told and layer.name not in seen:
            what = f"the size of the maps of the layer {layer.name!r} is not known"
            raise UnityError(what, remedy="export the model again with the outputs of all layers (without --layers)")
        shapes[layer.name] = seen[layer.name] if None in told else tuple(n for n in told if n is not None)
    return shapes


def as_maps(shape: tuple[int, ...]) -> tuple[int, int, int] | None:
    """(h, w, C) of an output that is maps, or a sequence of one column; `None`: neither.

    >>> as_maps((8, 6, 3)), as_maps((8, 3)), as_maps((8,)), as_maps((2, 2, 2, 2))
    ((8, 6, 3), (8, 1, 3), None, None)
    """
    if len(shape) == 2:
        return (shape[0], 1, shape[1])
    return shape if len(shape) == 3 else None


def is_same_order(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two shapes differ in axes of length 1 at most, or one is the other's flat list."""
    if prod(one) != prod(other):
        return False
    return tuple(n for n in one if n != 1) == tuple(n for n in other if n != 1)
