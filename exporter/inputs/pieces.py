"""Pictures of a data set, decoded one by one: a bad one ends all, or is left out and named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.inputs.errors import InputError
from exporter.inputs.samples import Bad, Piece, Sample

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Entry:
    """A picture that can be decoded: its place in the data set, what it is called where it is bad, and its sample."""

    place: int
    name: str
    label: str
    true_class: int | None
    decode: Callable[[], Picture]


def piece_of(entries: Iterable[Entry], *, skip_bad: bool) -> Piece:
    """The samples of pictures; raises InputError at the first that cannot be decoded, unless such are skipped."""
    samples: list[Sample] = []
    places: list[int] = []
    bad: list[Bad] = []
    for entry in entries:
        try:
            picture = entry.decode()
        except InputError as error:
            if not skip_bad:
                raise
            bad.append(Bad(entry.place, entry.name, reason_of(error)))
        else:
            samples.append(Sample(entry.label, (picture,), picture, entry.true_class))
            places.append(entry.place)
    return Piece(tuple(samples), tuple(places), tuple(bad))


def first_size(pictures: Iterable[Callable[[], Picture]], *, skip_bad: bool) -> tuple[int, int]:
    """Width and height of the first picture that can be decoded: it decides where the model takes any size.

    Raises
    ------
    InputError
        the first one is bad and such are not skipped, or all are.
    """
    for decode in pictures:
        try:
            picture = decode()
        except InputError:
            if not skip_bad:
                raise
        else:
            return picture.shape[1], picture.shape[0]
    raise InputError("none of the pictures can be read", expected="one at least, which says how large all are")


def reason_of(error: InputError) -> str:
    """What an error says, without the path and the remedy."""
    return str(InputError(error.what, expected=error.expected, got=error.got))
