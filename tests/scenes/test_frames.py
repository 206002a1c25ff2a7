"""Which frames a recording has, and that each shows the state of its time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.frames import Image, frame_times, frames
from scenes.timeline import Timeline
from viewer.state import Camera, ViewState

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


class Azimuths:
    """Draws the camera's azimuth as a grey value and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[int, int], int]] = []

    def render(self, state: ViewState, size_px: tuple[int, int], *, supersample: int = 1) -> Image:
        self.asked.append((size_px, supersample))
        return np.full((size_px[1], size_px[0], 3), round(state.camera.azimuth_deg), np.uint8)


def test_each_frame_shows_its_time_and_is_drawn_when_asked_for() -> None:
    timeline = Timeline(2.0, lambda t_secs: ViewState(Camera(azimuth_deg=100 * t_secs), ()), loops=True)
    renderer = Azimuths()
    images = frames(renderer, timeline, 5, (8, 4), 2)
    assert next(images)[0, 0, 0] == 0
    assert renderer.asked == [((8, 4), 2)]
    assert [image[0, 0, 0] for image in images] == [20, 40, 60, 80, 100, 120, 140, 160, 180]
    assert {image.shape for image in frames(renderer, timeline, 5, (8, 4))} == {(4, 8, 3)}
