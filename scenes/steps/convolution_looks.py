"""The colours of a convolution's numbers: what full colour stands for, and whether its input is a picture. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from scenes.steps.convolution_fixed import Looks
from scenes.steps.convolution_words import COLOURS
from viewer.kept import finite

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scenes.steps.convolution import Filter
    from viewer.state import MapName, Tint

FULL_COLOUR = 99.0
"""The percentile of |value| that has full colour in maps, and beyond which colours are clipped."""


def looks_of(made_by: Filter) -> Looks:
    """Full colour of each kind of number.

    Of pixels it is the most that is fed, of other inputs and of the output's channel a percentile; of weights and of
    products the largest that is shown, at the chosen cell.
    """
    subject, colours = made_by.subject, COLOURS.get(colour_order(made_by), ())
    values = finite(subject.case.inputs[0])
    is_signed = bool(values.size and values.min() < 0)
    high = subject.bundle.manifest.preprocessing.high
    is_tinted = bool(colours) and not is_signed and values.size > 0 and float(values.max()) <= high
    names = [colours[channel] if is_tinted else "activation" for channel in made_by.channels]
    terms = made_by.terms(subject.at)
    bias = [] if made_by.bias is None else [made_by.bias]
    return Looks(
        input=high if is_tinted else percentile(values[..., list(made_by.channels)]),
        weight=_largest([*made_by.shown_kernels.ravel(), *bias]),
        product=_largest(terms.products),
        output=percentile(subject.map),
        colours=tuple(cast("MapName | Tint", name) for name in names),
        is_signed=is_signed,
    )


def colour_order(made_by: Filter) -> str:
    """The order of the colours of the picture that a layer is fed; empty of a layer that gets anything else."""
    subject = made_by.subject
    bundle, name = subject.bundle, subject.source[0]
    sources = subject.case.network.sources
    while bundle.layer(name).kind == "padding" and len(sources[name]) == 1:
        name = sources[name][0][0]
    order = bundle.manifest.preprocessing.colour_order
    channels, is_flat = subject.case.inputs[0].shape[-1], len(made_by.axes) == 2
    is_picture = is_flat and bundle.layer(name).kind == "input" and bundle.input(subject.key.input_id).image is not None
    return order if is_picture and len(COLOURS[order]) == channels else ""


def percentile(values: ArrayLike) -> float:
    """The size that has full colour; never 0."""
    sizes = np.abs(finite(values))
    found = float(np.percentile(sizes, FULL_COLOUR)) if sizes.size else 0.0
    return found or _largest(sizes)


def _largest(values: ArrayLike) -> float:
    """The largest size; 1 where all is 0."""
    sizes = np.abs(finite(values))
    return float(sizes.max(initial=0.0)) or 1.0
