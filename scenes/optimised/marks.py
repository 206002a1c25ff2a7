"""A frame in the world round what an image is made for: a layer's plate, or the tile of a channel. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.state import Wire

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from scenes.optimised.subject import Subject
    from viewer.layout import Layout, Plate

WIDTH_PX = 4.0
AROUND = 0.06
"""How far the frame stands off, in parts of what it is round."""


def target_wires(bundle: Bundle, layout: Layout, subject: Subject) -> tuple[Wire, ...]:
    """The frame round the target of a run; none where its layer has no plate, as inside a folded group."""
    told = subject.run.options
    layer, channel = told.get("layer"), told.get("channel")
    if subject.class_number is not None:
        layer, channel = bundle.manifest.model.outputs[0], subject.class_number
    elif not isinstance(layer, str):
        return ()
    try:
        plate = layout.plate(str(layer))
    except KeyError:
        return ()
    number = channel if isinstance(channel, int) else None
    corners = _of_part(plate, number) if number is not None else None
    return (_round(corners if corners is not None else _of_plate(plate)),)


def _of_plate(plate: Plate) -> NDArray[np.float64]:
    bottom_left, bottom_right, top_left, top_right = plate.corners()
    return np.array([bottom_left, bottom_right, top_right, top_left])


def _of_part(plate: Plate, number: int) -> NDArray[np.float64] | None:
    """Corners (4, 3) of the tile of a channel, or of the cell of a class; `None` where it has none of its own."""
    form = plate.form
    if form.kind == "maps" and not form.channels_first and number * form.slices < form.tiles:
        return _box(plate.tile_centres()[number * form.slices], form.tile_size)
    if form.kind == "classes" and form.cells[1] == 1 and number < form.cells[0]:
        x, _, z = plate.tile_centres()[0]
        middle = np.array([x, plate.unit_heights()[number], z])
        return _box(middle, (form.tile_size[0], form.tile_size[1] / form.cells[0]))
    return None


def _box(middle: NDArray[np.float64], size: tuple[float, float]) -> NDArray[np.float64]:
    width, height = size
    steps = np.array([[0, -0.5, -0.5], [0, -0.5, 0.5], [0, 0.5, 0.5], [0, 0.5, -0.5]])
    corners: NDArray[np.float64] = middle + steps * (1 + 2 * AROUND) * [0.0, height, width]
    return corners


def _round(corners: NDArray[np.float64]) -> Wire:
    points = tuple((float(x), float(y), float(z)) for x, y, z in (*corners, corners[0]))
    return Wire(points, "accent", WIDTH_PX)
