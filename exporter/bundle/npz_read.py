"""One array out of a `.npz` file that may be damaged or hostile: first compared with what was declared, then read."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from exporter.bundle.errors import BundleError
from exporter.bundle.schema import TensorRef
from exporter.bundle.tensors import DTYPES, tensor_bytes

_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(rb"\{'descr': '([^'\\]+)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \} *\n")
_MOST_DEFLATED = 1032
"""How many bytes one deflated byte can become at most (zlib's technical details, "Maximum Compression Factor")."""
_CHUNK_BYTES = 16 * 2**20
_ENCRYPTED = 0x1
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, NotImplementedError,
    RuntimeError, IndexError,
)  # fmt: skip
"""What `zipfile` raises for files that are no good."""


def open_npz(path: Path) -> zipfile.ZipFile:
    """The opened file; only its directory has been read.

    Raises
    ------
    BundleError
        the file is missing, cannot be read, or is not a whole zip file.
    """
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise BundleError("a file of the bundle is missing", remedy="export the bundle again", path=path) from error
    except _DAMAGE as error:
        raise _damaged(error, path) from error


def read_tensor(archive: zipfile.ZipFile, ref: TensorRef, path: Path) -> np.ndarray[Any, Any]:
    """The array that `ref` names, with exactly its shape and dtype.

    What the file says of the array is compared with `ref` before memory is taken, and never more is unpacked than `ref`
    declares; that `ref` is within the limits is for the caller to see to. Nothing is ever unpickled.

    Raises
    ------
    BundleError
        no such array, another shape or dtype, not plain numbers in C order, or damage (sizes and checksum are checked).
    """
    with checked_member(archive, ref, path) as (member, _):
        return _read_values(member, ref)


@contextmanager
def checked_member(archive: zipfile.ZipFile, ref: TensorRef, path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The entry of an array, opened at its first value, and how many bytes of header it has read.

    All that `ref` says has been compared with the file. Raises as `read_tensor`, also for damage that shows later.
    """
    try:
        entry = archive.getinfo(f"{ref.key}.npy")
    except KeyError as error:
        raise BundleError("a tensor is missing", expected=f"{ref.key!r}", got="no such entry", path=path) from error
    try:
        _check_entry(entry, ref, path)
        with archive.open(entry) as member:
            header_bytes = _check_header(member, ref, path)
            if entry.file_size != header_bytes + tensor_bytes(ref):
                got = f"{entry.file_size - header_bytes} bytes"
                raise _mismatch(ref, f"{tensor_bytes(ref)} bytes of values", got, path)
            yield member, header_bytes
    except _DAMAGE as error:
        raise _damaged(error, path) from error


def _check_entry(entry: zipfile.ZipInfo, ref: TensorRef, path: Path) -> None:
    """Refuse an entry whose bytes in the file cannot become what is declared: a bomb, or a size that is a lie."""
    most = {zipfile.ZIP_STORED: 1, zipfile.ZIP_DEFLATED: _MOST_DEFLATED}.get(entry.compress_type)
    if most is None or entry.flag_bits & _ENCRYPTED:
        raise _mismatch(ref, "a stored or deflated entry", f"method {entry.compress_type} or encryption", path)
    there_bytes = min(entry.compress_size, path.stat().st_size)
    if entry.file_size > most * there_bytes or tensor_bytes(ref) > entry.file_size:
        raise _mismatch(ref, f"{tensor_bytes(ref)} bytes of values", f"{there_bytes} bytes in the file", path)


def _check_header(member: IO[bytes], ref: TensorRef, path: Path) -> int:
    """How many bytes the `.npy` header takes; `BundleError` where it does not say what `ref` says."""
    start = member.read(len(_MAGIC) + 2)
    if start[:-2] != _MAGIC:
        raise _mismatch(ref, "the `.npy` format, version 1.0", "something else", path)
    length = int.from_bytes(start[-2:], "little")
    match = _HEADER.fullmatch(member.read(length))
    if match is None:
        raise _mismatch(ref, "the header of an array of plain numbers", "another one", path)
    descr, fortran_order, shape_text = (part.decode() for part in match.groups())
    if descr not in DTYPES.values():
        raise _mismatch(ref, "plain numbers", f"dtype {descr!r}, which a bundle cannot hold", path)
    shape = tuple(int(size) for size in shape_text.replace(",", " ").split())
    if descr != DTYPES[ref.dtype] or shape != ref.shape or fortran_order == "True":
        order = " in Fortran order" if fortran_order == "True" else ""
        raise _mismatch(ref, f"{DTYPES[ref.dtype]} {ref.shape} in C order", f"{descr} {shape}{order}", path)
    return len(start) + length


def _read_values(member: IO[bytes], ref: TensorRef) -> np.ndarray[Any, Any]:
    """The rest of the entry, which is as long as declared; with its last byte zipfile compares the checksum."""
    octets = np.empty(tensor_bytes(ref), np.uint8)
    start = 0
    while start < octets.size:
        chunk = member.read(min(_CHUNK_BYTES, octets.size - start))
        if not chunk:
            raise EOFError("the values end too early")
        octets[start : start + len(chunk)] = np.frombuffer(chunk, np.uint8)
        start += len(chunk)
    octets.flags.writeable = False
    return octets.view(DTYPES[ref.dtype]).reshape(ref.shape)


def _mismatch(ref: TensorRef, expected: str, got: str, path: Path) -> BundleError:
    what = f"the tensor {ref.key!r} is not what the manifest declares"
    return BundleError(what, expected=expected, got=got, remedy="export the bundle again", path=path)


def _damaged(error: Exception, path: Path) -> BundleError:
    what = "a file of the bundle is damaged"
    return BundleError(what, got=error, remedy="export the bundle again", path=path)
