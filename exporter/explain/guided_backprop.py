"""Guided backprop: what in the picture excites the units that speak for the answer."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.explain.contract import Explained, Explanation, Question, Tick, untold
from exporter.explain.saliency import mapped
from exporter.explain.slopes import Slopes
from exporter.probing import Probe


@dataclass(frozen=True)
class GuidedBackpropOptions:
    """There is nothing to choose."""


def run(probe: Probe, question: Question, _: GuidedBackpropOptions, tick: Tick = untold) -> Explained:
    """One `heat` over each input, as of saliency, but ReLUs let only positive gradients of positive values pass back.

    Springenberg et al. 2014, arXiv 1412.6806, section 3.4. It holds for ReLU and ReLU6, as layers, activations or bare
    operations, wherever they are in the model; other activations (leaky, ELU, GELU) pass gradients as they do.

    Its pictures are sharp, and hardly depend on what the model has learned: Adebayo et al. 2018, arXiv 1810.03292,
    replaced weights by random ones, layer by layer from the top, and the maps stayed nearly the same. It shows edges
    that the first layers see, not why a class is chosen; its map of one class is much like that of any other.

    Raises
    ------
    ExplainError
        there is no ReLU between the input and what is asked about: it would be saliency; one inside a loop, which
        cannot be guided; a gradient that is no finite number, inputs that are neither vectors nor maps.
    ProbeError
        a class, layer, channel or unit that is not there, or to which no gradient leads.
    """
    return mapped(probe, question, Slopes(probe, question, is_guided=True), tick)


GUIDED_BACKPROP = Explanation(
    name="guided_backprop",
    summary="saliency through ReLUs that pass only positive gradients: sharp, but hardly about what was learned",
    options=GuidedBackpropOptions,
    run=run,
)
