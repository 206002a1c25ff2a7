"""The playhead: time follows the clock, whatever frames are drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.window.detail import DETAILS, next_detail
from viewer.window.playhead import FRAME_SECS, Playhead

DURATION_SECS = 4.0
times = st.floats(0, 1000)


@given(times, times)
def test_time_depends_on_the_clock_alone(start_secs: float, later_secs: float) -> None:
    head = Playhead(DURATION_SECS).played(start_secs)
    assert head.time(start_secs + later_secs) == pytest.approx(later_secs % DURATION_SECS, abs=1e-6) or (
        min(later_secs % DURATION_SECS, DURATION_SECS - later_secs % DURATION_SECS) < 1e-6
    )
    assert 0 <= head.time(start_secs + later_secs) < DURATION_SECS


@given(st.floats(0, DURATION_SECS), times, st.booleans())
def test_it_plays_to_a_stop_and_is_over_there(until_secs: float, later_secs: float, repeats: bool) -> None:
    head = Playhead(DURATION_SECS, repeats=repeats).played(5.0, until_secs)
    assert head.time(5.0 + later_secs) == pytest.approx(min(later_secs, until_secs), abs=1e-6)
    assert head.is_over(5.0 + until_secs + 1e-6)
    assert not head.is_over(5.0) or until_secs == 0
    rested = head.paused(5.0 + until_secs + 1.0)
    assert (rested.at_secs, rested.until_secs) == (until_secs, None)
    assert rested.played(100.0).until_secs is None, "played on, it does not stop there again"


def test_pausing_and_playing_on_loses_nothing() -> None:
    head = Playhead(DURATION_SECS).played(10.0).paused(11.5)
    assert head.time(99.0) == pytest.approx(1.5)
    assert not head.is_playing
    assert head.played(99.0).time(100.0) == pytest.approx(2.5)


def test_a_clock_that_steps_back_stops_time() -> None:
    assert Playhead(DURATION_SECS, 1.0).played(10.0).time(9.0) == 1.0


def test_without_repeating_it_ends_on_the_last_picture_and_begins_anew() -> None:
    head = Playhead(DURATION_SECS, repeats=False).played(0.0)
    assert not head.is_over(3.9)
    assert head.is_over(4.0)
    assert head.time(50.0) == head.last_secs == pytest.approx(DURATION_SECS - FRAME_SECS)
    ended = head.paused(50.0)
    assert ended.played(60.0).time(60.5) == pytest.approx(0.5)


def test_what_does_not_loop_ends_at_its_duration() -> None:
    assert Playhead(DURATION_SECS, is_seamless=False, repeats=False).played(0.0).time(9.0) == DURATION_SECS


@given(st.floats(-10, 20))
def test_moves_stay_inside_and_keep_playing(to_secs: float) -> None:
    for head in (Playhead(DURATION_SECS), Playhead(DURATION_SECS).played(0.0)):
        moved = head.moved(to_secs, 7.0)
        assert 0 <= moved.time(7.0) <= moved.last_secs
        assert moved.is_playing == head.is_playing
        if 0 <= to_secs <= moved.last_secs:
            assert moved.time(7.0) == to_secs


def test_steps_are_on_the_grid_of_frames_and_rest() -> None:
    head = Playhead(DURATION_SECS, 1.234).played(0.0).stepped(1, 0.0)
    assert not head.is_playing
    assert head.at_secs == pytest.approx(32 * FRAME_SECS)
    assert head.stepped(3, 0.0).stepped(-3, 0.0).at_secs == pytest.approx(head.at_secs)
    assert Playhead(DURATION_SECS).stepped(-1, 0.0).at_secs == 0.0


def test_another_length_keeps_the_part() -> None:
    head = Playhead(DURATION_SECS, 1.0).lasting(8.0, True, 0.0)
    assert (head.at_secs, head.duration_secs) == (2.0, 8.0)


@given(st.sampled_from(DETAILS), st.floats(0.1, 2000))
def test_detail_follows_the_machine(detail: float, took_ms: float) -> None:
    after = next_detail(detail, took_ms)
    assert after in DETAILS
    assert abs(DETAILS.index(after) - DETAILS.index(detail)) <= 1
    if took_ms > 60:
        assert after < detail or detail == DETAILS[0]


@pytest.mark.parametrize("ms_per_full_frame", [1, 5, 20, 60, 150, 400, 3000])
def test_detail_comes_to_rest(ms_per_full_frame: float) -> None:
    """On a machine whose frames cost by their pixels, it does not swing between two."""
    detail, seen = 1.0, []
    for _ in range(12):
        detail = next_detail(detail, 4 + ms_per_full_frame * detail**2)
        seen.append(detail)
    assert len(set(seen[4:])) == 1
