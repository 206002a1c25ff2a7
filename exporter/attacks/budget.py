"""How far an attack may go: what of it makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from exporter.attacks.contract import AttackError, Norm

DEFAULT_EPSILON: Mapping[Norm, float] = {"linf": 8 / 255, "l2": 1.0}
"""8 of the 255 levels of a picture; and a length that is 9 levels for each pixel of a digit of 28x28 (their root mean
square), and less than one for each value of a photograph of 224x224, where most nets give in to it too."""

_LARGEST: Mapping[Norm, float] = {"linf": 1.0, "l2": 10_000.0}
_MOST_STEPS = 10_000


def check_norm(norm: str) -> None:
    """Raise `AttackError` for a norm that is not known."""
    if norm not in get_args(Norm):
        raise AttackError("no such norm", expected=" or ".join(get_args(Norm)), got=repr(norm))


def check_size(name: str, size: float, what: str, norm: Norm) -> None:
    """Raise `AttackError` unless a change of an input can be of this size and is one; `what` is the option's name."""
    if size == 0:
        raise AttackError("a budget of zero changes nothing", expected=f"{what} above 0", got=size)
    if not 0 < size <= _LARGEST[norm]:
        expected = f"0 < {what} <= {_LARGEST[norm]:g}"
        raise AttackError(f"{name} cannot change inputs by so much", expected=expected, got=size)


def check_count(name: str, count: int, what: str) -> None:
    """Raise `AttackError` unless count is an integer from 1 to 10,000; `what` is the option's name."""
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _MOST_STEPS:
        raise AttackError(
            f"{name} cannot be run so often", expected=f"a whole number of {what} from 1 to {_MOST_STEPS}", got=count
        )
