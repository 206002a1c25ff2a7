"""What softmax makes of numbers: the largest is taken off, exponentials, their sum, shares of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.steps.subject import last_fitting, subject_of
from viewer.forward.network import batch_of
from viewer.forward.node import numbers
from viewer.forward.registry import rule_of
from viewer.kept import finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from scenes.steps.subject import Subject

    Array = NDArray[np.float64]

Way = Literal["own", "fused", "scores"]
"""Softmax as a layer of its own; as the activation of a layer, whose sums are recomputed; or not in the network at all,
which ends with scores of classes.
"""


@dataclass(frozen=True, eq=False)
class Shares:
    """Softmax at one place.

    Attributes
    ----------
    logits : (n,) what goes into it: stored, or recomputed with the layer's weights where it is `fused`.
    probabilities : (n,) what comes out: stored, or computed here of `scores`.
    names : of the classes, one for each; empty where they have none.
    shown : which have a row of their own, in the order of the rows; all, where there is room.
    """

    subject: Subject
    way: Way
    logits: Array
    probabilities: Array
    names: tuple[str, ...]
    shown: tuple[int, ...]

    @cached_property
    def largest(self) -> float:
        """The largest of the logits."""
        return float(self.logits.max())

    @cached_property
    def shifted(self) -> Array:
        """(n,) the logits less the largest: none is over 0, so that no exponential overflows."""
        return self.logits - self.largest

    @cached_property
    def exponentials(self) -> Array:
        """(n,) e to the power of what was shifted; the largest is 1."""
        made: Array = np.exp(self.shifted)
        return made

    @cached_property
    def sum(self) -> float:
        """Of all exponentials."""
        return float(self.exponentials.sum())

    @property
    def rest(self) -> int:
        """How many have no row of their own."""
        return len(self.logits) - len(self.shown)

    @cached_property
    def winner(self) -> int:
        """Which is the most probable."""
        return int(self.probabilities.argmax())

    def others(self, values: Array) -> float:
        """The sum over those without a row."""
        return float(np.delete(values, list(self.shown)).sum())


def shares_of(bundle: Bundle, options: SceneOptions, most: int) -> Shares:
    """Softmax of the layer and at the place that the options ask for; without a layer, the last there is.

    Parameters
    ----------
    most : the most rows; where there are more numbers, the last row is that of the others.

    Raises
    ------
    KerascopeError
        There is no softmax, or what goes into it was not kept.
    """

    def fits(layer: Layer) -> bool:
        return _way(bundle, layer) in ("own", "fused")

    def also(layer: Layer) -> bool:
        return _way(bundle, layer) is not None

    name = last_fitting(bundle, options, fits) or last_fitting(bundle, options, also)
    subject = subject_of(bundle, replace(options, layer=name), also, "softmax")
    way = _way(bundle, subject.layer) or "own"
    logits, values = _logits(subject, way), np.asarray(subject.case.values[subject.at], np.float64)
    if not np.isfinite(logits).all() or not np.isfinite(values).all():
        raise KerascopeError(f"{subject.layer.name} has put out what is no number", remedy="choose another --input")
    sizes = np.exp(logits - logits.max())
    probabilities = sizes / sizes.sum() if way == "scores" else values
    is_all = len(logits) <= most
    shown = range(len(logits)) if is_all else np.argsort(-probabilities, kind="stable")[: most - 1].tolist()
    names = bundle.manifest.model.class_names
    return Shares(subject, way, logits, probabilities, names if len(names) == len(logits) else (), tuple(shown))


def _logits(subject: Subject, way: Way) -> Array:
    case = subject.case
    if way == "own":
        return np.asarray(finite(case.inputs[0][subject.at]), np.float64)
    if way == "scores":
        return np.asarray(case.values[subject.at], np.float64)
    made = rule_of(case.node).linear(case.node, [batch_of(each) for each in case.inputs])
    return np.asarray((made[0] if isinstance(made, tuple) else made)[0][subject.at], np.float64)


def _way(bundle: Bundle, layer: Layer) -> Way | None:
    """How a layer has to do with softmax along channels; `None` where it has not."""
    rule = str(layer.settings.get("computed_by") or layer.class_name)
    if rule in ("Softmax", "ops.Softmax"):
        axes = numbers(layer.settings.get("axis", -1))
        return "own" if axes in ((-1,), (len(layer.outputs[0].shape),)) else None
    if layer.activation == "softmax":
        return "own" if layer.kind == "activation" else "fused"
    model = bundle.manifest.model
    is_answer = layer.name in model.outputs[:1] and layer.kind == "dense" and layer.activation in (None, "linear")
    return "scores" if is_answer and 1 < len(model.class_names) == layer.outputs[0].shape[-1] else None
