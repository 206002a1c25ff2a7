"""Going back and forth in what a person did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from viewer.study import CameraOffset, Place, Study, Vantage
from viewer.window.history import MOST_STEPS, began, difference

START = Vantage("flow")
SLOW_SECS = 5.0


def after(*vantages: Vantage, every_secs: float = SLOW_SECS):
    history = began(START)
    for number, vantage in enumerate(vantages, 1):
        history = history.noted(vantage, number * every_secs)
    return history


def with_study(**changes: object) -> Vantage:
    return replace(START, study=replace(Study(), **changes))


@given(st.lists(st.sampled_from(["flow", "structure", "training", "adversarial"]), max_size=12))
def test_undoing_everything_and_doing_it_again_changes_nothing(scenes: list[str]) -> None:
    there = history = after(*(Vantage(name) for name in scenes))
    for _ in scenes:
        history = history.undone()
    assert history.present == START
    for _ in scenes:
        history = history.redone()
    assert (history.present, history.past, history.future) == (there.present, there.past, there.future)


def test_the_running_time_is_no_step() -> None:
    history = began(START)
    assert history.noted(replace(START, at_secs=3.2), 1.0) is history
    assert history.undone() is history
    assert history.redone() is history


def test_a_drag_is_one_step_and_two_kinds_are_two() -> None:
    turns = [replace(START, offset=CameraOffset(azimuth_deg=float(deg))) for deg in range(1, 20)]
    dragged = after(*turns, every_secs=0.05)
    assert dragged.past == (START,)
    assert dragged.present == turns[-1]
    spread = dragged.noted(replace(turns[-1], study=Study(spread=1.5)), 1.0)
    assert spread.past == (START, turns[-1])
    assert len(after(*turns, every_secs=SLOW_SECS).past) == len(turns), "what is done slowly is done step by step"


def test_after_undo_the_next_change_is_a_step_of_its_own() -> None:
    one, two = with_study(spread=1.2), with_study(spread=1.4)
    history = began(START).noted(one, 1.0).undone().noted(two, 1.1)
    assert (history.past, history.present, history.future) == ((START,), two, ())


def test_the_oldest_steps_are_forgotten() -> None:
    many = [with_study(clip_percentile=float(number)) for number in range(MOST_STEPS + 30)]
    history = after(*many)
    assert len(history.past) == MOST_STEPS
    assert history.past[-1] == many[-2]


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        (replace(START, at_secs=2.0), set()),
        (Vantage("structure"), {"scene"}),
        (with_study(pinned=Place("conv"), muted=()), {"study.pinned"}),
    ],
)
def test_differences_are_named(changed: Vantage, names: set[str]) -> None:
    assert difference(START, changed) == names
