"""What nn-visualizer shows of a folder, by its loader's rules: written from their description, from no code of ours.

It is stricter than the loader in one thing: nested values whose lengths are not those of the shape are a crash, also
where the loader would read only the first of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
TYPES = (("conv", "conv"), ("input", "image"), ("fc", "fc"), ("maxpool", "maxpool"))
"""What a name has to contain, in the order in which the loader asks, and what is drawn then."""
STRUCTURE_RANK = {"image": 4, "conv": 4, "maxpool": 2, "fc": 2}
WEIGHTS_RANK = {"image": 1, "conv": 4, "maxpool": 2, "fc": 2}
VALUES_RANK = {"image": 4, "conv": 4, "maxpool": 4, "fc": 2}


class LoaderCrash(Exception):  # noqa: N818 (it is what happens, and no fault of the program)
    """The loader throws: nothing is shown."""


@dataclass(frozen=True)
class LoadedLayer:
    """One layer as it is drawn.

    Attributes
    ----------
    name, kind : of the structure; `image`, `conv`, `maxpool` or `fc`.
    size : rows and columns of the points that are drawn of each map: derived, never read.
    channels : maps; units where `kind` is `fc`.
    weights, values : per epoch; values are (samples, ...).
    scrambled : why points get colours that are not theirs.
    """

    name: str
    kind: str
    size: tuple[int, int]
    channels: int
    weights: tuple[Array, ...]
    values: tuple[Array, ...]
    scrambled: tuple[str, ...]

    @property
    def points(self) -> int:
        """How many points are drawn, and so how many rows a dense layer after it needs."""
        return self.size[0] * self.size[1] * self.channels

    def shown(self, epoch: int, sample: int) -> Array:
        """What each point is coloured by: (rows, columns, channels), or (1, 1, units).

        Points take the values in the order of points: where there are more or fewer values, they come out of place.
        """
        return np.resize(self.values[epoch][sample].ravel(), (*self.size, self.channels))

    def all_shown(self, epoch: int) -> Array:
        """`shown` of every sample: (samples, rows, columns, channels)."""
        return np.stack([self.shown(epoch, sample) for sample in range(len(self.values[epoch]))])

    def edge(self, epoch: int, row: int, column: int, source: int, channel: int) -> float:
        """The weight drawn between a point of channel `channel` and one of channel `source` of the maps before it.

        `row` and `column` say how far that one is away from the point at the same place.
        """
        kernel = self.weights[epoch]
        of_source = kernel[..., source if kernel.shape[2] > 1 else 0, channel]
        return float(of_source[row + kernel.shape[0] // 2, column + kernel.shape[1] // 2])

    def dense_edges(self, epoch: int, before: LoadedLayer) -> Array:
        """The weights drawn between points and units: (rows, columns, channels, units) of the layer before."""
        return self.weights[epoch].reshape(*before.size, before.channels, self.channels)


@dataclass(frozen=True)
class LoadedNet:
    """A folder as it is shown; `scrambled` has the layers whose points get wrong colours, with the reasons."""

    layers: tuple[LoadedLayer, ...]
    class_names: tuple[str, ...]
    epochs: int
    truths: tuple[tuple[str, ...], ...]
    predictions: tuple[tuple[str, ...], ...]

    @property
    def samples(self) -> int:
        return len(self.layers[-1].values[0])

    @property
    def scrambled(self) -> dict[str, tuple[str, ...]]:
        return {layer.name: layer.scrambled for layer in self.layers if layer.scrambled}

    def named(self, name: str) -> LoadedLayer:
        return next(layer for layer in self.layers if layer.name == name)


def load_as_unity(folder: Path, *, pool_size: int | None = None) -> LoadedNet:
    """The net of a folder. `pool_size` is what the user has set the pool prefab's shape to; `None`: as published.

    Raises
    ------
    LoaderCrash
        the loader would throw.
    """
    kinds = _files(folder)
    structure = _array(_parsed(kinds["structure"][-1]), "structure")
    if len(structure) < 2 or not _is_texts(structure[-1]):
        _crash("the structure does not end with the class names")
    epochs = [
        _epoch(weights, values, structure)
        for weights, values in zip(kinds["weights"], kinds["activation"], strict=False)
    ]
    layers: list[LoadedLayer] = []
    for place, entry in enumerate(structure[:-1]):
        tensors = [(epoch.weights[place], epoch.values[place]) for epoch in epochs]
        layers.append(_layer(entry, tensors, layers[-1] if layers else None, pool_size))
    counts = {len(values) for layer in layers for values in layer.values} | {len(epoch.truths) for epoch in epochs}
    if len(counts) > 1:
        _crash(f"the number of samples is not the same everywhere: {sorted(counts)}")
    truths, predictions = tuple(epoch.truths for epoch in epochs), tuple(epoch.predictions for epoch in epochs)
    return LoadedNet(tuple(layers), tuple(structure[-1]), len(epochs), truths, predictions)


@dataclass
class _Epoch:
    truths: tuple[str, ...]
    predictions: tuple[str, ...]
    weights: list[Array] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)


def _files(folder: Path) -> dict[str, list[Path]]:
    """Files by what their full path contains: the first of the three words that is in it."""
    kinds: dict[str, list[Path]] = {"activation": [], "weights": [], "structure": []}
    for path in sorted(folder.resolve().glob("*.json"), key=lambda path: path.name.lower()):
        kind = next((word for word in kinds if word in str(path)), None)
        if kind:
            kinds[kind].append(path)
    if not kinds["structure"]:
        _crash("no file is taken for the structure")
    if not kinds["weights"]:
        _crash("no file is taken for weights")
    if len(kinds["activation"]) < len(kinds["weights"]):
        _crash("fewer files of activations than of weights")
    return kinds


def _epoch(weights_file: Path, values_file: Path, structure: list[Any]) -> _Epoch:
    weights, values = (_array(_parsed(file), file.name) for file in (weights_file, values_file))
    count = len(structure) - 1
    if len(weights) != count:
        _crash(f"{weights_file.name} has {len(weights)} layers, the structure {count}")
    if len(values) != count + 1:
        _crash(f"{values_file.name} has {len(values)} entries: not {count} layers and the labels")
    labels = values[-1]
    if not (isinstance(labels, list) and len(labels) == 2 and all(_is_texts(each) for each in labels)):
        _crash(f"{values_file.name} does not end with labels and predictions")
    if len(labels[1]) < len(labels[0]):
        _crash(f"{values_file.name} has fewer predictions than labels")
    epoch = _Epoch(tuple(labels[0]), tuple(labels[1]))
    for place in range(count):
        epoch.weights.append(_tensor(weights[place], f"{weights_file.name}, entry {place}"))
        epoch.values.append(_tensor(values[place], f"{values_file.name}, entry {place}"))
    return epoch


def _layer(entry: Any, tensors: list[tuple[Array, Array]], before: LoadedLayer | None, pool: int | None) -> LoadedLayer:
    name, shape = _named_shape(entry)
    kind = _kind(name)
    if before is None and kind != "image":
        _crash(f"{name}: nothing to stand behind, as no input comes first")
    if kind == "image" and name != name.lower():
        _crash(f"{name}: names are looked at with their capitals, and this one is no known layer")
    weights, values = (tuple(each) for each in zip(*tensors, strict=True))
    for tensor, ranks in ((weights, WEIGHTS_RANK), (values, VALUES_RANK)):
        if any(each.ndim != ranks[kind] for each in tensor):
            _crash(f"{name}: {kind} of rank {tensor[0].ndim}, not {ranks[kind]}")
    if len(shape) != STRUCTURE_RANK[kind]:
        _crash(f"{name}: the structure says rank {len(shape)}, not {STRUCTURE_RANK[kind]}")
    if kind == "maxpool" and before is not None and before.kind != "conv":
        _crash(f"{name}: a pool stands after {before.kind}, not directly after a convolution")
    size, channels = _drawn(kind, shape, values[0].shape, before, pool)
    layer = LoadedLayer(name, kind, size, channels, weights, values, ())
    return LoadedLayer(name, kind, size, channels, weights, values, tuple(_faults(layer, shape, before)))


def _kind(name: str) -> str:
    return next((kind for word, kind in TYPES if word in name), "image")


def _drawn(
    kind: str, shape: list[int], values: tuple[int, ...], before: LoadedLayer | None, pool: int | None
) -> tuple[tuple[int, int], int]:
    """Rows and columns as they are derived, and channels."""
    if kind == "image" or before is None:
        return (values[1], values[2]), values[3]
    rows, columns = before.size
    if kind == "conv":
        grown = [side - kernel + 2 * (kernel // 2) + 1 for side, kernel in zip((rows, columns), shape[:2], strict=True)]
        return (grown[0], grown[1]), shape[3]
    if kind == "maxpool":
        more = 0 if pool == 2 else 1
        return (rows // 2 + more, columns // 2 + more), before.channels
    return (1, 1), shape[1]


def _faults(layer: LoadedLayer, shape: list[int], before: LoadedLayer | None) -> list[str]:
    drawn = (*layer.size, layer.channels) if layer.kind != "fc" else (layer.channels,)
    faults = [
        f"epoch {epoch}: {values.shape[1:]} values for {drawn} points"
        for epoch, values in enumerate(layer.values)
        if values.shape[1:] != drawn
    ]
    if min(layer.size) < 1:
        faults.append(f"no points: {layer.size}")
    if layer.size[0] != layer.size[1] != 1:
        faults.append(f"maps of {layer.size} are not square: their rows and columns are mixed up")
    if layer.kind in ("conv", "fc") and any(list(each.shape) != shape for each in layer.weights):
        faults.append("weights are not of the shape in the structure")
    if layer.kind == "image":
        if shape != [1, *layer.values[0].shape[1:]]:
            faults.append(f"the structure says {shape} of an input of {layer.values[0].shape[1:]}")
        if before is not None:
            faults.append("is taken for an image, which cuts the chain")
    if before is not None:
        faults += _edge_faults(layer, before)
    return faults


def _edge_faults(layer: LoadedLayer, before: LoadedLayer) -> list[str]:
    shape = layer.weights[0].shape
    if layer.kind == "fc" and shape[0] != before.points:
        return [f"{shape[0]} rows of weights for {before.points} points before it"]
    if layer.kind != "conv":
        return []
    faults = [] if shape[0] == shape[1] else [f"a kernel of {shape[:2]} is not square"]
    is_per_channel = shape[2] == 1 and shape[3] % before.channels == 0
    if shape[2] != before.channels and not is_per_channel:
        faults.append(f"a kernel of {shape[2]} channels on {before.channels} maps")
    return faults


def _named_shape(entry: Any) -> tuple[str, list[int]]:
    if not isinstance(entry, list) or len(entry) < 2 or not isinstance(entry[0], str):
        _crash("an entry does not begin with a name and a shape")
    name, shape = entry[:2]
    if not isinstance(shape, list) or not shape or not all(type(side) is int and side > 0 for side in shape):
        _crash(f"{name}: {shape} is no shape")
    return name, shape


def _tensor(entry: Any, where: str) -> Array:
    name, shape = _named_shape(entry)
    if len(entry) < 3:
        _crash(f"{where}: {name} has no values")
    try:
        values = np.asarray(entry[2])
    except ValueError:
        _crash(f"{where}: {name} is ragged")
    if values.dtype.kind not in "fi":
        _crash(f"{where}: {name} has something that is no number")
    if list(values.shape) != shape:
        _crash(f"{where}: {name} has values of shape {values.shape}, and says {shape} ({prod(shape)} values)")
    return values.astype(np.float32)


def _parsed(path: Path) -> Any:
    def refuse(pairs: Any) -> NoReturn:
        _crash(f"{path.name} has an object with keys")

    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=refuse)
    except ValueError as error:
        _crash(f"{path.name} is no JSON: {error}")


def _array(parsed: Any, where: str) -> list[Any]:
    if not isinstance(parsed, list):
        _crash(f"{where} is no array")
    return parsed


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _crash(reason: str) -> NoReturn:
    raise LoaderCrash(reason)
