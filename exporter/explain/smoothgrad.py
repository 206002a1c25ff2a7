"""SmoothGrad: saliency without its grain, averaged over noisy copies of the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from exporter.explain.averages import mean_gradients
from exporter.explain.contract import Explained, ExplainError, Explanation, Fed, Floats, Map, Question, Tick, untold
from exporter.explain.slopes import Slopes, sizes_over_channels
from exporter.probing import Probe

GRADIENTS, SIZES = "gradients", "sizes"
_MOST_SAMPLES = 10_000


@dataclass(frozen=True)
class SmoothGradOptions:
    """How strong the noise is, as a share of the way from black to white; how many noisy copies there are; and what is
    averaged, `gradients` (signs that change cancel out) or their `sizes`.
    """

    sigma: float = 0.15
    samples: int = 50
    average: str = GRADIENTS

    def __post_init__(self) -> None:
        if not (math.isfinite(self.sigma) and self.sigma >= 0):
            raise ExplainError("the noise of smoothgrad makes no sense", expected="0 or more", got=self.sigma)
        if not 1 <= self.samples <= _MOST_SAMPLES:
            raise ExplainError("smoothgrad needs samples", expected=f"1 to {_MOST_SAMPLES}", got=self.samples)
        if self.average not in (GRADIENTS, SIZES):
            expected = f"{GRADIENTS} or {SIZES}"
            raise ExplainError("smoothgrad cannot average that", expected=expected, got=repr(self.average))


def run(probe: Probe, question: Question, options: SmoothGradOptions, tick: Tick = untold) -> Explained:
    """One `heat` over each input: max over channels of | mean over samples of d score / d x at x + noise |.

    Smilkov et al. 2017, arXiv 1706.03825, section 2: the mean is of gradients with their signs, as here with
    `average` `gradients`; `sizes` takes the sizes first, as tf-keras-vis does. The noise is normal with the standard
    deviation sigma * (high - low); their section 3.2 advises 0.1 to 0.2, and 50 samples. With sigma 0 it is saliency.

    The noise of a sample depends on the seed and its number alone: it is the same for every input of a question, so a
    map does not depend on which others were asked about.

    Raises
    ------
    ExplainError
        the valid range of the input is not known, a gradient that is no finite number, inputs that are neither vectors
        nor maps.
    ProbeError
        a class, layer, channel or unit that is not there, or to which no gradient leads.
    """
    slopes = Slopes(probe, question)
    spread = _spread(question, options)
    shape = question.fed.shape[1:]

    def noisy(fed: Fed, number: int) -> Fed:
        return fed + spread * noise(question.seed, number, shape)

    of = np.abs if options.average == SIZES else np.positive
    mean = mean_gradients(slopes, question, options.samples, noisy, tick, of=of)
    return Explained((Map(probe.input_name, "heat", sizes_over_channels(mean)),), ({},) * len(question))


def noise(seed: int, number: int, shape: tuple[int, ...]) -> Floats:
    """The noise of a sample, of this shape: normal, of deviation 1, float32."""
    return np.random.default_rng((seed, number)).standard_normal(shape, np.float32)


def _spread(question: Question, options: SmoothGradOptions) -> Floats:
    """The standard deviation of the noise; it broadcasts over one input."""
    way = question.high - question.low
    if options.sigma and not (np.isfinite(way).all() and (way > 0).all()):
        raise ExplainError(
            "smoothgrad needs the range of the input",
            expected="low < high",
            got=f"{np.min(question.low):g} to {np.max(question.high):g}",
            remedy="export it with the --scale, --mean and --std that it was made with",
        )
    spread: Floats = np.float32(options.sigma) * way.astype(np.float32)
    return spread if options.sigma else np.zeros((), np.float32)


SMOOTHGRAD = Explanation(
    name="smoothgrad",
    summary="saliency averaged over --samples copies of the picture with noise of --sigma: less grain",
    options=SmoothGradOptions,
    run=run,
)
