"""The layers of a bundle as nodes that can be computed, and who takes what from whom."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from weakref import WeakKeyDictionary, proxy

import numpy as np
from msgspec import structs

from exporter.bundle import Bundle
from exporter.bundle.checks import output_name
from exporter.bundle.schema import Capture, Layer
from viewer.forward.node import Array, CannotError, Node

Source = tuple[str, int]
"""A layer, and which of its outputs."""


@dataclass(frozen=True)
class Network:
    """The network of a bundle at a checkpoint.

    Attributes
    ----------
    nodes : by the layer's name, in topological order.
    sources : what each layer takes, in the order of its arguments.
    joined : layers that take what unknown operations made of several outputs.
    verdicts : why a layer cannot be computed for an input, where that was asked (`viewer.forward.trust`).
    proven : layers that gave all that was stored of them, for some input at some checkpoint.
    """

    bundle: Bundle
    nodes: Mapping[str, Node]
    sources: Mapping[str, tuple[Source, ...]]
    joined: frozenset[str]
    verdicts: dict[tuple[str, str], str] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)

    def after(self, start: str) -> tuple[str, ...]:
        """The layers that something goes to from `start`, in topological order, without itself."""
        reached = {start}
        for name, sources in self.sources.items():
            if any(source in reached for source, _ in sources):
                reached.add(name)
        return tuple(name for name in self.nodes if name in reached and name != start)


_networks: WeakKeyDictionary[Bundle, dict[str, Network]] = WeakKeyDictionary()
_turn = threading.Lock()


def network_of(bundle: Bundle, checkpoint_id: str) -> Network:
    """The network of a bundle at a checkpoint; the same one every time."""
    with _turn:
        made = _networks.setdefault(bundle, {})
        if checkpoint_id not in made:
            proven = next(iter(made.values())).proven if made else set()
            made[checkpoint_id] = _network(bundle, checkpoint_id, proven)
        return made[checkpoint_id]


def _network(bundle: Bundle, checkpoint_id: str, proven: set[str]) -> Network:
    manifest = bundle.manifest
    bundle = proxy(bundle)  # which must not be kept alive by what is kept for it
    nodes = {layer.name: _node(bundle, checkpoint_id, layer) for layer in manifest.layers}
    arguments: dict[str, dict[int, list[Source]]] = defaultdict(lambda: defaultdict(list))
    for edge in manifest.edges:
        arguments[edge.target][edge.target_input].append((edge.source, edge.source_output))
    sources = {
        name: tuple(source for place in sorted(arguments[name]) for source in arguments[name][place]) for name in nodes
    }
    joined = frozenset(name for name in nodes if any(len(each) > 1 for each in arguments[name].values()))
    return Network(bundle, nodes, sources, joined, proven=proven)


def _node(bundle: Bundle, checkpoint_id: str, layer: Layer) -> Node:
    """The node of a layer; one that shares weights has the variables of the other."""
    owner = bundle.layer(layer.shares_weights_with or layer.name)
    return Node(structs.replace(layer, variables=owner.variables), partial(_weight, bundle, checkpoint_id, layer))


def _weight(bundle: Bundle, checkpoint_id: str, layer: Layer, variable: str) -> Array:
    owner = layer.shares_weights_with or layer.name
    ref = bundle.checkpoint(checkpoint_id).weights.get(f"{owner}/{variable}")
    if ref is None:
        what = f"{layer.name}: the bundle has not kept its {variable} at checkpoint {checkpoint_id}"
        raise CannotError(what)
    return bundle.load(ref)


def stored(bundle: Bundle, capture: Capture, source: Source) -> Array | None:
    """What a layer put out, without a batch axis, as it is kept; `None` where it is not, or only some channels are."""
    name, output = source
    ref = capture.outputs.get(output_name(name, output))
    outputs = bundle.layer(name).outputs
    if ref is None or output >= len(outputs) or outputs[output].stored_channels is not None:
        return None
    return bundle.load(ref)


def batch_of(values: Array) -> Array:
    """One sample as a batch of float32."""
    return np.asarray(values, np.float32)[None]
