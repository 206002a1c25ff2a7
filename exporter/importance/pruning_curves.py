"""Accuracy against the share of units that are switched off: the numbers, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HALF = 0.5


@dataclass(frozen=True)
class Curve:
    """What is left when units are switched off in one order, the least important first.

    Attributes
    ----------
    method : how the importance was found, or `random`.
    overall : (R, F) in 0..1, a row a run: the share of held-out samples that are read right, the order being that of
        the mean importance over all classes.
    recall : (R, F, C) in 0..1: the share of a class's samples that are read right, the order being the class's own.
    balanced : (R, F, C) in 0..1: the mean of that share and of the share of the other samples that are not taken for
        the class (nn_vis's measure): 0.5 for a network that always names the class, or never.
    """

    method: str
    overall: Floats
    recall: Floats
    balanced: Floats


@dataclass(frozen=True)
class Curves:
    """Curves of one network, or of several that were trained alike: a run is an order or a network then.

    Attributes
    ----------
    title : what a reader calls the network.
    scope : `layer` or `net`, see `exporter.importance.pruning.Scope`.
    fractions : (F,) the shares of the units that are switched off.
    classes : names of the classes that were looked at one by one, C of them.
    held_out : how many samples the accuracy is of.
    curves : one a method.
    answers : how many classes the network tells apart.
    runs : what a run is, in the plural.
    """

    title: str
    scope: str
    fractions: tuple[float, ...]
    classes: tuple[str, ...]
    held_out: int
    curves: tuple[Curve, ...]
    answers: int
    runs: str = "random orders"

    def curve(self, method: str) -> Curve:
        """The curve of a method that is there."""
        return next(each for each in self.curves if each.method == method)

    def at(self, fraction: float) -> int:
        """The place of the fraction that is nearest."""
        return int(np.argmin(np.abs(np.asarray(self.fractions) - fraction)))


def over_networks(of_each: Sequence[Curves]) -> Curves:
    """The curves of networks that were trained alike, as runs: the mean over a network's own runs is one run."""
    first = of_each[0]
    curves = []
    for method in (each.method for each in first.curves):
        same = [curves.curve(method) for curves in of_each]
        parts = ("overall", "recall", "balanced")
        means = {part: np.stack([getattr(each, part).mean(axis=0) for each in same]) for part in parts}
        curves.append(Curve(method, **means))
    return replace(first, curves=tuple(curves), runs="networks, each trained from another seed")


@dataclass(frozen=True)
class Share:
    """A mean over runs, and the lowest and the highest of them, 0 to 1."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> Share:
        """Of one value a run (R,), or of one a run and class (R, C), whose mean over the classes counts."""
        runs = values if values.ndim == 1 else values.mean(axis=1)
        return cls(float(runs.mean()), float(runs.min()), float(runs.max()))

    def __str__(self) -> str:
        return f"{self.mean:.1%} ({self.low:.0%}–{self.high:.0%})"


def at_fraction(curves: Curves, fraction: float = HALF) -> dict[str, dict[str, Share]]:
    """Of each method what is left at a fraction: `overall`, and of classes by their own order `recall`, `balanced`."""
    place = curves.at(fraction)
    return {
        curve.method: {
            "overall": Share.of(curve.overall[:, place]),
            "recall": Share.of(curve.recall[:, place]),
            "balanced": Share.of(curve.balanced[:, place]),
        }
        for curve in curves.curves
    }
