"""Accuracy against epsilon, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exporter.attacks.contract import Norm, OptionValue
from exporter.robustness.shares import CONFIDENCE, Share


@dataclass(frozen=True)
class Point:
    """How many inputs a model gets right whatever an attack does within `epsilon`: of all, misread ones too."""

    epsilon: float
    right: Share


@dataclass(frozen=True)
class Curve:
    """How one model bears one attack.

    Attributes
    ----------
    model, method : their names.
    norm : what `epsilon` measures: `linf`, how far a pixel moves at most, or `l2`, the length of the change; both of
        pixels of 0 to 1.
    is_minimal : whether the attack looks for the smallest change of each input, else it uses each epsilon up.
    options : of the attack, without its epsilon.
    points : one an epsilon, rising.
    refused, reason : how many inputs could not be attacked and so count as right, and why: masked gradients. Then the
        accuracy is no more than a bound.
    """

    model: str
    method: str
    norm: Norm
    is_minimal: bool
    options: dict[str, OptionValue]
    points: tuple[Point, ...]
    refused: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Robustness:
    """Accuracy against epsilon, of some models under some attacks.

    Attributes
    ----------
    curves : a curve a model and attack.
    inputs : how many there are.
    has_pictures : whether they are pictures: then an epsilon is a share of the way from black to white.
    survive_rounding : whether what counts is the picture that is saved, with 8 bits a channel.
    seed : of what is random.
    """

    curves: tuple[Curve, ...]
    inputs: int
    has_pictures: bool
    survive_rounding: bool
    seed: int

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models, in order."""
        return tuple(dict.fromkeys(curve.model for curve in self.curves))

    @property
    def norms(self) -> tuple[Norm, ...]:
        """The norms that curves are in, `linf` first."""
        there = {curve.norm for curve in self.curves}
        both: tuple[Norm, ...] = ("linf", "l2")
        return tuple(norm for norm in both if norm in there)

    def as_plain(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "inputs": self.inputs,
            "pictures": self.has_pictures,
            "survive_rounding": self.survive_rounding,
            "seed": self.seed,
            "interval": "Wilson",
            "confidence": CONFIDENCE,
            "curves": [
                {
                    "model": curve.model,
                    "method": curve.method,
                    "norm": curve.norm,
                    "smallest_change": curve.is_minimal,
                    "options": curve.options,
                    "not_attacked": curve.refused,
                    "points": [{"epsilon": point.epsilon, **point.right.as_plain()} for point in curve.points],
                }
                for curve in self.curves
            ],
        }
