"""A track runs through the places of its inputs, as far as it has come, and follows the images between layouts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from clouded_bundle import clouded_bundle
from tiny_bundle import ATTACKED_IDS

from viewer.camera import view_from_world
from viewer.cloud import GRID, Track
from viewer.learned.read import survey_of
from viewer.learned.spread import spread_of
from viewer.learned.trail import OUTERMOST, called_out, input_pictures, trail_of
from viewer.state import Camera

TRACK = Track(ATTACKED_IDS)


def spread(name: str):
    bundle = clouded_bundle()
    return spread_of(bundle, survey_of(bundle), name)


def test_it_goes_from_input_to_input() -> None:
    here = spread("pca-pixels")
    places = [here.inputs[name] for name in ATTACKED_IDS]
    whole = trail_of(TRACK, here, here, 0.0, 0.001)
    assert whole is not None
    np.testing.assert_allclose(whole.line, places)
    assert (whole.head, whole.pictures, whole.alpha) == (2, (0, 1, 2), 1.0)
    half = trail_of(replace(TRACK, shown=0.25), here, here, 0.0, 0.001)
    assert half is not None
    assert (half.head, len(half.line)) == (0, 2)
    np.testing.assert_allclose(half.line[1], (places[0] + places[1]) / 2, atol=1e-6)
    none = trail_of(replace(TRACK, shown=0.0), here, here, 0.0, 0.001)
    assert none is not None
    assert none.line.tolist() == [places[0].tolist()]


def test_pictures_on_it_do_not_lie_over_each_other() -> None:
    here = spread("pca-pixels")
    found = trail_of(TRACK, here, here, 0.0, 10.0)
    assert found is not None
    assert found.pictures == (0,)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_between_layouts_it_goes_with_the_images(share: float) -> None:
    start, end = spread("pca-pixels"), spread("pca-conv@002")
    found = trail_of(TRACK, start, end, share, 0.001)
    assert found is not None
    way = 4 * share**3 if share < 0.5 else 1 - 4 * (1 - share) ** 3
    for at, name in zip(found.line, ATTACKED_IDS, strict=True):
        np.testing.assert_allclose(at, start.inputs[name] * (1 - way) + end.inputs[name] * way, atol=1e-6)


def test_where_one_layout_does_not_know_it_it_fades() -> None:
    known, other = spread("pca-pixels"), spread(GRID)
    going = trail_of(TRACK, known, other, 0.5, 0.001)
    coming = trail_of(TRACK, other, known, 0.5, 0.001)
    assert going is not None
    assert coming is not None
    assert going.alpha == coming.alpha == 0.5
    np.testing.assert_array_equal(going.line, coming.line)
    assert trail_of(TRACK, known, other, 1.0, 0.001) is None
    assert trail_of(TRACK, other, other, 0.5, 0.001) is None
    assert trail_of(Track(("nobody",)), known, known, 0.0, 0.001) is None


@pytest.mark.parametrize("azimuth_deg", [0.0, 40.0])
def test_the_last_picture_stands_ahead_of_the_line_and_not_far_out(azimuth_deg: float) -> None:
    camera = Camera(azimuth_deg=azimuth_deg, elevation_deg=10.0)
    plane = view_from_world(camera)[:2, :3]
    for way in ((1.0, 0.0), (-1.0, 0.5), (0.0, -1.0)):
        line = (np.linspace(0.0, 0.4, 9)[:, None] * np.array(way) @ plane).astype(np.float32)
        (place,) = called_out(camera, line, 0.2)
        off = plane @ (place - line[-1])
        assert np.linalg.norm(off) == pytest.approx(0.2, abs=1e-5)
        assert off @ way / np.linalg.norm(way) > 0.1
    corner = (np.array([[0.99, 0.99]]) @ plane).astype(np.float32)
    assert (np.abs(plane @ called_out(camera, corner, 0.3)[0]) <= OUTERMOST + 1e-6).all()


def test_the_last_picture_does_not_jump_while_the_line_grows() -> None:
    camera = Camera(azimuth_deg=0.0, elevation_deg=0.0)
    bend = np.array([[0, 0, 0], [0.3, 0.1, 0], [0.4, -0.2, 0], [0.2, -0.5, 0]], np.float32)
    knots = np.linspace(0, 3, 4)
    places = []
    for end in np.linspace(0, 3, 400):
        at = [*knots[knots < end], end]
        line = np.stack([np.interp(at, knots, bend[:, axis]) for axis in range(3)], axis=1).astype(np.float32)
        places.append(called_out(camera, line, 0.2)[0])
    assert np.linalg.norm(np.diff(places, axis=0), axis=1).max() < 0.05


def test_its_pictures_are_those_of_the_inputs() -> None:
    bundle = clouded_bundle()
    found = input_pictures(bundle, ATTACKED_IDS)
    for made, name in zip(found, ATTACKED_IDS, strict=True):
        image = bundle.image(name)
        assert image is not None
        np.testing.assert_array_equal(made, np.broadcast_to(image, made.shape))
