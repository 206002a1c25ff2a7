"""The nearest rows of every row, against all pairs sorted: ties, twins, rows far away, and rounding that matters."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporter.nearness import nearest
from exporter.nearness.agreement import accuracy, majority
from exporter.nearness.centred import centred
from exporter.nearness.nearest import nearest_rows

Array = np.ndarray[Any, Any]
KINDS = ("whole", "chance", "twins", "far", "offset", "tiny", "alike", "wide", "zeros")


def table(kind: str, rows: int, width: int, seed: int) -> Array:
    """Rows (N, F) float32 that are hard to tell apart in one way or another."""
    rng = np.random.default_rng(seed)
    chance = rng.normal(size=(rows, width))
    made = {
        "whole": lambda: rng.integers(0, 3, (rows, width)),
        "chance": lambda: chance,
        "twins": lambda: chance[rng.integers(0, max(1, rows // 3), rows)],
        "far": lambda: chance * np.where(rng.random((rows, 1)) < 0.2, 1e9, 1),
        "offset": lambda: chance + 1e5,
        "tiny": lambda: chance * 1e-30,
        "alike": lambda: np.ones((rows, width)),
        "wide": lambda: rng.integers(0, 256, (rows, 200)),
        "zeros": lambda: np.where(chance > 0, 0.0, -0.0),
    }
    return np.asarray(made[kind](), np.float32)


def by_all_pairs(values: Array, k: int) -> tuple[Array, Array]:
    """All distances at once, sorted with equal ones in the order of the rows."""
    wide = values.astype(np.float64)
    squares = ((wide[:, None] - wide[None]) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return order, np.sqrt(np.take_along_axis(squares, order, axis=1))


def check(values: Array, k: int) -> None:
    images, distances = nearest_rows(values, k)
    expected = by_all_pairs(values, k)
    assert np.array_equal(images, expected[0])
    assert np.array_equal(distances, expected[1])


@given(st.sampled_from(KINDS), st.integers(2, 60), st.integers(1, 9), st.integers(0, 999), st.floats(0, 1))
@example("alike", 60, 3, 0, 0.2)
@example("wide", 60, 1, 0, 0.05)
def test_equal_to_all_pairs_sorted(kind: str, rows: int, width: int, seed: int, share: float) -> None:
    check(table(kind, rows, width, seed), 1 + int(share * (rows - 2)))


@pytest.mark.parametrize("kind", KINDS)
def test_equal_also_where_products_leave_it_open(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no rows to spare the products in float64 have to settle it, a block of a few rows at a time."""
    settled: list[int] = []
    settle = nearest._settle
    monkeypatch.setattr(nearest, "_MARGIN", 0)
    monkeypatch.setattr(nearest, "_BLOCK_BYTES", 5_000)
    monkeypatch.setattr(
        nearest, "_settle", lambda at, rows, *more: (settled.append(len(rows)), settle(at, rows, *more))
    )
    check(table(kind, 50, 6, 1), 4)
    assert sum(settled) > 0 or kind in {"chance", "tiny", "offset", "alike"}


def test_without_the_second_look_twins_and_ties_would_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "_MARGIN", 0)
    monkeypatch.setattr(nearest, "_settle", lambda *_: None)
    with pytest.raises(AssertionError):
        check(table("whole", 50, 3, 1), 4)


@pytest.mark.parametrize("kind", KINDS)
def test_products_are_never_further_off_than_the_slack(kind: str) -> None:
    made = centred(table(kind, 40, 7, 2))
    exact = made.exact_middle(np.arange(40))
    squares = (exact**2).sum(axis=1)
    rough = made.middle @ made.middle.T
    off = (squares - 2 * exact @ exact.T) - (made.squares.astype(rough.dtype) - 2 * rough)
    assert abs(off).max() <= made.slack(rough.dtype)
    assert made.slack(np.dtype(np.float32)) <= 1e-4 * max(squares.max(), 1e-30)


def test_a_bound_that_is_too_small_is_found_out() -> None:
    """A negative control: of wide rows in float32 the true error is no smaller than a hundredth of the slack."""
    made = centred(table("wide", 40, 1, 2))
    assert made.middle.dtype == np.float32
    exact = made.exact_middle(np.arange(40))
    off = ((exact**2).sum(axis=1) - 2 * exact @ exact.T) - (
        made.squares.astype("f4") - 2 * (made.middle @ made.middle.T)
    )
    assert abs(off).max() > 1e-3 * made.slack(np.dtype(np.float32))


@given(st.lists(st.lists(st.integers(-1, 3), min_size=4, max_size=4), min_size=1, max_size=8))
def test_the_majority_is_counted_one_by_one(rows: list[list[int]]) -> None:
    for row, found in zip(rows, majority(np.array(rows, np.int64)), strict=True):
        known = [each for each in row if each >= 0]
        most = max(Counter(known).values(), default=0)
        assert found == next((each for each in known if known.count(each) == most), -1)


def test_accuracy_is_of_images_whose_class_is_known() -> None:
    near = np.array([[1, 2], [0, 2], [0, 1], [0, 1]])
    assert accuracy(np.array([5, 5, 7, -1]), near) == (pytest.approx(2 / 3), 3)
    assert accuracy(np.array([-1, -1, 7, 5]), near) == (0.0, 2)
    assert accuracy(np.full(4, -1), near) == (None, 0)
