"""Reads both files of nn_vis, which may be damaged or hostile; nothing in them is executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exporter.interchange.nn_vis.archive import opened
from exporter.interchange.nn_vis.errors import about
from exporter.interchange.nn_vis.forms import Importances, Processed
from exporter.interchange.nn_vis.parts import MOST_LAYERS, Parts, odd
from exporter.interchange.nn_vis.reading_processed import processed_of
from exporter.pickles import Stored, unpickled

IMPORTANCE_PARTS, PROCESSED_PARTS = 2, 5


def read_nn_vis(path: Path) -> Importances | Processed:
    """What a file holds, `.imp.npz` or `.pro.npz`; which of the two is told by the content.

    Raises
    ------
    NnVisError
        no such file, damage, something that such files never hold (a name other than those of numpy's arrays is told),
        numbers that are not finite or out of range, or sizes that do not fit together. Memory is taken for what the
        file holds, not for what it says.
    """
    with about(path), opened(path) as member:
        whole_file = unpickled(member.stream, member.pickle_bytes)
        parts = whole_file.values if isinstance(whole_file, Stored) else None
        if not isinstance(parts, list) or len(parts) not in (IMPORTANCE_PARTS, PROCESSED_PARTS):
            raise odd("the file", f"{IMPORTANCE_PARTS} or {PROCESSED_PARTS} parts", "others")
        if len(parts) != member.entries:
            raise odd("the file", f"{member.entries} parts, as its header says", len(parts))
        return importances_of(parts) if len(parts) == IMPORTANCE_PARTS else processed_of(parts)


def importances_of(parts: list[Any]) -> Importances:
    """What the two parts of an `.imp.npz` hold. Raises `NnVisError`."""
    take = Parts()
    units, edges = take.listed(parts[0], "the importance"), take.listed(parts[1], "the list of weights")
    if not 2 <= len(units) <= MOST_LAYERS or len(edges) != len(units) - 1:
        got = f"{len(units)} layers and {len(edges)} tables of weights"
        raise odd("the file", f"2 to {MOST_LAYERS} layers and one table of weights less", got)
    last = take.table(units[-1], f"the importance of layer {len(units)}", None)
    classes = len(last)
    tables = [
        take.table(layer, f"the importance of layer {place}", classes) for place, layer in enumerate(units[:-1], 1)
    ]
    tables.append(last)
    weights = []
    for place, layer in enumerate(edges):
        table = take.table(layer, f"the table of weights {place + 1}", len(tables[place + 1]))
        if len(table) != len(tables[place]):
            raise odd(f"the table of weights {place + 1}", f"{len(tables[place])} rows", len(table))
        weights.append(table)
    return Importances(tuple(tables), tuple(weights))
