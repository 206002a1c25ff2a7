"""Stored weights into the layers that they belong to, by name where names tell, else by their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.models.errors import ModelError
from exporter.models.legacy.kernels import Origin, fitted
from exporter.models.legacy.rebuild import Rebuilt

Array = NDArray[Any]
_NOT_WEIGHTS = ("StateVar", "seed_generator_state", "_rng")


@dataclass(frozen=True)
class Stored:
    """One stored array: its name, and what reads it."""

    name: str
    read: Callable[[], Array]

    @property
    def parts(self) -> list[str]:
        """The name in parts, without the number of an output.

        >>> Stored("enc/conv/kernel:0", lambda: np.zeros(1)).parts
        ['enc', 'conv', 'kernel']
        """
        return [part for part in self.name.partition(":")[0].split("/") if part]


def assign(rebuilt: Rebuilt, stored: Mapping[str, Sequence[Stored]], origin: Origin) -> None:
    """Give each layer the arrays that are stored under its name.

    Raises
    ------
    ModelError
        arrays of a layer that is not there, layers without their arrays, or other shapes.
    """
    filled = set()
    for name, arrays in stored.items():
        kept = [each for each in arrays if not each.name.partition(":")[0].endswith(_NOT_WEIGHTS)]
        if not kept:
            continue
        layer = rebuilt.layers.get(name)
        if layer is None:
            raise ModelError(f"there are weights of the layer {name!r}, which the model does not have")
        _assign_layer(name, layer, kept, rebuilt, origin)
        filled.add(id(layer))
    for name, layer in rebuilt.layers.items():
        if layer.weights and id(layer) not in filled and not _is_given(layer):
            raise ModelError(f"the weights of the layer {name!r} are missing", expected=f"{len(layer.weights)} arrays")


def assign_by_name(rebuilt: Rebuilt, stored: Sequence[Stored], origin: Origin) -> None:
    """Give all layers their arrays, which are named after them and come in one list, as TF.js has them.

    Raises
    ------
    ModelError
        as `assign` does.
    """
    by_layer: dict[str, list[Stored]] = {}
    for each in stored:
        by_layer.setdefault(_owner(each, rebuilt), []).append(each)
    assign(rebuilt, by_layer, origin)


def _owner(stored: Stored, rebuilt: Rebuilt) -> str:
    """The name of the outermost layer that an array belongs to: the longest part of its name that is one."""
    for length in range(len(stored.parts), 0, -1):
        for start in range(len(stored.parts) - length + 1):
            name = "/".join(stored.parts[start : start + length])
            if name in rebuilt.layers:
                return name
    for name, layer in rebuilt.layers.items():
        if any(leaf.name in stored.parts for leaf in leaves(layer, rebuilt)):
            return name
    raise ModelError(f"there is an array {stored.name!r}, which belongs to no layer of the model")


def leaves(layer: Any, rebuilt: Rebuilt) -> Iterator[keras.layers.Layer]:
    """The layers inside one that hold weights themselves, in the order in which the file has them."""
    inner = rebuilt.inside.get(id(layer))
    below = list(inner.values()) if inner is not None else _children(layer)
    own = list(layer._trainable_variables) + list(layer._non_trainable_variables)
    if own and not isinstance(layer, keras.Model):
        yield layer
    for each in below:
        yield from leaves(each, rebuilt)


def _children(layer: Any) -> list[Any]:
    if isinstance(layer, keras.layers.Bidirectional):
        return [layer.forward_layer, layer.backward_layer]
    return list(layer._layers)


def _is_given(layer: Any) -> bool:
    """Whether a layer knows its weights from its settings."""
    return isinstance(layer, keras.layers.Normalization)


def _assign_layer(name: str, layer: Any, stored: Sequence[Stored], rebuilt: Rebuilt, origin: Origin) -> None:
    found = list(leaves(layer, rebuilt))
    if len(found) == 1:
        groups = _by_name(found, stored) or [list(stored)]
    elif isinstance(layer, keras.layers.Bidirectional):
        half = len(stored) // 2
        groups = [list(stored[:half]), list(stored[half:])]
    else:
        groups = _by_name(found, stored) or _by_order(name, found, stored)
    if len(groups) != len(found):
        raise _other_count(name, sum(len(leaf.weights) for leaf in found), len(stored))
    for leaf, arrays in zip(found, groups, strict=True):
        assign_leaf(name, leaf, arrays, origin)


def _own(leaf: Any) -> list[Any]:
    return list(leaf._trainable_variables) + list(leaf._non_trainable_variables)


def _by_name(found: Sequence[Any], stored: Sequence[Stored]) -> list[list[Stored]] | None:
    """The arrays of each layer inside, where every array names its layer and variable; else `None`."""
    places: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row, leaf in enumerate(found):
        for column, variable in enumerate(_own(leaf)):
            places.setdefault((leaf.name, variable.name), []).append((row, column))
    groups: list[list[Stored | None]] = [[None] * len(_own(leaf)) for leaf in found]
    for each in stored:
        options = [place for owner in each.parts[:-1] for place in places.get((owner, each.parts[-1]), [])]
        if len(options) != 1 or groups[options[0][0]][options[0][1]] is not None:
            return None
        groups[options[0][0]][options[0][1]] = each
    complete = [[each for each in group if each is not None] for group in groups]
    return complete if all(len(one) == len(other) for one, other in zip(complete, groups, strict=True)) else None


def _by_order(name: str, found: Sequence[Any], stored: Sequence[Stored]) -> list[list[Stored]]:
    """The arrays of each layer inside in the old order: all that train, then all that do not."""
    owners = [row for row, leaf in enumerate(found) for _ in leaf.trainable_weights]
    owners += [row for row, leaf in enumerate(found) for _ in range(len(_own(leaf)) - len(leaf.trainable_weights))]
    if len(owners) != len(stored):
        raise _other_count(name, len(owners), len(stored))
    groups: list[list[Stored]] = [[] for _ in found]
    for owner, each in zip(owners, stored, strict=True):
        groups[owner].append(each)
    return groups


def _other_count(name: str, expected: int, got: int) -> ModelError:
    return ModelError(f"the weights do not fit the layer {name!r}", expected=f"{expected} arrays", got=got)


def assign_leaf(name: str, leaf: Any, stored: Sequence[Stored], origin: Origin) -> None:
    """Give one layer its own arrays; `name` is what a message calls it. Raises `ModelError` where they do not fit."""
    variables = _own(leaf)
    arrays = fitted(leaf, [each.read() for each in stored], origin)
    if len(arrays) == len(variables) - 1 and isinstance(leaf, keras.layers.Normalization):
        arrays = [*arrays, np.zeros((), np.int32)]  # how many samples it has seen, which is not always stored
    if len(arrays) != len(variables):
        raise _other_count(name, len(variables), len(arrays))
    for variable, array in zip(variables, arrays, strict=True):
        if tuple(variable.shape) != array.shape:
            raise ModelError(
                f"the weights do not fit the layer {name!r}",
                expected=f"shape {tuple(variable.shape)} for {variable.name!r}",
                got=array.shape,
            )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
    if hasattr(leaf, "finalize_state"):
        leaf.finalize_state()
