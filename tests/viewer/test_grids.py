"""Small tables of numbers: what is written in their cells."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.colour import apply_map
from viewer.grids import MINUS, decimals_for, grid_words, number_text
from viewer.labels import box_of
from viewer.state import Grid, Theme
from viewer.visuals.loupes import filled_parts, grid_cells

KERNEL = Grid("kernel", ((0.09, -0.01, 0.08), (-0.42, None, -0.02)), (100.0, 200.0, 186.0, 124.0), 0.42, "weight")


def test_every_number_stands_in_the_middle_of_its_cell() -> None:
    """None for the cell that is not there, and none reaches over its cell's border."""
    words = grid_words(KERNEL, "dark")
    assert [line.text for line in words] == ["+.09", f"{MINUS}.01", "+.08", f"{MINUS}.42", f"{MINUS}.02"]
    for line, (row, column) in zip(words, ((0, 0), (0, 1), (0, 2), (1, 0), (1, 2)), strict=True):
        left, top, right, bottom = box_of(line)
        assert line.at_px[0] == pytest.approx(100 + 62 * (column + 0.5))
        assert 100 + 62 * column <= left < right <= 100 + 62 * (column + 1)
        assert 200 + 62 * row <= top < bottom <= 200 + 62 * (row + 1)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_ink_is_dark_on_bright_cells_only(theme: Theme) -> None:
    """Ink and cell are never of like brightness."""
    grid = Grid("all", (tuple(step / 8 for step in range(-8, 9)),), (0.0, 0.0, 1700.0, 100.0), 1.0, "weight")
    for line, value in zip(grid_words(grid, theme), grid.values[0], strict=True):
        red, green, blue = apply_map([value], theme, "weight")[0]  # type: ignore[arg-type]
        is_bright = 0.299 * red + 0.587 * green + 0.114 * blue > 0.42
        assert line.role == ("ink" if is_bright else "chalk")


def test_cells_too_small_for_numbers_have_none() -> None:
    """Neither has a table that wants none, nor an empty one."""
    assert grid_words(replace(KERNEL, box_px=(0.0, 0.0, 12.0, 8.0)), "dark") == ()
    assert grid_words(replace(KERNEL, number_px=0.0), "dark") == ()
    assert grid_words(replace(KERNEL, values=()), "dark") == ()


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4))
def test_a_number_reads_as_its_value(value: float, scale: float) -> None:
    """To the decimals that the table's scale asks for."""
    decimals = decimals_for(scale)
    text = number_text(value, decimals)
    assert float(text.replace(MINUS, "-")) == pytest.approx(value, abs=0.5000001 * 10.0**-decimals)
    assert ("+" in text) == (float(text.replace(MINUS, "-")) > 0)


def test_decimals_may_be_asked_for() -> None:
    """A number that is small beside its scale keeps its digits."""
    small = replace(KERNEL, values=((0.0123,),), scale=9.0)
    assert [line.text for line in grid_words(small, "dark")] == ["+.01"]
    assert [line.text for line in grid_words(replace(small, decimals=4), "dark")] == ["+.0123"]


def test_what_is_no_number_is_said_so() -> None:
    """And its cells are told from those that are not there."""
    odd = replace(KERNEL, values=((math.nan, math.inf, None),))
    assert [line.text for line in grid_words(odd, "dark")] == ["NaN", "+\u221e"]
    cells = grid_cells(odd)[0]
    assert cells[0] > 1e33 > cells[1] > 1e30
    assert cells[2] > 1e35


@given(st.integers(1, 9), st.integers(1, 9), st.integers(-3, 99))
def test_so_many_cells_are_drawn_as_are_filled(rows: int, columns: int, filled: int) -> None:
    """Each as large as it is when all are there."""
    parts = filled_parts(rows, columns, filled, (10.0, 20.0, 4.0 * columns, 3.0 * rows))
    assert sum(width * height for (_, _, width, height), _ in parts) == min(max(filled, 0), rows * columns)
    for (left, top, width, height), box_px in parts:
        assert box_px == pytest.approx((10 + 4 * left, 20 + 3 * top, 4 * width, 3 * height))
