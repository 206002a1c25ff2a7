"""A sculpture as solids: of each class the cables that serve it most, and the units of each layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from viewer.solids.bake import bytes_of
from viewer.solids.cables import cable_solid
from viewer.solids.solid import Paint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from viewer.solids.detail import Detail
    from viewer.solids.solid import Solid

    Array = NDArray[np.float32]
    Indices = NDArray[np.int64]

MOST_GROUPS = 24
"""Of so many classes the cables have a mesh of their own; those of all others share one."""
FAINT = 0.10
"""How opaque the cables of a class are while another one is lit."""
FINE_UNITS = 256
"""The balls of a layer of more units are coarser."""
OTHERS = "other classes"


@dataclass(frozen=True, slots=True, eq=False)
class Cables:
    """What the cables of a sculpture are made of, in world units.

    Attributes
    ----------
    paths : (n, h, 3) float32, where each edge goes.
    radii : (n,) float32
    columns : (n,) the class that each serves most.
    earlier : paths (n, k, 3) of steps before the last, by their name.
    """

    paths: Array
    radii: Array
    columns: Indices
    earlier: Mapping[str, Array]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The cables of a class: `column` is its place among the sculpture's classes, `None` stands for all others.

    `faint` is how they look while another class is lit: the same triangles in another paint.
    """

    column: int | None
    name: str
    lit: Solid
    faint: Solid


def groups_of(
    cables: Cables,
    names: Sequence[str],
    colours: Array,
    others: Sequence[float],
    detail: Detail,
    lit: Sequence[int] = (),
) -> tuple[Group, ...]:
    """The cables by the class that they serve most, in the order of the classes; a class without cables has no group.

    Parameters
    ----------
    names, colours : of each class, (C, 3) in 0..1. Those that share a mesh have the colour of `others`.
    lit : classes that are to have a mesh of their own however few cables they have.
    """
    own = _own_columns(cables.columns, len(names), lit)
    found = [(column, names[column], colours[column], cables.columns == column) for column in own]
    rest: tuple[None, str, Array, NDArray[np.bool_]] = (
        None,
        OTHERS,
        np.asarray(others, np.float32),
        ~np.isin(cables.columns, own),
    )
    return tuple(
        _group(cables, column, name, colour, np.flatnonzero(here), detail.bends)
        for column, name, colour, here in (*found, rest)
        if here.any()
    )


def _own_columns(columns: Indices, count: int, lit: Sequence[int]) -> list[int]:
    """The classes that have a mesh of their own: those that are lit, then those of most cables."""
    served = np.bincount(columns, minlength=count)
    if count <= MOST_GROUPS:
        return list(range(count))
    most = [column for column in np.argsort(-served, kind="stable").tolist() if column not in lit]
    return sorted([*lit, *most][: max(MOST_GROUPS, len(lit))])


def _group(
    cables: Cables, column: int | None, name: str, colour: Array | NDArray[np.float64], kept: Indices, pieces: int
) -> Group:
    red, green, blue = bytes_of(np.asarray(colour, np.float32)).tolist()
    earlier = {step: paths[kept] for step, paths in cables.earlier.items()}
    lit = cable_solid(cables.paths[kept], cables.radii[kept], pieces, Paint(name, (red, green, blue, 255)), earlier)
    paint = Paint(f"{name} (faint)", (red, green, blue, round(255 * FAINT)))
    return Group(column, name, lit, replace(lit, paint=paint, blends=True))
