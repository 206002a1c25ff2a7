"""One embedding after another: what stays alike stays in its place, and distances stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.embedding.aligned import first_start, motion, move_onto, scaled, turn_onto
from exporter.embedding.chain import chain_of
from exporter.surveyed.origins import Origin


def turned(seed: int, dimensions: int) -> np.ndarray:
    """A rotation or reflection by chance."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(dimensions, dimensions)))[0]


@given(st.integers(0, 99), st.sampled_from((2, 3)))
def test_what_was_only_turned_is_turned_back(seed: int, dimensions: int) -> None:
    points = np.random.default_rng(seed + 100).normal(size=(9, dimensions))
    points -= points.mean(axis=0)
    other = points @ turned(seed, dimensions) + 7
    move = move_onto(other, points)
    np.testing.assert_allclose(move.of(other), points, atol=1e-9)
    np.testing.assert_allclose(move.turn @ move.turn.T, np.eye(dimensions), atol=1e-12)


@given(st.integers(0, 99))
def test_no_other_turn_moves_points_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, onto = rng.normal(size=(2, 12, 2))
    best = np.square(points @ turn_onto(points, onto) - onto).sum()
    for angle in np.linspace(0, 2 * np.pi, 60):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        for each in (turn, turn @ np.diag((1, -1))):
            assert best <= np.square(points @ each - onto).sum() + 1e-9


def test_nothing_before_leaves_the_turn_and_takes_the_mean_off() -> None:
    points = np.arange(6.0).reshape(3, 2)
    assert move_onto(points, None).of(points).tolist() == [[-2, -2], [0, 0], [2, 2]]


def test_motion_is_in_units_of_the_radius() -> None:
    square = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    assert motion(square, square) == 0
    assert motion(square, square + np.array([0, 0.5])) == pytest.approx(0.5)
    assert motion(np.zeros((4, 2)), square) == 0


def test_starts_are_small_told_apart_and_by_chance_only_where_nothing_is_known() -> None:
    components = np.random.default_rng(1).normal(size=(50, 1)) * 8
    start = first_start(components, 2, 0)
    assert np.array_equal(start[:, 0], components[:, 0])
    assert 0.5 < start[:, 1].std() / components.std() < 2
    assert np.array_equal(first_start(components, 2, 0), start)
    assert not np.array_equal(first_start(components, 2, 1), start)
    small = scaled(np.repeat(start, 2, axis=0) + 99, 1e-4, 0)
    assert small.dtype == np.float32
    assert abs(small).max() < 1e-3
    assert small.std(axis=0).max() == pytest.approx(1e-4, rel=0.1)
    assert len(np.unique(small, axis=0)) == 100
    assert np.isfinite(scaled(np.ones((5, 3)), 1e-4, 0)).all()


def test_each_begins_where_the_layer_or_the_epoch_beside_it_ended() -> None:
    chain = chain_of((Origin(), Origin("a", "2"), Origin("b", "0"), Origin("b", "1"), Origin("b", "2")))
    assert [(made.name, before and before.name) for made, before in chain] == [
        ("pixels", None),
        ("a@2", "pixels"),
        ("b@2", "a@2"),
        ("b@1", "b@2"),
        ("b@0", "b@1"),
    ]
    assert chain_of((Origin("a", "0"),)) == ((Origin("a", "0"), None),)
