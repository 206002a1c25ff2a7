"""Attacks of foolbox: run in silence, and watched by what they ask the model."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import AttackError, Batch, Pixels, Tried
from exporter.attacks.rounding import settled
from exporter.attacks.rows import rows_of
from exporter.attacks.starts import starting_point
from exporter.attacks.victim import Victim

_NEARER = 0.9
"""A picture is kept where its change is at most this share as long as that of the one kept before."""

MOST_KEPT = 64
"""More pictures are not kept of an input: 0.9 to that power is 0.1 %."""


class Closest:
    """The misread pictures that an attack came to, each closer to its clean input than the one before.

    Parameters
    ----------
    batch : the inputs, and their labels or targets.
    confidence : by how much the logit of another class must lead the label's (or the target's that of all others).
    """

    def __init__(self, batch: Batch, confidence: float = 0.0) -> None:
        self._batch, self._confidence = batch, confidence
        self._best: list[Pixels] = list(batch.pixels)
        self._kept: list[list[Pixels]] = [[] for _ in batch.labels]
        self._length = np.full(len(batch.labels), np.inf)
        self._kept_length = self._length.copy()

    def see(self, pixels: Pixels, logits: NDArray[np.float32]) -> None:
        """Take note of what the model says, (n, classes), to pixels (n, ...)."""
        change = (pixels - self._batch.pixels).reshape(len(pixels), -1)
        lengths = np.sqrt(np.square(change).sum(axis=1, dtype=np.float64))
        fooled = self._batch.is_fooled(self._handicapped(logits).argmax(axis=1))
        for row in np.flatnonzero(fooled & (lengths < self._length)):
            self._best[row], self._length[row] = pixels[row].copy(), lengths[row]
            if lengths[row] <= _NEARER * self._kept_length[row] and len(self._kept[row]) < MOST_KEPT - 1:
                self._kept[row].append(self._best[row])
                self._kept_length[row] = lengths[row]

    def _handicapped(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        rows, shifted = np.arange(len(logits)), np.array(logits)
        if self._batch.targets is None:
            shifted[rows, self._batch.labels] += self._confidence
        else:
            shifted[rows, self._batch.targets] -= self._confidence
        return shifted

    def paths(self) -> list[list[Pixels]]:
        """The pictures of each input, the closest one last; the clean one where the model misread none."""
        return [
            kept if kept and kept[-1] is best else [*kept, best]
            for kept, best in zip(self._kept, self._best, strict=True)
        ]


def side_by_side(paths: list[list[Pixels]]) -> Iterator[Tried]:
    """The pictures of several inputs, step by step; those with fewer stand still at their last."""
    for number in range(max(map(len, paths))):
        yield Tried(np.stack([path[min(number, len(path) - 1)] for path in paths]))


def foolbox_for(name: str) -> Any:
    """The package foolbox. Raises `AttackError` where it cannot be loaded; `name` is that of the attack."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import foolbox  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        remedy = "pip install 'kerascope[foolbox]'"
        raise AttackError(f"{name} needs foolbox, which cannot be loaded", got=error, remedy=remedy) from error
    return foolbox


def by_decisions(name: str, victim: Victim, batch: Batch, attack_of: Callable[[Any], Any]) -> Iterator[Tried]:
    """What an attack of foolbox that only asks for decisions comes to, for one input after the other.

    Alone, since foolbox lets the inputs of a batch share random numbers and lengths. `attack_of(foolbox)` makes the
    attack. It works on numpy arrays, whose random numbers can be put back as they were. Where the picture that is saved
    counts, the model is shown that picture: what fools it, fools it rounded.
    """
    foolbox = foolbox_for(name)

    def shown(pixels: Pixels) -> Pixels:
        return np.asarray(settled(batch, pixels.astype(np.float32), None))

    def judge(pixels: Pixels) -> NDArray[np.float32]:
        return victim.judged(shown(pixels))

    paths: list[list[Pixels]] = []
    for row in range(len(batch.labels)):
        start, one = starting_point(name, batch, row, judge), rows_of(batch, [row])
        watch = Closest(one)

        def asked(pixels: Pixels, watch: Closest = watch) -> NDArray[np.float32]:
            logits = judge(pixels)
            watch.see(shown(pixels), logits)
            return logits

        model = foolbox.NumPyModel(asked, bounds=(0, 1))
        with silent_and_seeded(one):
            attack_of(foolbox).run(model, one.pixels, criterion(foolbox, one, np.asarray), starting_points=start[None])
        paths += watch.paths()
    yield from side_by_side(paths)


def criterion(foolbox: Any, batch: Batch, as_classes: Callable[[NDArray[np.int64]], Any]) -> Any:
    """What counts as success, in foolbox's words; `as_classes` makes of labels what the attack works on."""
    if batch.targets is None:
        return foolbox.criteria.Misclassification(as_classes(batch.labels))
    return foolbox.criteria.TargetedMisclassification(as_classes(batch.targets))


@contextmanager
def silent_and_seeded(batch: Batch) -> Iterator[None]:
    """No warnings, and numpy's global random numbers are those of the first input; afterwards they are as before."""
    seed = np.random.SeedSequence((batch.seed, batch.restart, int(batch.places[0])))
    before = np.random.get_state()  # noqa: NPY002 - foolbox draws from these
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        np.random.seed(seed.generate_state(4))  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(before)  # noqa: NPY002
