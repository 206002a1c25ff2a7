"""The loader of nn-visualizer played out cell by cell, slowly: every index that it would look up is looked up.

Nothing is derived here: an index that is not there stops it, and a cell that shows another cell's value is wrong. It
knows lower-case names only, and takes it as given that other ranks than the format's are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

from unity_folders import STRUCTURE, Files

Index = tuple[int, ...]
RANKS = {"input": (None, 4), "conv": (4, 4), "maxpool": (None, 4), "fc": (2, 2)}


class LoaderStops(Exception):  # noqa: N818 - it is no error of ours
    """The loader would stop here."""


@dataclass
class Shown:
    """A layer as it stands in the scene: its grid and number of maps, and what it keeps."""

    name: str
    shape: Index
    n_columns: int = 0
    n_rows: int = 0
    n_maps: int = 0
    weights: list[tuple[Index, set[Index]]] = field(default_factory=list)
    activations: list[tuple[Index, set[Index]]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return next((word for word in ("conv", "input", "fc", "maxpool") if word in self.name), "input")


def play(files: Files, pool: int) -> str:
    """What becomes of a folder: "crash", "scrambled" or "accepted"."""
    try:
        layers, truths = _read(files)
        n_samples = next(each.activations[-1][0][0] for each in reversed(layers) if each.activations)
        right = [_stand(layer, before, pool) for before, layer in zip([None, *layers], layers, strict=False)]
        for epoch, sample in product(range(len(layers[0].activations)), range(n_samples)):
            right += [_drawn_right(layer, epoch, sample) for layer in layers]
            right += [_edges_right(layer, before, epoch) for before, layer in pairwise(layers)]
        return "accepted" if all(right) and all(len(each) >= n_samples for each in truths) else "scrambled"
    except (LoaderStops, IndexError, TypeError, StopIteration):
        return "crash"


def _read(files: Files) -> tuple[list[Shown], list[Any]]:
    layers = [Shown(name, tuple(shape)) for name, shape in files[STRUCTURE][:-1]]
    truths = []
    weights = sorted(name for name in files if "weights" in name)
    for own, beside in zip(weights, sorted(name for name in files if "activation" in name), strict=True):
        for place, entry in enumerate(files[own]):
            layers[place].weights.append(_taken(entry))
            layers[place].activations.append(_taken(files[beside][place]))
        true, predicted = files[beside][-1]
        if not isinstance(true, list) or not isinstance(predicted, list):
            raise LoaderStops
        for place in range(len(true)):
            _ = predicted[place]
        truths.append(true)
    return layers, truths


def _taken(entry: Any) -> tuple[Index, set[Index]]:
    shape = tuple(entry[1])
    if not all(isinstance(size, int) for size in shape):
        raise LoaderStops
    indices = set()
    for index in product(*map(range, shape)):
        value = entry[2]
        for place in index:
            if not isinstance(value, list):
                raise LoaderStops
            value = value[place]
        float(value)
        indices.add(index)
    return shape, indices


def _stand(layer: Shown, before: Shown | None, pool: int) -> bool:
    """Gives a layer its grid; whether it stands where it belongs."""
    for kept, rank in zip((layer.weights, layer.activations), RANKS[layer.kind], strict=True):
        if any(rank not in (None, len(shape)) for shape, _ in kept[-1:]):
            raise LoaderStops
    if layer.kind == "input":
        _, layer.n_columns, layer.n_rows, layer.n_maps = layer.activations[-1][0]
        return before is None
    if before is None:
        raise LoaderStops
    shape = layer.weights[-1][0] if layer.weights else layer.shape
    if layer.kind == "fc":
        layer.n_columns, layer.n_rows, layer.n_maps = 1, 1, shape[1]
    elif layer.kind == "maxpool":
        if before.kind != "conv":
            raise LoaderStops
        layer.n_columns, layer.n_rows = (
            len(range(0, side - pool + 1, 2)) for side in (before.n_columns, before.n_rows)
        )
        layer.n_maps = before.n_maps
    else:
        layer.n_columns, layer.n_rows = (
            len(range(side + 2 * (kernel // 2) - kernel + 1))
            for side, kernel in zip((before.n_columns, before.n_rows), shape, strict=False)
        )
        layer.n_maps = shape[3]
        starts = before.n_maps if before.kind == "fc" else 1
        if layer.n_columns * layer.n_rows < starts:
            raise LoaderStops
    return True


def _cells(layer: Shown) -> Iterator[tuple[int, Index]]:
    """Each cell's running number and (row, column, map) as it stands in the scene: columns go first."""
    cells = product(range(layer.n_maps), range(layer.n_columns), range(layer.n_rows))
    for number, (plane, column, row) in enumerate(cells):
        yield number, (column, row, plane) if 1 in (layer.n_columns, layer.n_rows) else (row, column, plane)


def _drawn_right(layer: Shown, epoch: int, sample: int) -> bool:
    """Whether each value of a sample is drawn once, and each cell draws its own."""
    if len(layer.activations) <= epoch:
        return False
    shape = layer.activations[-1][0]
    _, known = layer.activations[epoch]
    n_drawn, right = 0, True
    for number, own in _cells(layer):
        index = (sample, *_unrolled(number, shape[1:]))
        if index not in known:
            raise LoaderStops
        right &= index[1:] == (own[2:] if layer.kind == "fc" else own)
        n_drawn += 1
    return right and n_drawn == sum(index[0] == sample for index in known)


def _unrolled(number: int, shape: Sequence[int]) -> Index:
    index = []
    for size in shape:
        if size == 0:
            raise LoaderStops
        index.append(number % size)
        number //= size
    return tuple(index)


def _edges_right(layer: Shown, before: Shown, epoch: int) -> bool:
    """Whether the edges into a layer find their weights, and no weight is left over."""
    if layer.kind not in ("fc", "conv") or len(layer.weights) <= epoch:
        return True
    shape, known = layer.weights[epoch]
    if layer.kind == "conv":
        height, width = layer.weights[-1][0][:2]
        looked_up = [(cell % height, cell // width) for cell in range(height * width)]
        if not {(*cell, 0, plane) for cell in looked_up for plane in range(layer.n_maps)} <= known:
            raise LoaderStops
        return len(set(looked_up)) == len(looked_up) == len({index[:2] for index in known})
    n_cells = before.n_columns * before.n_rows
    rows = {plane * cell for plane, cell in product(range(before.n_maps), range(n_cells))}
    rows = set(range(before.n_maps)) if before.kind == "fc" else rows
    is_folded = "0" in layer.name and before.kind != "fc"
    if not {(row, unit) for row in rows for unit in range(layer.n_maps)} <= known and not is_folded:
        raise LoaderStops
    return shape[0] == n_cells * before.n_maps
