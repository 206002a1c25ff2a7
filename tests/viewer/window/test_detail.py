"""The edge budget follows the machine: it comes to rest, takes edges before pixels, and rests frames are whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viewer.state import Camera, CaptureKey, Edges, NetView, ViewState
from viewer.window.detail import (
    AIM_MS,
    FEWEST_EDGES,
    MOST_EDGES,
    SLOW_MS,
    Pace,
    next_budget,
    next_pace,
    within,
)

budgets = st.integers(11, 22).map(lambda power: 2**power)


@given(budgets, st.floats(0.1, 5000))
def test_a_budget_goes_where_the_frame_time_sends_it(budget: int, took_ms: float) -> None:
    after = next_budget(budget, took_ms)
    assert FEWEST_EDGES <= after <= MOST_EDGES
    assert after & (after - 1) == 0, "few different numbers"
    if took_ms > SLOW_MS:
        assert after < budget or budget == FEWEST_EDGES
    else:
        assert after in (budget, 2 * budget) or budget == MOST_EDGES


@given(st.floats(1e-5, 0.05), st.integers(0, 2**22), st.floats(1, 15))
def test_the_pace_comes_to_rest_and_is_quick_there(ms_per_edge: float, most: int, rest_ms: float) -> None:
    pace, seen = Pace(), []

    def took_ms(pace: Pace) -> float:
        return rest_ms * max(pace.detail, 0.5) ** 2 + ms_per_edge * min(pace.edges, most)

    for _ in range(40):
        pace = next_pace(pace, took_ms(pace), most)
        seen.append(pace)
    assert len(set(seen[-4:])) <= 2, "it does not wander"
    is_least = pace.edges <= FEWEST_EDGES
    assert took_ms(pace) <= 2 * SLOW_MS or is_least
    if ms_per_edge * most + rest_ms < AIM_MS / 4:
        assert pace.edges >= most, "what is quick is drawn whole"


def test_edges_go_before_pixels() -> None:
    slow = next_pace(Pace(1.0, 2**16), 200.0, 2**20)
    assert (slow.detail, slow.edges) == (1.0, 2**14)
    assert next_pace(Pace(1.0, FEWEST_EDGES), 200.0, 2**20).detail < 1.0
    assert next_pace(Pace(1.0, 2**16), 200.0, 0).detail < 1.0, "where there are none, pixels go"


def test_only_what_has_many_edges_is_cut() -> None:
    few, many = NetView(CaptureKey("a", "0")), NetView(CaptureKey("a", "0"), edges=Edges("weight", "all"))
    plain = ViewState(Camera(), (few,))
    assert within(plain, 5000) is plain
    cut = within(ViewState(Camera(), (few, many)), 5000)
    assert [net.edges.at_most for net in cut.nets] == [5000, 5000]
    assert cut.nets[1].edges.count == "all"
