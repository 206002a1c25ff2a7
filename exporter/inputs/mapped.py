"""Arrays in `.npy` and `.npz` files of others, of which only those rows are in memory that are asked for."""

from __future__ import annotations

import math
import os
import shutil
import struct
import tempfile
import threading
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from exporter.inputs.arrays import DAMAGE, check_whole, header_of
from exporter.inputs.errors import InputError
from exporter.inputs.samples import Array

_LOCAL_HEADER = struct.Struct("<26x2H")
_CHUNK_BYTES = 2**20


@dataclass(frozen=True)
class Mapped:
    """An array whose values lie at `offset_bytes` of a file, or of what an entry of it unpacks to.

    `stamp` is the file's size and time of change in nanoseconds: another file is not read as if it were this one.
    """

    path: Path
    stamp: tuple[int, int]
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    column_major: bool
    offset_bytes: int
    unpacked_entry: str = ""

    def read(self, start: int, stop: int) -> Array:
        """A copy of the rows from `start` to before `stop`.

        Raises
        ------
        InputError
            the file is gone, damaged or another one by now.
        """
        if not math.prod(self.shape):
            return np.zeros((max(0, min(stop, self.shape[0]) - start), *self.shape[1:]), self.dtype)
        order = "F" if self.column_major else "C"
        try:
            if stamp_of(self.path) != self.stamp:
                raise InputError("the array has changed meanwhile", remedy="start again", path=self.path)
            if self.unpacked_entry:
                file = _unpacked(self.path, self.stamp, self.unpacked_entry)
                return np.array(np.memmap(file, self.dtype, "r", self.offset_bytes, self.shape, order)[start:stop])  # type: ignore[call-overload]
            return np.array(np.memmap(self.path, self.dtype, "r", self.offset_bytes, self.shape, order)[start:stop])  # type: ignore[call-overload]
        except DAMAGE as error:
            raise InputError("the array cannot be read", got=error, path=self.path) from error


def stamp_of(path: Path) -> tuple[int, int]:
    """Size in bytes and time of change in nanoseconds of a file."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def map_npy(path: Path) -> Mapped:
    """The array in a `.npy` file, none of it read.

    Raises
    ------
    InputError
        not such a file, damaged, or no plain numbers; nothing is ever unpickled.
    """
    try:
        with path.open("rb") as file:
            shape, column_major, dtype = header_of(file, path)
            stamp = stamp_of(path)
            check_whole(math.prod(shape) * dtype.itemsize, stamp[0] - file.tell(), path)
            return Mapped(path, stamp, shape, dtype, column_major, file.tell())
    except DAMAGE as error:
        raise InputError("the array cannot be read", expected="a whole .npy file", got=error, path=path) from error


def map_npz(path: Path) -> dict[str, Mapped]:
    """The arrays in an `.npz` file, by name; each is read through once, as its check sum is only then known.

    Those that are compressed are unpacked when they are read, once a process, into a file without a name in the folder
    for temporary files. Raises as `map_npy` does.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                entry.filename.removesuffix(".npy"): _mapped_entry(archive, entry, path)
                for entry in archive.infolist()
                if entry.filename.endswith(".npy")
            }
    except DAMAGE as error:
        raise InputError("the arrays cannot be read", expected="a whole .npz file", got=error, path=path) from error


def _mapped_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> Mapped:
    with archive.open(entry) as file:
        shape, column_major, dtype = header_of(file, path)
        header_bytes = file.tell()
        check_whole(math.prod(shape) * dtype.itemsize, entry.file_size - header_bytes, path)
        if entry.compress_type == zipfile.ZIP_STORED:
            while file.read(_CHUNK_BYTES):
                pass
    if entry.compress_type != zipfile.ZIP_STORED:
        return Mapped(path, stamp_of(path), shape, dtype, column_major, header_bytes, entry.filename)
    with path.open("rb") as raw:
        raw.seek(entry.header_offset)
        start = entry.header_offset + 30 + sum(_LOCAL_HEADER.unpack(raw.read(30)))
    return Mapped(path, stamp_of(path), shape, dtype, column_major, start + header_bytes)


_UNPACKED: dict[tuple[Path, tuple[int, int], str], IO[bytes]] = {}
_LOCK = threading.Lock()


def _unpacked(path: Path, stamp: tuple[int, int], name: str) -> IO[bytes]:
    """An entry as a file of its own; it has no name, so that nothing is left of it however the process ends."""
    with _LOCK:
        if (path, stamp, name) not in _UNPACKED:
            _UNPACKED[path, stamp, name] = _unpack(path, name)
        return _UNPACKED[path, stamp, name]


def _unpack(path: Path, name: str) -> IO[bytes]:
    folder = tempfile.gettempdir()
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(name)
        free_bytes = shutil.disk_usage(folder).free
        if entry.file_size > free_bytes:
            raise InputError(
                "there is no room to unpack the arrays",
                expected=f"{entry.file_size} bytes in {folder}",
                got=free_bytes,
                remedy="set TMPDIR to a folder with more, or save them with numpy.savez",
                path=path,
            )
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as the process reads from it
        try:
            with archive.open(entry) as packed:
                shutil.copyfileobj(packed, file, _CHUNK_BYTES)
            file.flush()
            if os.fstat(file.fileno()).st_size != entry.file_size:
                raise zlib.error("fewer values than announced")
        except BaseException:
            file.close()
            raise
        return file
