"""A reader of the files of nn_vis after the page that describes them, which shares no code with the product.

It uses numpy's own loader, which executes what a file names: only for files that the tests have written themselves.
Every rule of the page is asserted while reading.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_STORED, ZipFile

import numpy as np

Array = np.ndarray[Any, Any]
MOST_CONTAINER_EDGES = 1000
MOST_BUFFER_BYTES = 128 * 2**20


class ReadImportance(NamedTuple):
    """Importance of each layer (n, C), weights between layers (n, next n)."""

    units: list[Array]
    edges: list[Array]


class ReadProcessed(NamedTuple):
    """Layer sizes, tables of units (U, row), of edges (E, row) and points (E, S, 4) by layer pair; S."""

    sizes: list[int]
    nodes: Array
    edges: list[Array]
    samples: list[Array]
    slots: int


def ceil4(number: int) -> int:
    return (number + 3) // 4 * 4


def load_parts(path: Path, count: int) -> Array:
    with ZipFile(path) as archive:
        assert archive.namelist() == ["arr_0.npy"]
        assert archive.infolist()[0].compress_type == ZIP_STORED
    with np.load(path, allow_pickle=True) as loaded:
        parts = loaded["arr_0"]
    assert parts.dtype == object
    assert parts.shape == (count,)
    return parts


def read_importance(path: Path) -> ReadImportance:
    node_importance, edge_importance = load_parts(path, 2)
    assert type(node_importance) is list
    assert type(edge_importance) is list
    assert len(edge_importance) == len(node_importance) - 1
    classes = len(node_importance[-1])
    assert type(node_importance[-1]) is list
    assert all(row.dtype == np.float32 and row.shape == (classes,) for row in node_importance[-1])
    for layer in node_importance[:-1]:
        assert type(layer) is np.ndarray
        assert layer.dtype == np.float32
        assert layer.shape == (len(layer), classes)
    for table, (source, target) in zip(edge_importance, pairwise(node_importance), strict=True):
        assert type(table) is np.ndarray
        assert table.dtype == np.float32
        assert table.shape == (len(source), len(target))
    units = [np.asarray(layer) for layer in node_importance]
    for values in (*units, *edge_importance):
        assert np.isfinite(values).all()
        assert values.min() >= 0
        assert values.max() <= 1
    return ReadImportance(units, edge_importance)


def read_processed(path: Path) -> ReadProcessed:
    layer_data, node_data, edge_data, sample_data, slots = load_parts(path, 5)
    assert type(layer_data) is list
    assert all(type(size) is int for size in layer_data)
    assert type(slots) is int
    assert slots > 2
    classes = layer_data[-1]
    nodes = _checked_nodes(node_data, sum(layer_data), classes)
    assert type(edge_data) is list
    assert type(sample_data) is list
    assert len(edge_data) == len(sample_data) == len(layer_data) - 1
    edges, samples = [], []
    for layer, (of_edges, of_samples) in enumerate(zip(edge_data, sample_data, strict=True)):
        rows = _joined(of_edges, ceil4(2 * classes + 8))
        points = _joined(of_samples, slots * 4).reshape(-1, slots, 4)
        assert [len(one) // ceil4(2 * classes + 8) for one in of_edges] == [len(o) // (4 * slots) for o in of_samples]
        _check_edges(rows, points, layer, layer_data, nodes)
        _check_points(points)
        edges.append(rows)
        samples.append(points)
    return ReadProcessed(layer_data, nodes, edges, samples, slots)


def _checked_nodes(node_data: Array, units: int, classes: int) -> Array:
    assert type(node_data) is np.ndarray
    assert node_data.dtype == np.float32
    assert node_data.nbytes <= MOST_BUFFER_BYTES
    nodes = node_data.reshape(units, ceil4(classes + 6))
    assert (nodes[:, 3] == 1).all()
    importance = nodes[:, 4 : 4 + classes].astype(np.float64)
    np.testing.assert_allclose(nodes[:, 4 + classes], importance.mean(axis=1), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(nodes[:, 5 + classes], np.sqrt((importance**2).sum(axis=1)), rtol=1e-6, atol=1e-7)
    assert (nodes[:, 6 + classes :] == 0).all()
    return nodes


def _joined(containers: list[Array], row: int) -> Array:
    assert type(containers) is list
    for container in containers:
        assert type(container) is np.ndarray
        assert container.dtype == np.float32
        assert container.ndim == 1
        assert container.nbytes <= MOST_BUFFER_BYTES
        assert len(container) % row == 0
        assert len(container) // row <= MOST_CONTAINER_EDGES
    return np.concatenate(containers).reshape(-1, row)


def _check_edges(rows: Array, points: Array, layer: int, sizes: list[int], nodes: Array) -> None:
    classes = sizes[-1]
    first = sum(sizes[:layer])
    assert (rows[:, 0] == points[:, 0, 3]).all()
    assert (rows[:, 1] == layer).all()
    numbers = rows[:, 2].astype(int)
    assert (numbers == rows[:, 2]).all()
    assert len(np.unique(numbers)) == len(numbers)
    assert (numbers >= 0).all()
    assert (numbers < sizes[layer] * sizes[layer + 1]).all()
    start = nodes[first + numbers // sizes[layer + 1]]
    end = nodes[first + sizes[layer] + numbers % sizes[layer + 1]]
    norm, mean = 5 + classes, 4 + classes
    np.testing.assert_array_equal(rows[:, 4:8], np.c_[start[:, norm], end[:, norm], start[:, mean], end[:, mean]])
    np.testing.assert_array_equal(rows[:, 8 : 8 + classes], start[:, 4 : 4 + classes])
    np.testing.assert_array_equal(rows[:, 8 + classes : 8 + 2 * classes], end[:, 4 : 4 + classes])
    assert (rows[:, 8 + 2 * classes :] == 0).all()


def _check_points(points: Array) -> None:
    counts = points[:, 0, 3]
    assert (counts == counts.astype(int)).all()
    assert (counts >= 2).all()
    assert (counts <= points.shape[1]).all()
    place = np.arange(points.shape[1])
    last = place == counts[:, None] - 1
    inner = (place > 0) & (place < counts[:, None] - 1)
    assert (points[last][:, 3] == -1).all()
    assert (points[inner][:, 3] == 1).all()
    assert (points[place >= counts[:, None]] == 0).all()
