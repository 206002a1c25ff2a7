"""Saliency: how strongly each pixel moves the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exporter.explain.contract import Explained, Explanation, Map, Question, Tick, untold
from exporter.explain.slopes import Slopes, sizes_over_channels
from exporter.probing import Probe


@dataclass(frozen=True)
class SaliencyOptions:
    """There is nothing to choose."""


def run(probe: Probe, question: Question, _: SaliencyOptions, tick: Tick = untold) -> Explained:
    """One `heat` over each input: max over channels of |d score / d x|, (n, rows, columns) or (n, length).

    Simonyan, Vedaldi and Zisserman 2013, arXiv 1312.6034, section 3.1. The score is the logit of a class, before
    softmax or sigmoid; or the mean over a channel, one unit, or the mean square of a layer. It is in units of the score
    for one unit of what is fed. Zero everywhere where nothing changes the score, as behind a dead ReLU.

    Raises
    ------
    ExplainError
        a gradient that is no finite number, inputs that are neither vectors nor maps.
    ProbeError
        a class, layer, channel or unit that is not there, or to which no gradient leads.
    """
    return mapped(probe, question, Slopes(probe, question), tick)


def mapped(probe: Probe, question: Question, slopes: Slopes, tick: Tick) -> Explained:
    """Largest size over the channels of each input's gradient, as one `heat`."""
    maps = []
    for part, _, gradients in slopes.each():
        maps.append(sizes_over_channels(gradients))
        tick(part.stop, len(question))
    heat = Map(probe.input_name, "heat", np.concatenate(maps))
    return Explained((heat,), ({},) * len(question))


SALIENCY = Explanation(
    name="saliency",
    summary="how strongly each pixel moves the answer: the size of the gradient, the largest of the colours",
    options=SaliencyOptions,
    run=run,
)
