"""Which arrays an importance and a sculpture are made of (SPEC.md, "Importance" and "Sculptures")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from exporter.bundle.forms import Pattern, form_problems
from exporter.bundle.schema import Manifest, Sculpture

SCULPTURE: dict[str, Pattern] = {
    "placed": (("U", 3), "float32"),
    "positions": (("U", 3), "float32"),
    "importance": (("U", "C"), "float32"),
    "edges": (("E", 2), "int32"),
    "strength": (("E",), "float32"),
    "starts": (("E+1",), "int64"),
    "points": (("P", 3), "float32"),
}
SCULPTURE_MAY: dict[str, Pattern] = {
    "weight": (("E",), "float32"),
    "history": (("T", "K", "H", 3), "float16"),
    "sums": (("U", 2), "float32"),
}
IMPORTANCE: dict[str, Pattern] = {"units": (("U", "C"), "float32")}
IMPORTANCE_MAY: dict[str, Pattern] = {"edges": (("S", "U"), "float32")}


def sculpture_problems(manifest: Manifest) -> Iterator[str]:
    """Every rule of SPEC.md that the sculptures of a manifest break, a line each."""
    for sculpture in manifest.sculptures:
        where = f"sculpture {sculpture.id!r}"
        sizes: dict[str, int] = {"U": sum(layer.units for layer in sculpture.layers)}
        sizes |= {"C": len(sculpture.classes)} if sculpture.classes else {}
        yield from form_problems(where, sculpture.tensors, SCULPTURE, SCULPTURE_MAY, sizes)
        yield from _plane_problems(where, sculpture)
        if sizes.get("E+1", 0) != sizes.get("E", -1) + 1:
            yield f"{where}: 'starts' has {sizes.get('E+1')} entries for {sizes.get('E')} edges"
        if sizes.get("K", 0) > sizes.get("E", 0):
            yield f"{where}: 'history' has {sizes['K']} edges of {sizes.get('E')}"


def content_problems(sculpture: Sculpture, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Iterator[str]:
    """What does not hold together in the numbers of a sculpture whose arrays have the right forms, a line each."""
    where = f"sculpture {sculpture.id!r}"
    for name in sorted(arrays):
        if arrays[name].dtype.kind == "f" and not np.isfinite(arrays[name]).all():
            yield f"{where}: {name!r} has numbers that are not finite"
    for name in ("importance", "strength"):
        if arrays[name].size and not (arrays[name].min() >= 0 and arrays[name].max() <= 1):
            yield f"{where}: {name!r} goes beyond 0 to 1"
    edges, starts = arrays["edges"], arrays["starts"]
    planes = np.repeat([layer.plane for layer in sculpture.layers], [layer.units for layer in sculpture.layers])
    if edges.size and not (edges.min() >= 0 and edges.max() < len(planes)):
        yield f"{where}: 'edges' name units that are not there"
    elif (planes[edges[:, 0]] >= planes[edges[:, 1]]).any():
        yield f"{where}: an edge does not go to a higher plane"
    if starts[0] != 0 or starts[-1] != len(arrays["points"]) or (np.diff(starts) < 2).any():
        yield f"{where}: 'starts' do not share the points out among the edges, at least two each"


def importance_problems(manifest: Manifest) -> Iterator[str]:
    """Every rule of SPEC.md that the importances of a manifest break, a line each."""
    for entry in manifest.derived:
        if entry.kind == "importance":
            where = f"the importance of layer {entry.layer!r} at checkpoint {entry.checkpoint!r}"
            sizes: dict[str, int] = {"C": len(entry.classes)} if entry.classes else {}
            yield from form_problems(where, entry.tensors, IMPORTANCE, IMPORTANCE_MAY, sizes)
        if (entry.method is None) != (entry.kind == "statistics"):
            yield f"the {entry.kind} of layer {entry.layer!r} has the method {entry.method!r}"


def _plane_problems(where: str, sculpture: Sculpture) -> Iterator[str]:
    for layer in sculpture.layers:
        if layer.units < 1 or layer.plane < 0:
            yield f"{where}: layer {layer.name!r} has {layer.units} units on plane {layer.plane}"
