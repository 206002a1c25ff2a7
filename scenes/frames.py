"""The frames of a timeline: at which times they are, and what draws them."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viewer.state import ViewState

Image = NDArray[np.uint8]


class Renderer(Protocol):
    """What draws a state: a `viewer.stage.Stage`, or a stand-in."""

    def render(self, state: ViewState, size_px: tuple[int, int], *, supersample: int = 1) -> Image:
        """The frame of `state`: (height, width, 3) uint8."""
        ...


def frame_times(duration_secs: float, fps: float, loops: bool) -> tuple[float, ...]:
    """The times of all frames, evenly spaced, in seconds.

    A loop of n frames stops one step before its end, which shows what its start shows; without a loop the end is a
    frame of its own. The step is 1 / `fps`, a hair more or less where the duration is no whole number of steps, so that
    the seam of a loop is a step like any other. At least one frame.

    >>> frame_times(1.0, 4, loops=True)
    (0.0, 0.25, 0.5, 0.75)
    >>> frame_times(1.0, 4, loops=False)
    (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    steps = max(round(duration_secs * fps), 1)
    return tuple(duration_secs * (k / steps) for k in range(steps if loops else steps + 1))
