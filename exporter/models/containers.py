"""Zip and HDF5 files looked at from outside, before anything in them is read."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import h5py
import numpy as np

from exporter.models.errors import ModelError

LARGEST_CONFIG_BYTES = 256 * 2**20
_EXPANSION = 100
"""How much larger than stored a part may be: the weights of real models are hardly compressible."""
_SMALL_BYTES = 16 * 2**20
_MOST_OBJECTS = 1_000_000
_DRIVE = re.compile(r"[A-Za-z]:")


def read_json(data: bytes, path: Path) -> Any:
    """What some JSON says. Raises `ModelError` where it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ModelError("the model's configuration cannot be read", expected="JSON", got=error, path=path) from error


def read_bounded(path: Path, limit_bytes: int = LARGEST_CONFIG_BYTES) -> bytes:
    """All of a file that must be small. Raises `ModelError` where it is not."""
    size_bytes = path.stat().st_size
    if size_bytes > limit_bytes:
        raise ModelError("the file is too large", expected=f"{limit_bytes} bytes at most", got=size_bytes, path=path)
    return path.read_bytes()


def check_zip(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse an archive whose members leave the folder, come twice, or swell without measure."""
    names = [info.filename for info in archive.infolist()]
    if len(set(names)) < len(names):
        raise ModelError("the model file has two parts of one name", path=path)
    for info in archive.infolist():
        name = info.filename
        if "\\" in name or _DRIVE.match(name) or name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise ModelError("a part of the model file would be unpacked elsewhere", got=repr(name), path=path)
        if info.file_size > _SMALL_BYTES and info.file_size > _EXPANSION * info.compress_size:
            raise ModelError(
                "a part of the model file swells when it is unpacked",
                expected=f"at most {_EXPANSION} times its size",
                got=f"{info.file_size} bytes out of {info.compress_size} in {name!r}",
                path=path,
            )


def datasets_of(file: h5py.File, path: Path) -> Iterator[h5py.Dataset]:
    """Every array of an HDF5 file, none of them read.

    Raises
    ------
    ModelError
        links to elsewhere, arrays that other files hold, or that are much larger than what is stored of them.
    """
    pending, count = [file["/"]], 0
    seen: set[Any] = set()
    while pending:
        group = pending.pop()
        address = h5py.h5o.get_info(group.id).addr
        if address in seen:
            continue
        seen.add(address)
        for name in group:
            count += 1
            if count > _MOST_OBJECTS:
                raise ModelError("the model file has too many parts", expected=f"{_MOST_OBJECTS} at most", path=path)
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ModelError("the model file links to elsewhere", got=f"the link {name!r}", path=path)
            child = group[name]
            if isinstance(child, h5py.Group):
                pending.append(child)
            elif isinstance(child, h5py.Dataset):
                check_dataset(child, path)
                yield child


def check_dataset(dataset: h5py.Dataset, path: Path) -> None:
    """Refuse an array whose values lie in another file, or that is much larger than what is stored of it."""
    if dataset.external or dataset.is_virtual:
        raise ModelError("the model file takes weights from another file", got=repr(dataset.name), path=path)
    declared_bytes = int(np.prod(dataset.shape or (), dtype=object)) * dataset.dtype.itemsize
    stored_bytes = dataset.id.get_storage_size()
    if declared_bytes > _SMALL_BYTES and declared_bytes > _EXPANSION * stored_bytes:
        raise ModelError(
            "an array of the model file is larger than what is stored of it",
            got=f"shape {dataset.shape} out of {stored_bytes} bytes in {dataset.name!r}",
            path=path,
        )
