"""Pieces of boards: where they lie."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.steps.board import Board, beside, cell_box, frame, panel, stacked, strand, table
from viewer.state import Grid

BOX = (100.0, 50.0, 60.0, 40.0)


def test_a_cell_lies_where_the_tile_draws_it() -> None:
    """Windows may reach over the border, where padding is."""
    assert cell_box(BOX, (4, 6), (1, 2)) == (120.0, 60.0, 10.0, 10.0)
    assert cell_box(BOX, (4, 6), (-1, -1), (3, 3)) == (90.0, 40.0, 30.0, 30.0)


@given(st.integers(1, 12), st.floats(0, 30), st.floats(0.2, 3))
def test_stacked_boxes_stay_inside_apart_and_in_proportion(count: int, gap_px: float, aspect: float) -> None:
    """In the middle of the room that they have."""
    boxes = stacked((10.0, 20.0, 300.0, 900.0), count, gap_px, aspect)
    assert len(boxes) == count
    for left, top, width, height in boxes:
        assert width / height == pytest.approx(aspect)
        assert left >= 10 - 1e-6
        assert left + width <= 310 + 1e-6
        assert top >= 20 - 1e-6
        assert top + height <= 920 + 1e-6
    for one, two in pairwise(boxes):
        assert two[1] - one[1] - one[3] == pytest.approx(gap_px, abs=1e-6)


def test_columns_share_the_room() -> None:
    """By their widths, with gaps between."""
    assert beside((0.0, 5.0, 100.0, 9.0), (1.0, 3.0), 20.0) == ((0.0, 5.0, 20.0, 9.0), (40.0, 5.0, 60.0, 9.0))


def test_boards_are_put_over_each_other_and_fade() -> None:
    """Everything of a board fades alike, and a board that is wholly there is the same."""
    grid = Grid("kernel", ((1.0,),), BOX, 1.0)
    board = panel(BOX) + table(grid) + frame(BOX) + strand((0.0, 0.0), (50.0, 80.0), "adds")
    assert board.faded(1.0) is board
    half = board.faded(0.5)
    assert [each.alpha for each in half.grids] == [0.5]
    assert [one.alpha for one in half.hud.lines] == pytest.approx([0.5 * one.alpha for one in board.hud.lines])
    assert [one.alpha for one in half.under.bars] == pytest.approx([0.5 * one.alpha for one in board.under.bars])
    assert (Board() + board) == board


def test_a_strand_leaves_and_arrives_level() -> None:
    """At exactly the points that it joins."""
    for line in strand((0.0, 10.0), (100.0, 90.0), "adds").hud.lines:
        assert line.points_px[0] == (0.0, 10.0)
        assert line.points_px[-1] == (100.0, 90.0)
        assert abs(line.points_px[1][1] - 10) < abs(line.points_px[1][0])
