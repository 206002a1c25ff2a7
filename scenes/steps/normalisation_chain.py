"""What a normalisation does to one value, step by step: less a mean, over a spread, times gamma, plus beta. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from scenes.steps.fields import Field
from scenes.steps.subject import subject_of
from viewer.forward.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from scenes.steps.subject import Subject

    Array = NDArray[Any]

Index = tuple[int, ...]

CLOSE = 2e-2
"""Of the largest value: further off than this is not what was stored."""
LEAST_NORM = 1e-12
LEAST_ROOT = 1e-7


@dataclass(frozen=True, slots=True)
class Link:
    """One step.

    Attributes
    ----------
    key : `mean`, `spread`, `root`, `gamma` or `beta`.
    sign : what is done: minus, over, times, plus.
    operand : with what.
    result : what comes out.
    detail : a key of the words that say where the operand is from.
    places : what stands in these words.
    """

    key: str
    sign: str
    operand: float
    result: float
    detail: str
    places: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is taken off a value, and what it is divided by.

    Attributes
    ----------
    mean : `None` where nothing is taken off.
    square : what the root is drawn of, before epsilon.
    count : over how many values they were measured; 0 where they were learned.
    """

    mean: float | None
    square: float
    epsilon: float
    spread: float
    count: int


@dataclass(frozen=True, eq=False)
class Normalising:
    """One channel (or a vector) before and after its normalisation."""

    subject: Subject
    before: Field
    after: Field
    measure: Callable[[Index], Measure]

    def chosen(self, options: SceneOptions) -> int:
        """The number of the cell that was chosen; without a choice a rather large one near the middle."""
        if not self.subject.cells and options.channel is not None:
            return self.subject.channel
        if options.at is not None and self.subject.cells:
            return self.subject.index(self.subject.at)
        third = self.after.count // 3
        middle = np.abs(self.before.cells[third : max(self.after.count - third, third + 1)])
        return third + int(np.abs(middle - np.percentile(middle, 80)).argmin())

    @cached_property
    def node(self) -> Node:
        """The layer."""
        return self.subject.case.node

    def chain(self, cell: int) -> tuple[Link, ...]:
        """The steps from a cell's value before to that after, in float64; the last result is the stored value."""
        index = self.after.index(cell)
        measured = self.measure(index)
        value, links = self.before.value(cell), []
        detail = "here" if measured.count else "learned"
        if measured.mean is not None:
            value -= measured.mean
            links.append(Link("mean", "\u2212", measured.mean, value, detail, {"count": measured.count}))
        value = value / measured.spread if measured.spread else math.nan
        places = {"square": measured.square, "epsilon": measured.epsilon, "count": measured.count}
        links.append(Link(_root_key(self.node), "\u00f7", measured.spread, value, f"{detail}_root", places))
        for key, sign, name in (("gamma", "\u00d7", "gamma"), ("gamma", "\u00d7", "scale"), ("beta", "+", "beta")):
            if self.node.has(name):
                operand = self._weight(name, index)
                value = value * operand if key == "gamma" else value + operand
                links.append(Link(key, sign, operand, value, "learned", {"count": 0}))
        return tuple(links)

    def check(self, cell: int) -> None:
        """Raises CannotError where what is recomputed is not what was stored."""
        stored, made = self.after.value(cell), self.chain(cell)[-1].result
        size = max(float(np.abs(self.after.cells).max(initial=0.0)), abs(stored))
        if math.isfinite(stored) and not abs(made - stored) <= CLOSE * size:
            raise self.node.cannot(f"it was stored as {stored:.4g}, and its weights make {made:.4g} of its input")

    def _weight(self, name: str, index: Index) -> float:
        """The entry of a weight that belongs to a place: weights lie along the axes of the layer, in their order."""
        weight = np.asarray(self.node.load(name), np.float64)
        place = [index[axis] for axis in _axes(self.node, len(index))]
        return float(weight.reshape(-1)[0] if weight.size == 1 else weight[tuple(place[-weight.ndim :])])


def is_normalisation(layer: Layer) -> bool:
    """Whether a layer brings values to a mean and a spread."""
    return layer.kind == "normalisation" and _class(layer) in MEASURES


def normalising_of(bundle: Bundle, options: SceneOptions) -> Normalising:
    """What the options ask for.

    Raises
    ------
    KerascopeError
        There is no such layer, channel or cell, or it cannot be told.
    """
    subject = subject_of(bundle, options, is_normalisation, "normalisation")
    case = subject.case
    channel = subject.channel if subject.cells else None
    before = Field(*subject.source, case.inputs[0], channel)
    after = Field(subject.layer.name, 0, case.values, channel)
    measure = MEASURES[_class(subject.layer)](case.node, np.asarray(case.inputs[0]))
    made = Normalising(subject, before, after, measure)
    made.check(made.chosen(options))
    return made


def formula_of(node: Node) -> str:
    """What the layer computes, in mathematics."""
    name = _class(node.layer)
    if name == "UnitNormalization":
        return "x / \u221a\u03a3x\u00b2"
    centred = name != "RMSNormalization" and not node.option("rms_scaling", False)
    top = "(x \u2212 \u03bc)" if centred else "x"
    root = "\u221a(\u03c3\u00b2 + \u03b5)" if name != "RMSNormalization" else "\u221a(mean(x\u00b2) + \u03b5)"
    root = "\u03c3" if name == "Normalization" else root
    gamma = "\u03b3 \u00b7 " if node.has("gamma") or node.has("scale") else ""
    beta = " + \u03b2" if node.has("beta") else ""
    return f"{gamma}{top} / {root}{beta}"


def _class(layer: Layer) -> str:
    return str(layer.settings.get("computed_by") or layer.class_name)


def _root_key(node: Node) -> str:
    return "root" if _class(node.layer) in ("RMSNormalization", "UnitNormalization") else "spread"


def _axes(node: Node, rank: int) -> tuple[int, ...]:
    """The axes that the layer has its weights along, in order, without the batch axis."""
    return tuple(sorted(axis % (rank + 1) - 1 for axis in node.axes("axis")))


def _learned(node: Node, x: Array) -> Callable[[Index], Measure]:
    """Batch normalisation: moving mean and variance of the channel (Ioffe and Szegedy 2015, algorithm 2)."""
    (axis,) = _axes(node, x.ndim)
    mean, variance = (np.asarray(node.load(name), np.float64) for name in ("moving_mean", "moving_variance"))
    epsilon = float(node.setting("epsilon"))

    def measure(index: Index) -> Measure:
        at = index[axis]
        square = float(variance[at])
        return Measure(float(mean[at]), square, epsilon, (square + epsilon) ** 0.5, 0)

    return measure


def _over_axes(node: Node, x: Array) -> Callable[[Index], Measure]:
    """Layer normalisation: over the layer's axes of this very input (Ba et al. 2016, eq. 4); the root of the mean
    square alone (Zhang and Sennrich 2019, eq. 4).
    """
    axes, epsilon = _axes(node, x.ndim), float(node.setting("epsilon"))
    is_root_mean_square = _class(node.layer) == "RMSNormalization"
    is_centred = not (is_root_mean_square or node.option("rms_scaling", False))

    @cache
    def of(others: tuple[int | None, ...]) -> Measure:
        group = np.asarray(x[tuple(slice(None) if at is None else at for at in others)], np.float64)
        square = float(np.square(group).mean() if is_root_mean_square else group.var())
        return Measure(
            float(group.mean()) if is_centred else None, square, epsilon, (square + epsilon) ** 0.5, group.size
        )

    return lambda index: of(tuple(None if axis in axes else at for axis, at in enumerate(index)))


def _in_groups(node: Node, x: Array) -> Callable[[Index], Measure]:
    """Group normalisation: over all places of a group of channels (Wu and He 2018, eq. 7)."""
    if _axes(node, x.ndim) != (x.ndim - 1,):
        raise node.cannot("it groups along another axis than the last, which is not computed here")
    epsilon, channels = float(node.setting("epsilon")), x.shape[-1]
    groups = channels if node.setting("groups") == -1 else int(node.setting("groups"))

    @cache
    def of(group: int) -> Measure:
        part = np.asarray(x.reshape(*x.shape[:-1], groups, -1)[..., group, :], np.float64)
        square = float(part.var())
        return Measure(float(part.mean()), square, epsilon, (square + epsilon) ** 0.5, part.size)

    return lambda index: of(index[-1] // (channels // groups))


def _to_length(node: Node, x: Array) -> Callable[[Index], Measure]:
    """Unit normalisation: over the root of the sum of squares along the layer's axes."""
    axes = _axes(node, x.ndim)

    @cache
    def of(others: tuple[int | None, ...]) -> Measure:
        group = np.asarray(x[tuple(slice(None) if at is None else at for at in others)], np.float64)
        square = float(np.square(group).sum())
        return Measure(None, square, 0.0, max(square**0.5, LEAST_NORM), group.size)

    return lambda index: of(tuple(None if axis in axes else at for axis, at in enumerate(index)))


def _given(node: Node, x: Array) -> Callable[[Index], Measure]:
    """Keras' `Normalization`: a mean and variance that were measured once, over the data."""
    if node.setting("invert"):
        raise node.cannot("it is the way back from a normalisation, which is not shown here")
    axes = [axis % (x.ndim + 1) - 1 for axis in node.axes("axis") if axis is not None]
    shape = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
    mean, variance = (np.broadcast_to(np.reshape(node.setting(name), shape), x.shape) for name in ("mean", "variance"))

    def measure(index: Index) -> Measure:
        square = float(variance[index])
        return Measure(float(mean[index]), square, 0.0, max(square**0.5, LEAST_ROOT), 0)

    return measure


MEASURES: dict[str, Callable[[Node, Array], Callable[[Index], Measure]]] = {
    "BatchNormalization": _learned,
    "LayerNormalization": _over_axes,
    "RMSNormalization": _over_axes,
    "GroupNormalization": _in_groups,
    "UnitNormalization": _to_length,
    "Normalization": _given,
}
