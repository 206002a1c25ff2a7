"""Where a cell of a plate falls on a frame, and which colour is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from viewer.camera import Rect, fit, gentle_camera, project
from viewer.colour import apply_map
from viewer.layout import Layout, Plate
from viewer.state import REFERENCE_HEIGHT_PX, Camera, CaptureKey, NetView, ViewState

if TYPE_CHECKING:
    from viewer.stage import Stage

Array = np.ndarray[Any, Any]

AZIMUTH_DEG = 52.0
SIZE = 320, 240
ASPECT = SIZE[0] / SIZE[1]
CLOSE = 2 / 255 + 1e-6
FEW_ROWS = 4


def nominal_camera(layout: Layout, aspect: float) -> Camera:
    """The whole net from the side that layouts are made for."""
    return aimed(layout, layout.corners(), aspect)


def aimed(
    layout: Layout, points: Array, aspect: float, azimuth_deg: float = AZIMUTH_DEG, elevation_deg: float = 6.0
) -> Camera:
    """`points` fill the frame, seen from as far as the whole net is: what covers them there covers them here."""
    camera = gentle_camera(layout.corners(), azimuth_deg, elevation_deg, 11.0)
    return fit(camera, points, aspect, Rect(0.06, 0.06, 0.94, 0.94))


def cell_centres(plate: Plate, tile: int, *, is_mirrored: bool = False) -> Array:
    """World centres (rows, columns, 3) of a tile's cells as they are read: from behind, the first column is at +z."""
    rows, columns = plate.form.cells
    v = (0.5 - (np.arange(rows) + 0.5) / rows) * plate.form.tile_size[1]
    u = ((np.arange(columns) + 0.5) / columns - 0.5) * plate.form.tile_size[0]
    centre = plate.tile_centres()[tile]
    away = np.zeros((rows, columns, 3))
    away[..., 1], away[..., 2] = v[:, None], (-u if is_mirrored else u)[None]
    return centre + away


def grounds(plate: Plate, tile: int) -> Array:
    """As `cell_centres`, but of a plate of few cells over their middles: there may be numbers in them."""
    centres = cell_centres(plate, tile)
    if plate.form.cells[0] <= FEW_ROWS:
        centres[..., 1] += 0.36 * plate.form.tile_size[1] / plate.form.cells[0]
    return centres


def colours_at(frame: Array, camera: Camera, points: Array) -> Array:
    """Colours (n, 3) in 0..1 of the frame's pixels that hold the projected `points` (..., 3)."""
    height, width = frame.shape[:2]
    at = project(camera, points, width / height) * height / REFERENCE_HEIGHT_PX
    x, y = np.floor(at).astype(int).T
    assert ((x >= 0) & (x < width) & (y >= 0) & (y < height)).all(), "a probe outside of the frame"
    return frame[y, x].astype(np.float64) / 255


def bare(net: NetView, camera: Camera, theme: str) -> ViewState:
    """A frame of the plates alone: no strands, no words, no bloom."""
    quiet = replace(net, edge_alpha=0.0, names=False, shapes=False, scales=False, heading="")
    return ViewState(camera, (quiet,), theme, bloom=0.0)  # type: ignore[arg-type]


def shown_colours(plate: Plate, tile: int, values: Array, scale: float, theme: str, map_name: str) -> Array:
    """Colours (cells, 3) of a tile's cells as the map has them."""
    return apply_map(values.reshape(-1, *plate.form.cells)[tile] / scale, theme, map_name).reshape(-1, 3)


def glows(colours: Array) -> Array:
    """Which cells of the dark theme may shine: they get brighter than their colour."""
    return colours @ [0.299, 0.587, 0.114] >= 0.44


def check_plate(
    stage: Stage,
    net: NetView,
    theme: str,
    index: int,
    values: Array,
    scale: float,
    map_name: str,
    *,
    scale_of: CaptureKey | None = None,
) -> None:
    """The cells of a plate have the colours of `values` (tiles, rows, columns) at `scale`; bright ones may shine."""
    plate = stage.layout.plates[index]
    camera = aimed(stage.layout, plate.corners(), ASPECT)
    frame = stage.render(replace(bare(net, camera, theme), scale_of=scale_of), SIZE, supersample=1)
    for tile in range(plate.form.tiles):
        expected = shown_colours(plate, tile, values, scale, theme, map_name)
        found = colours_at(frame, camera, grounds(plate, tile))
        exact = ~glows(expected) if theme == "dark" and map_name != "difference" else np.ones(len(expected), bool)
        np.testing.assert_allclose(found[exact], expected[exact], atol=CLOSE, err_msg=f"{plate.layer} tile {tile}")
        assert (found >= expected - CLOSE).all() or theme == "light"
        assert (found <= expected + 0.3).all()
