"""Key frames: steps in and out of sight, heights that follow the light, and as few keys as will do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.gltf.reel import NetReel
from scenes.gltf.spans import Span
from scenes.gltf.tracks import half_way, heights, moves, seen_of, straightened, turned, visibility

TIMES = np.arange(100) / 25.0
LASTS = 4.0


def net(front: np.ndarray | None = None, spans: tuple[Span, ...] = (Span(0.0, 0),)) -> NetReel:
    return NetReel((), spans, front, np.zeros((len(TIMES), 3)))


def test_what_is_always_seen_needs_no_keys() -> None:
    assert visibility([(0.0, True)], LASTS) is None


def test_what_is_never_seen_says_so() -> None:
    keys = visibility([(0.0, False)], LASTS)
    assert keys is not None
    assert not keys.values.any()


def test_steps_are_where_it_changes_and_hold_to_the_end() -> None:
    keys = visibility([(0.0, False), (1.0, True), (2.0, True), (3.0, False)], LASTS)
    assert keys is not None
    assert keys.steps
    assert list(keys.times_secs) == [0.0, 1.0, 3.0, LASTS]
    assert keys.values.tolist() == [[0.0] * 3, [1.0] * 3, [0.0] * 3, [0.0] * 3]


def test_a_still_is_seen_in_its_spans() -> None:
    shown = net(spans=(Span(0.0, 0), Span(1.0, 1), Span(2.0, 0), Span(3.0, None)))
    assert seen_of(shown, TIMES, 0) == [(0.0, True), (1.0, False), (2.0, True), (3.0, False)]
    assert seen_of(shown, TIMES, 1) == [(0.0, False), (1.0, True), (2.0, False)]
    assert seen_of(shown, TIMES) == [(0.0, True), (3.0, False)]


def test_with_the_light_it_is_seen_from_half_way_on() -> None:
    shown = net(front=TIMES)
    assert seen_of(shown, TIMES, 0, half_way(shown, 2)) == [(0.0, False), (pytest.approx(1.52, abs=0.03), True)]
    assert half_way(net(), 2) is None


def test_heights_come_out_just_before_the_light_arrives() -> None:
    keys = heights(net(front=TIMES), 2, TIMES, LASTS, loops=False)
    assert keys is not None
    assert not keys.steps
    share = np.interp([0.0, 1.0, 1.64, 1.83, 2.0, 3.9], keys.times_secs, keys.values)
    assert share == pytest.approx([0, 0, 0, 0.53, 1, 1], abs=0.04)
    assert len(keys.times_secs) < 12


def test_the_first_plate_and_a_net_without_light_are_always_out() -> None:
    assert heights(net(front=TIMES), 0, TIMES, LASTS, loops=True) is None
    assert heights(net(), 3, TIMES, LASTS, loops=True) is None
    assert heights(net(front=np.full(len(TIMES), np.inf)), 3, TIMES, LASTS, loops=True) is None


def test_a_loop_comes_back_to_its_start() -> None:
    keys = heights(net(front=TIMES), 2, TIMES, LASTS, loops=True)
    assert keys is not None
    assert (keys.times_secs[-1], keys.values[-1]) == (LASTS, keys.values[0])


def test_what_stands_still_has_no_keys_and_what_moves_has() -> None:
    places = np.zeros((len(TIMES), 3))
    assert moves(places, TIMES, LASTS, loops=True) is None
    places[:, 1] = TIMES
    keys = moves(places, TIMES, LASTS, loops=False)
    assert keys is not None
    assert len(keys.times_secs) == 2
    assert turned(np.tile([0.0, 0.0, 0.0, 1.0], (len(TIMES), 1)), TIMES, LASTS, loops=True) is None


def test_a_turn_that_closes_never_goes_the_long_way() -> None:
    angle = np.linspace(0, 2 * np.pi, len(TIMES), endpoint=False) / 2
    turns = np.stack([np.zeros_like(angle), np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=1)
    keys = turned(turns, TIMES, LASTS, loops=True)
    assert keys is not None
    assert ((keys.values[1:] * keys.values[:-1]).sum(axis=1) > 0.9).all()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=60), st.floats(0.001, 0.5))
def test_straight_lines_between_the_keys_are_nowhere_off(values: list[float], tolerance: float) -> None:
    times = np.arange(len(values), dtype=float)
    keys = straightened(times, np.array(values), tolerance)
    assert (keys.times_secs[0], keys.times_secs[-1]) == (0.0, times[-1])
    assert np.abs(np.interp(times, keys.times_secs, keys.values) - values).max() <= tolerance + 1e-9
    assert (np.diff(keys.times_secs) > 0).all()
