"""How fast what is asked about rises with each value that a model is fed: what explanations by gradients begin with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import tf
from exporter.explain.batches import differentiated_at_once
from exporter.explain.contract import ExplainError, Fed, Floats, Question
from exporter.explain.rectifiers import check_rectified
from exporter.probing import Probe, Target, gradient_of, scores_of


class Slopes:
    """Scores and their gradients by what is fed, of inputs at or near those of a question.

    Parameters
    ----------
    probe, question : the model, and what is asked of it.
    is_guided : ReLUs pass only positive gradients back.

    Attributes
    ----------
    at_once : how many inputs memory takes together.

    Raises
    ------
    ProbeError
        a layer, channel, place or class that is not there.
    ExplainError
        inputs that are neither vectors nor maps, or no finite numbers.
    """

    def __init__(self, probe: Probe, question: Question, *, is_guided: bool = False) -> None:
        _check_inputs(question)
        what = _checked(probe, question)
        self.at_once = differentiated_at_once(probe)
        self._question = question
        run = probe.compiled(_sloped, question.layer, what, is_guided)
        self._run = run.get_concrete_function(*map(_any_number, (question.fed, question.units, question.at)))

    def at(self, fed: Fed, rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Scores (n,) and gradients, shaped as `fed` (n, ...), at values near the inputs `rows` (n,) of the question.

        Raises
        ------
        ExplainError
            a gradient that is no finite number; it says of which input.
        ProbeError
            no path along which a gradient passes.
        """
        asked = self._question
        units, at = (None if each is None else tf.constant(each[rows]) for each in (asked.units, asked.at))
        scores, gradients = (each.numpy() for each in self._run(tf.constant(fed), units, at))
        _check_finite(gradients, asked, rows, "its gradient")
        return scores, gradients

    def scores(self, fed: Fed) -> Floats:
        """The scores (n,) of values (n, ...), one for each input of the question."""
        parts = range(0, len(fed), self.at_once)
        rows = np.arange(len(fed))
        return np.concatenate([self.at(fed[i : i + self.at_once], rows[i : i + self.at_once])[0] for i in parts])

    def each(self) -> Iterator[tuple[slice, Floats, Floats]]:
        """The question's inputs in batches: which they are, their scores and their gradients."""
        count = len(self._question)
        size = math.ceil(count / math.ceil(count / self.at_once))  # even batches: a last one of few inputs is slow
        for first in range(0, count, size):
            part = slice(first, min(first + size, count))
            yield part, *self.at(self._question.fed[part], np.arange(part.start, part.stop))


def sizes_over_channels(gradients: Floats) -> Floats:
    """The largest size over the channels of each place: (n, rows, columns, channels) to (n, rows, columns).

    Of (n, length) and (n, rows, columns), which have no channels, the sizes as they are.

    >>> sizes_over_channels(np.array([[[[1.0, -3.0]]]], np.float32)).tolist()
    [[[3.0]]]
    """
    sizes = np.abs(gradients)
    return sizes.max(axis=-1) if gradients.ndim == 4 else sizes


def _sloped(probe: Probe, layer: str | None, what: str, is_guided: bool, fed: Any, units: Any, at: Any) -> Any:
    seen = probe.seen(fed, () if layer is None else (layer,), is_guided=is_guided)
    scores = scores_of(seen, layer, units, at)
    gradient = gradient_of(scores, fed, what)
    if is_guided:
        check_rectified(fed, scores, what)
    return scores, gradient


def _any_number(values: NDArray[Any] | None) -> Any:
    """What is compiled for: so many rows as come. One graph then does for every batch."""
    return None if values is None else tf.TensorSpec((None, *values.shape[1:]), values.dtype)


def _checked(probe: Probe, question: Question) -> str:
    """What is asked about, in words. Raises `ProbeError` where it is not there."""
    units = [None] if question.units is None else np.unique(question.units).tolist()
    places = [None] if question.at is None else [tuple(each) for each in np.unique(question.at, axis=0).tolist()]
    for unit in units:
        probe.check(Target(question.layer, unit))
    for place in places:
        probe.check(Target(question.layer, units[0], place))
    return str(Target(question.layer)) if question.layer else "the class"


def _check_inputs(question: Question) -> None:
    """Raise `ExplainError` unless there are inputs, finite, and vectors or maps: others cannot be drawn on."""
    fed = question.fed
    if not len(fed):
        raise ExplainError("there is nothing to explain", expected="an input or more", got="none")
    if fed.ndim not in (2, 3, 4):
        got = "x".join(map(str, fed.shape[1:])) or "single numbers"
        raise ExplainError("the input cannot be mapped", expected="a vector, or rows and columns", got=got)
    _check_finite(fed, question, np.arange(len(fed)), "what is fed")


def _check_finite(values: Floats, question: Question, rows: NDArray[np.int64], what: str) -> None:
    """Raise `ExplainError` unless values (n, ...) are finite; it says of which input `rows` (n,) they are not."""
    if np.isfinite(values).all():
        return
    row = int(rows[~np.isfinite(values).reshape(len(rows), -1).all(axis=1)][0])
    name = question.names[row] if question.names else str(row)
    got = f"NaN or infinity in {what}"
    raise ExplainError(f"input {name} cannot be explained", expected="finite numbers", got=got)
