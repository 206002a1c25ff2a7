"""What is said of a subject at once, and whether that takes longer than the pointer waits. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from exporter.bundle.checks import output_name
from viewer.inspect.reading import Reading, read
from viewer.window.docks.inspector.card import Card, card_of, compared_words

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.window.docks.inspector.subject import Subject

MOST_QUICK = 2**17
"""To look through more values than that takes longer than a frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A reading, its lines, and how it compares with the other capture of a scene that shows two."""

    reading: Reading
    card: Card
    compared: str = ""


def said_of(bundle: Bundle, subject: Subject) -> Said:
    """What is said of a subject.

    Raises
    ------
    KerascopeError
        The bundle has no such place or capture.
    """
    reading = read(bundle, subject.full_key, subject.what)
    compared = ""
    if subject.full_beside is not None:
        other = read(bundle, subject.full_beside, subject.what)
        labels = (bundle.input(key.input_id).label for key in (subject.full_beside, subject.key))
        compared = compared_words(other.value, reading.value, *labels)
    return Said(reading, card_of(reading), compared)


def is_slow(bundle: Bundle, subject: Subject) -> bool:
    """Whether it has to be looked through much, or computed first."""
    if subject.muted:
        return True
    outputs = bundle.capture(subject.key.input_id, subject.key.checkpoint_id).outputs
    ref = outputs.get(output_name(subject.place.layer, subject.place.output))
    return ref is not None and prod(ref.shape) > MOST_QUICK
