"""Where a cell of a plate falls on a frame, and which colour is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from viewer.camera import Rect, fit, gentle_camera, project
from viewer.layout import Layout, Plate
from viewer.state import REFERENCE_HEIGHT_PX, Camera, NetView, ViewState

Array = np.ndarray[Any, Any]

AZIMUTH_DEG = 52.0


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
