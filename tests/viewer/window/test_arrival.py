from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from viewer.state import Camera, CaptureKey, Mute, NetView, ViewState
from viewer.window.arrival import Arrivals
from viewer.window.playable import Playable
from viewer.window.shown import keys_of

CLEAN = NetView(CaptureKey("clean", "0"))


def state(*nets: NetView) -> ViewState:
    return ViewState(Camera(), nets)


def growing(count: int, calls: list[float]) -> Playable:
    """Clean for a fifth, then each step as long as the others, the last one to the end."""

    def state_at(secs: float) -> ViewState:
        calls.append(secs)
        at = min(max(int((secs - 2) / 5 * count), 0), count - 1)
        return state(CLEAN, NetView(CaptureKey(f"step {at}", "0")))

    return Playable(None, 10.0, state_at)


@given(st.integers(2, 200), st.data())
def test_every_input_of_a_scene_is_found_at_a_time_that_shows_it(count, data) -> None:
    calls: list[float] = []
    playable = growing(count, calls)
    arrivals = Arrivals(playable)
    order = ["clean", *(f"step {at}" for at in range(count))]
    wanted = order[1 + data.draw(st.integers(0, count - 1))]
    found = arrivals.time_of(wanted, order)
    assert keys_of(playable.state_at(found))[-1].input_id == wanted
    assert len(calls) < 40, "a scene's states cost time"
    assert arrivals.time_of("another", order) is None


def test_a_scene_of_one_input_plays_through_nothing() -> None:
    still = Playable(None, 4.0, lambda secs: state(CLEAN))
    assert not Arrivals(still).plays_through
    assert Arrivals(still).time_of("clean", ["clean", "other"]) == 0.0
    assert Arrivals(still).time_of("other", ["clean", "other"]) is None


def test_what_is_shown_is_without_differences_and_as_the_whole_network_answers() -> None:
    other = CaptureKey("attacked", "0")
    muted = NetView(replace(other, mutes=(Mute("dense"),)))
    difference = NetView(CLEAN.capture, other, 1.0, "difference")
    assert keys_of(state(CLEAN, difference, muted)) == (CLEAN.capture, other)
    assert keys_of(state(replace(CLEAN, toward=other, blend=0.4))) == (CLEAN.capture,)
    assert keys_of(state(replace(CLEAN, toward=other, blend=0.6))) == (other,)
    assert keys_of(None) == ()
