"""What the network says of a drawing, as rows of a list: names, shares and how they are written. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.inspect.attack import class_name, share_text
from viewer.inspect.words import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.inspect.samples import ScoreKind

MOST_ROWS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A class or value: what it is called, how long its bar is (0..1), and the number as it is written."""

    name: str
    part: float
    words: str


def rows_of(scores: NDArray[np.float32], kind: ScoreKind, names: Sequence[str], most: int = MOST_ROWS) -> list[Row]:
    """The largest scores (n,), first on top; none where a score is no finite number.

    Logits are shown as the shares that their softmax gives; plain values with bars as long as they are large.

    >>> [(row.name, row.words) for row in rows_of(np.array([0.1, 0.9], np.float32), "shares", ("cat", "dog"))]
    [('dog', '90.0 %'), ('cat', '10.0 %')]
    """
    plain = np.asarray(scores, np.float64).ravel()
    if not plain.size or not np.isfinite(plain).all():
        return []
    if kind == "values":
        order = np.argsort(-np.abs(plain), kind="stable")[:most]
        largest = float(np.abs(plain).max()) or 1.0
        return [Row(_value_name(names, int(at)), abs(plain[at]) / largest, number(plain[at])) for at in order]
    if kind == "logits":
        sizes = np.exp(plain - plain.max())
        plain = sizes / sizes.sum()
    order = np.argsort(-plain, kind="stable")[:most]
    return [Row(class_name(names, int(at)), float(plain[at]), share_text(float(plain[at]))) for at in order]


def _value_name(names: Sequence[str], at: int) -> str:
    return names[at] if at < len(names) else f"unit {at}"
