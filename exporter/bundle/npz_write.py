"""Arrays into a `.npz` file, always the same bytes for the same arrays."""

from __future__ import annotations

import contextlib
import functools
import io
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from exporter.bundle.durable import sync_file, writing
from exporter.bundle.errors import BundleError
from exporter.bundle.schema import TensorRef
from exporter.bundle.tensors import DTYPES, MAX_DIMENSIONS, is_key

Storable = np.ndarray[Any, Any] | np.generic
"""What can be written: an array, or a single number of NumPy's."""

_NAMES: dict[np.dtype[Any], str] = {np.dtype(spelling): name for name, spelling in DTYPES.items()}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o644 << 16
_UNIX = 3
_CHUNK_BYTES = 16 * 2**20


class NpzWriter:
    """One `.npz` file that is open for writing; arrays go in one at a time and are not kept in memory.

    Entries carry a fixed date and fixed rights, so equal arrays added in the same order give equal bytes. Leaving the
    context after an error leaves a broken file behind: whoever opened it removes it.

    Parameters
    ----------
    path : where to write; nothing may be there.
    file : what references call the file.
    shown : the place that errors name.
    compress : deflate the arrays; smaller, slower, and the bytes then depend on the zlib that is installed.
    """

    def __init__(self, path: Path, file: str, *, shown: Path, compress: bool = False) -> None:
        self._file = file
        self._shown = shown
        self._method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        self._keys: set[str] = set()
        self._stream: BinaryIO = path.open("xb")
        self._zip = zipfile.ZipFile(self._stream, "w")

    def add(self, key: str, array: Storable) -> TensorRef:
        """The reference of an array that was written under `key`.

        `array` may have any order and byte order, up to 32 dimensions, no axis or no element; it is stored little
        endian in C order with its own dtype.

        Raises
        ------
        BundleError
            a dtype that a bundle cannot hold, or a key that is empty, unusual, or in the file already.
        KerascopeError
            the disk is full, or the like.
        """
        plain = as_stored(array, key)
        return self.add_rows(key, plain.shape, plain.dtype, iter((plain,)))

    def add_rows(
        self, key: str, shape: tuple[int, ...], dtype: np.dtype[Any], pieces: Iterable[np.ndarray[Any, Any]]
    ) -> TensorRef:
        """The reference of an array of this shape and dtype that was written piece by piece: the same bytes as `add`.

        Parameters
        ----------
        pieces : its values in C order, in arrays of any shape, each of which is dropped before the next is asked for.

        Raises
        ------
        BundleError
            as `add`; pieces of another dtype, or that hold more or fewer values than `shape` says.
        KerascopeError
            the disk is full, or the like. What `pieces` itself raises goes through.
        """
        if not is_key(key) or key in self._keys:
            what = "a tensor of this name is in the file already" if key in self._keys else "not a name for a tensor"
            raise BundleError(what, got=repr(key), path=self._shown)
        stored = as_stored(np.empty((0,) * len(shape), dtype), key).dtype
        entry = zipfile.ZipInfo(f"{key}.npy", _EPOCH)
        entry.compress_type, entry.create_system, entry.external_attr = self._method, _UNIX, _PLAIN_FILE
        left = entry.file_size = math.prod(shape) * stored.itemsize  # tells zipfile whether 64-bit sizes are needed
        with self._member(entry) as write:
            write(_header(stored, shape))
            for piece in pieces:
                octets = _octets(piece, stored, key)
                left -= octets.size
                if left < 0:
                    break
                for start in range(0, octets.size, _CHUNK_BYTES):
                    write(octets[start : start + _CHUNK_BYTES].data)
            if left:
                expected, got = f"{math.prod(shape)} values", f"{-left // stored.itemsize:+d} values"
                raise BundleError(f"the pieces of {key!r} do not make an array", expected=expected, got=got)
        self._keys.add(key)
        return TensorRef(file=self._file, key=key, shape=shape, dtype=_NAMES[stored])

    @contextlib.contextmanager
    def _member(self, entry: zipfile.ZipInfo) -> Iterator[Callable[[bytes | memoryview], None]]:
        """What writes to an entry; only its own failures are those of the disk."""
        with writing(self._shown):
            member = self._zip.open(entry, "w")

        def write(octets: bytes | memoryview) -> None:
            with writing(self._shown):
                member.write(octets)

        try:
            yield write
        except BaseException:
            with contextlib.suppress(OSError, RuntimeError):  # what went wrong first is what is told
                member.close()
            raise
        with writing(self._shown):
            member.close()

    def close(self) -> None:
        """Write the file's directory and see that all of it reaches the disk."""
        with writing(self._shown), self._stream:
            self._zip.close()
            sync_file(self._stream)

    def abandon(self) -> None:
        """Close the file without finishing it."""
        self._zip.fp = None  # so that zipfile does not write the directory of a file that is to be removed
        with contextlib.suppress(OSError):
            self._stream.close()

    def __enter__(self) -> NpzWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


def as_stored(array: Storable, key: str) -> np.ndarray[Any, Any]:
    """The array as it is stored: C order, little-endian. Its own memory where it is that already.

    Raises
    ------
    BundleError
        a dtype that a bundle cannot hold (objects, texts, complex numbers, ...), or too many dimensions.
    """
    array = np.asarray(array)
    name = _NAMES.get(array.dtype.newbyteorder("<"))
    if name is None or array.ndim > MAX_DIMENSIONS:
        raise BundleError(
            f"the array {key!r} cannot be stored in a bundle",
            expected=f"numbers of a dtype among {', '.join(DTYPES)} with at most {MAX_DIMENSIONS} dimensions",
            got=f"dtype {array.dtype.name} with {array.ndim} dimensions",
            remedy="convert it first, for example to float32",
        )
    return np.asarray(array, dtype=DTYPES[name], order="C")


def _octets(piece: np.ndarray[Any, Any], dtype: np.dtype[Any], key: str) -> np.ndarray[Any, Any]:
    """The bytes of a piece of an array that is stored in this dtype, (n,) uint8."""
    if piece.dtype != dtype:
        raise BundleError(f"a piece of {key!r} is of another dtype", expected=dtype.name, got=piece.dtype.name)
    return np.asarray(piece, dtype, order="C").reshape(-1).view(np.uint8)


@functools.lru_cache(maxsize=4096)
def _header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    """What a `.npy` file of such an array begins with. Layers and inputs repeat their shapes, so it is kept."""
    stream = io.BytesIO()
    npy.write_array_header_1_0(stream, {"descr": dtype.str, "fortran_order": False, "shape": shape})
    return stream.getvalue()
