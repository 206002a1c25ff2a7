"""The one entry of a file of nn_vis, opened at its pickle: what the zip and the header say is checked before."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from exporter.interchange.nn_vis.errors import NnVisError

MEMBER = "arr_0.npy"
MOST_BYTES = 2 * 2**30
"""Files whose entry is longer are not read."""
_MOST_PACKED = 100
"""How many bytes one packed byte may become: the numbers of a network do not pack better, a bomb does."""
_HEADER = re.compile(
    rb"\{'descr': '\|?O', 'fortran_order': (?:True|False), 'shape': \((\d{1,4}),\),? *\} *\n"
)  # fmt: skip
_MOST_HEADER_BYTES = 4096
_ENCRYPTED = 0x1
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, NotImplementedError,
    RuntimeError, IndexError,
)  # fmt: skip
"""What `zipfile` raises for files that are no good."""


@dataclass(frozen=True)
class Member:
    """An entry that is open.

    Attributes
    ----------
    stream : at the first byte of the pickle.
    entries : how many parts the header promises.
    pickle_bytes : how long the pickle is.
    """

    stream: IO[bytes]
    entries: int
    pickle_bytes: int


@contextmanager
def opened(path: Path) -> Iterator[Member]:
    """The entry of a file; damage that shows later, in the block, is told in one line, too.

    Raises
    ------
    NnVisError
        the file is missing, is no zip file with exactly this entry, is too large, or the entry is no object array.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entry = _entry(archive, path)
            with archive.open(entry) as stream:
                entries, header_bytes = _header(stream, path)
                yield Member(stream, entries, entry.file_size - header_bytes)
    except FileNotFoundError as error:
        raise NnVisError("there is no such file", path=path) from error
    except _DAMAGE as error:
        what = "the file is no whole file of nn_vis"
        raise NnVisError(what, expected=f"a .npz with {MEMBER}", got=error, path=path) from error


def _entry(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    """The entry, if it is the only one and its size can be true."""
    names = [entry.filename for entry in archive.infolist()]
    if names != [MEMBER]:
        got = ", ".join(repr(name[:40]) for name in names[:3]) + (", ..." if len(names) > 3 else "")
        raise NnVisError("not a file of nn_vis", expected=f"one entry, {MEMBER}", got=got or "none", path=path)
    entry = archive.infolist()[0]
    most = {zipfile.ZIP_STORED: 1, zipfile.ZIP_DEFLATED: _MOST_PACKED}.get(entry.compress_type)
    if most is None or entry.flag_bits & _ENCRYPTED:
        got = f"method {entry.compress_type} or encryption"
        raise NnVisError("not a file of nn_vis", expected="a stored or deflated entry", got=got, path=path)
    there_bytes = min(entry.compress_size, path.stat().st_size)
    is_odd = entry.compress_type == zipfile.ZIP_STORED and entry.file_size != entry.compress_size
    if is_odd or entry.file_size > most * there_bytes:
        got = f"{entry.file_size} bytes from {there_bytes}"
        raise NnVisError("the file is not as long as it says", got=got, path=path)
    if entry.file_size > MOST_BYTES:
        raise NnVisError("the file is too large", expected=f"{MOST_BYTES} bytes", got=entry.file_size, path=path)
    return entry


def _header(stream: IO[bytes], path: Path) -> tuple[int, int]:
    """How many objects the `.npy` header promises, and how many bytes it takes."""
    start = stream.read(8)
    size = {b"\x01\x00": 2, b"\x02\x00": 4, b"\x03\x00": 4}.get(start[6:])
    if start[:6] != b"\x93NUMPY" or size is None:
        raise NnVisError("not a file of nn_vis", expected="the `.npy` format", got="something else", path=path)
    length = int.from_bytes(stream.read(size), "little")
    text = stream.read(length) if length <= _MOST_HEADER_BYTES else b""
    match = _HEADER.fullmatch(text)
    if match is None:
        got = text[:80].decode("latin-1") or f"a header of {length} bytes"
        raise NnVisError("not a file of nn_vis", expected="a row of objects", got=repr(got.strip()), path=path)
    return int(match[1]), len(start) + size + length


def holds_objects(path: Path) -> bool:
    """Whether a file is a file of nn_vis on the outside: one entry, a row of objects. Nothing is unpickled."""
    try:
        with opened(path):
            return True
    except (NnVisError, OSError):
        return False
