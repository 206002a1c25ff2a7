"""What a bundle has for the files of nn_vis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from exporter.bundle.read import Bundle
from exporter.bundle.schema import Manifest, Sculpture, UnitLayer
from exporter.bundle.sculptures import content_problems, sculpture_problems
from exporter.bundling.channels.walk import walked
from exporter.bundling.net import Link, unit_layers, unit_net
from exporter.interchange.nn_vis.errors import NnVisError
from exporter.interchange.nn_vis.forms import MOST_NUMBERED, Floats, Importances, Processed, node_sums
from exporter.interchange.nn_vis.parts import finite, fractions
from exporter.interchange.nn_vis.rows import reordered

SLOTS = "sample_slots"
"""The option of a sculpture that says how much room the points had in the file that it was read from."""
_ROOM = 0.8
"""nn_vis makes more room, which takes it long, where more than this share is used."""


@dataclass(frozen=True)
class Found:
    """What an `.imp.npz` will hold, how the importance was found, and what to know of it; a line each."""

    held: Importances
    method: str
    notes: tuple[str, ...] = ()


def last_sculpture(bundle: Bundle, checkpoint_id: str) -> Sculpture | None:
    """The sculpture of a checkpoint that was added last."""
    return next((each for each in reversed(bundle.manifest.sculptures) if each.checkpoint == checkpoint_id), None)


def processed_from(bundle: Bundle, sculpture: Sculpture) -> Processed:
    """What a `.pro.npz` of a sculpture holds: every edge that the sculpture has, in the order of their units.

    Raises
    ------
    NnVisError
        the network is no chain, the importance is not of all classes, or the sculpture does not hold together.
    """
    check_chain(sculpture.layers)
    arrays = _sound_arrays(bundle, sculpture)
    check_classes(sculpture.classes, arrays["importance"].shape[1], sculpture.layers)
    order = np.lexsort((arrays["edges"][:, 1], arrays["edges"][:, 0]))
    starts, points = reordered(arrays["starts"], arrays["points"], order)
    longest = int(np.diff(starts).max(initial=2))
    stored = sculpture.options.get(SLOTS)
    is_enough = isinstance(stored, int) and not isinstance(stored, bool) and longest <= stored < 2**16
    slots = int(stored) if is_enough and stored is not None else int(longest / _ROOM) + 2
    sums = arrays.get("sums", node_sums(arrays["importance"]))
    return Processed(
        tuple(layer.units for layer in sculpture.layers), arrays["positions"], arrays["importance"],
        arrays["edges"][order], arrays["strength"][order], starts, points, slots, sums,
    )  # fmt: skip


def _sound_arrays(bundle: Bundle, sculpture: Sculpture) -> dict[str, NDArray[Any]]:
    """The tensors of a sculpture, but for those that nn_vis has no room for.

    Raises `NnVisError` where they do not hold together, or an edge leads past a layer.
    """
    for problem in sculpture_problems(structs.replace(bundle.manifest, sculptures=(sculpture,))):
        raise NnVisError("the sculpture does not hold together", got=problem, path=bundle.path)
    left_out = ("history", "placed", "weight")
    arrays = {name: bundle.load(ref) for name, ref in sculpture.tensors.items() if name not in left_out}
    for problem in content_problems(sculpture, arrays):
        raise NnVisError("the sculpture does not hold together", got=problem, path=bundle.path)
    layer_of = np.repeat(np.arange(len(sculpture.layers)), [layer.units for layer in sculpture.layers])
    ends = layer_of[arrays["edges"]]
    for one, other in ends[ends[:, 1] != ends[:, 0] + 1][:1]:
        raise _no_chain(sculpture.layers[one].name, sculpture.layers[other].name)
    return arrays


def importances_from(bundle: Bundle, checkpoint_id: str) -> Found:
    """What an `.imp.npz` of a checkpoint holds: the importance that was added last, and the sizes of the weights.

    Raises
    ------
    NnVisError
        the network is no chain, there is no importance of all its layers, or it is not of all classes.
    KerascopeError
        weights that are missing or not finite.
    """
    sculpture = last_sculpture(bundle, checkpoint_id)
    layers = sculpture.layers if sculpture is not None else unit_layers(bundle.manifest)[0]
    check_chain(layers)
    method = _last_method(bundle, checkpoint_id, layers)
    if method is None and sculpture is None:
        what = f"there is no importance of all layers at checkpoint {checkpoint_id!r}"
        remedy = f"run `kerascope sculpt {bundle.path}` or `kerascope importance`"
        raise NnVisError(what, remedy=remedy, path=bundle.path)
    if method is None and sculpture is not None:
        units, classes = _shared_out(_sound_arrays(bundle, sculpture)["importance"], layers), sculpture.classes
        method = sculpture.method
    else:
        units, classes = _derived_units(bundle, checkpoint_id, layers, str(method))
    check_classes(classes, units[0].shape[1], layers)
    edges, notes = _edges(bundle, checkpoint_id, layers, str(method), sculpture)
    return Found(Importances(units, edges), str(method), notes)


def check_model(manifest: Manifest) -> None:
    """Raise `NnVisError` where a model is no chain, which shows before anything was sculpted or any weight is read."""
    ways = walked(manifest)
    for joint in ways.joints:
        if joint.strand.layer + 1 != joint.target:
            raise _no_chain(ways.layers[joint.strand.layer].name, ways.layers[joint.target].name)
    check_chain(ways.layers)


def check_chain(layers: Sequence[UnitLayer]) -> None:
    """Raise `NnVisError` unless the layers follow each other, one on each plane."""
    for one, other in pairwise(layers):
        if other.plane != one.plane + 1:
            raise _no_chain(one.name, other.name)
        if one.units * other.units > MOST_NUMBERED:
            what = f"between the layers {one.name!r} and {other.name!r} there are more edges than nn_vis can number"
            raise NnVisError(what, expected=f"at most {MOST_NUMBERED}", got=one.units * other.units)
    if len(layers) < 2:
        raise NnVisError("nn_vis shows networks of at least two layers of units", got=len(layers))


def check_classes(classes: tuple[int, ...], columns: int, layers: Sequence[UnitLayer]) -> None:
    """Raise `NnVisError` unless there is a column for each unit of the last layer."""
    units = layers[-1].units
    if columns != units or classes not in ((), tuple(range(units))):
        what = "nn_vis needs the importance for every unit of the last layer"
        got = f"classes {', '.join(map(str, classes))}" if classes else f"{columns} columns"
        raise NnVisError(what, expected=f"{units} classes", got=got, remedy="compute it for all classes")


def _no_chain(one: str, other: str) -> NnVisError:
    what = f"nn_vis shows only networks whose layers follow each other, and {one!r} and {other!r} do not"
    return NnVisError(what, remedy="show it with `kerascope view`, or take it along with --to html")


def _last_method(bundle: Bundle, checkpoint_id: str, layers: Sequence[UnitLayer]) -> str | None:
    """The way of finding importance that was used last and has it for all layers but, maybe, the last one."""
    entries = [e for e in bundle.manifest.derived if e.kind == "importance" and e.checkpoint == checkpoint_id]
    for method in dict.fromkeys(entry.method for entry in reversed(entries)):
        if {layer.name for layer in layers[:-1]} <= {entry.layer for entry in entries if entry.method == method}:
            return method
    return None


def _derived_units(
    bundle: Bundle, checkpoint_id: str, layers: Sequence[UnitLayer], method: str
) -> tuple[tuple[Floats, ...], tuple[int, ...]]:
    """Importance of each layer, and the classes that its columns stand for."""
    known = {(e.layer, e.checkpoint, e.method): e.classes for e in bundle.manifest.derived if e.kind == "importance"}
    units = []
    for layer in layers:
        entry = bundle.importance(layer.name, checkpoint_id, method)
        units.append(np.eye(layer.units, dtype=np.float32) if entry is None else entry["units"])
        _check_table(units[-1], (layer.units, units[0].shape[-1]), f"the importance of layer {layer.name!r}")
    return tuple(units), known[layers[0].name, checkpoint_id, method]


def _edges(
    bundle: Bundle, checkpoint_id: str, layers: Sequence[UnitLayer], method: str, sculpture: Sculpture | None
) -> tuple[tuple[Floats, ...], tuple[str, ...]]:
    """Sizes of the weights, the largest of each table 1: of the weights, or as they were read, or of a sculpture."""
    if bundle.checkpoint(checkpoint_id).weights:
        net = unit_net(bundle, checkpoint_id)
        if net.layers != tuple(layers):
            raise NnVisError(
                "the sculpture is of other layers than the model has", remedy="run `kerascope sculpt` again"
            )
        return _sizes_of(net.links, layers), ()
    stored = [bundle.importance(layer.name, checkpoint_id, method) or {} for layer in layers[1:]]
    if all("edges" in entry for entry in stored):
        for entry, (one, other) in zip(stored, pairwise(layers), strict=True):
            _check_table(entry["edges"], (one.units, other.units), f"the strength of edges into layer {other.name!r}")
        return tuple(entry["edges"] for entry in stored), ()
    if sculpture is None:
        what = f"checkpoint {checkpoint_id!r} holds no weights"
        raise NnVisError(what, remedy="export the model again with its weights", path=bundle.path)
    arrays = _sound_arrays(bundle, sculpture)
    tables = _scattered(arrays["edges"], arrays["strength"], layers)
    missing = sum(table.size for table in tables) - len(arrays["edges"])
    return tables, (f"{missing} edges are not in the sculpture, and are 0",) if missing else ()


def _check_table(table: Floats, shape: tuple[int, int], what: str) -> None:
    """Raise `NnVisError` unless a table of the bundle has this shape and numbers from 0 to 1."""
    if table.shape != shape or table.dtype != np.float32:
        got = f"{table.dtype} {table.shape}"
        raise NnVisError(f"{what} does not fit the others", expected=f"float32 {shape}", got=got)
    fractions(finite(table, what), what)


def _sizes_of(links: Sequence[Link], layers: Sequence[UnitLayer]) -> tuple[Floats, ...]:
    tables: dict[int, Floats] = {}
    for link in links:
        if link.target != link.source + 1:
            raise _no_chain(layers[link.source].name, layers[link.target].name)
        sizes = np.abs(link.weights)
        tables[link.source] = sizes / max(float(sizes.max(initial=0)), np.finfo(np.float32).tiny)
    for place, (one, other) in enumerate(pairwise(layers)):
        if place not in tables:
            raise _no_chain(one.name, other.name)
    return tuple(tables[place] for place in range(len(layers) - 1))


def _scattered(edges: NDArray[np.int32], strength: Floats, layers: Sequence[UnitLayer]) -> tuple[Floats, ...]:
    firsts = np.cumsum([0, *(layer.units for layer in layers)])
    tables = []
    for place, (one, other) in enumerate(pairwise(layers)):
        table = np.zeros((one.units, other.units), np.float32)
        here = (edges[:, 0] >= firsts[place]) & (edges[:, 0] < firsts[place + 1])
        table[edges[here, 0] - firsts[place], edges[here, 1] - firsts[place + 1]] = strength[here]
        tables.append(table)
    return tuple(tables)


def _shared_out(values: Floats, layers: Sequence[UnitLayer]) -> tuple[Floats, ...]:
    """The rows of each layer."""
    borders = np.cumsum([layer.units for layer in layers])[:-1]
    return tuple(np.split(values, borders))
