"""Raw importance as a bundle has it: what the answers matter, and numbers from 0 to 1 in each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from exporter.importance.contract import Floats, Importance, Warn

if TYPE_CHECKING:  # importance is scaled where there is no TensorFlow, too
    from exporter.importance.gates import Gated


def with_answers(importance: Importance, gated: Gated, classes: Sequence[int]) -> Importance:
    """The same importance, where each unit of the answer matters for its own class, 1, and for no other.

    Of a model without classes all that it puts out matters, 1.
    """
    return importance | {name: _answer(importance[name], gated, classes) for name in gated.answers}


def _answer(values: Floats, gated: Gated, classes: Sequence[int]) -> Floats:
    if gated.columns == 1:
        return np.ones_like(values)
    return np.eye(len(values), dtype=np.float32)[:, list(classes)]


def scaled(importance: Importance, warn: Warn) -> Importance:
    """The importance of each layer divided by its largest, so that this is 1; what is NaN or infinite is 0.

    A layer in which nothing matters is all 0. Both are told.
    """
    odd = [name for name, values in importance.items() if not np.isfinite(values).all()]
    finite = {name: np.where(np.isfinite(values), values, np.float32(0.0)) for name, values in importance.items()}
    dead = [name for name, values in finite.items() if not values.any()]
    if odd:
        warn(f"the importance of some units of {_listed(odd)} is no number: it is taken as 0")
    if dead:
        warn(f"nothing in {_listed(dead)} matters for any class: its importance is 0")
    return {name: (values / (values.max(initial=0) or 1.0)).astype(np.float32) for name, values in finite.items()}


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(map(repr, names[:3])) + more
