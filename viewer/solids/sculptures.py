"""The cables of a sculpture by the class that they serve: what a person may hide, recolour or light as one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.solids.cables import cable_solid
from viewer.solids.solid import Paint, painted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from viewer.colour import Rgb
    from viewer.solids.solid import Solid

    Array = NDArray[np.float32]
    Indices = NDArray[np.int64]

MOST_GROUPS = 24
"""Of so many classes the cables have a mesh of their own; those of further ones are with what serves all alike."""
ALONE = 0.5
"""How much of a class something must be to count as that class's."""
BY_TOP = 4.0
"""The power of the class that is served most, as the pictures have it (`viewer.sculptures.look`)."""
SOLID_FROM = 0.4
"""What matters less lets through what is behind it, and is thin: three sides will do."""
SIDES, THIN_SIDES = 5, 3
FAINT = 0.10
"""How opaque the cables of a class are while another one is lit."""


@dataclass(frozen=True, slots=True, eq=False)
class Cables:
    """What the cables of a sculpture are made of, in world units.

    Attributes
    ----------
    paths : (n, h, 3) float32, where each edge goes.
    radii : (n,) float32
    matters : (n,) float32, how much each matters, 0 to 1.
    columns : (n,) the class that each serves, -1 for those that serve all alike.
    earlier : paths (n, k, 3) of steps before the last, by their name.
    """

    paths: Array
    radii: Array
    matters: Array
    columns: Indices
    earlier: Mapping[str, Array]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The cables of a class; of `None` those that serve all alike. What matters less is a solid of its own."""

    column: int | None
    solids: tuple[Solid, ...]

    def painted(self, name: str, colour: Rgb, *, faint: bool = False) -> tuple[Solid, ...]:
        """The same triangles in a colour, 0 to 1, that a person finds under this name."""
        red, green, blue = (round(255 * part) for part in colour)
        paint = Paint(f"{name} (faint)" if faint else name, (red, green, blue, round(255 * FAINT) if faint else 255))
        return tuple(painted(solid, paint) for solid in self.solids)


def columns_of(importance: Array) -> Indices:
    """Which class (n,) each of some units or edges serves, by its importance (n, C); -1 where it serves all alike, or
    none.
    """
    top = importance.max(axis=1)
    share = (importance / np.maximum(top, 1e-9)[:, None]) ** BY_TOP
    others = max(importance.shape[1] - 1, 1)
    is_own = (1 - (share.sum(axis=1) - 1) / others >= ALONE) & (top > 0)
    return np.where(is_own, importance.argmax(axis=1), -1)


def groups_of(cables: Cables, pieces: int, lit: Sequence[int] = ()) -> tuple[Group, ...]:
    """The cables by class in the order of the classes, those that serve all alike last; none of a class without any.

    Of very many classes those of most cables have a group, and those that are `lit`.
    """
    own = _own_columns(cables.columns, lit)
    found = [(column, np.flatnonzero(cables.columns == column)) for column in own]
    rest = np.flatnonzero(~np.isin(cables.columns, own))
    groups = [Group(column, _solids(cables, kept, pieces)) for column, kept in found]
    return (*groups, Group(None, _solids(cables, rest, pieces))) if len(rest) else tuple(groups)


def _own_columns(columns: Indices, lit: Sequence[int]) -> list[int]:
    """The classes that have a mesh of their own: those that are lit, then those of most cables."""
    served, cables = np.unique(columns[columns >= 0], return_counts=True)
    by_cables = served[np.argsort(-cables, kind="stable")].tolist()
    first = [column for column in lit if column in by_cables]
    return sorted(list(dict.fromkeys([*first, *by_cables]))[: max(MOST_GROUPS, len(first))])


def _solids(cables: Cables, kept: Indices, pieces: int) -> tuple[Solid, ...]:
    """What is solid, and what lets through what is behind it; only one of these where there is no other."""
    is_solid = cables.matters[kept] >= SOLID_FROM
    thick, thin = kept[is_solid], kept[~is_solid]
    parts = (thick, SIDES, None), (thin, THIN_SIDES, 0.05 + 1.6 * cables.matters[thin] ** 2)
    return tuple(
        cable_solid(
            cables.paths[part],
            cables.radii[part],
            pieces,
            sides,
            {step: paths[part] for step, paths in cables.earlier.items()},
            alphas,
        )
        for part, sides, alphas in parts
        if len(part)
    )
