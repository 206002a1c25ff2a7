"""Tiles on one picture: each has its place, keeps its order, and is framed by its own border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.solids.sheets import GUTTER, beside, sheet_of

sizes = st.integers(1, 70)


@given(tiles=st.integers(1, 200), rows=sizes, columns=sizes, longest_px=st.integers(1, 64))
def test_every_tile_has_a_place_of_its_own(tiles: int, rows: int, columns: int, longest_px: int) -> None:
    sheet = sheet_of(tiles, (rows, columns), longest_px)
    width, height = sheet.size_px
    taken = np.zeros((height, width), int)
    for left, top, right, bottom in sheet.boxes_px():
        assert GUTTER <= left < right <= width - GUTTER
        assert GUTTER <= top < bottom <= height - GUTTER
        taken[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))] += 1
    assert taken.max() == 1
    assert max(sheet.rows, sheet.columns) <= longest_px
    assert max(width, height) <= 4096


@given(tiles=st.integers(1, 30), rows=st.integers(1, 9), columns=st.integers(1, 9), seed=st.integers(0, 99))
def test_a_tile_is_where_its_box_says_with_its_border_round_it(tiles: int, rows: int, columns: int, seed: int) -> None:
    texels = np.random.default_rng(seed).integers(1, 256, (tiles, rows, columns), dtype=np.uint8)
    sheet = sheet_of(tiles, (rows, columns), 64)
    picture = sheet.filled(texels)
    assert picture.shape == sheet.size_px[::-1]
    for tile, box in zip(texels, sheet.boxes_px().astype(int), strict=True):
        left, top, right, bottom = box
        np.testing.assert_array_equal(picture[top:bottom, left:right], tile)
        framed = picture[top - GUTTER : bottom + GUTTER, left - GUTTER : right + GUTTER]
        np.testing.assert_array_equal(framed, np.pad(tile, GUTTER, mode="edge"))
    left_over = picture.size - tiles * (rows + 2 * GUTTER) * (columns + 2 * GUTTER)
    taken = np.zeros(picture.shape, bool)
    for left, top, right, bottom in sheet.boxes_px().astype(int):
        taken[top - GUTTER : bottom + GUTTER, left - GUTTER : right + GUTTER] = True
    assert (~taken).sum() == left_over
    assert (picture[~taken] == texels[-1, -1, -1]).all()


@pytest.mark.parametrize(("cells", "used"), [((64, 64), (64, 64)), ((230, 100), (57.5, 50.0)), ((7, 3), (7, 3))])
def test_cells_beyond_the_longest_side_share_texels(cells: tuple[int, int], used: tuple[float, float]) -> None:
    sheet = sheet_of(4, cells, 64)
    assert sheet.used == used
    assert (sheet.rows, sheet.columns) == (int(np.ceil(used[0])), int(np.ceil(used[1])))


def test_a_thousand_large_tiles_still_fit_on_a_texture() -> None:
    sheet = sheet_of(2048, (128, 128), 128)
    assert max(sheet.size_px) <= 4096
    assert sheet.tiles == 2048


def test_the_lower_of_two_pictures_is_at_the_top() -> None:
    one, two = np.full((2, 3, 3), 5, np.uint8), np.full((4, 1, 3), 7, np.uint8)
    both = beside(one, two)
    assert both.shape == (4, 4, 3)
    np.testing.assert_array_equal(both[:, :, 0], [[5, 5, 5, 7]] * 4)
