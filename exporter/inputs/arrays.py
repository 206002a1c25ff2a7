"""Arrays out of `.npy` and `.npz` files of others: sizes are compared with the limits before memory is taken."""

from __future__ import annotations

import math
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from exporter.inputs.errors import InputError

LARGEST_ARRAY_BYTES = 4 * 2**30
DAMAGE = (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


def read_npy(path: Path) -> NDArray[Any]:
    """The array in a `.npy` file.

    Raises
    ------
    InputError
        not such a file, damaged, over the limit, or no plain numbers; nothing is ever unpickled.
    """
    try:
        with path.open("rb") as file:
            _check_header(file, path, file_bytes=path.stat().st_size)
            file.seek(0)
            return np.asarray(npy.read_array(file, allow_pickle=False))
    except DAMAGE as error:
        raise InputError("the array cannot be read", expected="a whole .npy file", got=error, path=path) from error


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays in an `.npz` file, by name. Raises as `read_npy` does."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                entry.filename.removesuffix(".npy"): _read_entry(archive, entry, path)
                for entry in archive.infolist()
                if entry.filename.endswith(".npy")
            }
    except DAMAGE as error:
        raise InputError("the arrays cannot be read", expected="a whole .npz file", got=error, path=path) from error


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> NDArray[Any]:
    with archive.open(entry) as file:
        _check_header(file, path, file_bytes=entry.file_size)
    with archive.open(entry) as file:
        return np.asarray(npy.read_array(file, allow_pickle=False))


def _check_header(file: IO[bytes], path: Path, *, file_bytes: int) -> None:
    """Refuse what a header declares before any of it is allocated."""
    shape, _, dtype = header_of(file, path)
    declared_bytes = math.prod(shape) * dtype.itemsize
    if declared_bytes > LARGEST_ARRAY_BYTES:
        raise InputError(
            "the array is over the limit",
            expected=f"at most {LARGEST_ARRAY_BYTES} bytes",
            got=f"{declared_bytes}",
            path=path,
        )
    check_whole(declared_bytes, file_bytes, path)


def header_of(file: IO[bytes], path: Path) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    """Shape, whether columns come first, and dtype, as the header at the start of `file` has them.

    Raises
    ------
    InputError
        another version of the format, or no plain numbers.
    ValueError
        no header.
    """
    version = npy.read_magic(file)
    read_header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
    if read_header is None:
        raise InputError("the array cannot be read", expected="the .npy format 1.0 or 2.0", got=version, path=path)
    shape, column_major, dtype = read_header(file)
    if dtype.kind not in "biuf":
        raise InputError("the array cannot be used", expected="plain numbers", got=f"dtype {dtype}", path=path)
    return shape, column_major, dtype


def check_whole(declared_bytes: int, there_bytes: int, path: Path) -> None:
    """Refuse an array that declares more values than there are bytes; raises InputError."""
    if not 0 <= declared_bytes <= there_bytes:
        raise InputError(
            "the array is damaged", expected=f"{declared_bytes} bytes of values", got=f"{there_bytes} bytes", path=path
        )
