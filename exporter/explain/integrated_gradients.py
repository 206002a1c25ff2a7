"""Integrated gradients: how much each pixel has added to the answer, on the way from a picture without content."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exporter.explain.averages import mean_gradients
from exporter.explain.contract import (
    Explained,
    ExplainError,
    Explanation,
    Fed,
    Floats,
    Map,
    OptionValue,
    Question,
    Tick,
    untold,
)
from exporter.explain.slopes import Slopes
from exporter.probing import Probe

BASELINES = ("black", "grey", "white")
_MOST_STEPS = 10_000
_MOST_ERROR = 0.05
_RESOLUTION = 1e-6
"""How well a score is known, as a share of it: differences below are none."""


@dataclass(frozen=True)
class IntegratedGradientsOptions:
    """In how many steps the way is gone, and where it begins: `black`, `grey` or `white`."""

    steps: int = 64
    baseline: str = "black"

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= _MOST_STEPS:
            raise ExplainError("integrated gradients need steps", expected=f"1 to {_MOST_STEPS}", got=self.steps)
        if self.baseline not in BASELINES:
            expected = f"one of {', '.join(BASELINES)}"
            raise ExplainError("there is no such baseline", expected=expected, got=repr(self.baseline))


def run(probe: Probe, question: Question, options: IntegratedGradientsOptions, tick: Tick = untold) -> Explained:
    """One `signed` map over each input: sum over channels of (x - b) * mean of d score / d x on the way from b to x.

    Sundararajan, Taly and Yan 2017, arXiv 1703.01365, section 3, equation 1, and their section 5 for sums in place of
    the integral. Here the way is cut into `steps` equal parts and each is looked at in its middle: b + (k + 1/2) /
    steps * (x - b). All values together are score(x) - score(b), but for that cutting (their proposition 1,
    completeness); `details` tell

    - `completeness_error` : |sum - (score(x) - score(b))| as a share of |score(x) - score(b)|; exact on linear models;
    - `baseline_score` : score(b);
    - `advice` : only where there is some: the error is above 5 %, or the input is as good as the baseline.

    A pixel that is as the baseline gets 0, whatever it means: of a black baseline, black pixels.

    Raises
    ------
    ExplainError
        black and white are not known (grey is 0 then), a gradient that is no finite number, inputs that are neither
        vectors nor maps.
    ProbeError
        a class, layer, channel or unit that is not there, or to which no gradient leads.
    """
    slopes, start = Slopes(probe, question), _baseline(question, options.baseline)

    def on_the_way(fed: Fed, number: int) -> Fed:
        done = np.float32((number + 0.5) / options.steps)
        return start + done * (fed - start)

    mean = mean_gradients(slopes, question, options.steps, on_the_way, tick)
    parts = mean.astype(np.float64) * (question.fed - start)
    values = parts.sum(axis=-1) if parts.ndim == 4 else parts
    details = _details(slopes, question, start, values.reshape(len(question), -1).sum(axis=1), options.steps)
    return Explained((Map(probe.input_name, "signed", values.astype(np.float32)),), details)


def _baseline(question: Question, name: str) -> Floats:
    """What is fed of a picture without content; it broadcasts over one input."""
    start = {"black": question.low, "grey": question.background, "white": question.high}[name]
    if not np.isfinite(start).all():
        remedy = "take grey: it is 0 where no range is known"
        raise ExplainError(f"what is {name} is not known", expected="an input with a range", remedy=remedy)
    return start.astype(np.float32)


def _details(
    slopes: Slopes, question: Question, start: Floats, sums: Floats, steps: int
) -> tuple[dict[str, OptionValue], ...]:
    ends = slopes.scores(question.fed), slopes.scores(np.broadcast_to(start, question.fed.shape))
    return tuple(
        _told(float(total), float(end), float(first), steps) for total, end, first in zip(sums, *ends, strict=True)
    )


def _told(total: float, end: float, first: float, steps: int) -> dict[str, OptionValue]:
    way = max(abs(end - first), _RESOLUTION * max(abs(end), abs(first)), float(np.finfo(np.float32).tiny))
    error = abs(total - (end - first)) / way
    told: dict[str, OptionValue] = {"completeness_error": error, "baseline_score": first}
    if error > _MOST_ERROR:
        told["advice"] = f"the parts miss the difference of the scores by {error:.0%}: take more than {steps} steps"
    elif total == 0 and end == first:
        told["advice"] = "nothing between the baseline and the input changes the score: take another baseline"
    return told


INTEGRATED_GRADIENTS = Explanation(
    name="integrated_gradients",
    summary="how much each pixel adds to the answer on the way from --baseline to the picture, in --steps",
    options=IntegratedGradientsOptions,
    run=run,
)
