"""The loop of all methods, with steps made by hand: what rests, what breaks, and that nothing is done ahead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf

COUNT = 5


class Made:
    """Image i goes up by 1 a step, as long as `size` says; it breaks where its level is `breaks[i]`."""

    def __init__(self, sizes: list[float], breaks: dict[int, float] | None = None) -> None:
        self.sizes, self.breaks, self.calls = np.array(sizes, np.float32), breaks or {}, []  # type: ignore[var-annotated]

    def __call__(self, state: Any, rows: Any, number: int) -> Any:
        from exporter.synthesis.ascending import Moved

        self.calls.append((number, rows.tolist()))
        losses = np.array([self._loss(row, level) for row, level in zip(rows, state[:, 0], strict=True)], np.float32)
        return Moved(state, losses, self.sizes[rows], {"twice": 2 * losses}, state + self.sizes[rows][:, None])

    def _loss(self, row: int, level: float) -> float:
        return np.nan if self.breaks.get(row) == level else level * 10


def steps(made: Made, count: int = COUNT) -> list[Any]:
    from exporter.synthesis.ascending import ascended

    start = np.zeros((len(made.sizes), 1), np.float32)
    return list(ascended(start, start, made, count))


def test_every_step_tells_the_loss_of_its_own_picture() -> None:
    found = steps(Made([1, 1]))
    assert [step.number for step in found] == list(range(COUNT + 1))
    assert [step.levels[1, 0] for step in found] == list(range(COUNT + 1))
    assert [step.losses[0] for step in found] == [10 * number for number in range(COUNT + 1)]
    assert found[-1].terms["twice"].tolist() == [100, 100]
    assert not found[-1].stopped


def test_what_nothing_moves_is_dead_and_costs_nothing() -> None:
    made = Made([1, 0, 1])
    found = steps(made)
    assert made.calls == [(0, [0, 1, 2]), *((number, [0, 2]) for number in range(1, COUNT + 1))]
    assert found[-1].dead.tolist() == [False, True, False]
    assert found[-1].levels[:, 0].tolist() == [COUNT, 0, COUNT]
    assert found[-1].losses.tolist() == [50, 0, 50]


def test_where_nothing_moves_at_all_it_ends() -> None:
    made = Made([0, 0])
    (only,) = steps(made)
    assert "gradient is 0" in only.stopped
    assert len(made.calls) == 1


def test_what_breaks_keeps_its_last_good_picture_and_the_others_go_on() -> None:
    found = steps(Made([1, 1], breaks={1: 3}))
    assert found[2].lost.tolist() == [False, False]
    last = found[-1]
    assert last.lost.tolist() == [False, True]
    assert last.levels[:, 0].tolist() == [COUNT, 2]
    assert last.losses.tolist() == [50, 20]
    assert last.terms["twice"].tolist() == [100, 40]


def test_where_all_break_it_says_so_and_keeps_what_was_good() -> None:
    found = steps(Made([1], breaks={0: 2}))
    assert found[-1].number == 2
    assert "no finite number" in found[-1].stopped
    assert found[-1].levels.tolist() == [[1]]
    assert np.isfinite(found[-1].losses).all()


def test_what_breaks_at_once_keeps_its_start() -> None:
    made = Made([np.inf, 1])
    assert [step.levels[0, 0] for step in steps(made)] == [0] * (COUNT + 1)
    assert made.calls[1] == (1, [1])


def test_nothing_is_done_ahead_of_who_asks() -> None:
    from exporter.synthesis.ascending import ascended

    made, start = Made([1]), np.zeros((1, 1), np.float32)
    asked = ascended(start, start, made, COUNT)
    assert not made.calls
    next(asked), next(asked)
    assert [number for number, _ in made.calls] == [0, 1]
    assert [step.number for step in asked] == [2, 3, 4, 5]
