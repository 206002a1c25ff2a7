"""Files as nn_vis itself writes them, made after the page that describes them with numpy and pickle alone."""

from __future__ import annotations

import io
import math
import pickle
import zipfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def ceil4(number: int) -> int:
    return (number + 3) // 4 * 4


def object_row(parts: Sequence[Any]) -> Array:
    row = np.empty(len(parts), object)
    for place, part in enumerate(parts):
        row[place] = part
    return row


def npy_bytes(content: bytes, *, descr: str = "'|O'", shape: str = "(2,)", version: bytes = b"\x01\x00") -> bytes:
    """The `.npy` format around a pickle."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    width = 2 if version == b"\x01\x00" else 4
    text += b" " * (-(8 + width + len(text) + 1) % 64) + b"\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(width, "little") + text + content


def save_npy(path: Path, npy: bytes, *, member: str = "arr_0.npy", method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(member, npy)
    return path


def save_parts(path: Path, parts: Sequence[Any], protocol: int | None = None, *, is_old: bool = False) -> Path:
    """The path of a file that numpy's own `savez` wrote, or, with a protocol, pickle in numpy's place.

    `is_old`: as numpy wrote it before version 2, by protocol 3.
    """
    row = object_row(parts)
    if is_old:
        pickled = pickle.dumps(row, protocol=3).replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
        return save_npy(path, npy_bytes(pickled, shape=f"({len(parts)},)"))
    if protocol is None:
        with path.open("wb") as stream:
            np.savez(stream, row)
        return path
    return save_npy(path, npy_bytes(pickle.dumps(row, protocol=protocol), shape=f"({len(parts)},)"))


def importance_parts(sizes: Sequence[int], seed: int = 0, *, fortran: bool = False) -> tuple[Any, Any]:
    """Both parts of an `.imp.npz`: importance and weights, each table's largest 1."""
    rng = np.random.default_rng(seed)
    order: Any = "F" if fortran else "C"
    classes = sizes[-1]
    units: list[Any] = []
    for size in sizes[:-1]:
        table = rng.random((size, classes)).astype(np.float32)
        units.append(np.array(table / table.max(), np.float32, order=order))
    units.append(list(np.eye(classes, dtype=np.float32)))
    edges = []
    for source, target in pairwise(sizes):
        table = np.abs(rng.normal(size=(source, target))).astype(np.float32)
        edges.append(np.array(table / table.max(), np.float32, order=order))
    return units, edges


def processed_parts(
    sizes: Sequence[int], seed: int = 0, *, slots: int = 14, pruned: float = 0.0, drops: bool = False
) -> tuple[Any, ...]:
    """The five parts of a `.pro.npz`.

    `pruned` is the share of edges that are missing. `drops`: containers as nn_vis splits them, which loses an edge at
    the end of each; a container is then of 1000, and later ones of 999.
    """
    rng = np.random.default_rng(seed)
    units, weights = importance_parts(sizes, seed)
    nodes = [_node_table(np.asarray(layer), place, len(sizes), rng) for place, layer in enumerate(units)]
    edges, samples = [], []
    for layer, (source, target) in enumerate(pairwise(nodes)):
        rows, points = _edge_tables(layer, source, target, weights[layer], (slots, sizes[-1]), rng)
        kept = np.flatnonzero(rng.random(len(rows)) >= pruned)
        parts = _split(kept, drops=drops)
        edges.append([rows[part].reshape(-1) for part in parts])
        samples.append([points[part].reshape(-1) for part in parts])
    return list(sizes), np.concatenate(nodes).reshape(-1), edges, samples, slots


def _split(kept: Array, *, drops: bool) -> list[Array]:
    if not drops:
        return [kept[first : first + 1000] for first in range(0, max(len(kept), 1), 1000)]
    parts: list[list[int]] = [[]]
    count = 0
    for edge in kept:
        count += 1
        if count > 1000:
            count = 1
            parts.append([])
        else:
            parts[-1].append(edge)
    return [np.array(part, int) for part in parts]


def _node_table(importance: Array, place: int, layers: int, rng: np.random.Generator) -> Array:
    """Rows of a layer; sums are added one by one, squares of float32 numbers being float32, as in nn_vis."""
    size, classes = importance.shape
    rows = np.zeros((size, ceil4(classes + 6)), np.float32)
    rows[:, :2] = rng.uniform(-0.5, 0.5, (size, 2))
    rows[:, 2] = (place - (layers - 1) / 2) * 0.4
    rows[:, 3] = 1
    rows[:, 4 : 4 + classes] = importance
    for row, values in zip(rows, importance, strict=True):
        total = squares = 0.0
        for value in values:
            total += float(value)
            squares += float(value * value)
        row[4 + classes], row[5 + classes] = total / classes, math.sqrt(squares)
    return rows


def _edge_tables(
    layer: int, source: Array, target: Array, weights: Array, form: tuple[int, int], rng: np.random.Generator
) -> tuple[Array, Array]:
    slots, classes = form
    start, end = np.divmod(np.arange(len(source) * len(target)), len(target))
    counts = rng.integers(2, min(slots, 9) + 1, len(start))
    rows = np.zeros((len(start), ceil4(2 * classes + 8)), np.float32)
    one, other = source[start], target[end]
    mean, norm = 4 + classes, 5 + classes
    columns = (counts, np.full(len(start), layer), start * len(target) + end, weights.reshape(-1))
    columns += (one[:, norm], other[:, norm], one[:, mean], other[:, mean])
    rows[:, :8] = np.stack(columns, axis=1)
    rows[:, 8 : 8 + classes] = one[:, 4 : 4 + classes]
    rows[:, 8 + classes : 8 + 2 * classes] = other[:, 4 : 4 + classes]
    points = np.zeros((len(start), slots, 4), np.float32)
    for path, count, a, b in zip(points, counts, one, other, strict=True):
        along = np.linspace(0, 1, count, dtype=np.float32)[:, None]
        path[:count, :3] = a[:3] * (1 - along) + b[:3] * along
        path[1 : count - 1, :2] += rng.normal(0, 0.01, (count - 2, 2))
        path[:count, 3] = 1
        path[count - 1, 3] = -1
        path[0, 3] = count
        path[0, :3], path[count - 1, :3] = a[:3], b[:3]
    return rows, points


def equal_parts(one: Any, other: Any) -> bool:
    """Whether two parts hold the same lists of the same numbers, with the same bits."""
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(equal_parts, one, other))
    if isinstance(one, np.ndarray):
        same = isinstance(other, np.ndarray) and one.shape == other.shape and one.dtype == other.dtype
        return bool(same and one.tobytes() == other.tobytes())
    return type(one) is type(other) and bool(one == other)


def loaded_parts(path: Path) -> list[Any]:
    """The parts of a file that the tests wrote themselves, as numpy loads them."""
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=True) as loaded:
        return list(loaded["arr_0"])
