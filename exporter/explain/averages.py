"""Gradients at many points near each input, or on the way to it, averaged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from exporter.explain.contract import Fed, Floats, Question, Tick
from exporter.explain.slopes import Slopes

Point = Callable[[Fed, int], Fed]
"""`point(fed, number)` gives the point of that number for each of some inputs (n, ...); it depends on nothing else."""


def mean_gradients(
    slopes: Slopes,
    question: Question,
    points: int,
    point: Point,
    tick: Tick,
    *,
    of: Callable[[Floats], Floats] = np.positive,
) -> Floats:
    """The mean of `of` (gradient) over the points 0 to `points` - 1 of each input, float32 of the inputs' shape.

    As many points, of as many inputs, as memory takes are one batch; sums are float64.

    Raises
    ------
    ExplainError, ProbeError
        as `Slopes.at`.
    """
    total = np.zeros(question.fed.shape, np.float64)
    count = len(question)
    inputs = min(count, slopes.at_once)
    at_once = slopes.at_once // inputs
    for first in range(0, count, inputs):
        fed = question.fed[first : first + inputs]
        for start in range(0, points, at_once):
            numbers = range(start, min(start + at_once, points))
            near = np.stack([point(fed, number) for number in numbers])
            rows = np.tile(np.arange(first, first + len(fed)), len(numbers))
            _, gradients = slopes.at(near.reshape(-1, *fed.shape[1:]), rows)
            total[first : first + len(fed)] += of(gradients).reshape(near.shape).sum(axis=0, dtype=np.float64)
            tick(first * points + len(fed) * numbers.stop, count * points)
    return (total / points).astype(np.float32)
