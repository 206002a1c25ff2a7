"""What is left of a network's answers when its units are switched off, the least important first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from exporter.importance.contract import Floats, Labelled, Progress
from exporter.importance.pruning_curves import Curve, Curves

Array = NDArray[Any]
Scope = Literal["layer", "net"]
"""`layer`: the same share of the units of each layer. `net`: that share of all units, wherever they are; only for
importance that can be compared from layer to layer.
"""

FRACTIONS = tuple(tenth / 10 for tenth in range(10))
RANDOM = "random"
MOST_CLASSES = 20


def in_silence(what: str, done: int, total: int) -> None:
    """Tell nobody how far the work is."""


class Prunable(Protocol):
    """A network whose units can be switched off."""

    def predict(self, x: Any, gates: Mapping[str, Array]) -> Array:
        """Scores (n, C) where the units of each named layer are multiplied by its gates (U,).

        Of a choice between two classes they may be one column, above 0 for class 1.
        """


@dataclass(frozen=True)
class Outcome:
    """How a network answers: the share of right answers, and for each class what `Curve` says of it."""

    overall: float
    recall: NDArray[np.float64]
    balanced: NDArray[np.float64]


def column_of(importance: Mapping[str, Floats], column: int | None) -> dict[str, Floats]:
    """A column (U,) of each layer's importance; for `None` the mean of all. Importance of one column has only that."""
    if column is None:
        return {layer: values.mean(axis=1) for layer, values in importance.items()}
    return {layer: values[:, min(column, values.shape[1] - 1)] for layer, values in importance.items()}


def gates_of(column: Mapping[str, Floats], fraction: float, seed: int, scope: Scope = "layer") -> dict[str, Floats]:
    """1 for units that stay and 0 for the least important `fraction` of them, rounded down, as (U,) float32 a layer.

    Units of equal importance are switched off in an order that `seed` draws.

    Raises
    ------
    ValueError
        the fraction is not in 0..1, or an importance is no number.
    """
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"not a share: {fraction}")
    drawn = np.random.default_rng(seed)
    together = {layer: np.asarray(values) for layer, values in column.items()}
    if scope == "net":
        every = _gates(np.concatenate(list(together.values())), fraction, drawn)
        ends = np.cumsum([len(values) for values in together.values()])[:-1]
        return dict(zip(together, np.split(every, ends), strict=True))
    return {layer: _gates(values, fraction, drawn) for layer, values in together.items()}


def _gates(values: Floats, fraction: float, drawn: np.random.Generator) -> Floats:
    if not np.isfinite(values).all():
        raise ValueError("an importance is no number")
    order = np.lexsort((drawn.permutation(len(values)), values))
    gates = np.ones(len(values), np.float32)
    gates[order[: int(fraction * len(values) + 1e-9)]] = 0.0  # 0.3 * 10 is a little less than 3
    return gates


def outcome_of(scores: Array, truth: NDArray[np.int64], classes: Sequence[int]) -> Outcome:
    """How good scores (n, C) are for inputs of these true classes (n,).

    The answer is the largest score of a row, or, of a single column, class 1 where it is above 0.
    """
    answers = np.argmax(scores, axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0).astype(np.int64)
    recall = np.array([np.mean(answers[truth == each] == each) for each in classes])
    refusal = np.array([np.mean(answers[truth != each] != each) for each in classes])
    return Outcome(float(np.mean(answers == truth)), recall, (recall + refusal) / 2.0)


class _Bench:
    """Measures a network with some units off; the same gates are measured once."""

    def __init__(self, gated: Prunable, held_out: Labelled, classes: Sequence[int]) -> None:
        self._gated, self._held_out, self._classes = gated, held_out, classes
        self._seen: dict[bytes, Outcome] = {}
        self.answers = 2

    def outcome(self, gates: Mapping[str, Floats]) -> Outcome:
        key = b"".join(gates[layer].tobytes() for layer in sorted(gates))
        if key not in self._seen:
            scores = self._gated.predict(self._held_out.x, gates)
            self.answers = max(2, scores.shape[1])
            self._seen[key] = outcome_of(scores, self._held_out.classes, self._classes)
        return self._seen[key]


def measured_classes(held_out: Labelled, most: int = MOST_CLASSES) -> tuple[int, ...]:
    """The classes that are looked at one by one: at most so many, those with most samples, in their order."""
    classes, counts = np.unique(held_out.classes, return_counts=True)
    return tuple(sorted(classes[np.argsort(-counts, kind="stable")][:most].tolist()))


def random_importance(importance: Mapping[str, Floats], seed: int) -> dict[str, Floats]:
    """Importance (U, 1) drawn for the same units, the same for every class."""
    drawn = np.random.default_rng([seed, 1])
    return {layer: drawn.random((len(values), 1), np.float32) for layer, values in importance.items()}


def pruning_curves(
    gated: Prunable,
    importances: Mapping[str, Mapping[str, Floats]],
    held_out: Labelled,
    *,
    layers: Sequence[str],
    classes: Sequence[int],
    title: str = "",
    fractions: Sequence[float] = FRACTIONS,
    seeds: Sequence[int] = (0, 1, 2),
    scope: Scope = "layer",
    progress: Progress = in_silence,
) -> Curves:
    """Accuracy on held-out data when units are switched off at their taps, by each importance and at random.

    Parameters
    ----------
    gated : the network.
    importances : of each method, of each layer (U, C), a column for each of `classes`, or (U, 1); not negative, and
        found without the held-out data.
    held_out : what accuracy is measured on, with samples of each of `classes` and of others.
    layers : those whose units are switched off.
    classes : those that are looked at one by one, as `measured_classes` gives them.
    title : what a reader calls the network.
    fractions : shares of the units, 0 to 1. Nothing is changed between them: there is no training in between.
    seeds : a run each: another random order, and another order of units of equal importance.
    scope, progress : how units of several layers compare, and what is told how far it is.

    Raises
    ------
    KerascopeError
        there is one class, or no layer is left to prune.
    """
    if len(classes) < 2 or not layers:
        what = "there is nothing to compare" if layers else "no layer is left to prune"
        raise KerascopeError(what, expected="samples of two classes or more and a hidden layer of units")
    bench = _Bench(gated, held_out, classes)
    chosen = {
        method: {layer: np.asarray(importance[layer]) for layer in layers} for method, importance in importances.items()
    }
    shapes = next(iter(chosen.values()))
    curves = []
    for place, method in enumerate((*chosen, RANDOM)):
        runs = []
        for seed in seeds:
            importance = random_importance(shapes, seed) if method == RANDOM else chosen[method]
            runs.append(_run(bench, importance, classes, fractions, seed, scope))
            progress("pruning", place * len(seeds) + len(runs), (len(chosen) + 1) * len(seeds))
        curves.append(_curve(method, runs))
    names = tuple(held_out.names[each] if held_out.names else str(each) for each in classes)
    return Curves(title, scope, tuple(fractions), names, len(held_out), tuple(curves), bench.answers)


def _run(
    bench: _Bench,
    importance: Mapping[str, Floats],
    classes: Sequence[int],
    fractions: Sequence[float],
    seed: int,
    scope: Scope,
) -> list[Outcome]:
    """An outcome a fraction: overall by the order of all classes, of each class by its own."""
    columns = [column_of(importance, place) for place in range(len(classes))]
    outcomes = []
    for fraction in fractions:
        overall = bench.outcome(gates_of(column_of(importance, None), fraction, seed, scope)).overall
        own = [bench.outcome(gates_of(column, fraction, seed, scope)) for column in columns]
        recall = np.array([each.recall[place] for place, each in enumerate(own)])
        balanced = np.array([each.balanced[place] for place, each in enumerate(own)])
        outcomes.append(Outcome(overall, recall, balanced))
    return outcomes


def _curve(method: str, runs: Sequence[Sequence[Outcome]]) -> Curve:
    return Curve(
        method,
        np.array([[each.overall for each in run] for run in runs]),
        np.array([[each.recall for each in run] for run in runs]),
        np.array([[each.balanced for each in run] for run in runs]),
    )
