"""What is asked about inputs of a bundle: a class, a layer, a channel or a unit, from words to numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacking.victims import target_named
from exporter.bundle import Bundle
from exporter.explain.batches import answered_at_once
from exporter.explain.contract import ExplainError, Explanation, Fed, Question
from exporter.explaining.subjects import Part, grey_and_range
from exporter.probing import Probe, ProbeError, Target, scores_of


@dataclass(frozen=True)
class Asked:
    """What is asked about: with neither layer nor class the class that is predicted.

    Attributes
    ----------
    layer, channel, at : as of a `Target`.
    class_ : its number, or `None`.
    seed : of what is random.
    """

    layer: str | None
    channel: int | None
    at: tuple[int, ...] | None
    class_: int | None
    seed: int

    @property
    def target(self) -> Target:
        """What is looked up in the model."""
        return Target(self.layer, self.class_ if self.layer is None else self.channel, self.at)


@dataclass(frozen=True)
class Judged:
    """What a model says to some inputs.

    Attributes
    ----------
    units : (n,) int64, the class or the channel that is asked about, of each; `None`: a whole layer.
    scores : (n,) float32, the logit, or the value of what is asked about.
    predicted : (n,) int64, or `None` where the model has no classes.
    """

    units: NDArray[np.int64] | None
    scores: NDArray[np.float32]
    predicted: NDArray[np.int64] | None


def asked_about(
    bundle: Bundle,
    layer: str | None,
    channel: int | None,
    at: str | Sequence[int] | None,
    class_: int | str | None,
    seed: int,
) -> Asked:
    """What is asked about, from the words of the user.

    Raises
    ------
    KerascopeError
        words that do not go together, a place that is none, a class that is not there.
    """
    if channel is not None and layer is None:
        raise ExplainError("a channel needs its layer", got=f"channel {channel}", remedy="pass --layer NAME too")
    if class_ is not None and layer is not None:
        got = f"class {class_} and layer {layer}"
        raise ExplainError("one thing is asked about at a time", expected="a class or a layer", got=got)
    place = _place(at)
    if place is not None and channel is None:
        raise ExplainError("a place needs its channel", got=_text(place), remedy="pass --layer NAME --channel N too")
    return Asked(layer, channel, place, target_named(bundle, class_), seed)


def check_asked(probe: Probe, asked: Asked, explanation: Explanation) -> None:
    """Raise `KerascopeError` where the model does not have what is asked about, or a place is asked of a whole map."""
    if explanation.layer_is_place and asked.layer is not None:
        remedy = "leave --channel and --at away"
        raise ExplainError(f"{explanation.name} explains classes", expected="a class", got=asked.target, remedy=remedy)
    probe.check(asked.target)


def judged(probe: Probe, asked: Asked, fed: Fed) -> Judged:
    """What the model says to what it is fed (n, ...).

    Raises
    ------
    ProbeError
        a class is asked about, and the model has none.
    """
    predicted = units = None
    try:
        logits = _in_parts(probe, probe.compiled(_logits), fed)
        predicted = logits.argmax(axis=1).astype(np.int64)
    except ProbeError:
        if asked.layer is None:
            raise
    if asked.layer is not None:
        units = None if asked.channel is None else np.full(len(fed), asked.channel, np.int64)
        at = None if asked.at is None else np.tile(np.asarray(asked.at, np.int64), (len(fed), 1))
        return Judged(units, _in_parts(probe, probe.compiled(_scores, asked.layer), fed, units, at), predicted)
    units = predicted if asked.class_ is None else np.full(len(fed), asked.class_, np.int64)
    scores: NDArray[np.float32] = np.take_along_axis(logits, units[:, None], axis=1)[:, 0]  # type: ignore[index]
    return Judged(units, scores, predicted)


def question_of(bundle: Bundle, part: Part, asked: Asked, units: NDArray[np.int64] | None) -> Question:
    """The question as a method gets it."""
    grey, low, high = grey_and_range(bundle, part.fed.shape[1:])
    at = None if asked.at is None else np.tile(np.asarray(asked.at, np.int64), (len(part.fed), 1))
    names = tuple(each.id for each in part.inputs)
    return Question(part.fed, asked.layer, units, at, asked.seed, grey, low, high, names, part.picture)


def options_told(asked: Asked, unit: int | None) -> dict[str, Any]:
    """What a run tells of what was asked."""
    return {
        "layer": asked.layer,
        "channel": asked.channel,
        "at": None if asked.at is None else _text(asked.at),
        "class": unit if asked.layer is None else None,
        "seed": asked.seed,
    }


def _logits(probe: Probe, fed: Any) -> Any:
    return probe.seen(fed).logits


def _scores(probe: Probe, layer: str, fed: Any, units: Any, at: Any) -> Any:
    return scores_of(probe.seen(fed, (layer,)), layer, units, at)


def _in_parts(probe: Probe, run: Any, *tensors: Any) -> NDArray[Any]:
    """What a compiled function makes of some inputs, as many at a time as memory takes."""
    found, at_once = [], answered_at_once(probe)
    for start in range(0, len(tensors[0]), at_once):
        part = (None if each is None else each[start : start + at_once] for each in tensors)
        found.append(run(*part).numpy())
    return np.concatenate(found)


def _place(at: str | Sequence[int] | None) -> tuple[int, ...] | None:
    if not isinstance(at, str):
        return None if at is None else tuple(map(int, at))
    if not re.fullmatch(r"\d+(,\d+)*", at, re.ASCII):
        raise ExplainError("no such place", expected="a row and a column, such as 3,7", got=repr(at))
    return tuple(map(int, at.split(",")))


def _text(place: Sequence[int]) -> str:
    return ",".join(map(str, place))
