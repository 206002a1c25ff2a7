"""Encoding a shot as well as a budget of bytes allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from exporter.bundle.errors import KerascopeError
from scenes.encode.formats import Format
from scenes.encode.shot import Quality, Shot


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file or folder that has been made, and how."""

    made: Path
    quality: Quality
    n_bytes: int


def encode_within(shot: Shot, form: Format, work: Path, max_bytes: int | None, say: Callable[[str], None]) -> Encoded:
    """The recording at the best quality of the format's ladder that fits, each step of which is made and measured.

    A format that encodes nothing gives the shot's own folder.

    Raises
    ------
    KerascopeError
        Even the last step is larger than `max_bytes`, or encoding fails.
    """
    if form.encode is None:
        return Encoded(shot.folder, Quality(0), sum(path.stat().st_size for path in shot.folder.iterdir()))
    n_bytes = 0
    for quality in form.ladder:
        made = work / f"made{form.suffix}"
        form.encode(shot, quality, made)
        n_bytes = made.stat().st_size
        if max_bytes is None or n_bytes <= max_bytes:
            if quality != form.ladder[0]:
                say(f"{megabytes(n_bytes)} after giving up quality: {form.told(quality, shot)}")
            return Encoded(made, quality, n_bytes)
    smallest = f"{megabytes(n_bytes)} at {form.told(form.ladder[-1], shot)}"
    limit = megabytes(max_bytes or 0)
    raise KerascopeError("the recording cannot be so small", expected=f"{limit} at most", got=smallest)


def megabytes(n_bytes: int) -> str:
    """A size in words, in millions of bytes.

    >>> megabytes(1_234_567), megabytes(4_200)
    ('1.23 MB', '0.0042 MB')
    """
    return f"{n_bytes / 1e6:.3g} MB"
