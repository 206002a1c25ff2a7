"""Evenly spaced points: on the path, at equal distances along it, with exact ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from viewer.sculptures.even import even_paths

PATHS = st.lists(
    st.integers(2, 6).flatmap(lambda n: arrays(np.float32, (n, 3), elements=st.floats(-10, 10, width=16))),
    min_size=1,
    max_size=5,
)


def joined(paths: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate(paths), np.cumsum([0, *map(len, paths)])


def one_by_one(path: np.ndarray, count: int) -> np.ndarray:
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path.astype(float), axis=0), axis=1))])
    return np.stack([np.interp(np.linspace(0, along[-1], count), along, path[:, k]) for k in range(3)], axis=1)


@given(PATHS, st.integers(2, 9))
def test_it_is_what_each_path_gives_alone(paths: list[np.ndarray], count: int) -> None:
    found = even_paths(*joined(paths), count)
    assert found.shape == (len(paths), count, 3)
    for path, even in zip(paths, found, strict=True):
        np.testing.assert_array_equal(even[[0, -1]], path[[0, -1]])
        if len(np.unique(path, axis=0)) == len(path):  # where points coincide there are several right answers
            np.testing.assert_allclose(even, one_by_one(path, count), atol=2e-4)


def test_a_straight_path_stays_so_and_one_of_no_length_is_a_point() -> None:
    line = np.array([[0, 0, 0], [1, 2, 3], [4, 8, 12]], np.float32)
    point = np.full((3, 3), 7, np.float32)
    straight, still = even_paths(*joined([line, point]), 5)
    np.testing.assert_allclose(
        np.linalg.norm(np.diff(straight, axis=0), axis=1), np.linalg.norm(line[-1]) / 4, rtol=1e-5
    )
    assert (still == 7).all()


@pytest.mark.parametrize("count", [2, 16])
def test_no_paths_give_none(count: int) -> None:
    assert even_paths(np.zeros((0, 3), np.float32), np.zeros(1, np.int64), count).shape == (0, count, 3)
