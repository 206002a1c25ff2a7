"""Strokes become pictures: the geometry of a brush, one after the other, and bit by bit as all at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.live.centring import centred
from viewer.live.strokes import Painting, Stroke, drawn

parts = st.integers(-30, 130).map(lambda number: number / 100)
spots = st.tuples(parts, parts)
brushes = st.integers(2, 50).map(lambda number: number / 100)


@st.composite
def strokes(draw: st.DrawFn) -> Stroke:
    points = tuple(draw(st.lists(spots, min_size=1, max_size=6)))
    return Stroke(points, draw(brushes), draw(st.booleans()))


shapes = st.tuples(st.integers(1, 20), st.integers(1, 20), st.sampled_from((1, 3)))
drawings = st.lists(strokes(), max_size=4).map(tuple)


@given(shapes, drawings, st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_bit_by_bit_as_all_at_once(shape, made, background) -> None:
    painting = Painting(shape, background)
    for stroke in made:
        painting.add(Stroke(stroke.points[:1], stroke.brush, stroke.erases))
        for count in range(2, len(stroke.points) + 1):
            painting.lengthen(Stroke(stroke.points[:count], stroke.brush, stroke.erases))
    np.testing.assert_array_equal(painting.picture, drawn(shape, made, background))


@given(shapes, st.lists(spots, min_size=1, max_size=6), brushes)
@settings(max_examples=40, deadline=None)
def test_a_pixel_is_inked_by_how_far_the_brush_came_from_it(shape, points, brush) -> None:
    """Against the definition, written apart: the least distance to densely sampled places of the way."""
    height, width, _ = shape
    way = np.concatenate([np.linspace(one, two, 200) for one, two in zip(points, points[1:] or points, strict=False)])
    y, x = np.mgrid[:height, :width] + 0.5
    far = np.hypot(x[..., None] - way[:, 0] * width, y[..., None] - way[:, 1] * height).min(axis=-1)
    expected = 255 * np.clip(brush * height / 2 + 0.5 - far, 0, 1)
    made = drawn(shape, (Stroke(tuple(points), brush),), 0)[..., 0]
    step = np.hypot(*np.abs(np.diff(way * (width, height), axis=0)).max(axis=0)) if len(way) > 1 else 0.0
    assert np.abs(made - expected).max() <= 255 * step / 2 + 1


@given(shapes, drawings)
@settings(max_examples=20, deadline=None)
def test_an_eraser_brings_back_the_background_and_nothing_else(shape, made) -> None:
    background = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    everywhere = Stroke(((0.5, 0.5),), 1.0, erases=True)
    many = tuple(Stroke(((x, y),), 1.0, erases=True) for x in (0.0, 0.5, 1.0) for y in (0.0, 0.5, 1.0))
    wide = shape[1] <= 2 * shape[0]  # the brush is a part of the height
    if wide:
        np.testing.assert_array_equal(drawn(shape, (*made, *many), background), background)
    np.testing.assert_array_equal(drawn(shape, (everywhere,), background), background)


@pytest.mark.parametrize(("background", "ink"), [(0, 255), (255, 0), ((10, 20, 30), 255), ((250, 240, 200), 0)])
def test_ink_is_what_is_seen_on_the_background(background, ink) -> None:
    made = drawn((5, 5, 3), (Stroke(((0.5, 0.5),), 0.5),), background)
    assert made[2, 2].tolist() == [ink] * 3
    assert made[0, 0].tolist() == list(np.broadcast_to(background, 3))


def test_a_colour_of_its_own_and_the_last_on_top() -> None:
    red, blue = Stroke(((0.5, 0.5),), 1.0, colour=(200, 0, 0)), Stroke(((0.5, 0.5),), 0.4, colour=(0, 0, 90))
    made = drawn((9, 9, 3), (red, blue), 255)
    assert made[4, 4].tolist() == [0, 0, 90]
    assert made[4, 1].tolist() == [200, 0, 0]
    assert drawn((9, 9, 3), (blue, red), 255)[4, 4].tolist() == [200, 0, 0]


def test_a_stroke_that_crosses_itself_is_no_darker_there() -> None:
    """The cover of a stroke is a maximum, not a sum: soft edges stay soft."""
    once = Stroke(((0.1, 0.52), (0.9, 0.52)), 0.15)
    there_and_back = Stroke(((0.1, 0.52), (0.9, 0.52), (0.1, 0.52)), 0.15)
    np.testing.assert_array_equal(drawn((28, 28, 1), (once,), 0), drawn((28, 28, 1), (there_and_back,), 0))


@given(st.integers(-9, 9), st.integers(-9, 9))
@settings(max_examples=30, deadline=None)
def test_a_digit_is_centred_wherever_it_was_drawn(down: int, right: int) -> None:
    field = drawn((28, 28, 1), (Stroke(((0.45, 0.42), (0.55, 0.5), (0.47, 0.6)), 0.1),), 0)
    elsewhere = np.roll(field, (down, right), axis=(0, 1))  # far enough from the border that nothing comes round
    np.testing.assert_array_equal(centred(elsewhere), centred(field))
    mass = centred(field)[..., 0].astype(float)
    middle = [(mass * at).sum() / mass.sum() for at in np.mgrid[:28, :28]]
    assert np.abs(np.array(middle) - 13.5).max() <= 0.5


def test_an_empty_sheet_has_no_centre() -> None:
    sheet = np.full((4, 6, 3), 200, np.uint8)
    np.testing.assert_array_equal(centred(sheet, (200, 200, 200)), sheet)
