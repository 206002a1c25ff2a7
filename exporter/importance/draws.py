"""Which samples a class is held against, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


def batches_of(classes: Rows, wanted: Sequence[int], half: int, seed: int) -> Iterator[Rows]:
    """Without end, rows (len(wanted) * 2 * half,) of samples: for each wanted class `half` of its own, then `half`
    others.

    Both go round through all there are, shuffled anew each time; the others are of all other classes equally often.
    What is drawn for a class depends on the seed and on that class, not on which others are wanted.

    Parameters
    ----------
    classes : (n,) the class of each sample; each of `wanted` is there, and one class more than one.
    wanted : the classes to draw for.
    half : how many of each sort.
    seed : from 0.
    """
    ways = [
        (_rounds(np.flatnonzero(classes == each), half, _random(seed, each, 0)), _others(classes, each, half, seed))
        for each in wanted
    ]
    while True:
        yield np.concatenate([next(rows) for way in ways for rows in way])


def _random(*numbers: int) -> np.random.Generator:
    return np.random.default_rng(list(numbers))


def _rounds(rows: Rows, count: int, random: np.random.Generator) -> Iterator[Rows]:
    left = np.zeros(0, np.int64)
    while True:
        while len(left) < count:
            left = np.concatenate([left, random.permutation(rows)])
        yield left[:count]
        left = left[count:]


def _others(classes: Rows, own: int, count: int, seed: int) -> Iterator[Rows]:
    random = _random(seed, own, 1)
    others = np.unique(classes[classes != own])
    members = [_rounds(np.flatnonzero(classes == each), 1, random) for each in others]
    turns = _rounds(np.arange(len(others)), count, random)
    for turn in turns:
        yield np.concatenate([next(members[each]) for each in turn])
