"""Files that appear whole or not at all: everything is made in a hidden folder beside its place, then renamed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.bundle.durable import FolderLock, recover, temporary_sibling
from exporter.bundle.errors import KerascopeError
from scenes.encode.shot import cannot_write

NAME_CHARACTERS = 40
"""So much of a name is kept in that of its work folder: names have a limit."""


def check_place(out: Path, *, folder: bool, overwrite: bool) -> None:
    """Refuse a place where a file or folder cannot or must not go, before any work is done.

    Raises
    ------
    KerascopeError
        The folder that `out` lies in does not exist, or `out` exists and may not be replaced. A folder is only ever
        replaced when there is nothing in it but numbered PNG files.
    """
    if not out.parent.is_dir():
        raise KerascopeError("no such folder", remedy="create it first", path=out.parent)
    if not out.exists() or (folder and out.is_dir() and not any(out.iterdir())):
        return
    if folder != out.is_dir():
        kinds = ("a folder", "a file") if folder else ("a file", "a folder")
        raise KerascopeError("the place is taken", expected=kinds[0], got=kinds[1], path=out)
    if not overwrite:
        raise KerascopeError("there is something already", remedy="pass --overwrite to replace it", path=out)
    if folder and not all(_is_frame(path) for path in out.iterdir()):
        raise KerascopeError("the folder holds more than a recording", remedy="choose a new folder", path=out)


@contextmanager
def work_beside(out: Path) -> Iterator[Path]:
    """A hidden folder beside `out`, on the same disk; gone afterwards, with all that is in it, whatever happens.

    What a run that was killed has left behind for the same `out` is cleared up first.

    Raises
    ------
    KerascopeError
        It cannot be created.
    """
    named = out.with_name(out.name[:NAME_CHARACTERS])
    try:
        recover(named)
        work = temporary_sibling(named)
        lock = FolderLock(work)
    except OSError as error:
        raise cannot_write(error, out) from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        lock.release()


def write_whole(content: bytes, out: Path) -> None:
    """A file with this content, whole: whoever reads sees what was there before, or all of it.

    Raises
    ------
    KerascopeError
        It cannot be written; what was there is still there.
    """
    with work_beside(out) as work:
        made = work / "made"
        try:
            made.write_bytes(content)
        except OSError as error:
            raise cannot_write(error, out) from error
        put_in_place(made, out)


def put_in_place(made: Path, out: Path) -> None:
    """Rename `made`, which lies in a work folder, to `out`, replacing what is there.

    Raises
    ------
    KerascopeError
        It cannot be renamed; what was at `out` is still there.
    """
    aside = made.parent / "replaced"
    try:
        if out.is_dir():
            out.replace(aside)
        made.replace(out)
    except OSError as error:
        if aside.exists():
            aside.replace(out)
        raise cannot_write(error, out) from error


def _is_frame(path: Path) -> bool:
    return path.suffix == ".png" and path.stem.isdigit() and path.is_file()
