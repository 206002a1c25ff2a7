"""The graph of a model as a bundle describes it."""

from __future__ import annotations

from collections import defaultdict

from exporter.backend import keras
from exporter.bundle.schema import Edge, Layer, Output, Value
from exporter.capture.calls import Call, calls_of, edges_of
from exporter.capture.kinds import activation_of, kind_of, settings_of
from exporter.capture.weights import variable_names

_LINEAR = (None, "linear")
_HAS_OWN_ACTIVATION = ("dense", "conv", "depthwise")


def graph_of(model: keras.Model) -> tuple[tuple[Layer, ...], tuple[Edge, ...]]:
    """The layers of a model, one per call and in topological order, and the edges between them.

    A model inside the model is one layer of kind `other`.

    Raises
    ------
    ModelError
        the model is neither functional nor a built Sequential one.
    """
    calls = calls_of(model)
    edges = edges_of(calls)
    values = _values(calls, edges)
    return tuple(_layer(call, values[call.name]) for call in calls), edges


def _layer(call: Call, value: Value) -> Layer:
    outputs = tuple(_output(tensor) for tensor in call.node.output_tensors)
    kind = kind_of(call.operation, len(call.node.input_tensors))
    owns = call.is_layer and call.is_first
    return Layer(
        name=call.name,
        kind=kind,
        class_name=type(call.operation).__name__,
        outputs=outputs,
        value=value,
        parameters=int(call.operation.count_params()) if owns else 0,
        shares_weights_with=None if call.is_first or not call.is_layer else call.first_name,
        variables=tuple(variable_names(call.operation)) if owns else (),
        **settings_of(call.operation, kind, outputs[0].shape if outputs else ()),
    )


def _output(tensor: keras.KerasTensor) -> Output:
    return Output(shape=tuple(tensor.shape[1:]), dtype=keras.backend.standardize_dtype(tensor.dtype))


def _values(calls: tuple[Call, ...], edges: tuple[Edge, ...]) -> dict[str, Value]:
    """What the numbers of each call are (see `schema.Value`).

    Linear layers, normalisations and sums are pre-activation where each of their consumers is an activation, directly
    or after normalisations only.
    """
    kinds = {call.name: kind_of(call.operation, len(call.node.input_tensors)) for call in calls}
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


def _value(call: Call, kind: str, leads_to_activation: bool) -> Value:
    if kind == "input":
        return "input"
    if kind == "activation":
        return "post-activation"
    if kind in _HAS_OWN_ACTIVATION and activation_of(call.operation) not in _LINEAR:
        return "post-activation"
    adds = kind == "merge" and type(call.operation).__name__ == "Add"
    if leads_to_activation and (kind in (*_HAS_OWN_ACTIVATION, "normalisation") or adds):
        return "pre-activation"
    return "value"
