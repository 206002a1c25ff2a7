"""What a network answered to one picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.bundle.oddities import odd_count
from viewer.forward.node import Array


@dataclass(frozen=True, eq=False)
class Reply:
    """What a network answered.

    Attributes
    ----------
    ticket : of the question.
    outputs : by a capture's output names (`name`, `name#1`): without a batch axis, read-only, as many channels as
        captures keep; the input layer's is what was fed. Empty where there is no answer: `problem` says why.
    scores : (n,) float32, the model's first output, flattened; empty where there is no answer.
    took_ms : from the question to the answer, milliseconds.
    problem : what is odd about the answer, a line; empty: nothing.
    fed : what the network was fed where that is not what was asked about: the attacked picture. Else `None`.
    """

    ticket: int
    outputs: Mapping[str, Array]
    scores: Array
    took_ms: float
    problem: str = ""
    fed: Array | None = None


def problem_of(outputs: Iterable[tuple[str, Array]]) -> str:
    """What is odd about some outputs, a line about the first odd one; empty: every value is a finite number.

    >>> import numpy as np
    >>> problem_of([("a", np.ones(3)), ("b", np.array([1.0, np.nan, np.inf]))])
    'b puts out 2 of 3 values that are no finite numbers'
    """
    for name, values in outputs:
        odd = odd_count(values)
        if odd:
            return f"{name} puts out {odd:,} of {values.size:,} values that are no finite numbers"
    return ""
