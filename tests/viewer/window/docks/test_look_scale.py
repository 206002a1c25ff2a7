from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viewer.window.docks.look.scale import STEPS, edge_count_at, step_of

totals = st.integers(12, 10**7)


@given(totals, st.integers(1, STEPS - 1))
def test_marks_grow_and_come_back_within_a_hundredth_of_their_size(total, step) -> None:
    count = edge_count_at(step, total)
    assert edge_count_at(step - 1, total) <= count <= total
    back = edge_count_at(step_of(count, total), total)
    assert back == "all" or back == count


@given(totals)
def test_the_ends_are_none_and_all(total) -> None:
    assert edge_count_at(0, total) == 0
    assert edge_count_at(STEPS, total) == "all"
    assert step_of("all", total) == step_of(total, total) == STEPS
    assert step_of(0, total) == 0
