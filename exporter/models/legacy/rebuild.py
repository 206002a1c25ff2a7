"""A model out of the configuration that Keras 1 or 2 stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.backend import keras
from exporter.models.errors import ModelError
from exporter.models.legacy.first import Config
from exporter.models.legacy.mend import input_shape_of, mended_layer, plain_name
from exporter.models.legacy.operations import operation_of
from exporter.models.safety import unknown

_GRAPHS = ("Model", "Functional", "Container", "Network")
_OPERATIONS = ("TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty")
_RECURRENT = (keras.layers.RNN, keras.layers.Bidirectional)


@dataclass
class Rebuilt:
    """A model, and its layers under the names and in the order that the file has them.

    `layers` maps the stored name of each layer to the layer; `inside` has the same of each model inside, under the id
    of that model.
    """

    model: keras.Model
    layers: Mapping[str, keras.layers.Layer]
    inside: Mapping[int, Mapping[str, keras.layers.Layer]]


@dataclass
class _Graph:
    """A functional model while it is rebuilt: its layers, what their calls gave, and where counting begins."""

    layers: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, list[list[Any]]] = field(default_factory=dict)
    first_call: dict[str, int] = field(default_factory=dict)

    def tensor(self, name: str, call: int, place: int) -> Any:
        """What a call gave, or `None` where it has not been made yet."""
        made = self.outputs.get(name, [])
        nth = call - self.first_call.get(name, 0)
        if not 0 <= nth < len(made):
            return None
        if place >= len(made[nth]):
            raise ModelError(f"the layer {name!r} has no output {place}")
        return made[nth][place]


class _Builder:
    def __init__(self, version: int) -> None:
        self.version = version
        self.inside: dict[int, dict[str, Any]] = {}

    def layer(self, entry: Config) -> Any:
        """The layer of an entry: a model, a wrapper, or a plain one."""
        _check_entry(entry)
        class_name = entry["class_name"]
        if class_name == "Sequential":
            return self.sequential(entry["config"])
        if class_name in _GRAPHS or {"layers", "output_layers"} <= set(entry["config"]):
            return self.functional(entry["config"])
        return mended_layer(entry, self.version, self.layer)

    def sequential(self, config: Config | list[Config]) -> keras.Model:
        """A stack of layers; the input is that of the first layer that states a shape."""
        entries = config if isinstance(config, list) else config["layers"]
        settings: Config = {} if isinstance(config, list) else config
        model = keras.Sequential(name=plain_name(settings["name"]) if settings.get("name") else None)
        layers: dict[str, Any] = {}
        for place, entry in enumerate(entries):
            _check_entry(entry)
            if place == 0 and (first := _input_of(entry, settings)) is not None:
                model.add(first)
            if entry["class_name"] == "InputLayer":
                continue
            layer = self.layer(entry)
            model.add(layer)
            layers[_name_of(entry, layer)] = layer
        self.inside[id(model)] = layers
        return model

    def functional(self, config: Config) -> keras.Model:
        """A graph of layers, called in the order in which their inputs come to be."""
        graph, pending = _Graph(), []
        for entry in config["layers"]:
            _check_entry(entry)
            name = entry.get("name") or entry["config"].get("name")
            nodes = [_Node(name, node) for node in entry.get("inbound_nodes") or []]
            graph.layers[name] = self._call_target(entry, name, graph)
            pending += nodes
        _set_first_calls(graph, config)
        self._call_all(graph, pending)
        inputs = [_tensor(graph, each) for each in _listed(config["input_layers"])]
        outputs = [_tensor(graph, each) for each in _listed(config["output_layers"])]
        name = plain_name(config["name"]) if config.get("name") else None
        model = keras.Model(_one_or_all(inputs), _one_or_all(outputs), name=name)
        if config.get("trainable") is False:
            model.trainable = False
        self.inside[id(model)] = {
            name: each for name, each in graph.layers.items() if isinstance(each, keras.layers.Layer)
        }
        return model

    def _call_target(self, entry: Config, name: str, graph: _Graph) -> Any:
        class_name, inner = entry["class_name"], entry["config"]
        if class_name == "InputLayer":
            shape = input_shape_of(inner)
            if shape is None:
                raise ModelError(f"the input {name!r} states no shape")
            tensor = keras.Input(batch_shape=shape, dtype=inner.get("dtype") or None, name=plain_name(name))
            graph.outputs[name] = [[tensor]]
            return tensor._keras_history.operation
        if class_name in _OPERATIONS:
            return operation_of(str(inner.get("function", class_name)), name)
        if class_name == "TensorFlowOpLayer":
            raise ModelError(
                f"the layer {name!r} is a node of a TensorFlow graph, for which Keras 3 has no layer",
                remedy="save the model with this part as a registered layer",
            )
        return self.layer({**entry, "config": {"name": name, **inner} if isinstance(inner, dict) else inner})

    def _call_all(self, graph: _Graph, pending: list[_Node]) -> None:
        while pending:
            waiting = []
            called: set[str] = set()  # calls of one layer keep their order
            for node in pending:
                if node.layer in called or not node.is_ready(graph):
                    waiting.append(node)
                    called.add(node.layer)
                else:
                    graph.outputs.setdefault(node.layer, []).append(node.call(graph))
            if len(waiting) == len(pending):
                raise ModelError("the model's graph has a loop or a gap", got=f"no input for {waiting[0].layer!r}")
            pending = waiting


class _Node:
    """One call of a layer: what it is called on."""

    def __init__(self, layer: str, data: Any) -> None:
        self.layer = layer
        entries = _listed(data)
        if not entries or not all(isinstance(each, list) and len(each) >= 3 for each in entries):
            raise ModelError(f"the inputs of the layer {layer!r} cannot be read", got=repr(data)[:80])
        self.entries = entries
        self.settings: Config = dict(entries[0][3]) if len(entries[0]) > 3 else {}

    def is_ready(self, graph: _Graph) -> bool:
        """Whether all that it is called on has come to be."""
        named = [*self.entries, *_references(self.settings, graph)]
        return all(each[0] == "_CONSTANT_VALUE" or graph.tensor(*each[:3]) is not None for each in named)

    def call(self, graph: _Graph) -> list[Any]:
        """What the layer gives, as a list."""
        target = graph.layers[self.layer]
        tensors = [each[2] if each[0] == "_CONSTANT_VALUE" else graph.tensor(*each[:3]) for each in self.entries]
        settings = {key: _resolved(value, graph) for key, value in self.settings.items()}
        if isinstance(target, keras.layers.Layer):
            settings = {key: value for key, value in settings.items() if value is not None}
            settings.pop("training", None)
        if isinstance(target, _RECURRENT) and len(tensors) > 1:
            result = target(tensors[0], initial_state=tensors[1:], **settings)
        else:
            result = target(_one_or_all(tensors), **settings)
        made = list(keras.tree.flatten(result))
        if not isinstance(target, keras.layers.Layer):
            _name_operations(self.layer, made)
        return made


def rebuild(config: Config, version: int) -> Rebuilt:
    """The model of a stored configuration, with fresh weights.

    Parameters
    ----------
    config : `class_name` (`Sequential`, `Model`, `Functional`, ...) and `config`, as Keras 1 or 2 or TF.js stored them.
    version : of that Keras, 1 or 2.

    Raises
    ------
    ModelError
        classes that are not known, settings that Keras 3 lacks, a graph that does not close, or no input shape.
    """
    builder = _Builder(version)
    try:
        model = builder.layer(config)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        first = (str(error).strip().splitlines() or [""])[0]
        raise ModelError(
            "the model cannot be rebuilt from its configuration", got=f"{type(error).__name__}: {first}"
        ) from error
    if not isinstance(model, keras.Model):
        raise unknown(str(config["class_name"]), None)
    if not model.built:
        raise ModelError("the model's input has no shape", remedy="save it after it was called or built")
    return Rebuilt(model, builder.inside[id(model)], builder.inside)


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _name_operations(name: str, made: list[Any]) -> None:
    """Call the operations behind some tensors after the stored layer, as their own names may be a layer's here."""
    pending = [tensor._keras_history.operation for tensor in made]
    nth = 0
    while pending:
        operation = pending.pop()
        if isinstance(operation, keras.layers.Layer) or getattr(operation, "named_after", None) is not None:
            continue
        operation.named_after = name
        operation.name = plain_name(name) + (f"_{nth}" if nth else "")
        nth += 1
        pending += [tensor._keras_history.operation for tensor in operation._inbound_nodes[-1].input_tensors]


def _check_entry(entry: Any) -> None:
    if not (isinstance(entry, dict) and isinstance(entry.get("class_name"), str) and "config" in entry):
        raise ModelError("the model's configuration is damaged", expected="a class name and its settings")


def _name_of(entry: Config, layer: Any) -> str:
    inner = entry["config"]
    return str((inner.get("name") if isinstance(inner, dict) else None) or entry.get("name") or layer.name)


def _input_of(entry: Config, settings: Config) -> Any:
    inner = entry["config"] if isinstance(entry["config"], dict) else {}
    while "layers" not in inner and isinstance(inner.get("layer"), dict) and input_shape_of(inner) is None:
        inner = inner["layer"]["config"]
    shape = input_shape_of(inner) or settings.get("build_input_shape")
    if shape is None:
        return None
    is_input = entry["class_name"] == "InputLayer"
    name = plain_name(inner["name"]) + ("" if is_input else "_input") if inner.get("name") else None
    dtype = inner.get("dtype")
    return keras.Input(
        batch_shape=tuple(shape), dtype=dtype if is_input and isinstance(dtype, str) else None, name=name
    )


def _set_first_calls(graph: _Graph, config: Config) -> None:
    """A model inside has been called once before its first call here, unless what refers to it counts otherwise."""
    lowest: dict[str, int] = {}
    for entry in config["layers"]:
        for node in entry.get("inbound_nodes") or []:
            _note_lowest(node, lowest)
    _note_lowest(config["output_layers"], lowest)
    for name, layer in graph.layers.items():
        if isinstance(layer, keras.Model):
            graph.first_call[name] = min(1, lowest.get(name, 1))


def _note_lowest(value: Any, lowest: dict[str, int]) -> None:
    if _is_reference(value):
        lowest[value[0]] = min(value[1], lowest.get(value[0], value[1]))
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _note_lowest(part, lowest)


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and all(isinstance(each, int) for each in value[1:3])
    )


def _listed(value: Any) -> list[Any]:
    """References in a list, also of one that stands alone, or of a dictionary's values."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [value]
    return list(value)


def _references(value: Any, graph: _Graph) -> list[list[Any]]:
    if _is_reference(value) and value[0] in graph.layers:
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for part in parts for found in _references(part, graph)]


def _resolved(value: Any, graph: _Graph) -> Any:
    if _is_reference(value) and value[0] in graph.layers:
        return graph.tensor(*value[:3])
    if isinstance(value, list):
        return [_resolved(part, graph) for part in value]
    return value


def _tensor(graph: _Graph, reference: Any) -> Any:
    found = graph.tensor(*reference[:3]) if _is_reference(reference) else None
    if found is None:
        raise ModelError("the model's inputs or outputs are missing in its graph", got=repr(reference)[:80])
    return found
