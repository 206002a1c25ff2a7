"""Layers models of TF.js: a `model.json` with its weights in binary files beside it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.models.budget import weights_limited
from exporter.models.containers import read_bounded, read_json
from exporter.models.errors import ModelError
from exporter.models.legacy.hdf5 import version_number
from exporter.models.legacy.kernels import Origin
from exporter.models.legacy.rebuild import Rebuilt, rebuild
from exporter.models.legacy.weights import Stored, assign_by_name
from exporter.models.safety import check_config

_DTYPES = ("float32", "float16", "int32", "uint8", "uint16", "bool")
_NO_LAYERS = (
    "it is a graph model, which has no Keras layers; open the model that it was converted from, or convert that one "
    "with --output_format=tfjs_layers_model"
)


@dataclass(frozen=True)
class _Entry:
    """One array as the manifest describes it: how it lies in the file, and what it was before."""

    name: str
    shape: tuple[int, ...]
    stored: str
    original: str
    scale: float
    low: float

    @property
    def count(self) -> int:
        return int(np.prod(self.shape, dtype=object))

    @property
    def n_bytes(self) -> int:
        return self.count * np.dtype(self.stored).itemsize

    def array(self, data: memoryview) -> NDArray[Any]:
        """The values; of whole numbers that stand for others, `value * scale + low`."""
        values = np.frombuffer(data, np.dtype(self.stored).newbyteorder("<")).reshape(self.shape)
        if self.stored not in ("uint8", "uint16") or self.original == self.stored:
            return values.astype(self.original)
        restored = values.astype(np.float64) * self.scale + self.low
        return (np.rint(restored) if np.dtype(self.original).kind in "iu" else restored).astype(self.original)


def open_tfjs(path: Path, *, unsafe: bool = False) -> keras.Model:
    """The model of a TF.js `model.json`, with its weights.

    Raises
    ------
    ModelError
        a graph model, a damaged file, weights that are missing, cut off or do not fit; code (unless `unsafe`).
    """
    described = read_json(read_bounded(path), path)
    topology = described.get("modelTopology") if isinstance(described, dict) else None
    if not isinstance(topology, dict):
        raise ModelError("not a TF.js model", expected="a model.json with a modelTopology", path=path)
    if described.get("format") == "graph-model" or "node" in topology:
        raise ModelError("the model.json cannot be shown", remedy=_NO_LAYERS, path=path)
    config = topology.get("model_config", topology)
    if isinstance(config, str):
        config = read_json(config.encode(), path)
    version = version_number(topology.get("keras_version"), unsaid=2)
    if not unsafe:
        check_config(config, path, is_legacy=version < 3)
    groups = [_Group(path, each) for each in _manifest(described, path)]
    with weights_limited(sum(group.count for group in groups), path):
        rebuilt = rebuild(config, version) if version < 3 else _of_keras_3(config, path, unsafe)
    stored = [each for group in groups for each in group.stored()]
    assign_by_name(rebuilt, stored, Origin(2))
    return rebuilt.model


def _of_keras_3(config: Any, path: Path, unsafe: bool) -> Rebuilt:
    try:
        if isinstance(config, dict) and "module" in config:
            model = keras.saving.deserialize_keras_object(config, safe_mode=not unsafe)
        else:
            model = keras.models.model_from_json(json.dumps(config))
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError("the model cannot be rebuilt from its configuration", got=first, path=path) from error
    inside: dict[int, Mapping[str, Any]] = {}
    _note_layers(model, inside)
    return Rebuilt(model, inside[id(model)], inside)


def _note_layers(model: Any, inside: dict[int, Mapping[str, Any]]) -> None:
    inside[id(model)] = {layer.name: layer for layer in model.layers}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            _note_layers(layer, inside)


def _manifest(described: Mapping[str, Any], path: Path) -> list[Mapping[str, Any]]:
    groups = described.get("weightsManifest")
    is_whole = isinstance(groups, list) and all(
        isinstance(group, dict) and isinstance(group.get("paths"), list) and isinstance(group.get("weights"), list)
        for group in groups
    )
    if not is_whole:
        raise ModelError("the model.json has no weights", expected="a weightsManifest", path=path)
    return list(groups or [])


class _Group:
    """Arrays that lie one after another in some files. Sizes are compared before anything is read."""

    def __init__(self, path: Path, described: Mapping[str, Any]) -> None:
        self.entries = [_entry(each, path) for each in described["weights"]]
        self.files = [_shard(path, each) for each in described["paths"]]
        expected_bytes = sum(entry.n_bytes for entry in self.entries)
        found_bytes = sum(file.stat().st_size for file in self.files)
        if expected_bytes != found_bytes:
            raise ModelError(
                "the weights beside the model.json are not as long as it says",
                expected=f"{expected_bytes} bytes in {', '.join(file.name for file in self.files)}",
                got=found_bytes,
                remedy="fetch the files again",
                path=path,
            )

    @property
    def count(self) -> int:
        return sum(entry.count for entry in self.entries)

    def stored(self) -> Iterator[Stored]:
        """The arrays, all of whose bytes have been read."""
        data = memoryview(b"".join(file.read_bytes() for file in self.files))  # its parts are no copies
        start = 0
        for entry in self.entries:
            yield Stored(entry.name, functools.partial(entry.array, data[start : start + entry.n_bytes]))
            start += entry.n_bytes


def _entry(described: Any, path: Path) -> _Entry:
    try:
        name, shape, dtype = described["name"], tuple(described["shape"]), described["dtype"]
        coded = described.get("quantization") or {}
        stored, scale, low = coded.get("dtype", dtype), float(coded.get("scale", 1)), float(coded.get("min", 0))
        original = coded.get("original_dtype", dtype)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError("the weightsManifest is damaged", got=repr(described)[:80], path=path) from error
    is_shape = all(isinstance(size, int) and not isinstance(size, bool) and size >= 0 for size in shape)
    if not (isinstance(name, str) and is_shape and {stored, original} <= set(_DTYPES)):
        raise ModelError(
            "an array of the weightsManifest cannot be read",
            expected=f"a shape and one of {', '.join(_DTYPES)}",
            got=repr(described)[:120],
            path=path,
        )
    return _Entry(name, shape, stored, original, scale, low)


def _shard(path: Path, name: Any) -> Path:
    """A file with weights, which must lie in the folder of the `model.json` or below."""
    text = str(name)
    pure = PurePosixPath(text)
    folder = path.parent.resolve()
    if "\\" in text or ":" in text or pure.is_absolute() or ".." in pure.parts:
        raise ModelError("the model.json names weights outside its folder", got=repr(text), path=path)
    file = (folder / pure).resolve()
    if not file.is_relative_to(folder):
        raise ModelError("the model.json names weights outside its folder", got=repr(text), path=path)
    if not file.is_file():
        raise ModelError("the weights beside the model.json are missing", expected=text, path=path)
    return file
