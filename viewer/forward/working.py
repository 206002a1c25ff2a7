"""What one value is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from viewer.forward.node import Array


def _none() -> Array:
    return np.empty(0)


@dataclass(frozen=True)
class Working:
    """How one value of a layer comes about, before its activation function, in float64.

    Attributes
    ----------
    value : the result; where `values` are summed, `sum(values * weights) + constant`.
    how : what is done, `sum of 3x3x8 values x weights`; a few words.
    values, weights : (n,) what goes into it, and with which weight; empty where it is not made of terms.
    places : (n, axes) where each of `values` lies in its output, channel last.
    arguments : (n,) which input of the layer each comes from.
    constant : what is added: bias, shift.
    constant_name : what that is called.
    lines : what is to be said beside, a line each.
    is_sum : whether `values` times `weights` and `constant` add up to `value`.
    slack : how far it may be off since what it is made of was kept coarsely.
    scale : how large what went into it is where that cannot be told from `values`.
    """

    value: float
    how: str
    values: Array = field(default_factory=_none)
    weights: Array = field(default_factory=_none)
    places: Array = field(default_factory=_none)
    arguments: Array = field(default_factory=_none)
    constant: float = 0.0
    constant_name: str = ""
    lines: tuple[str, ...] = ()
    is_sum: bool = False
    scale: float = 0.0
    slack: float = 0.0

    @property
    def products(self) -> Array:
        """(n,) value times weight."""
        made: Array = self.values * self.weights
        return made

    @property
    def magnitude(self) -> float:
        """The sum of the sizes of what is added: rounding is in proportion to it."""
        added = float(np.abs(self.products).sum()) + abs(self.constant) if self.is_sum else abs(self.value)
        return max(added, self.scale)


def summed(
    values: Array, weights: Array, places: Array, how: str, *, bias: float | None = None, argument: int = 0
) -> Working:
    """A sum of values times weights, plus a bias."""
    values, weights = np.asarray(values, np.float64), np.asarray(weights, np.float64)
    total = float(values @ weights) + (bias or 0.0)
    return Working(
        value=total,
        how=how,
        values=values,
        weights=weights,
        places=places,
        arguments=np.full(len(values), argument),
        constant=bias or 0.0,
        constant_name="" if bias is None else "bias",
        is_sum=True,
    )


def grid(axes: list[Array]) -> Array:
    """(n, axes) all combinations of places, the last axis fastest."""
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


def number(value: float) -> str:
    """A number as it is read: four digits.

    >>> number(1.23456), number(-0.00001234), number(0.0)
    ('1.235', '-1.234e-05', '0')
    """
    return f"{value:.4g}"
