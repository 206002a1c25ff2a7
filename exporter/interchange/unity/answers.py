"""Names of classes, the true ones and the predicted ones, as texts for the folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from exporter.bundle.read import Bundle
from exporter.interchange.unity.flow import Piece

UNKNOWN = "?"


def class_names(bundle: Bundle, units: int) -> tuple[str, ...]:
    """One name for each unit of the last layer: the model's own, and numbers where it has none.

    A single unit that tells two classes apart is named after the second of them.
    """
    names = bundle.manifest.model.class_names
    if units == 1 and len(names) == 2:
        return (names[1],)
    return tuple(names[place] if place < len(names) else str(place) for place in range(units))


def truths_of(bundle: Bundle, inputs: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The name of each input's true class; `?` where it is not known."""
    known = bundle.manifest.model.class_names or names

    def name(place: int | None) -> str:
        if place is None:
            return UNKNOWN
        return known[place] if place < len(known) else str(place)

    return tuple(name(bundle.input(each).true_class) for each in inputs)


def predictions_of(
    bundle: Bundle, last: Piece, inputs: tuple[str, ...], names: tuple[str, ...]
) -> Callable[[str], tuple[str, ...]]:
    """What tells the name of each input's predicted class at a checkpoint."""
    return partial(_predictions, bundle, last, inputs, names)


def _predictions(
    bundle: Bundle, last: Piece, inputs: tuple[str, ...], names: tuple[str, ...], checkpoint: str
) -> tuple[str, ...]:
    return tuple(_prediction(bundle, last, each, names, checkpoint) for each in inputs)


def _prediction(bundle: Bundle, last: Piece, input_id: str, names: tuple[str, ...], checkpoint: str) -> str:
    """The class with the largest score; of a single unit the side of 0 it is on, or without classes the answer.

    `?` where logits are NaN: the model answers nothing.
    """
    capture = bundle.capture(input_id, checkpoint)
    predicted = capture.predicted
    if len(names) > 1 and predicted is not None and predicted < len(names):
        return names[predicted]
    logits = last.values.array(bundle, input_id, checkpoint)
    if np.isnan(logits).any():
        return UNKNOWN
    if len(names) > 1:
        return names[int(np.argmax(logits))]
    known = bundle.manifest.model.class_names
    if len(known) == 2:
        return known[int(logits[0] > 0)]
    answer = capture.scores[0] if len(capture.scores) == 1 else None
    return f"{logits[0] if answer is None else answer:.4g}"
