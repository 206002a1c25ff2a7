"""The places of files of nn_vis: where they can be, what they may replace, and how they appear whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from exporter.bundle.durable import recover, sync_file, sync_folder
from exporter.interchange.appearing import appearing_folder, telling
from exporter.interchange.nn_vis.archive import holds_objects
from exporter.interchange.nn_vis.errors import NnVisError
from exporter.interchange.nn_vis.forms import IMPORTANCE_END, PROCESSED_END

_LITTER = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
"""What systems put into folders by themselves."""
WHAT = "the file"


def is_one_file(out: Path) -> bool:
    """Whether the name is that of a file of nn_vis; else it is that of a folder."""
    return out.name.endswith((IMPORTANCE_END, PROCESSED_END))


def check_place(out: Path, *, overwrite: bool) -> Path:
    """The place with its links followed, after it was seen that a file or folder may be written there.

    Raises
    ------
    NnVisError
        no folder to put it in, or something there that is not to be or must not be replaced.
    """
    place = Path(os.path.realpath(out))
    with telling(place, WHAT, NnVisError):
        if not place.parent.is_dir():
            raise NnVisError("no such folder to write into", remedy="create it first", path=place.parent)
        if not is_one_file(place):
            recover(place)
        _check_replaceable(place, overwrite=overwrite)
    return place


def _check_replaceable(place: Path, *, overwrite: bool) -> None:
    if not os.path.lexists(place):
        return
    wanted = "a file" if is_one_file(place) else "a folder"
    found = "a folder" if place.is_dir() else "a file"
    if wanted != found:
        remedy = f"end the name in {IMPORTANCE_END} or {PROCESSED_END} for one file" if found == "a file" else ""
        raise NnVisError("the place is taken", expected=wanted, got=found, remedy=remedy, path=place)
    if found == "a folder" and not any(place.iterdir()):
        return
    if not overwrite:
        raise NnVisError("there is something at this place already", remedy="pass --overwrite", path=place)
    files = [place] if found == "a file" else [entry for entry in place.iterdir() if entry.name not in _LITTER]
    strange = sorted(file.name for file in files if not (is_one_file(file) and holds_objects(file)))
    if strange:
        remedy = "remove it yourself or choose another place"
        raise NnVisError("what is there is not of nn_vis", got=strange[0], remedy=remedy, path=place)


@contextmanager
def appearing_file(place: Path, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """A stream into a hidden file beside the place, which takes its name when the block ends without an error."""
    temporary = place.with_name(f".{place.name}.tmp")
    with telling(place, WHAT, NnVisError):
        temporary.unlink(missing_ok=True)  # left by a killed process, or a link that somebody laid
        try:
            with temporary.open("xb") as stream:
                yield stream
                sync_file(stream)
            _check_replaceable(place, overwrite=overwrite)
            temporary.replace(place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(place.parent)


def appearing(place: Path, *, overwrite: bool) -> AbstractContextManager[Path]:
    """A hidden folder beside the place to write into, as `exporter.interchange.appearing.appearing_folder` has it."""
    check = partial(_check_replaceable, place, overwrite=overwrite)
    return appearing_folder(place, WHAT, NnVisError, check)
