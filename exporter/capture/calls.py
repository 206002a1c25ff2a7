"""The calls that a functional model is made of, named and in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exporter.backend import keras
from exporter.bundle.checks import output_name
from exporter.bundle.schema import Edge
from exporter.models.errors import ModelError


@dataclass(frozen=True)
class Call:
    """One call of a Keras layer or operation: `name` for the first, `name:1` for the next one of a shared layer.

    `node` is Keras' record of the call: `input_tensors`, `output_tensors`.
    """

    name: str
    operation: Any
    node: Any
    first_name: str

    @property
    def is_first(self) -> bool:
        """Whether this is the layer's first call, the one that owns its weights."""
        return self.name == self.first_name

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer; else it is a bare operation such as `x * 2`, which owns nothing."""
        return isinstance(self.operation, keras.layers.Layer)


def functional_of(model: keras.Model) -> Any:
    """The graph that a Sequential or functional model is.

    Raises
    ------
    ModelError
        a Sequential model that does not know its input shape; a model that is written as a class with its own `call`.
    """
    if isinstance(model, keras.Sequential):
        if not model.built or model._functional is None:
            raise ModelError(
                f"the model {model.name!r} does not know its input shape",
                remedy="give it a keras.Input first, or call it once on data",
            )
        return model._functional
    if not hasattr(model, "_nodes_by_depth"):
        raise ModelError(
            "the model has no graph that can be read",
            expected="a Sequential or functional model",
            got=f"the class {type(model).__name__} with its own call()",
            remedy="build it as keras.Model(inputs, outputs)",
        )
    return model


def calls_of(model: keras.Model) -> tuple[Call, ...]:
    """Every call of the model's graph, in topological order: inputs first, then as they were made."""
    by_depth = functional_of(model)._nodes_by_depth
    counts: dict[int, int] = {}
    calls = []
    taken: set[str] = set()
    for depth in sorted(by_depth, reverse=True):
        for node in by_depth[depth]:
            operation = node.operation
            nth = counts[id(operation)] = counts.get(id(operation), -1) + 1
            first_name = operation.name if nth else _free_name(operation.name, taken)
            taken.add(first_name)
            calls.append(Call(f"{first_name}:{nth}" if nth else first_name, operation, node, first_name))
    return tuple(calls)


def _free_name(name: str, taken: set[str]) -> str:
    """`name`, or `name_1`, ... where two bare operations have the same one."""
    free, nth = name, 0
    while free in taken:
        nth += 1
        free = f"{name}_{nth}"
    return free


def _producers(calls: tuple[Call, ...]) -> dict[int, tuple[str, int]]:
    return {id(tensor): (call.name, place) for call in calls for place, tensor in enumerate(call.node.output_tensors)}


def edges_of(calls: tuple[Call, ...]) -> tuple[Edge, ...]:
    """Every tensor that goes from one call into another, in the order of the targets."""
    producers = _producers(calls)
    edges = []
    for call in calls:
        for place, tensor in enumerate(call.node.input_tensors):
            source, output = producers[id(tensor)]
            edges.append(Edge(source=source, target=call.name, source_output=output, target_input=place))
    return tuple(edges)


def model_ends(model: keras.Model) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the calls that make the model's inputs, and of those that make its outputs."""
    producers = _producers(calls_of(model))
    functional = functional_of(model)
    inputs, outputs = (
        [producers[id(tensor)][0] for tensor in ends] for ends in (functional.inputs, functional.outputs)
    )
    return tuple(inputs), tuple(outputs)


def output_tensors(calls: tuple[Call, ...]) -> dict[str, Any]:
    """The name of every output in a capture (`name`, `name#1`) to Keras' symbolic tensor."""
    return {
        output_name(call.name, place): tensor for call in calls for place, tensor in enumerate(call.node.output_tensors)
    }
