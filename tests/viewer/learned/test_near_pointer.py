"""The image under the pointer is the one that is seen there: projected one by one, against brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from clouded_bundle import clouded_bundle

from viewer.camera import Rect, eye_of, fit, forward_of, gentle_camera, project
from viewer.cloud import GRID, Cloud
from viewer.learned.near_pointer import image_at
from viewer.learned.read import survey_of
from viewer.learned.spread import shown_places
from viewer.learned.tinting import image_colours

SIZE = 800, 450
PLANE = Cloud("images", "000", "pca-pixels", side=0.1)
SPACE = replace(PLANE, start="pca3-pixels")
CORNERS = np.array([[x, y, 0.0] for x in (-1.1, 1.1) for y in (-1.1, 1.1)])


def seen(azimuth_deg: float = 0.0):
    return fit(gentle_camera(CORNERS, azimuth_deg, 0.0, 11.0), CORNERS, SIZE[0] / SIZE[1], Rect())


@pytest.mark.parametrize("azimuth_deg", [0.0, 35.0])
@pytest.mark.parametrize("cloud", [PLANE, SPACE, Cloud("wall", "000", GRID), replace(PLANE, end=GRID, share=0.4)])
def test_it_is_the_one_drawn_over_all_others_there(cloud: Cloud, azimuth_deg: float) -> None:
    bundle, camera = clouded_bundle(), seen(azimuth_deg)
    points, _, sides = shown_places(bundle, survey_of(bundle), cloud)
    at = project(camera, points, SIZE[0] / SIZE[1]) * SIZE[1] / 1080
    depths = (points - eye_of(camera)) @ forward_of(camera)
    lens = camera.zoom / np.tan(np.radians(camera.fov_deg) / 2) * SIZE[1] / 2
    found = []
    for row, (x, y) in enumerate(at):
        under = [
            other
            for other, (left, top) in enumerate(at)
            if max(abs(left - x), abs(top - y)) <= sides[other] / 2 * lens / depths[other]
        ]
        wanted = min(under, key=lambda each: depths[each]) if np.ptp(points[:, 2]) else max(under)
        assert image_at(bundle, cloud, camera, SIZE, x, y) == wanted
        found.append(wanted == row)
    assert sum(found) >= 8, "some are not covered by others"


def test_beside_them_there_is_nothing() -> None:
    bundle, camera = clouded_bundle(), seen()
    assert image_at(bundle, PLANE, camera, SIZE, 2.0, 2.0) is None
    points, _, _ = shown_places(bundle, survey_of(bundle), PLANE)
    (x, y), *_ = project(camera, points[-1:], SIZE[0] / SIZE[1]) * SIZE[1] / 1080
    assert image_at(bundle, PLANE, camera, SIZE, x, y) == len(points) - 1
    assert image_at(bundle, replace(PLANE, alpha=0.0), camera, SIZE, x, y) is None


def test_what_is_drawn_larger_is_larger_to_the_pointer() -> None:
    bundle, camera = clouded_bundle(), seen()
    wall = Cloud("wall", "000", GRID, colour_by="class", colour_to="wrong", recolour=1.0)
    survey = survey_of(bundle)
    points, _, sides = shown_places(bundle, survey, wall)
    wide = sides * np.maximum(image_colours(bundle, survey, "wrong", "dark")[:, 3], 1.0)
    tried = 0
    for row in np.flatnonzero(wide > sides):
        beside = points[row] + (0.45 * wide[row], 0.0, 0.0)
        covering = np.flatnonzero(np.abs(points - beside).max(axis=1) < wide / 2)
        ((x, y),) = project(camera, beside, SIZE[0] / SIZE[1]) * SIZE[1] / 1080
        assert image_at(bundle, wall, camera, SIZE, x, y) == covering.max()
        if covering.max() == row:
            tried += 1
            assert image_at(bundle, replace(wall, recolour=0.0), camera, SIZE, x, y) != row
    assert tried


def test_tiny_ones_can_be_pointed_at_from_close_by() -> None:
    bundle, camera = clouded_bundle(), seen()
    tiny = replace(PLANE, side=1e-4)
    points, _, _ = shown_places(bundle, survey_of(bundle), tiny)
    at = project(camera, points, SIZE[0] / SIZE[1]) * SIZE[1] / 1080
    x, y = at[7] + (1.0, -1.0)
    nearest = int(np.argmin(((at - (x, y)) ** 2).sum(axis=1)))
    assert image_at(bundle, tiny, camera, SIZE, x, y) == nearest
