"""The activation grid, against a peer that walks every cell, and against matplotlib's colours."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from viewer.sheets.grid import GREY, activation_grid, viridis

Array = np.ndarray[Any, Any]


def peer(values: Array, gap: int, blank: tuple[int, int, int]) -> Array:
    """The grid by the formula, a cell at a time, in plain Python numbers."""
    height, width, channels = values.shape
    colours = mpl.colormaps["viridis"](np.arange(256, dtype=np.uint8), bytes=True)[:, :3]
    rows = [[blank] * (8 * width + 7 * gap) for _ in range(8 * height + 7 * gap)]
    for channel in range(min(64, channels)):
        cells = [float(value) for value in values[..., channel].ravel()]
        mean = math.fsum(cells) / len(cells)
        std = math.sqrt(math.fsum((cell - mean) ** 2 for cell in cells) / len(cells))
        for i in range(height):
            for j in range(width):
                level = 128.0 if std == 0 else (float(values[i, j, channel]) - mean) / std * 128 + 128
                where = (channel // 8) * (height + gap) + i, (channel % 8) * (width + gap) + j
                rows[where[0]][where[1]] = tuple(colours[int(min(255, max(0, level)))])
    return np.array(rows, np.uint8)


@pytest.mark.parametrize(("channels", "gap"), [(64, 0), (70, 1), (11, 2), (1, 1)])
def test_the_grid_is_the_formula_cell_by_cell(channels: int, gap: int) -> None:
    values = np.random.default_rng(channels).normal(size=(4, 5, channels)).astype(np.float32)
    values[..., 0] = np.maximum(values[..., 0], 0)
    np.testing.assert_array_equal(activation_grid(values, gap_px=gap, blank=(1, 2, 3)), peer(values, gap, (1, 2, 3)))


@pytest.mark.parametrize("value", [0.0, 0.1, -3e7])
def test_a_channel_without_spread_is_in_the_middle_of_the_map(value: float) -> None:
    grid = activation_grid(np.full((3, 3, 64), value, np.float32), gap_px=0)
    assert np.unique(grid.reshape(-1, 3), axis=0).tolist() == [viridis()[128].tolist()]


def test_what_is_no_finite_number_is_grey_and_changes_nothing_else() -> None:
    values = np.random.default_rng(2).normal(size=(4, 4, 64)).astype(np.float32)
    odd = values.copy()
    odd[0, 0, 3], odd[1, 1, 4] = np.nan, np.inf
    grid, before = activation_grid(odd, gap_px=0), activation_grid(values, gap_px=0)
    assert grid[0, 12].tolist() == grid[1, 17].tolist() == [GREY] * 3
    assert not (viridis() == GREY).all(axis=1).any()
    others = np.ones(grid.shape[:2], bool)
    others[:4, 12:20] = False
    np.testing.assert_array_equal(grid[others], before[others])


def test_the_colours_are_those_of_matplotlib() -> None:
    shown = mpl.colormaps["viridis"](np.arange(256, dtype=np.uint8), bytes=True)[:, :3]
    np.testing.assert_array_equal(viridis(), shown)
