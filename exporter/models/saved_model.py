"""SavedModel folders: rebuilt layer by layer where tf.keras left the configuration, else seen from outside only."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from exporter.backend import keras, saved_model_pb2, tf, trackable_object_graph_pb2
from exporter.models.budget import weights_limited
from exporter.models.containers import read_bounded, read_json
from exporter.models.errors import ModelError
from exporter.models.legacy.kernels import Origin
from exporter.models.legacy.rebuild import rebuild
from exporter.models.legacy.weights import Stored, assign_by_name
from exporter.models.protobuf import fields_of
from exporter.models.safety import check_config
from exporter.models.saved_graph import check_operations

_GRAPH, _METADATA, _VARIABLES = "saved_model.pb", "keras_metadata.pb", "variables/variables"
_LARGEST_GRAPH_BYTES = 2**31 - 1
_OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"
_NOT_OF_LAYERS = ("optimizer", "save_counter", "keras_api/", "_CHECKPOINTABLE")
_NUMBERED = re.compile(r"layer_with_weights-(\d{1,9})/")
_ENDPOINTS = ("serve", "serving_default")


def open_saved_model(path: Path, *, unsafe: bool = False) -> tuple[keras.Model, tuple[str, ...]]:
    """The model in a SavedModel folder, and what the user should know of it.

    Where tf.keras stored the layers' configuration the model is rebuilt from it and its graph is never run. Otherwise
    the graph becomes one layer, of which only inputs and outputs can be seen.

    Raises
    ------
    ModelError
        no SavedModel; a graph that reads or writes files or runs code (unless `unsafe`); no signature to call.
    """
    if not (path / _GRAPH).is_file():
        raise ModelError("not a model folder", expected=f"{_GRAPH} or model.json in it", got="a folder", path=path)
    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString(read_bounded(path / _GRAPH, _LARGEST_GRAPH_BYTES))
    except Exception as error:
        raise ModelError("the SavedModel is damaged", got=str(error).splitlines()[0], path=path) from error
    if not saved.meta_graphs:
        raise ModelError("the SavedModel is damaged", expected="a graph", path=path)
    metadata = _metadata(path, saved)
    reason = "the file does not say which layers it is made of"
    if metadata is not None:
        if not unsafe:
            check_config(metadata, path, is_legacy=True)
        try:
            return _rebuilt(path, metadata), ()
        except ModelError as error:
            reason = f"its layers cannot be rebuilt ({error.what})"
    if not unsafe:
        check_operations(saved, path)
    note = f"{path.name}: only the inputs and outputs of this SavedModel can be seen, since {reason}"
    return _as_one_layer(path, saved), (f"{note}; save the model as .keras to see inside",)


def _metadata(path: Path, saved: Any) -> Mapping[str, Any] | None:
    """What tf.keras stored of the model as a whole: its class and configuration."""
    texts = list(_metadata_texts(path)) or [
        node.user_object.metadata.encode() for node in saved.meta_graphs[0].object_graph_def.nodes[:1]
    ]
    for text in texts[:1]:
        stored = _plain(read_json(text, path)) if text else None
        if isinstance(stored, dict):
            found = stored.get("model_config") or {key: stored.get(key) for key in ("class_name", "config")}
            if isinstance(found, dict) and isinstance(found.get("config"), dict) and "layers" in found["config"]:
                return found
    return None


def _plain(value: Any) -> Any:
    """The same with tuples and shapes, which tf.keras writes as objects, as lists."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") in ("__tuple__", "TensorShape") and "items" in value:
        return _plain(value["items"])
    return {key: _plain(part) for key, part in value.items()}


def _metadata_texts(path: Path) -> Iterator[bytes]:
    """The descriptions in `keras_metadata.pb`, that of the model itself first."""
    file = path / _METADATA
    if not file.is_file():
        return
    nodes = [dict(fields_of(node)) for _, node in fields_of(read_bounded(file)) if isinstance(node, bytes)]
    for node in sorted(nodes, key=lambda node: node.get(3) != b"root"):
        if isinstance(text := node.get(5), bytes):
            yield text


def _rebuilt(path: Path, metadata: Mapping[str, Any]) -> keras.Model:
    reader = _variables(path)
    shapes = reader.get_variable_to_shape_map()
    with weights_limited(sum(math.prod(shape) for shape in shapes.values()), path):
        rebuilt = rebuild(dict(metadata), 2)
    weighted = [name for name, layer in rebuilt.layers.items() if layer.weights]
    assign_by_name(rebuilt, list(_stored(reader, weighted)), Origin(2))
    return rebuilt.model


def _variables(path: Path) -> Any:
    """A reader of the variables, none of which is larger than the files that hold them."""
    files = list(path.glob(f"{_VARIABLES}.data-*"))
    held_bytes = sum(file.stat().st_size for file in files)
    try:
        reader = tf.train.load_checkpoint(str(path / _VARIABLES))
        dtypes = reader.get_variable_to_dtype_map()
        shapes = reader.get_variable_to_shape_map()
    except Exception as error:
        raise ModelError("the variables of the SavedModel cannot be read", path=path) from error
    declared_bytes = sum(math.prod(shape) * dtypes[key].size for key, shape in shapes.items() if dtypes[key].size)
    if declared_bytes > held_bytes:
        raise ModelError(
            "the variables of the SavedModel are cut off",
            expected=f"{declared_bytes} bytes",
            got=held_bytes,
            path=path,
        )
    return reader


def _stored(reader: Any, weighted: Sequence[str]) -> Iterator[Stored]:
    """The variables under their full names; of those without one, the layer is told by its number in the key."""
    graph = trackable_object_graph_pb2.TrackableObjectGraph()
    graph.ParseFromString(reader.get_tensor(_OBJECTS))
    for attribute in (attribute for node in graph.nodes for attribute in node.attributes):
        key, name = attribute.checkpoint_key, attribute.full_name
        if not name or key.startswith(_NOT_OF_LAYERS) or "OPTIMIZER_SLOT" in key:
            continue
        numbered = _NUMBERED.match(key)
        if "/" not in name and numbered and int(numbered[1]) < len(weighted):
            name = f"{weighted[int(numbered[1])]}/{name}"
        yield Stored(name, functools.partial(reader.get_tensor, key))


def _as_one_layer(path: Path, saved: Any) -> keras.Model:
    signatures = saved.meta_graphs[0].signature_def
    endpoint = next((each for each in _ENDPOINTS if each in signatures), None)
    if endpoint is None:
        found = ", ".join(name for name in signatures if not name.startswith("__")) or "none"
        raise ModelError(
            "the SavedModel has nothing that can be called", expected=" or ".join(_ENDPOINTS), got=found, path=path
        )
    described = signatures[endpoint].inputs
    if len(described) != 1:
        raise ModelError("the SavedModel cannot be shown", expected="one input", got=f"{len(described)}", path=path)
    (name, tensor), *_ = described.items()
    shape = tuple(None if each.size < 0 else each.size for each in tensor.tensor_shape.dim)
    try:
        layer = keras.layers.TFSMLayer(str(path), call_endpoint="serving_default" if endpoint != "serve" else endpoint)
        given = keras.Input(batch_shape=(None, *shape[1:]), dtype=tf.dtypes.as_dtype(tensor.dtype).name, name=name)
        outputs = layer(given)
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError("the SavedModel cannot be called", got=first, path=path) from error
    listed = keras.tree.flatten(outputs)
    return keras.Model(given, listed[0] if len(listed) == 1 else listed, name=path.name.replace("/", "_"))
