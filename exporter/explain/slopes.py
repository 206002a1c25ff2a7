"""How fast what is asked about rises with each value that a model is fed: what explanations by gradients begin with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import tf
from exporter.explain.contract import ExplainError, Fed, Floats, Question
from exporter.probing import Probe, Target, gradient_of, scores_of

_LARGEST_BATCH = 64
_BATCH_BYTES = 256 * 2**20
_TIMES = 4
"""How much more memory a gradient takes than an answer: everything that was made on the way is kept."""


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
        inputs that are neither vectors nor maps.
    """

    def __init__(self, probe: Probe, question: Question, *, is_guided: bool = False) -> None:
        check_inputs(question.fed)
        what = _checked(probe, question)
        self.at_once = _at_once(probe)
        self._question = question
        self._run = probe.compiled(_sloped, question.layer, what, is_guided)

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
        if not np.isfinite(gradients).all():
            row = rows[~np.isfinite(gradients).reshape(len(rows), -1).all(axis=1)][0]
            _refuse(asked, int(row))
        return scores, gradients

    def each(self) -> Iterator[tuple[slice, Floats, Floats]]:
        """The question's inputs in batches: which they are, their scores and their gradients."""
        count = len(self._question)
        for first in range(0, count, self.at_once):
            part = slice(first, min(first + self.at_once, count))
            yield part, *self.at(self._question.fed[part], np.arange(part.start, part.stop))


def check_inputs(fed: Fed) -> None:
    """Raise `ExplainError` unless inputs (n, ...) are vectors, or have rows and columns: others cannot be drawn on."""
    if fed.ndim not in (2, 3, 4):
        shape = "x".join(map(str, fed.shape[1:])) or "single numbers"
        raise ExplainError("the input cannot be mapped", expected="a vector, or rows and columns", got=shape)


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
    return scores, gradient_of(scores, fed, what)


def _checked(probe: Probe, question: Question) -> str:
    """What is asked about, in words. Raises `ProbeError` where it is not there."""
    units = [None] if question.units is None else np.unique(question.units).tolist()
    places = [None] if question.at is None else [tuple(each) for each in np.unique(question.at, axis=0).tolist()]
    for unit in units:
        probe.check(Target(question.layer, unit))
    for place in places:
        probe.check(Target(question.layer, units[0], place))
    return str(Target(question.layer)) if question.layer else "the class"


def _at_once(probe: Probe) -> int:
    return max(1, min(_LARGEST_BATCH, _BATCH_BYTES // (_TIMES * max(1, probe.bytes_per_sample))))


def _refuse(question: Question, row: int) -> None:
    name = question.names[row] if question.names else str(row)
    fault = "the gradient" if np.isfinite(question.fed[row]).all() else "what is fed"
    got = f"NaN or infinity in {fault}"
    raise ExplainError(f"input {name} cannot be explained", expected="finite numbers", got=got)
