"""The walk through a model's graph: which layers have units, and what feeds them through the layers in between."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from exporter.bundle.schema import Edge, Layer, Manifest, UnitLayer
from exporter.bundling.channels.passing import SPLITTING, is_last, passed, width_of
from exporter.bundling.channels.strands import Flow, Strand, blended, cut, own_flow, united

WEIGHTED = ("dense", "conv", "depthwise", "recurrent", "embedding", "attention")
FOLLOWING = ("normalisation", "activation")


@dataclass(frozen=True)
class Joint:
    """A strand that a layer with weights takes in: index of that layer, how wide the tensor is."""

    target: int
    width: int | None
    strand: Strand


@dataclass(frozen=True)
class Ways:
    """All layers of units of a model, where they have their final values, and what leads from one to the other."""

    layers: tuple[UnitLayer, ...]
    taps: tuple[str, ...]
    joints: tuple[Joint, ...]


@dataclass
class _Walk:
    """What is known so far. `flows` are of each layer's first output."""

    layers: dict[str, Layer]
    feeding: dict[str, list[Edge]]
    flows: dict[str, Flow] = field(default_factory=dict)
    units: list[UnitLayer] = field(default_factory=list)
    from_input: set[int] = field(default_factory=set)
    joints: list[Joint] = field(default_factory=list)

    def add(self, layer: Layer, plane: int, *, is_input: bool) -> Flow:
        """The flow of a layer that has units of its own."""
        index, count = len(self.units), channels_of(layer)
        self.units.append(UnitLayer(name=layer.name, units=count, plane=plane))
        if is_input:
            self.from_input.add(index)
        return own_flow(index, count)


def walked(manifest: Manifest) -> Ways:
    """The layers of units of a model, and what feeds each, from the manifest alone.

    The units of a layer are the places of its output's last axis. Inputs that feed no kernel are left out.
    """
    feeding: dict[str, list[Edge]] = defaultdict(list)
    for edge in sorted(manifest.edges, key=lambda each: each.target_input):
        feeding[edge.target].append(edge)
    walk = _Walk({layer.name: layer for layer in manifest.layers}, feeding)
    for layer in manifest.layers:  # in topological order
        walk.flows[layer.name] = _flow_of(walk, layer)
    return _without_idle(walk, _taps(walk, manifest))


def channels_of(layer: Layer, output: int = 0) -> int:
    """How many channels a layer puts out, at least 1: the last axis of an output, or as many as it was made with."""
    shape = layer.outputs[output].shape if output < len(layer.outputs) else ()
    last = shape[-1] if shape else None
    return max(last or layer.filters or layer.units or 1, 1)


def owner_of(layers: dict[str, Layer], layer: Layer) -> Layer:
    """The layer whose weights a layer uses: itself, or the first of those that share them."""
    return layers[layer.shares_weights_with] if layer.shares_weights_with else layer


def _has_units(walk: _Walk, layer: Layer) -> bool:
    variables = owner_of(walk.layers, layer).variables
    return bool(variables) and (layer.kind in WEIGHTED or (layer.kind == "other" and "kernel" in variables))


def _flow_of(walk: _Walk, layer: Layer) -> Flow:
    edges = walk.feeding[layer.name]
    if not edges:
        return walk.add(layer, 0, is_input=True)
    arrived = _arguments(walk, edges)
    if _has_units(walk, layer):
        return _weighted(walk, layer, arrived)
    flow = passed(layer, walk.layers[edges[0].source], arrived)
    sources = {strand.layer for strand in flow.strands}
    if layer.kind != "merge" and flow.width != arrived[0].width and sources and sources <= walk.from_input:
        return walk.add(layer, 0, is_input=True)  # a picture laid flat: each of its places is a unit
    return flow


def _arguments(walk: _Walk, edges: list[Edge]) -> list[Flow]:
    """What arrives at each argument of a layer, in order; where several edges lead to one, all that they bring."""
    arrived: dict[int, list[Flow]] = defaultdict(list)
    for edge in edges:
        arrived[edge.target_input].append(_arriving(walk, edge))
    return [flows[0] if len(flows) == 1 else united(flows, flows[0].width) for flows in arrived.values()]


def _arriving(walk: _Walk, edge: Edge) -> Flow:
    """The last axis of the tensor that an edge carries."""
    flow, source = walk.flows[edge.source], walk.layers[edge.source]
    if edge.source_output == 0 or edge.source_output >= len(source.outputs):
        return flow
    width = width_of(source, edge.source_output)
    if source.settings.get("computed_by") in SPLITTING and is_last(source, source.settings.get("axis")):
        first = sum(width_of(source, place) or 0 for place in range(edge.source_output))
        whole = _arriving(walk, walk.feeding[source.name][0])
        return cut(whole, first, width or 1)
    return flow if width in (flow.width, None) else blended(flow, width)


def _weighted(walk: _Walk, layer: Layer, arrived: list[Flow]) -> Flow:
    """The layer has units of its own: it takes in what arrives at its first argument, of attention its value."""
    flow = arrived[min(1, len(arrived) - 1) if layer.kind == "attention" else 0]
    flow = Flow(None) if layer.kind == "embedding" else flow
    planes = [walk.units[strand.layer].plane for strand in flow.strands]
    target = len(walk.units)
    walk.joints += [Joint(target, flow.width, strand) for strand in flow.strands]
    return walk.add(layer, max(planes, default=-1) + 1, is_input=False)


def _taps(walk: _Walk, manifest: Manifest) -> list[str]:
    """For each layer of units the last of the normalisations and activations that follow right after it alone."""
    after: dict[str, list[Edge]] = defaultdict(list)
    for edge in manifest.edges:
        after[edge.source].append(edge)
    taps = []
    for unit_layer in walk.units:
        tap = unit_layer.name
        while (following := _only_follower(walk, after[tap])) and tap not in manifest.model.outputs:
            tap = following
        taps.append(tap)
    return taps


def _only_follower(walk: _Walk, edges: list[Edge]) -> str | None:
    if len(edges) != 1 or edges[0].source_output:
        return None
    layer = walk.layers[edges[0].target]
    is_alone = layer.kind in FOLLOWING and len(walk.feeding[layer.name]) == 1
    return layer.name if is_alone and width_of(layer) == width_of(walk.layers[edges[0].source]) else None


def _without_idle(walk: _Walk, taps: list[str]) -> Ways:
    """All that was found but for inputs that feed no kernel; the rest is counted anew."""
    feeding = {joint.strand.layer for joint in walk.joints}
    kept = [index for index in range(len(walk.units)) if index in feeding or index not in walk.from_input]
    place = {index: new for new, index in enumerate(kept)}
    joints = (
        Joint(place[joint.target], joint.width, replace(joint.strand, layer=place[joint.strand.layer]))
        for joint in walk.joints
    )
    return Ways(tuple(walk.units[index] for index in kept), tuple(taps[index] for index in kept), tuple(joints))
