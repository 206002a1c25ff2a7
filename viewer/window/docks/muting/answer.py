"""What the network says with and without what is muted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.forward.answers import answer
from viewer.inspect.samples import score_kind
from viewer.state import CaptureKey
from viewer.window.docks.muting.mutes import class_words, percent_words
from viewer.window.docks.words import number_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.forward.answers import Answer
    from viewer.inspect.samples import ScoreKind
    from viewer.window.docks.muting.mutes import Mutes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of muting.

    `words` says the prediction before and after, `stopped` which layer could not be computed (then there are no words
    worth showing); `is_other` is whether another class is predicted.
    """

    words: str
    stopped: str = ""
    is_other: bool = False


def verdict_of(bundle: Bundle, keys: Iterable[CaptureKey], muted: Mutes) -> Verdict:
    """The verdict for the first of `keys` (without mutes), after the network was computed for all of them.

    Raises
    ------
    KerascopeError
        A mute of something that the network has not.
    """
    plain = [CaptureKey(key.input_id, key.checkpoint_id) for key in dict.fromkeys(keys)]
    before, after = answer(bundle, plain[0]), [_without(bundle, key, muted) for key in plain]
    stopped = next((line for each in after for line in each.stopped), "")
    if stopped:
        return Verdict("", stopped)
    kind, names = score_kind(bundle), bundle.manifest.model.class_names
    words = f"{said(before, kind, names)} → {said(after[0], kind, names)}"
    return Verdict(words, is_other=before.predicted != after[0].predicted)


def said(given: Answer, kind: ScoreKind, names: tuple[str, ...]) -> str:
    """A prediction: the class with its probability, or what the largest score is where they are no probabilities."""
    if given.predicted is None:
        return "nothing"
    name = class_words(given.predicted, names)
    if kind == "values":
        return f"{name} {number_words(given.score, 4)}"
    return f"{name} {percent_words(float(_shares(given.scores, kind)[given.predicted]))}"


def _shares(scores: NDArray[np.float32], kind: ScoreKind) -> NDArray[np.float64]:
    plain = scores.astype(np.float64)
    if kind == "shares":
        return plain
    sizes = np.exp(plain - plain.max())
    shares: NDArray[np.float64] = sizes / sizes.sum()
    return shares


def _without(bundle: Bundle, key: CaptureKey, muted: Mutes) -> Answer:
    return answer(bundle, CaptureKey(key.input_id, key.checkpoint_id, muted))
