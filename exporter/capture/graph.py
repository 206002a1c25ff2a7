"""The graph of a model as a bundle describes it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from exporter.backend import keras
from exporter.bundle.schema import Edge, Group, Kind, Layer, Output, Value
from exporter.capture.bare import bare_operation
from exporter.capture.blocks import blocks_of
from exporter.capture.calls import Call, Container, Reading
from exporter.capture.kinds import activation_of, kind_of, settings_of
from exporter.capture.reading import read_model
from exporter.capture.settings import computing_settings

_LINEAR = (None, "linear")
_HAS_OWN_ACTIVATION = ("dense", "conv", "depthwise")


@dataclass(frozen=True)
class Graph:
    """The structure of a model.

    Attributes
    ----------
    layers : one per call, in topological order, the inputs first.
    edges : every tensor that goes from one call into another, in the order of the targets.
    groups : the models and composite layers inside, and blocks that repeat.
    inputs, outputs : the names of the layers that are fed, and of those that make the model's outputs.
    notes : what the user should know of how it was read, a line each.
    """

    layers: tuple[Layer, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    notes: tuple[str, ...] = ()


def graph_of(model: keras.Model) -> Graph:
    """The layers of a model, those of models and composite layers inside of it too, and the edges between them.

    Raises
    ------
    ModelError
        a model that does not know its input shape, or that cannot be run.
    """
    reading = read_model(model)
    edges = _edges(reading)
    values = _values(reading.calls, edges)
    layers = tuple(_layer(call, values[call.name], reading) for call in reading.calls)
    containers = tuple(_group(each) for each in reading.containers if each.name)
    groups = (*containers, *_fitting(blocks_of(layers, edges), containers))
    outputs = tuple(source.call for source in reading.outputs)
    return Graph(layers, edges, groups, reading.inputs, outputs, reading.notes)


def _group(container: Container) -> Group:
    return Group(
        name=container.name,
        kind=container.kind,
        class_name=type(container.operation).__name__,
        layers=container.calls,
        output=container.output,
    )


def _fitting(blocks: Iterable[Group], containers: Iterable[Group]) -> Iterator[Group]:
    """The blocks that lie half over no container."""
    inside = [set(container.layers) for container in containers]
    for block in blocks:
        layers = set(block.layers)
        if all(layers.isdisjoint(each) or layers < each or each < layers for each in inside):
            yield block


def _edges(reading: Reading) -> tuple[Edge, ...]:
    edges = []
    for call in reading.calls:
        for place, sources in enumerate(call.arguments):
            for source in sources:
                edge = Edge(source=source.call, target=call.name, source_output=source.output, target_input=place)
                edges.append(edge)
    return tuple(edges)


def _layer(call: Call, value: Value, reading: Reading) -> Layer:
    operation, variables = _operation(call), reading.variables.get(call.name, {})
    kind = _kind(call)
    return Layer(
        name=call.name,
        kind=kind,
        class_name=type(operation).__name__,
        outputs=tuple(Output(shape=each.shape, dtype=each.dtype, name=each.name) for each in call.outputs),
        value=value,
        parameters=sum(math.prod(variable.shape) for variable in variables.values()),
        shares_weights_with=None if call.is_first or not call.is_layer else call.first_name,
        variables=tuple(variables),
        settings={} if call.result_of else computing_settings(operation, call.constants),
        **settings_of(operation, kind, call.outputs[0].shape if call.outputs else ()),
    )


def _operation(call: Call) -> Any:
    """What computes a call: the operation, or where it is a container's own result, the last one in that."""
    return bare_operation(call.result_of) or call.operation


def _kind(call: Call) -> Kind:
    return kind_of(_operation(call), len(call.arguments))


def _values(calls: tuple[Call, ...], edges: tuple[Edge, ...]) -> dict[str, Value]:
    """What the numbers of each call are (see `schema.Value`).

    Linear layers, normalisations and sums are pre-activation where each of their consumers is an activation, directly
    or after normalisations only.
    """
    kinds = {call.name: _kind(call) for call in calls}
    consumers: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        consumers[edge.source].append(edge.target)
    leads_to_activation: dict[str, bool] = {}
    for call in reversed(calls):
        leads_to_activation[call.name] = bool(consumers[call.name]) and all(
            kinds[name] == "activation" or (kinds[name] == "normalisation" and leads_to_activation[name])
            for name in consumers[call.name]
        )
    return {call.name: _value(call, kinds[call.name], leads_to_activation[call.name]) for call in calls}


def _value(call: Call, kind: Kind, leads_to_activation: bool) -> Value:
    if kind == "input":
        return "input"
    if kind == "activation":
        return "post-activation"
    operation = _operation(call)
    if kind in _HAS_OWN_ACTIVATION and activation_of(operation) not in _LINEAR:
        return "post-activation"
    adds = kind == "merge" and type(operation).__name__ == "Add"
    if leads_to_activation and (kind in (*_HAS_OWN_ACTIVATION, "normalisation") or adds):
        return "pre-activation"
    return "value"
