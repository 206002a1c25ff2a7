"""Which image of a cloud somebody points at: pure, in numpy, once for a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import eye_of, forward_of, project
from viewer.learned.read import survey_of
from viewer.learned.spread import shown_places
from viewer.learned.tinting import image_colours
from viewer.state import REFERENCE_HEIGHT_PX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey
    from viewer.cloud import Cloud
    from viewer.state import Camera

LEAST_HALF_PX = 5.0
"""A thumbnail that is smaller can be pointed at as if it were so large, in reference pixels."""


def image_at(bundle: Bundle, cloud: Cloud, camera: Camera, size_px: tuple[int, int], x: float, y: float) -> int | None:
    """The row of the image at a place of the picture, `x` from the left and `y` from the top in pixels of a frame of
    `size_px`; of those there the one that is drawn over the others. `None` where there is none.

    In a plane that is the last row, in space the one nearest to the eye. What is pointed at beside small thumbnails is
    the nearest one. Raises as `viewer.learned.spread.spread_of`.
    """
    survey = survey_of(bundle, cloud.survey_id)
    points, is_there, sides = shown_places(bundle, survey, cloud)
    sides = sides * _larger(bundle, survey, cloud)
    if cloud.alpha <= 0 or not is_there.any():
        return None
    px = REFERENCE_HEIGHT_PX / size_px[1]
    away = np.abs(project(camera, points, size_px[0] / size_px[1]) - (x * px, y * px))
    depths = (points - eye_of(camera)) @ forward_of(camera)
    lens_px = camera.zoom / np.tan(np.radians(camera.fov_deg) / 2) * REFERENCE_HEIGHT_PX / 2
    halves = sides[:, None] / 2 * _shape_of(bundle, cloud) * (lens_px / np.maximum(depths, 1e-9))[:, None]
    is_there = is_there & (depths > 0)
    rows = np.flatnonzero(is_there & (away <= halves).all(axis=1))
    if rows.size:
        is_plane = bool(np.ptp(points[is_there, 2]) == 0)
        return int(rows[-1] if is_plane else rows[np.argmin(depths[rows])])
    near = np.flatnonzero(is_there & (away <= np.maximum(halves, LEAST_HALF_PX)).all(axis=1))
    return int(near[np.argmin((away[near] ** 2).sum(axis=1))]) if near.size else None


def _larger(bundle: Bundle, survey: Survey, cloud: Cloud) -> NDArray[np.float32] | float:
    """How many times as large as the others images are drawn whose colours are stronger than 1."""
    if "wrong" not in (cloud.colour_by, cloud.colour_to):
        return 1.0
    asked = cloud.colour_by, cloud.colour_to or cloud.colour_by
    here, there = (image_colours(bundle, survey, each, "dark", cloud.checkpoint_id)[:, 3] for each in asked)
    share = np.float32(cloud.recolour if cloud.colour_to else 0.0)
    larger: NDArray[np.float32] = np.maximum(here + (there - here) * share, np.float32(1.0))
    return larger


def _shape_of(bundle: Bundle, cloud: Cloud) -> tuple[float, float]:
    """Width and height of a thumbnail, the longer one as 1."""
    ref = survey_of(bundle, cloud.survey_id).tensors.get("thumbnails")
    if ref is None:
        return 1.0, 1.0
    height, width = ref.shape[1:3]
    return width / max(width, height), height / max(width, height)
