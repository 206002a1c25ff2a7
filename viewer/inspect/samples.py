"""What the network says of every input at a checkpoint, in numbers to sort and step by. Reads no tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from viewer.kept import sample_captures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture, Input

    Shares = NDArray[np.float64]

ScoreKind = Literal["shares", "logits", "values"]
SHARE_ACTIVATIONS = ("softmax", "sigmoid")
NEARLY_ONE = 0.02


@dataclass(frozen=True, slots=True)
class Sample:
    """One input at one checkpoint.

    `probability` is the share of the predicted class, in 0..1, and `margin` how far it is ahead of the second; `value`
    is the largest score as it was stored. `shift` is the relative L2 distance of the scores from those of the clean
    parent, for attacked inputs. What the bundle does not hold, or what is no number, is `None`. Where it was not
    captured, `reason` says so.

    `is_wrong`: not the true class; of an attacked input whose truth nobody gave, not the class of its parent.
    `is_flipped`: attacked, and not the class of its parent.
    """

    input_id: str
    label: str
    kind: str
    true_class: int | None = None
    predicted: int | None = None
    probability: float | None = None
    margin: float | None = None
    value: float | None = None
    parent: str | None = None
    run: str | None = None
    step: int | None = None
    epsilon: float | None = None
    shift: float | None = None
    is_wrong: bool = False
    is_flipped: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    predicted: int | None
    probability: float | None
    margin: float | None
    value: float | None
    scores: Shares


_NOTHING = _Answer(None, None, None, None, np.zeros(0))


def score_kind(bundle: Bundle) -> ScoreKind:
    """How the stored scores are read: as shares of classes, as logits of named classes (their softmax is shown), or as
    plain values that are nobody's probability.
    """
    scores = next((capture.scores for capture in sample_captures(bundle) if capture.scores), ())
    known = [score for score in scores if score is not None]
    layer = bundle.layer(bundle.manifest.model.outputs[0])
    if len(known) > 1 and min(known) >= 0 and abs(sum(known) - 1) < NEARLY_ONE:
        return "shares"
    if len(scores) > 1 and layer.activation in SHARE_ACTIVATIONS:
        return "shares"
    return "logits" if bundle.manifest.model.class_names and len(scores) > 1 else "values"


def samples_at(bundle: Bundle, checkpoint_id: str) -> tuple[Sample, ...]:
    """Every input of the bundle in its order, as the network answered at a checkpoint.

    Takes milliseconds for a thousand inputs of ten classes: only the manifest is read.
    """
    captures = {each.input: each for each in bundle.captures_at(checkpoint_id)}
    answers = _answers(captures, score_kind(bundle))
    return tuple(_sample(shown, answers, checkpoint_id) for shown in bundle.manifest.inputs)


def _answers(captures: Mapping[str, Capture], kind: ScoreKind) -> dict[str, _Answer]:
    """By input; scores of equal number are computed at once."""
    by_count: dict[int, list[Capture]] = {}
    for capture in captures.values():
        by_count.setdefault(len(capture.scores), []).append(capture)
    return {id_: answer for alike in by_count.values() for id_, answer in _alike(alike, kind).items()}


def _alike(captures: Sequence[Capture], kind: ScoreKind) -> dict[str, _Answer]:
    scores = np.array([capture.scores for capture in captures], np.float64)
    if not scores.size:
        return {each.input: _Answer(each.predicted, None, None, None, row) for each, row in _rows(captures, scores)}
    largest = scores.max(axis=1).tolist()
    if kind == "values" or scores.shape[1] < 2:
        plain = zip(_rows(captures, scores), largest, strict=True)
        return {each.input: _Answer(each.predicted, None, None, _number(value), row) for (each, row), value in plain}
    shares = _softmax(scores) if kind == "logits" else scores
    two = np.partition(shares, -2, axis=1)[:, -2:]
    found = zip(_rows(captures, shares), (two[:, 1] - two[:, 0]).tolist(), largest, strict=True)
    return {
        each.input: _Answer(each.predicted, _share(each, row), _number(ahead), _number(value), row)
        for (each, row), ahead, value in found
    }


def _rows(captures: Sequence[Capture], scores: Shares) -> Iterator[tuple[Capture, Shares]]:
    return zip(captures, scores, strict=True)


def _share(capture: Capture, shares: Shares) -> float | None:
    return None if capture.predicted is None else _number(shares[capture.predicted])


def _softmax(scores: Shares) -> Shares:
    sizes = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Shares = sizes / sizes.sum(axis=1, keepdims=True)
    return shares


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _sample(shown: Input, answers: Mapping[str, _Answer], checkpoint_id: str) -> Sample:
    answer = answers.get(shown.id)
    parent = answers.get(shown.parent or "", _NOTHING)
    reason = "" if answer else f"not captured at checkpoint {checkpoint_id}"
    answer = answer or _NOTHING
    is_flipped = (
        shown.kind == "attacked"
        and None not in (answer.predicted, parent.predicted)
        and answer.predicted != parent.predicted
    )
    is_known = shown.true_class is not None and answer.predicted is not None
    return Sample(
        shown.id,
        shown.label or shown.id,
        shown.kind,
        shown.true_class,
        answer.predicted,
        answer.probability,
        answer.margin,
        answer.value,
        shown.parent,
        shown.run,
        shown.step,
        shown.epsilon,
        _shift(answer.scores, parent.scores) if shown.kind == "attacked" else None,
        answer.predicted != shown.true_class if is_known else is_flipped,
        is_flipped,
        reason,
    )


def _shift(scores: Shares, clean: Shares) -> float | None:
    """|scores - clean| / |clean|; 0 for equal ones, inf from all zeros, `None` where one is missing or no number."""
    if not scores.size or scores.shape != clean.shape or not (np.isfinite(scores).all() and np.isfinite(clean).all()):
        return None
    distance, size = float(np.linalg.norm(scores - clean)), float(np.linalg.norm(clean))
    return distance / size if size > 0 else (0.0 if distance == 0 else float("inf"))


Order = Literal["wrong", "margin", "shift"]
_KEYS: Mapping[Order, Callable[[Sample], float | None]] = {
    "wrong": lambda sample: 0.0 if sample.is_wrong else None,
    "margin": lambda sample: sample.margin,
    "shift": lambda sample: None if sample.shift is None else -sample.shift,
}


def ordered(samples: Iterable[Sample], order: Order) -> tuple[Sample, ...]:
    """The samples that an order is about: `wrong` those that are, as they stand; `margin` all that have one, the
    smallest first; `shift` the attacked ones, the largest first. Equals stay as they stand.
    """
    key = _KEYS[order]
    found = [(rank, sample) for sample in samples if (rank := key(sample)) is not None]
    return tuple(sample for _, sample in sorted(found, key=lambda pair: pair[0]))


def beside(samples: Sequence[Sample], order: Order, here: str | None, steps: int = 1) -> Sample | None:
    """The sample `steps` further in an order, going round; `None` where the order holds none.

    From an input that the order does not hold (or none): the first of the order, of `wrong` the next one as the
    samples stand; backwards the last, the one before.
    """
    row = ordered(samples, order)
    if not row:
        return None
    ids = [sample.input_id for sample in row]
    if here in ids:
        return row[(ids.index(here) + steps) % len(row)]
    places = {sample.input_id: place for place, sample in enumerate(samples)}
    at = places.get(here or "", -1) if order == "wrong" else -1
    before = sum(places[id_] < at for id_ in ids)
    return row[(before + steps - (1 if steps > 0 else 0)) % len(row)]
