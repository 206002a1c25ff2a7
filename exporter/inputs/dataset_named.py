"""Data sets by name, out of tensorflow-datasets: a piece reads its own records only, in the order they are stored."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from exporter.bundle.schema import Preprocessing
from exporter.inputs.asked import Asked, picture_size
from exporter.inputs.errors import InputError
from exporter.inputs.named import Found, find, records, signature_of
from exporter.inputs.pictures import mode_of, unpack_picture
from exporter.inputs.pieces import Entry, Picture, first_size, piece_of
from exporter.inputs.samples import Piece

NAMED = "tfds:"
"""How the names of such sets begin."""


@dataclass(frozen=True)
class NamedSet:
    """The records of one split, in the order in which they are stored."""

    source: str
    preprocessing: Preprocessing
    signature: str
    found: Found
    known_classes: tuple[str, ...]
    skip_bad: bool
    channels: int
    size_px: tuple[int, int]

    @property
    def count(self) -> int:
        """How many records the split has."""
        return self.found.count

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of its labels, or none."""
        return self.found.class_names

    def read(self, start: int, stop: int) -> Piece:
        """The records from place `start` to before `stop`, their pictures decoded.

        Raises
        ------
        InputError
            a picture is damaged or over the limit, unless such are skipped; the records are not there, or other ones.
        """
        asked = range(self.count)[start:stop]
        entries = map(self._entry, asked, records(self.found, self.signature, asked.start, asked.stop))
        piece = piece_of(entries, skip_bad=self.skip_bad)
        if len(piece.samples) + len(piece.bad) < len(asked):
            raise InputError("records are missing", expected=len(asked), got=len(piece.samples), path=self.found.folder)
        return piece

    def _entry(self, place: int, record: Mapping[str, Any]) -> Entry:
        label, name = self.found.label_feature, f"{self.found.stem} {place}"
        true_class = None if label is None else class_of(int(record[label]), self.class_names, self.known_classes)
        decode = _decoder(self.found, record, name, self.channels, self.size_px)
        return Entry(place, name, name, true_class, decode)


def class_of(label: int, names: Sequence[str], known: Sequence[str]) -> int | None:
    """The class that a label of a set means, whose labels are called `names`, where classes are called `known`.

    It is the class of that name where any name is among the known ones, else of that number where there are as many;
    `None`: not labelled, or no class.

    >>> class_of(1, ("cat", "dog"), ()), class_of(1, ("cat", "dog"), ("dog", "fox", "cow"))
    (1, 0)
    """
    if label < 0:
        return None
    if label < len(names) and set(names) & set(known):
        return known.index(names[label]) if names[label] in known else None
    return label if len(known) in (0, len(names)) else None


def named_of(source: str, asked: Asked) -> NamedSet:
    """The split that `tfds:NAME[:SPLIT]` names; downloaded where it was never asked for.

    NAME is that of a set, `NAME/CONFIG:VERSION` at the most, or a folder in which one is prepared. Without SPLIT it is
    `test` where there is one, else `validation`, else `train`, else the first. Labels are recognised by the names of
    classes, as `class_of` does.

    Raises
    ------
    InputError
        no such set or split, it cannot be downloaded, has no pictures, or the model takes none.
    """
    spec = asked.one_input()
    channels, size_px = picture_size(spec)
    found = find(source.removeprefix(NAMED))
    signature = signature_of(found)
    if size_px is None:
        size_px = first_size(_as_stored(found, signature, channels), skip_bad=asked.skip_bad)
    return NamedSet(
        source, asked.preprocessing(spec), signature, found, asked.class_names, asked.skip_bad, channels, size_px
    )


def _as_stored(found: Found, signature: str, channels: int) -> Iterator[partial[Picture]]:
    for place in range(found.count):
        for record in records(found, signature, place, place + 1):
            yield _decoder(found, record, f"{found.stem} {place}", channels, None)


def _decoder(
    found: Found, record: Mapping[str, Any], name: str, channels: int, size_px: tuple[int, int] | None
) -> partial[Picture]:
    file = io.BytesIO(record[found.picture_feature])
    return partial(unpack_picture, file, Path(name), mode_of(channels), size_px)
