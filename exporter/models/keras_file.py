"""Models in `.keras` files: a zip with the configuration in JSON and the weights in HDF5."""

from __future__ import annotations

import functools
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from exporter.backend import keras
from exporter.models.budget import weights_limited
from exporter.models.containers import LARGEST_CONFIG_BYTES, check_zip, datasets_of, read_json
from exporter.models.errors import ModelError
from exporter.models.legacy.hdf5 import version_number
from exporter.models.legacy.kernels import Origin
from exporter.models.legacy.rebuild import Rebuilt, rebuild
from exporter.models.legacy.weights import Stored, assign_leaf
from exporter.models.safety import check_config

_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_CONTAINERS = ("layers", "_layer_checkpoint_dependencies")


def open_keras_file(path: Path, *, unsafe: bool = False) -> keras.Model:
    """The model of a `.keras` file of Keras 3, or of Keras 2.12 and later.

    Raises
    ------
    ModelError
        a damaged file; one that would run code (unless `unsafe`), read other files, or take more memory than it is
        worth. What Keras itself raises for a file of Keras 3 is passed on.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ModelError("the model cannot be loaded", expected="a .keras file", got=error, path=path) from error
    with archive:
        check_zip(archive, path)
        config = read_json(_part(archive, _CONFIG, path), path)
        metadata = read_json(_part(archive, _METADATA, path), path) if _METADATA in archive.namelist() else {}
        version = version_number(metadata.get("keras_version") if isinstance(metadata, dict) else None, unsaid=3)
        if not unsafe:
            check_config(config, path, is_legacy=version < 3)
        stored = sum(_count(archive, info, path) for info in archive.infolist() if _holds_weights(info.filename))
        with weights_limited(stored, path):
            if version >= 3:
                return keras.models.load_model(path, compile=False, safe_mode=not unsafe)
            rebuilt = rebuild(config, 2)
        if _WEIGHTS not in archive.namelist():
            raise ModelError("the file has a model, but no weights", path=path)
        with _hdf5(archive, archive.getinfo(_WEIGHTS)) as file:
            _fill(file, rebuilt.model, config, rebuilt)
    return rebuilt.model


def _part(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    if name not in archive.namelist():
        raise ModelError("not a Keras model", expected=f"{name} in the zip", path=path)
    if archive.getinfo(name).file_size > LARGEST_CONFIG_BYTES:
        raise ModelError("the model's configuration is too large", got=archive.getinfo(name).file_size, path=path)
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ModelError("the model file is damaged", got=error, path=path) from error


def _holds_weights(name: str) -> bool:
    return name.endswith((".weights.h5", ".weights.npz"))


def _count(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> int:
    """How many numbers are stored as weights, at most."""
    if not info.filename.endswith(".h5"):
        return info.file_size
    try:
        with _hdf5(archive, info) as file:
            return sum(int(np.prod(each.shape or (), dtype=object)) for each in datasets_of(file, path))
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError("the weights in the model file are damaged", got=error, path=path) from error


def _hdf5(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> h5py.File:
    """A part of the archive as HDF5; of a part that is not packed nothing is copied."""
    if info.compress_type != zipfile.ZIP_STORED or archive.filename is None:
        return h5py.File(io.BytesIO(archive.read(info)), "r")
    return h5py.File(_Window(Path(archive.filename), info), "r")


class _Window(io.RawIOBase):
    """A part of a file as a file of its own."""

    def __init__(self, path: Path, info: zipfile.ZipInfo) -> None:
        self.file = path.open("rb")
        self.file.seek(info.header_offset + 26)
        name_bytes, extra_bytes = np.frombuffer(self.file.read(4), "<u2").tolist()
        self.start = info.header_offset + 30 + name_bytes + extra_bytes
        self.size = info.file_size
        self.place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = offset + (0, self.place, self.size)[whence]
        return self.place

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        self.file.seek(self.start + self.place)
        data = self.file.read(max(0, min(len(view), self.size - self.place)))
        view[: len(data)] = data
        self.place += len(data)
        return len(data)

    def close(self) -> None:
        self.file.close()
        super().close()


def _fill(group: h5py.Group, layer: Any, entry: Any, rebuilt: Rebuilt) -> None:
    """Give a layer and all that is inside it their weights: groups are named after attributes."""
    for name, inner in group.items():
        if name == "vars":
            arrays = [Stored(key, functools.partial(inner[key].__getitem__, ())) for key in sorted(inner, key=int)]
            if arrays:
                assign_leaf(layer.name, layer, arrays, Origin(2))
        elif name in _CONTAINERS and isinstance(layer, keras.Model):
            for part, child, described in _named_parts(layer, entry, rebuilt):
                if part in inner:
                    _fill(inner[part], child, described, rebuilt)
        elif isinstance(child := getattr(layer, name, None), keras.layers.Layer):
            _fill(inner, child, entry, rebuilt)


def _named_parts(model: keras.Model, entry: Any, rebuilt: Rebuilt) -> Iterator[tuple[str, Any, Any]]:
    """The layers of a model under the names that their groups have: the class, and a number from the second on."""
    seen: Counter[str] = Counter()
    layers = rebuilt.inside[id(model)]
    for described in entry["config"]["layers"]:
        name = _snake(described["class_name"])
        part = f"{name}_{seen[name]}" if seen[name] else name
        seen[name] += 1
        child = layers.get(described.get("name") or described["config"].get("name"))
        if child is not None:
            yield part, child, described


def _snake(name: str) -> str:
    """A class name as Keras writes it in files.

    >>> _snake("LeakyReLU"), _snake("Conv2D")
    ('leaky_re_lu', 'conv2d')
    """
    first = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", first).lower()
