"""Folders for other programs that appear whole or not at all, and what is said where they cannot be written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.bundle.durable import FolderLock, replace_folder, sync_folder, temporary_sibling
from exporter.bundle.errors import KerascopeError


@contextmanager
def appearing_folder(
    place: Path, what: str, as_error: type[KerascopeError], check: Callable[[], None]
) -> Iterator[Path]:
    """A hidden folder beside the place to write into, which takes its name when the block ends.

    `check` raises where what is at the place must not be replaced; it is asked again before it is. If the block raises,
    or the process is killed, what was at the place before is still there, and nothing else. An `OSError` becomes one
    line about the place: that `what` could not be written.
    """
    with telling(place, what, as_error):
        work = temporary_sibling(place)
        lock = FolderLock(work)
    try:
        with telling(place, what, as_error):
            yield work
            sync_folder(work)
            check()
            if os.path.lexists(place):
                replace_folder(place, work)
            else:
                work.rename(place)
            sync_folder(place.parent)
    finally:
        lock.release()
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def telling(place: Path, what: str, as_error: type[KerascopeError]) -> Iterator[None]:
    """A block in which an `OSError` becomes one clear line: that `what` could not be written."""
    try:
        yield
    except OSError as error:
        remedy = "free some space, or choose a place that can be written to"
        got = error.strerror or error
        raise as_error(f"{what} could not be written", got=got, remedy=remedy, path=place) from error
