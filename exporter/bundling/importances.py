"""Which importance a sculpture is made of: one that the bundle holds, or the weights' own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Capture, Derived
from exporter.bundling.net import UnitNet
from exporter.bundling.norms import weight_importance

Floats = NDArray[np.float32]
WEIGHT = "weight"
"""The method that needs nothing but weights."""
MOST_CLASSES = 16
"""Of a model with more classes not all are shown: there are no more colours that could be told apart."""
SHOWN_CLASSES = 10
_MOST_CAPTURES = 200


@dataclass(frozen=True)
class Chosen:
    """Importance of the units of every layer, (U_l, C) float32, and the classes of the columns as in a `Derived`."""

    layers: tuple[Floats, ...]
    classes: tuple[int, ...]


def method_of(bundle: Bundle, method: str | None) -> str:
    """The method that was asked for, else the one whose importance was added last, else `weight`.

    Raises
    ------
    KerascopeError
        a method of which the bundle has no importance.
    """
    known = list(dict.fromkeys(str(entry.method) for entry in _entries(bundle)))
    if method is None:
        return known[-1] if known else WEIGHT
    if method not in (*known, WEIGHT):
        what = f"the bundle holds no importance by the method {method!r}"
        expected, remedy = f"one of {', '.join(dict.fromkeys((*known, WEIGHT)))}", "add it with `kerascope importance`"
        raise KerascopeError(what, expected=expected, remedy=remedy, path=bundle.path)
    return method


def has_importance(bundle: Bundle, checkpoint_id: str, method: str) -> bool:
    """Whether units can be weighed by this method at this checkpoint: always by weights."""
    return method == WEIGHT or any(
        entry.checkpoint == checkpoint_id and entry.method == method for entry in _entries(bundle)
    )


def importance_of(bundle: Bundle, net: UnitNet, checkpoint_id: str, method: str, warn: Callable[[str], None]) -> Chosen:
    """How much the units of a network matter at a checkpoint.

    Where the bundle holds no importance by `weight` it is computed; of more than 16 classes for those alone that the
    inputs show. What the bundle holds of no other layer is filled in by weights, and told.

    Raises
    ------
    KerascopeError
        importance for other units than the layer has, or for other classes than that of other layers.
    """
    entries = {e.layer: e for e in _entries(bundle) if e.checkpoint == checkpoint_id and e.method == method}
    if not entries:
        chosen = _classes(bundle, warn)
        return Chosen(weight_importance(net, class_count(bundle), chosen or None), chosen)
    found = {name: _read(bundle, entry, net) for name, entry in entries.items() if name in _names(net)}
    _check_columns(bundle, entries, found)
    lacking = [layer.name for layer in net.layers if layer.name not in found]
    classes = next(iter(entries.values())).classes
    filled = weight_importance(net, class_count(bundle), classes or None) if lacking else ()
    if lacking:
        which = ", ".join(lacking[:4]) + (", ..." if len(lacking) > 4 else "")
        warn(f"no importance by {method} of {len(lacking)} of {len(net.layers)} layers ({which}): by weight instead")
    layers = tuple(found[layer.name] if layer.name in found else filled[at] for at, layer in enumerate(net.layers))
    return Chosen(layers, classes)


def class_count(bundle: Bundle) -> int:
    """How many classes the model tells apart: the units of its first output where that is a vector, else 1."""
    model = bundle.manifest.model
    if not model.outputs or not (outputs := bundle.layer(model.outputs[0]).outputs):
        return 1
    shape = outputs[0].shape
    return max(shape[0] or 1, 1) if len(shape) == 1 else 1


def _entries(bundle: Bundle) -> list[Derived]:
    return [entry for entry in bundle.manifest.derived if entry.kind == "importance"]


def _names(net: UnitNet) -> set[str]:
    return {layer.name for layer in net.layers}


def _read(bundle: Bundle, entry: Derived, net: UnitNet) -> Floats:
    values: Floats = bundle.load(entry.tensors["units"])
    units = next(layer.units for layer in net.layers if layer.name == entry.layer)
    if len(values) != units or not np.isfinite(values).all():
        what = f"the importance of the layer {entry.layer!r} by {entry.method} does not fit the layer"
        got = f"{len(values)}" if len(values) != units else "some that are NaN or infinite"
        raise KerascopeError(what, expected=f"{units} finite rows", got=got, path=bundle.path)
    return values


def _check_columns(bundle: Bundle, entries: dict[str, Derived], found: dict[str, Floats]) -> None:
    columns = {(entries[name].classes, values.shape[1]) for name, values in found.items()}
    if len(columns) > 1:
        what, remedy = "the importance of some layers is for other classes than that of others", "weigh them together"
        raise KerascopeError(what, remedy=remedy, path=bundle.path)


def shown_classes(
    count: int,
    true_classes: Iterable[int | None],
    captures: Sequence[Capture],
    names: Sequence[str],
    warn: Callable[[str], None],
) -> tuple[int, ...]:
    """The classes that are told apart where there are more than 16; empty: all are.

    First come those that inputs are of, then those that they are taken for, then those of the highest scores.
    """
    if count <= MOST_CLASSES:
        return ()
    seen = (*true_classes, *(capture.predicted for capture in captures), *_by_score(captures, count))
    known = dict.fromkeys(one for one in seen if one is not None and 0 <= one < count)
    chosen = tuple(sorted(list(known)[:SHOWN_CLASSES]))
    words = ", ".join(names[one] if one < len(names) else str(one) for one in chosen)
    warn(f"{len(chosen)} of the {count} classes are told apart, first those of the inputs: {words}")
    return chosen


def _classes(bundle: Bundle, warn: Callable[[str], None]) -> tuple[int, ...]:
    """The classes that the bundle's units are weighed for; empty: all."""
    captures = list(islice(bundle.captures_at(bundle.final_checkpoint.id), _MOST_CAPTURES))
    true_classes = (shown.true_class for shown in bundle.manifest.inputs)
    return shown_classes(class_count(bundle), true_classes, captures, bundle.manifest.model.class_names, warn)


def _by_score(captures: Sequence[Capture], count: int) -> list[int]:
    """All classes, those first that inputs get the highest scores for on average."""
    scores = np.zeros(count)
    for capture in captures:
        if len(capture.scores) == count:
            scores += np.nan_to_num(np.array(capture.scores, np.float64))
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    return order
