"""What plates of unusual forms show is what was computed: slices of volumes, heads of attention, a part of channels."""

from __future__ import annotations

import numpy as np
import pytest
from paper_bundle import layer

from viewer.atlas import tiles_of
from viewer.layout import Plate
from viewer.layout.form import form_of


def tiles(shape: tuple[int, ...], *, channels_first: bool = False) -> tuple[Plate, np.ndarray, np.ndarray]:
    """A plate for an output of this shape, random values, and the tiles that it shows of them."""
    form = form_of(layer("a", "conv", *shape), shape, 6.0, is_class_list=False, channels_first=channels_first)
    plate = Plate("a", form, (0.0, 0.0, 0.0), 0)
    values = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    return plate, values, tiles_of(plate, values)


def test_an_open_volume_shows_a_line_of_slices_for_each_channel() -> None:
    plate, values, shown = tiles((5, 6, 7, 3))
    assert plate.form.columns == 5
    assert shown.shape == (15, 6, 7)
    for channel in range(3):
        for depth in range(5):
            np.testing.assert_array_equal(shown[channel * 5 + depth], values[depth, :, :, channel])


def test_a_closed_volume_shows_the_mean_of_each_slice() -> None:
    plate, values, shown = tiles((9, 6, 7, 64))
    assert (plate.form.kind, plate.form.tiles) == ("closed", 9)
    np.testing.assert_allclose(shown, np.abs(values).mean(axis=3), rtol=1e-5)


def test_a_deep_closed_volume_shows_one_mean() -> None:
    plate, values, shown = tiles((40, 6, 7, 33))
    assert (plate.form.kind, plate.form.tiles) == ("closed", 1)
    np.testing.assert_allclose(shown[0], np.abs(values).mean(axis=(0, 3)), rtol=1e-5)


def test_more_axes_are_more_slices() -> None:
    _, values, shown = tiles((2, 3, 4, 5, 2))
    np.testing.assert_array_equal(shown, values.reshape(6, 4, 5, 2).transpose(3, 0, 1, 2).reshape(12, 4, 5))


@pytest.mark.parametrize("shape", [(4, 10, 12), (2, 3, 4, 3, 4)])
def test_heads_of_attention_are_tiles_of_queries_down_and_keys_across(shape: tuple[int, ...]) -> None:
    plate, values, shown = tiles(shape, channels_first=True)
    np.testing.assert_array_equal(shown, values.reshape(shape[0], *plate.form.cells))


def test_channels_of_a_single_cell_are_read_in_order() -> None:
    plate, values, shown = tiles((1, 1, 130))
    assert plate.form.kind == "vector"
    np.testing.assert_array_equal(shown.reshape(-1)[:130], values.reshape(-1))


@pytest.mark.parametrize("shape", [(0,), (3, 0), (4, 0, 2), (0, 4, 4, 2)])
def test_what_has_no_element_shows_an_empty_cell(shape: tuple[int, ...]) -> None:
    _, _, shown = tiles(shape)
    np.testing.assert_array_equal(shown, np.zeros((1, 1, 1)))
