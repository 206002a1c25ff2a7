"""The graph that is laid out: a node for every plate to be, after groups were folded. Pure."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from exporter.bundle.checks import output_name
from viewer.kept import sample_captures
from viewer.layout.fold import folded_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Group, Layer, Manifest
    from viewer.layout.fold import Fold
    from viewer.layout.plate import LinkKind

MIXING_KINDS = ("conv", "dense")
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One plate to be: output `output` of `layer`, or the folded `group` of `layers` layers that ends in it.

    `shape` is the output's (unknown sizes as captured, or 1), `stored` that of what captures hold of it. `host` is the
    node of the layer's first output, at whose station it stands; its own number for most.
    """

    layer: Layer
    output: int
    shape: Shape
    stored: Shape
    host: int
    group: str | None = None
    tensor: str | None = None
    layers: int = 1


@dataclass(frozen=True, slots=True)
class Wire:
    """A tensor from node `source` to argument `target_input` of node `target`."""

    source: int
    target: int
    target_input: int
    kind: LinkKind


@dataclass(frozen=True)
class Net:
    """Nodes in topological order and the wires between them. `kernels` are shapes of kernels by node, `blue_first` is
    whether pictures are fed so.
    """

    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]
    outputs: frozenset[str]
    flattened_channels: dict[int, int]
    kernels: dict[int, Shape]
    blue_first: bool = False

    @cached_property
    def arrows(self) -> tuple[tuple[int, int], ...]:
        """The wires as (source, target) between nodes that have a station of their own, each once, by target and its
        arguments.
        """
        wires = sorted(self.wires, key=lambda wire: (wire.target, wire.target_input, wire.source))
        pairs = ((self.nodes[wire.source].host, self.nodes[wire.target].host) for wire in wires)
        return tuple(dict.fromkeys(pairs))


def net_of(bundle: Bundle, fold: Fold) -> Net:
    """The graph of `bundle` with its groups folded as `fold` says. Raises as `folded_groups` does."""
    manifest = bundle.manifest
    groups = _contractible(manifest, folded_groups(manifest, fold))
    order = _ordered(manifest, groups)
    nodes = _nodes(bundle, order, groups)
    wires = _wires(manifest, nodes, groups)
    flattened = {
        wire.target: nodes[wire.source].stored[-1]
        for wire in wires
        if nodes[wire.target].layer.kind == "flatten" and len(nodes[wire.source].stored) == 3
    }
    blue_first = manifest.preprocessing.colour_order == "bgr"
    return Net(nodes, wires, frozenset(manifest.model.outputs), flattened, _kernels(bundle, nodes), blue_first)


def _heads(groups: Iterable[Group]) -> dict[str, str]:
    """Of each layer in a folded group, the layer that stands for it."""
    return {name: group.output for group in groups for name in group.layers}


def _contractible(manifest: Manifest, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """`groups` without those that, each as one node, would make the graph go round in a circle."""
    while groups:
        heads = _heads(groups)
        pairs = {(heads.get(e.source, e.source), heads.get(e.target, e.target)) for e in manifest.edges}
        tangled = _circling({(a, b) for a, b in pairs if a != b})
        kept = tuple(group for group in groups if group.output not in tangled)
        if len(kept) == len(groups):
            break
        groups = kept
    return groups


def _circling(pairs: set[tuple[str, str]]) -> set[str]:
    """What is left of a graph when ends are taken off again and again: nothing, where it has no circle."""
    while pairs:
        sources, targets = {a for a, _ in pairs}, {b for _, b in pairs}
        inner = {(a, b) for a, b in pairs if a in targets and b in sources}
        if len(inner) == len(pairs):
            break
        pairs = inner
    return {name for pair in pairs for name in pair}


def _ordered(manifest: Manifest, groups: Sequence[Group]) -> list[str]:
    """The layers that have plates, so that every edge goes forward; in the manifest's order as far as that allows."""
    heads, place = _heads(groups), {layer.name: at for at, layer in enumerate(manifest.layers)}
    waiting = {heads.get(name, name): 0 for name in place}
    after: dict[str, set[str]] = {name: set() for name in waiting}
    for edge in manifest.edges:
        source, target = heads.get(edge.source, edge.source), heads.get(edge.target, edge.target)
        if source != target and target not in after[source]:
            after[source].add(target)
            waiting[target] += 1
    ready = [place[name] for name, count in waiting.items() if not count]
    heapq.heapify(ready)
    ordered = []
    while ready:
        name = manifest.layers[heapq.heappop(ready)].name
        ordered.append(name)
        for target in after[name]:
            waiting[target] -= 1
            if not waiting[target]:
                heapq.heappush(ready, place[target])
    return ordered


def _nodes(bundle: Bundle, order: Sequence[str], groups: Sequence[Group]) -> tuple[Node, ...]:
    manifest = bundle.manifest
    layers = {layer.name: layer for layer in manifest.layers}
    group_of = {group.output: group for group in groups}
    captured = _captured_shapes(bundle)
    used = {(edge.source, edge.source_output) for edge in manifest.edges}
    nodes: list[Node] = []
    for name in order:
        layer, host = layers[name], len(nodes)
        group = group_of.get(name)
        if group is not None:
            nodes.append(Node(layer, 0, *_shapes(layer, 0, captured), host, group.name, None, len(group.layers)))
            continue
        for output in range(max(len(layer.outputs), 1)):
            if output == 0 or (name, output) in used or output_name(name, output) in captured:
                told = (layer.outputs[output].name or output_name(name, output)) if output else None
                nodes.append(Node(layer, output, *_shapes(layer, output, captured), host, None, told))
    return tuple(nodes)


def _wires(manifest: Manifest, nodes: Sequence[Node], groups: Sequence[Group]) -> tuple[Wire, ...]:
    """The edges between nodes; into and out of a folded group there is one from or to each neighbour."""
    heads = _heads(groups)
    place = {(node.layer.name, node.output): at for at, node in enumerate(nodes)}
    wires: list[Wire] = []
    folded: set[tuple[int, int]] = set()
    for edge in manifest.edges:
        source_layer, target_layer = heads.get(edge.source, edge.source), heads.get(edge.target, edge.target)
        if source_layer == target_layer:
            continue
        source = place[source_layer, 0 if edge.source in heads else edge.source_output]
        target = place[target_layer, 0]
        if edge.source in heads or edge.target in heads:
            if (source, target) in folded:
                continue
            folded.add((source, target))
        kind = nodes[target].layer.kind
        mixes = kind in MIXING_KINDS and edge.target not in heads
        wires.append(Wire(source, target, edge.target_input, kind if mixes else "copy"))  # type: ignore[arg-type]
    return tuple(wires)


def _captured_shapes(bundle: Bundle) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    for capture in sample_captures(bundle):
        for key, ref in capture.outputs.items():
            shapes.setdefault(key, ref.shape)
    return shapes


def _shapes(layer: Layer, output: int, captured: dict[str, Shape]) -> tuple[Shape, Shape]:
    """Shape of the whole output and of what is stored of it; without any capture both are what was declared."""
    declared = layer.outputs[output].shape if layer.outputs else ()
    stored = captured.get(output_name(layer.name, output))
    if stored is None:
        known = tuple(1 if size is None else size for size in declared)
        return known, known
    if len(stored) != len(declared):
        return stored, stored
    whole = tuple(there if size is None else size for size, there in zip(declared, stored, strict=True))
    return (whole if whole[:-1] == stored[:-1] else stored), stored


def _kernels(bundle: Bundle, nodes: Sequence[Node]) -> dict[int, Shape]:
    """Shape of the kernel of each layer that has one of its own, matrix or 2-D convolution, and is not folded away."""
    weights = bundle.final_checkpoint.weights
    found = {
        at: weights.get(f"{node.layer.name}/kernel")
        for at, node in enumerate(nodes)
        if node.group is None and not node.output
    }
    return {at: ref.shape for at, ref in found.items() if ref is not None and len(ref.shape) in (2, 4)}
