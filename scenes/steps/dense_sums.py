"""What one unit of a dense layer adds up: its largest terms, all the others, and the bias. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.steps.dense_inputs import source_of
from scenes.steps.subject import last_fitting, subject_of
from viewer.forward.activations import activation_name
from viewer.forward.units import work

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from scenes.steps.dense_inputs import Source
    from scenes.steps.subject import Subject

    Array = NDArray[np.float64]

MOST_MAPS = 12
AT_ONCE = 2**21
"""Kernels of more weights are read only for the units at which the scene stays."""


@dataclass(frozen=True, eq=False)
class UnitSum:
    """A weighted sum.

    Attributes
    ----------
    unit : whose it is.
    inputs, weights : (n,) float64.
    largest : which terms are shown one by one, the largest in size first.
    bias : what is added; `None` where the layer has none.
    before : the sum, before the activation function.
    stored : the value in the bundle, after it.
    """

    unit: int
    inputs: Array
    weights: Array
    largest: tuple[int, ...]
    bias: float | None
    before: float
    stored: float

    @cached_property
    def products(self) -> Array:
        """(n,) input times weight."""
        made: Array = self.inputs * self.weights
        return made

    @property
    def rest(self) -> int:
        """How many terms are not shown one by one."""
        return len(self.inputs) - len(self.largest)

    @cached_property
    def others(self) -> float:
        """What those add up to."""
        return float(np.delete(self.products, list(self.largest)).sum())

    @cached_property
    def share(self) -> float:
        """Which part of the sum of all terms' sizes those that are shown carry, 0..1; 1 where all are 0."""
        sizes = np.abs(self.products)
        whole = float(sizes.sum())
        return float(sizes[list(self.largest)].sum()) / whole if whole > 0 else 1.0

    @cached_property
    def running(self) -> tuple[float, ...]:
        """The sum so far: 0, after each shown term, after the others where there are any, after the bias."""
        steps = [*(float(self.products[index]) for index in self.largest)]
        steps += [self.others] if self.rest else []
        steps += [] if self.bias is None else [self.bias]
        return tuple(np.cumsum([0.0, *steps]).tolist())

    def maps(self, source: Source, most: int = MOST_MAPS) -> tuple[int, ...]:
        """Which maps of the source are shown: those of the largest terms, then those that count most; in order."""
        if not source.are_maps:
            return (0,)
        sizes = np.abs(self.products).reshape(source.shape).sum(axis=(0, 1))
        first = [source.place(index)[2] for index in self.largest]
        ranked = [*dict.fromkeys([*first, *np.argsort(-sizes, kind="stable").tolist()])]
        return tuple(sorted(ranked[: max(most, len(set(first)))]))


@dataclass(frozen=True, eq=False)
class DenseSubject:
    """A dense layer at work: the subject, what it takes, and the sums of its units."""

    subject: Subject
    source: Source
    terms: int
    function: str

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.subject.case.values.shape[-1])

    @property
    def is_quick(self) -> bool:
        """Whether sums are made quickly enough for every frame."""
        return len(self.subject.case.inputs[0].reshape(-1)) * self.units <= AT_ONCE

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes that the units are; none where they are none."""
        model = self.subject.bundle.manifest.model
        is_answer = self.subject.layer.name in model.outputs[:1] and len(model.class_names) == self.units
        return model.class_names if is_answer else ()

    def sum(self, unit: int) -> UnitSum:
        """The sum of a unit. Raises `CannotError` where its weights were not kept."""
        case, at = self.subject.case, self.subject.at
        working = work(case.node, case.inputs, (*at, unit))
        inputs = np.asarray(case.inputs[0][at], np.float64)
        weights = np.asarray(case.node.load("kernel")[:, unit], np.float64)
        products = np.abs(np.nan_to_num(inputs * weights))
        largest = np.argsort(-products, kind="stable")[: self.terms].tolist()
        bias = working.constant if working.constant_name else None
        return UnitSum(unit, inputs, weights, tuple(largest), bias, working.value, float(case.values[(*at, unit)]))


def dense_subject(bundle: Bundle, options: SceneOptions, terms: int) -> DenseSubject:
    """The dense layer, unit and place that the options ask for; without a layer, the last that can be told.

    `options.at` is the place of a sequence or map where the layer works at each, and may end with the unit.

    Raises
    ------
    KerascopeError
        There is no such layer, unit or place, what it got or its weights were not kept, or some of it is no number.
    """
    options = replace(options, layer=last_fitting(bundle, options, _fits))
    subject = subject_of(bundle, _placed(bundle, options), _fits, "dense layer")
    subject.case.node.load("kernel")
    if not np.isfinite(subject.case.values[subject.at]).all():
        raise KerascopeError(f"{subject.layer.name} has put out what is no number", remedy="choose another --input")
    made = DenseSubject(subject, source_of(subject), terms, activation_name(subject.case.node))
    return replace(made, terms=min(terms, subject.case.inputs[0].shape[-1]))


def _placed(bundle: Bundle, options: SceneOptions) -> SceneOptions:
    """The options with a unit at the end of `at` as their channel."""
    if options.at is None or options.layer is None:
        return options
    places = len(bundle.layer(options.layer).outputs[0].shape) - 1
    if len(options.at) != places + 1:
        return options
    if options.channel not in (None, options.at[-1]):
        what = f"--channel {options.channel} and --at {','.join(map(str, options.at))} are different units"
        raise KerascopeError(what, remedy="leave one of them out")
    return replace(options, at=options.at[:-1], channel=options.at[-1])


def _fits(layer: Layer) -> bool:
    return layer.kind == "dense" and layer.settings.get("computed_by", layer.class_name) == "Dense"
