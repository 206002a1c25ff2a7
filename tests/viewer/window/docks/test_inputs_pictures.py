"""Thumbnails as images: what is a picture keeps its cells, what is none is a line."""

from __future__ import annotations

import numpy as np
import pytest
from paper_bundle import layer, paper_bundle
from PySide6.QtGui import QImage

from exporter.bundle import Bundle
from exporter.bundle.schema import Input, TensorRef
from viewer.window.docks.inputs.pictures import SIDE_PX, picture_of


def pixels_of(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4).copy()


def test_a_small_picture_keeps_its_cells(tiny_bundle: Bundle) -> None:
    shown, drawn = tiny_bundle.image("clean-0"), pixels_of(picture_of(tiny_bundle, "clean-0", 60))
    assert drawn.shape == (60, 60, 4)
    assert np.array_equal(drawn[5::10, 5::10, 0], shown[..., 0])


def test_a_wide_picture_stays_wide_and_in_colour() -> None:
    ref = TensorRef(file="inputs/000.npz", key="image", shape=(2, 4, 3), dtype="uint8")
    red = np.zeros((2, 4, 3), np.uint8)
    red[..., 0] = 200
    inputs = (Input(id="a", label="a", image=ref),)
    bundle = paper_bundle([layer("x", "input", 2, 4, 3)], inputs=inputs, captures=(), arrays={"image": red})
    drawn = pixels_of(picture_of(bundle, "a", 40))
    assert drawn.shape == (20, 40, 4)
    assert (drawn == (200, 0, 0, 255)).all()


@pytest.mark.parametrize("values", [np.arange(9.0), np.full(5, 3.0), np.array([2.0]), np.array([0, np.nan, 1, np.inf])])
def test_what_is_no_picture_is_a_line_through_its_numbers(values: np.ndarray) -> None:
    bundle = paper_bundle([layer("x", "input", values.size)], arrays={"x": values.astype(np.float32)})
    drawn = pixels_of(picture_of(bundle, "shown", SIDE_PX))
    assert drawn.shape == (SIDE_PX, SIDE_PX, 4)
    assert 0 < np.count_nonzero(drawn[..., 3]) < drawn[..., 3].size / 4
    if values.size == 9:  # rising to the right: low at the left, high (small y) at the right
        left, right = (np.nonzero(drawn[:, columns, 3])[0].mean() for columns in (slice(6, 16), slice(-16, -6)))
        assert left > SIDE_PX / 2 > right


def test_nothing_kept_is_nothing_to_see() -> None:
    bundle = paper_bundle([layer("x", "input", 4)], captures=())
    assert picture_of(bundle, "shown", SIDE_PX).isNull()
