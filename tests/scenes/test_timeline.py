"""Tracks hold, move and hold; timelines are defined at every time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.easing import linear
from scenes.timeline import Key, Marker, Timeline, Track, grounded, mixed
from viewer.state import Camera, ViewState

ANY_TIME = st.floats(-1e3, 1e3)


def at_time(t_secs: float) -> ViewState:
    """A state that says at which time it was asked for."""
    return ViewState(Camera(azimuth_deg=t_secs), ())


@given(t_secs=ANY_TIME)
def test_a_loop_comes_round(t_secs: float) -> None:
    timeline = Timeline(4.0, at_time, loops=True)
    shown = timeline.state_at(t_secs).camera.azimuth_deg
    assert 0.0 <= shown < 4.0
    # The same place of the circle: two times may lie on either side of its seam.
    ahead = (timeline.state_at(t_secs + 4.0).camera.azimuth_deg - shown) % 4.0
    assert min(ahead, 4.0 - ahead) < 1e-9


def test_the_end_of_a_loop_is_its_start() -> None:
    timeline = Timeline(4.0, at_time, loops=True)
    assert timeline.state_at(4.0) == timeline.state_at(0.0) == timeline.state_at(-1e-30)


def test_without_a_loop_the_ends_stay() -> None:
    timeline = Timeline(4.0, at_time, loops=False)
    shown = [timeline.state_at(t).camera.azimuth_deg for t in (-1.0, 0.0, 1.5, 4.0, 5.0)]
    assert shown == [0.0, 0.0, 1.5, 4.0, 4.0]


@pytest.mark.parametrize("duration_secs", [0.0, -1.0, float("nan"), float("inf")])
def test_refuses_a_duration_that_cannot_be_played(duration_secs: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        Timeline(duration_secs, at_time, loops=False)


def test_refuses_a_marker_outside() -> None:
    with pytest.raises(ValueError, match=r"'flip' at 4\.5"):
        Timeline(4.0, at_time, loops=False, markers=(Marker(4.5, "flip"),))


def test_track_holds_moves_and_holds() -> None:
    track = Track((Key(0.0, 2.0), Key(1.0, 4.0, move_secs=0.5), Key(2.0, 0.0, move_secs=1.0, ease=linear)))
    assert [track.at(t) for t in (-9.0, 0.3, 1.0)] == [2.0, 2.0, 2.0]
    assert track.at(1.25) == 3.0
    assert [track.at(t) for t in (1.5, 1.7, 2.0)] == [4.0, 4.0, 4.0]
    assert track.at(2.25) == 3.0
    assert [track.at(t) for t in (3.0, 99.0)] == [0.0, 0.0]
    assert track.over_secs == 3.0


def test_a_move_of_no_time_is_a_cut() -> None:
    track = Track.of((0.0, 0.0), (1.0, 5.0), move_secs=0.0)
    assert (track.at(0.999), track.at(1.0)) == (0.0, 5.0)


def test_tuples_move_element_by_element() -> None:
    track = Track.of((0.0, (0.0, 1.0, 2.0)), (1.0, (4.0, 1.0, 0.0)), move_secs=2.0)
    assert track.at(2.0) == (2.0, 1.0, 1.0)


def test_through_is_at_its_points() -> None:
    track = Track.through((0.5, 1.0), (1.5, 3.0), (2.5, 3.0), (3.0, 0.0))
    assert [track.at(t) for t in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)] == [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 0.0]


def test_one_key_is_a_constant() -> None:
    track = Track.of((3.0, 7.0))
    assert (track.at(0.0), track.at(3.1), track.at(9.0)) == (7.0, 7.0, 7.0)


@given(t_secs=st.floats(-1, 8))
def test_a_track_stays_within_its_keys_and_never_jumps(t_secs: float) -> None:
    track = Track.of((0.0, 0.0), (1.0, 3.0), (2.0, -2.0), (5.0, 1.0), move_secs=0.8)
    assert -2.0 <= track.at(t_secs) <= 3.0
    # The greatest slope of the cubic is 3 heights per move: 5 high, 0.8 s.
    assert abs(track.at(t_secs + 1e-4) - track.at(t_secs)) <= 3 * 5 / 0.8 * 1e-4 + 1e-9


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ((), "needs a key"),
        ((Key(1.0, 0.0), Key(0.5, 1.0)), "before the one before"),
        ((Key(0.0, 0.0), Key(1.0, 1.0, 0.6), Key(1.5, 0.0)), "before the one before"),
        ((Key(0.0, (0.0, 0.0)), Key(1.0, (1.0,))), "length"),
        ((Key(0.0, 0.0), Key(1.0, 1.0, -0.1)), "negative"),
    ],
)
def test_refuses_keys_that_contradict_each_other(keys: tuple[Key[float], ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Track(keys)


def test_keys_may_touch_in_spite_of_rounding() -> None:
    assert Track((Key(0.0, 0.0), Key(0.1, 1.0, 0.2), Key(0.3, 0.0))).at(0.3) == pytest.approx(1.0)


@given(start=st.floats(-1e6, 1e6), end=st.floats(-1e6, 1e6))
def test_mixed_is_exact_at_both_ends(start: float, end: float) -> None:
    assert (mixed(start, end, 0.0), mixed(start, end, 1.0)) == (start, end)


def flying(*flights: tuple[float, float], markers: tuple[Marker, ...] = ()) -> Timeline:
    """Ten seconds; the zoom is the time that was not spent on flights, the azimuth how far off a flight is."""

    def state_at(t_secs: float) -> ViewState:
        gone = [min(max(t_secs - start, 0.0), end - start) for start, end in flights]
        off = [min(t_secs - start, end - t_secs) for start, end in flights]
        return ViewState(Camera(zoom=1.0 + t_secs - sum(gone), azimuth_deg=max([0.0, *off])), ())

    return Timeline(10.0, state_at, True, markers, flights)


@given(st.floats(0, 4.99))
def test_without_its_flights_a_timeline_shows_the_rest_at_its_own_pace(t_secs: float) -> None:
    short = grounded(flying((1.0, 4.0), (6.0, 8.0)))
    assert (short.duration_secs, short.loops, short.flights) == (5.0, True, ())
    camera = short.state_at(t_secs).camera
    assert camera.zoom == pytest.approx(1.0 + t_secs)
    assert camera.azimuth_deg == pytest.approx(0.0, abs=1e-9)


def test_markers_in_a_flight_go_with_it_and_later_ones_come_earlier() -> None:
    markers = tuple(Marker(t, str(t)) for t in (0.0, 1.0, 2.0, 4.0, 9.0))
    kept = grounded(flying((1.0, 4.0), markers=markers)).markers
    assert [(each.at_secs, each.name) for each in kept] == [(0.0, "0.0"), (1.0, "1.0"), (1.0, "4.0"), (6.0, "9.0")]


def test_a_timeline_without_flights_is_the_same() -> None:
    whole = flying()
    assert grounded(whole) is whole
