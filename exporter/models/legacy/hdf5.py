"""Whole models in HDF5 files of Keras 1, Keras 2 and tf.keras."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from exporter.backend import keras
from exporter.models.budget import weights_limited
from exporter.models.containers import LARGEST_CONFIG_BYTES, datasets_of, read_json
from exporter.models.errors import ModelError
from exporter.models.legacy.kernels import Origin
from exporter.models.legacy.rebuild import rebuild
from exporter.models.legacy.weights import Stored, assign
from exporter.models.safety import check_config


def stored_config(file: h5py.File, path: Path) -> Any:
    """The configuration of the model in an HDF5 file, or `None` where it has none."""
    text = file.attrs.get("model_config")
    if text is None:
        return None
    data = text if isinstance(text, bytes) else str(text).encode()
    if len(data) > LARGEST_CONFIG_BYTES:
        raise ModelError("the model's configuration is too large", got=f"{len(data)} bytes", path=path)
    return read_json(data, path)


def stored_version(file: h5py.File) -> int:
    """Which Keras wrote the file: 1, 2 or 3. The first ones did not say."""
    weights = file.get("model_weights")
    said = file.attrs.get("keras_version", weights.attrs.get("keras_version") if weights is not None else None)
    return version_number(said, unsaid=1)


def version_number(said: Any, *, unsaid: int) -> int:
    """The first number of a version such as `2.2.4-tf`.

    >>> version_number(b"2.2.4-tf", unsaid=1), version_number(None, unsaid=1), version_number("tfjs-layers 4", unsaid=2)
    (2, 1, 2)
    """
    text = said.decode() if isinstance(said, bytes) else str(said or "")
    first = text.partition(".")[0]
    return int(first) if first.isdecimal() and 1 <= int(first) <= 9 else unsaid


def open_legacy_h5(file: h5py.File, config: Any, path: Path, *, unsafe: bool) -> keras.Model:
    """The model of an HDF5 file of Keras 1 or 2, with its weights.

    Raises
    ------
    ModelError
        a configuration that would run code (unless `unsafe`), or that cannot be rebuilt; weights that do not fit it.
    """
    version = stored_version(file)
    if not unsafe:
        check_config(config, path, is_legacy=True)
    group = file.get("model_weights")
    if not isinstance(group, h5py.Group):
        raise ModelError("the file has a model, but no weights", path=path)
    sizes = sum(int(np.prod(each.shape or (), dtype=object)) for each in datasets_of(file, path))
    origin = Origin(version, _text(file.attrs.get("backend", group.attrs.get("backend", "tensorflow"))))
    with weights_limited(sizes, path):
        rebuilt = rebuild(config, version)
    assign(rebuilt, {name: list(_arrays(group, name, path)) for name in _names(group, "layer_names")}, origin)
    return rebuilt.model


def _arrays(group: h5py.Group, layer: str, path: Path) -> Iterator[Stored]:
    inner = group.get(layer)
    if not isinstance(inner, h5py.Group):
        raise ModelError(f"the weights of the layer {layer!r} are missing", path=path)
    for name in _names(inner, "weight_names"):
        dataset = inner.get(name)
        if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "fiub":
            raise ModelError(f"the weights of the layer {layer!r} are missing", expected=repr(name), path=path)
        yield Stored(name, functools.partial(dataset.__getitem__, ()))


def _names(group: h5py.Group, attribute: str) -> list[str]:
    """The names in an attribute, which is cut into numbered ones where they are many."""
    if attribute in group.attrs:
        return [_text(name) for name in group.attrs[attribute]]
    found: list[str] = []
    for nth in itertools.count():
        part = group.attrs.get(f"{attribute}{nth}")
        if part is None:
            return found
        found += [_text(name) for name in part]
    return found


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
