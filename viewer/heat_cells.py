"""The values that a heat shows: an overlay of the bundle as cells, and what full colour stands for. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.atlas import LARGEST_PICTURE, reduced
from viewer.kept import finite
from viewer.loupe import cut

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout import Layout

    Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class HeatCells:
    """The cells of an overlay.

    Attributes
    ----------
    kind : what its values are, as `exporter.bundle.schema.Overlay` has it.
    values : (rows, columns) float32; 0 where there was no finite number, `viewer.atlas.NOT_KEPT` where there is no
        cell.
    largest : the largest size of a value; 1 where all are 0.
    is_picture : whether it has rows and columns of its own; else it is a vector in rows.
    """

    kind: Literal["heat", "signed", "mask"]
    values: Array
    largest: float
    is_picture: bool


def heat_cells(bundle: Bundle, layout: Layout, overlay_id: str) -> HeatCells:
    """The cells of an overlay: of a map larger than 512 along a side averages, of a vector as its plate lays it out.

    Raises
    ------
    BundleError
        The bundle has no such overlay.
    """
    overlay = bundle.overlay(overlay_id)
    values = np.nan_to_num(finite(bundle.load(overlay.values)), nan=0.0)
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    if values.ndim == 1:
        return HeatCells(overlay.kind, cut(values, (), _columns(layout, overlay.layer)), largest, is_picture=False)
    rows, columns = (min(side, LARGEST_PICTURE) for side in values.shape)
    return HeatCells(overlay.kind, reduced(values[None], rows, columns)[0], largest, is_picture=True)


def _columns(layout: Layout, layer: str) -> int | None:
    """In how many columns the plate of a layer has its units."""
    found = (plate.form for plate in layout.plates if plate.layer == layer and not plate.output)
    return next((form.cells[1] for form in found if form.kind in ("vector", "classes")), None)
