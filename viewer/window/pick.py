"""Which plate lies under the pointer, and what can be asked of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from viewer.camera import eye_of, project
from viewer.layout.fold import around
from viewer.placement import world_of
from viewer.state import REFERENCE_HEIGHT_PX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle.schema import Group
    from viewer.layout import Layout, Plate
    from viewer.state import ViewState


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the menu of a plate: open or fold a group."""

    does: Literal["open", "fold"]
    group: str
    words: str


def plate_at(
    layout: Layout, state: ViewState, at_px: tuple[float, float], size_px: tuple[float, float]
) -> Plate | None:
    """The plate that is seen at `at_px` (from the top left) of a picture of `size_px`, the nearest to the eye; `None`
    where there is none.
    """
    aspect = size_px[0] / size_px[1]
    at = np.asarray(at_px) * REFERENCE_HEIGHT_PX / size_px[1]
    best: tuple[float, Plate] | None = None
    for net in state.nets:
        corners = world_of(net, layout, layout.corners())
        outlines = project(state.camera, corners, aspect).reshape(-1, 4, 2)[:, (0, 1, 3, 2)]
        away = np.linalg.norm(corners.reshape(-1, 4, 3).mean(axis=1) - eye_of(state.camera), axis=1)
        for index in np.flatnonzero(_inside(outlines, at)):
            if best is None or away[index] < best[0]:
                best = float(away[index]), layout.plates[index]
    return best[1] if best else None


def _inside(outlines: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a point lies inside each convex outline (n, 4, 2): on the same side of all its borders."""
    sides = np.roll(outlines, -1, axis=1) - outlines
    away = at - outlines
    cross = sides[..., 0] * away[..., 1] - sides[..., 1] * away[..., 0]
    return np.logical_or((cross > 0).all(axis=1), (cross < 0).all(axis=1))


def what_can_be_asked(groups: Sequence[Group], plate: Plate) -> tuple[Asked, ...]:
    """Open the group that a plate stands for, and fold each group that it lies in, the smallest first."""
    asked = [Asked("open", plate.group, f"Open {plate.group}")] if plate.group else []
    outer = [group for group in around(groups, plate.layer) if len(group.layers) > max(plate.layers, 1)]
    asked += [Asked("fold", group.name, f"Fold {group.name}, {len(group.layers)} layers") for group in outer]
    return tuple(asked)
