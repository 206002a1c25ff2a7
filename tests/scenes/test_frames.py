"""Which frames a recording has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.frames import frame_times

DURATIONS = st.floats(0.04, 60)
RATES = st.sampled_from([10, 12.5, 25, 30, 100 / 3, 50, 60])


@given(duration_secs=DURATIONS, fps=RATES)
def test_a_loop_does_not_show_its_start_twice(duration_secs: float, fps: float) -> None:
    times = frame_times(duration_secs, fps, loops=True)
    assert len(times) == max(round(duration_secs * fps), 1)
    assert times[0] == 0.0
    # The step over the seam, from the last frame to the end, is a step like any other.
    steps = np.diff([*times, duration_secs])
    assert steps == pytest.approx(steps[0])


@given(duration_secs=DURATIONS, fps=RATES)
def test_without_a_loop_both_ends_are_shown(duration_secs: float, fps: float) -> None:
    times = frame_times(duration_secs, fps, loops=False)
    assert len(times) == max(round(duration_secs * fps), 1) + 1
    assert (times[0], times[-1]) == (0.0, duration_secs)


def test_whole_steps_are_the_frame_rate() -> None:
    assert frame_times(4.0, 25, loops=True) == pytest.approx([k / 25 for k in range(100)])


def test_less_than_half_a_step_is_one_frame() -> None:
    assert frame_times(0.001, 25, loops=True) == (0.0,)
