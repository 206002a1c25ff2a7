"""What the configuration of a stranger's model would make Keras do, looked at before Keras sees it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from exporter.backend import keras
from exporter.models.errors import ModelError

_CODE = {
    "Lambda": "a Lambda layer, whose code would run from the file",
    "__lambda__": "a Python lambda, whose code would run from the file",
    "TFSMLayer": "a TFSMLayer, which runs the graph of another file",
    "TorchModuleWrapper": "a TorchModuleWrapper, which unpickles code",
    "JaxLayer": "a JaxLayer, which runs code",
    "FlaxLayer": "a FlaxLayer, which runs code",
}
_READERS = {"StringLookup", "IntegerLookup", "IndexLookup", "TextVectorization"}
_READ_BY_NAME = ("vocabulary", "vocabulary_file", "filepath", "file_path", "filename")
_VALUES = {"__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__", "__tuple__"}
_FUNCTION_ROOMS = ("activations", "initializers", "regularizers", "constraints", "losses", "metrics", "ops")
_ROOMS = (
    *_FUNCTION_ROOMS,
    "layers",
    "models",
    "optimizers",
    "dtype_policies",
    "random",
    "quantizers",
    "legacy",
    "_legacy",
)
"""The parts of Keras that a model is made of; the others read files, load models or change Keras' settings."""
_DEEPEST = 500
_REMEDY = "pass --unsafe if you trust whoever made the file"


def check_config(config: Any, path: Path, *, is_legacy: bool = False) -> None:
    """Refuse a stored configuration that would run code or read other files.

    Parameters
    ----------
    config : parsed JSON; every object in it is looked at, wherever it hides.
    path : of the file, for the message.
    is_legacy : of Keras 1 or 2: its classes are looked up by name alone, and not here.

    Raises
    ------
    ModelError
        Lambda layers and other code; functions and classes that are neither of Keras nor registered; names of files;
        nesting without end.
    """
    if isinstance(config, dict):  # how it was trained is not looked at by anyone
        config = {key: value for key, value in config.items() if key != "compile_config"}
    for entry in _objects(config, path):
        _check_object(entry, path, is_legacy)


def _objects(config: Any, path: Path) -> Iterator[Mapping[str, Any]]:
    pending: list[tuple[Any, int]] = [(config, 0)]
    while pending:
        value, depth = pending.pop()
        if depth > _DEEPEST:
            raise ModelError("the model's configuration is nested too deep", expected=f"{_DEEPEST} levels", path=path)
        if isinstance(value, dict):
            yield value
            pending += [(part, depth + 1) for part in value.values()]
        elif isinstance(value, list):
            pending += [(part, depth + 1) for part in value]


def _check_object(entry: Mapping[str, Any], path: Path, is_legacy: bool) -> None:
    for key in _READ_BY_NAME:
        if isinstance(entry.get(key), str):
            raise _refused(f"it would read the file {entry[key]!r}", entry, path)
    name = entry.get("class_name")
    if name is None or "config" not in entry:
        return
    if not isinstance(name, str):
        raise ModelError("the model's configuration is damaged", expected="the name of a class", got=name, path=path)
    if (code := _CODE.get(name.rpartition(">")[2])) is not None:
        raise _refused(f"it has {code}", entry, path)
    if name.rpartition(">")[2] in _READERS:
        _check_vocabulary(entry, path)
    if not is_legacy and name not in _VALUES:
        (_check_function if name == "function" else _check_class)(entry, path)


def _check_vocabulary(entry: Mapping[str, Any], path: Path) -> None:
    inner = entry["config"]
    if isinstance(inner, dict) and isinstance(inner.get("vocabulary"), str):
        raise _refused(f"it would read the file {inner['vocabulary']!r}", entry, path)


def _refused(what: str, entry: Mapping[str, Any], path: Path) -> ModelError:
    inner = entry.get("config")
    name = (inner.get("name") if isinstance(inner, dict) else None) or entry.get("name")
    where = f" in the layer {name!r}" if isinstance(name, str) else ""
    return ModelError(f"the model is refused, since {what}{where}", remedy=_REMEDY, path=path)


def _check_function(entry: Mapping[str, Any], path: Path) -> None:
    name, module = entry["config"], entry.get("module")
    if not isinstance(name, str) or not (module is None or isinstance(module, str)):
        raise ModelError("the model's configuration is damaged", expected="the name of a function", path=path)
    if _registered(name) is not None or _registered(str(entry.get("registered_name"))) is not None:
        return
    parts = (module or "builtins").split(".")
    if parts == ["builtins"] or (parts[0] == "keras" and _room(parts) in _FUNCTION_ROOMS):
        if parts != ["builtins"] or any(hasattr(getattr(keras, room), name) for room in _FUNCTION_ROOMS):
            return
        raise unknown(name, path)
    raise _refused(f"it would call {module}.{name}", entry, path)


def _check_class(entry: Mapping[str, Any], path: Path) -> None:
    name, module = entry["class_name"], entry.get("module")
    if _registered(str(entry.get("registered_name") or name)) is not None or _registered(name) is not None:
        return
    parts = str(module or "keras").split(".")
    if parts[0] != "keras":
        raise unknown(name, path)
    if _room(parts) not in (*_ROOMS, ""):
        raise _refused(f"it would use {module}.{name}", entry, path)
    if not _is_class(name, ".".join(parts)):
        raise unknown(name, path) if module is None else _refused(f"it would use {module}.{name}", entry, path)


def _is_class(name: str, module: str) -> bool:
    """Whether Keras has a class of that name in that module: functions would be taken from there as well."""
    if module.startswith("keras.src."):
        return inspect.isclass(vars(sys.modules.get(module, inspect)).get(name))
    return name in _public_classes()


def _room(parts: list[str]) -> str:
    """Which part of Keras a module is in: `layers` of `keras.src.layers.core.dense`."""
    inner = [part for part in parts[1:] if part != "src"]
    return inner[0] if inner else ""


def _registered(name: str) -> Any:
    return keras.saving.get_registered_object(name)


@cache
def _public_classes() -> Collection[str]:
    rooms = [getattr(keras, room) for room in _ROOMS if hasattr(keras, room)]
    found = {name for room in (keras, *rooms) for name, value in vars(room).items() if inspect.isclass(value)}
    return found | {"Functional"}


def unknown(name: str, path: Path | None) -> ModelError:
    """The error of a class that nobody registered."""
    return ModelError(
        f"the model uses {name!r}, which Keras does not know",
        remedy="register it with @keras.saving.register_keras_serializable() in a module and pass --import MODULE",
        path=path,
    )
