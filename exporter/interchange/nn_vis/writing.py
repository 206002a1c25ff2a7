"""Writes both files of nn_vis so that old and new numpy load them, piece by piece.

numpy from 2 on names another module in its pickles, which older numpy cannot import; both import the older name. So
the pickle is spelled here, as protocol 2 says it, with bytes as bytes: protocol 2 has no instruction of its own for
these, but every Python 3 knows the later one.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import IO

import numpy as np

from exporter.interchange.nn_vis.archive import MEMBER
from exporter.interchange.nn_vis.forms import CONTAINER_EDGES, Floats, Importances, Processed
from exporter.interchange.nn_vis.rows import edge_rows, layer_edges, node_rows, sample_rows

Progress = Callable[[str, int, int], None]


def _kind(code: bytes, order: bytes, flags: int) -> bytes:
    """What makes a dtype: its code, whether to align and to copy, and its state."""
    state = b"(K\x03X\x01\x00\x00\x00" + order + b"NNN" + 2 * b"J\xff\xff\xff\xff" + b"K" + bytes([flags]) + b"t"
    return b"cnumpy\ndtype\nX\x02\x00\x00\x00" + code + b"\x89\x88\x87R" + state + b"b"


_NEW_ARRAY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
_FLOATS, _OBJECTS = _kind(b"f4", b"<", 0), _kind(b"O8", b"|", 63)
_ALIGNED = 64
_DATE = (1980, 1, 1, 0, 0, 0)


def write_importances(stream: IO[bytes], held: Importances) -> None:
    """Write an `.imp.npz`; the last layer's importance as a list of rows, as nn_vis has it."""
    last = held.units[-1]
    units = [*(_array(layer) for layer in held.units[:-1]), _listed(_array(row) for row in last)]
    edges = (_array(layer) for layer in held.edges)
    _write(stream, 2, (*_listed(units), *_listed(edges)))


def write_processed(stream: IO[bytes], held: Processed, progress: Progress) -> None:
    """Write a `.pro.npz`, a container of edges at a time."""
    _write(stream, 5, _processed(held, progress))


def _processed(held: Processed, progress: Progress) -> Iterator[bytes]:
    yield from _listed([_whole(size)] for size in held.sizes)
    yield from _array(node_rows(held).reshape(-1))
    steps = 2 * len(held.edges)
    done = 0
    for rows in (edge_rows, sample_rows):
        yield b"]("
        for edges in layer_edges(held):
            yield b"]("
            for first in range(edges.start, max(edges.stop, edges.start + 1), CONTAINER_EDGES):
                part = slice(first, min(first + CONTAINER_EDGES, edges.stop))
                yield from _array(rows(held, part).reshape(-1))
                done += part.stop - part.start
                progress("writing", done, steps)
            yield b"e"
        yield b"e"
    yield _whole(held.slots)


def _write(stream: IO[bytes], parts: int, content: Iterator[bytes] | tuple[bytes, ...]) -> None:
    entry = zipfile.ZipInfo(MEMBER, _DATE)
    entry.external_attr = 0o644 << 16
    with zipfile.ZipFile(stream, "w") as archive, archive.open(entry, "w", force_zip64=True) as member:
        member.write(_header(parts))
        member.write(b"\x80\x02" + _NEW_ARRAY + b"(K\x01" + _whole(parts) + b"\x85" + _OBJECTS + b"\x89](")
        for piece in content:
            member.write(piece)
        member.write(b"etb.")


def _header(parts: int) -> bytes:
    text = f"{{'descr': '|O', 'fortran_order': False, 'shape': ({parts},), }}".encode()
    padding = -(10 + len(text) + 1) % _ALIGNED
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text) + padding + 1) + text + b" " * padding + b"\n"


def _listed(items: Iterator[list[bytes] | Iterator[bytes]] | list[Iterator[bytes]]) -> Iterator[bytes]:
    yield b"]("
    for item in items:
        yield from item
    yield b"e"


def _array(values: Floats) -> Iterator[bytes]:
    content = np.ascontiguousarray(values, "<f4")
    shape = b"".join(_whole(size) for size in content.shape)
    close = {1: b"\x85", 2: b"\x86"}[content.ndim]
    yield _NEW_ARRAY + b"(K\x01" + shape + close + _FLOATS + b"\x89"
    yield b"B" + struct.pack("<I", content.nbytes)
    yield content.tobytes()
    yield b"tb"


def _whole(number: int) -> bytes:
    """The shortest instruction for a number that is not negative, up to 2^31."""
    if number < 2**8:
        return b"K" + struct.pack("<B", number)
    return b"M" + struct.pack("<H", number) if number < 2**16 else b"J" + struct.pack("<i", number)
