"""The files of a bundle as they lie on the disk: plain, inside of the folder, and of the bundle that was opened."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Collection
from pathlib import Path

from exporter.bundle.errors import BundleError

MANIFEST_FILE = "manifest.json"


def file_errors(path: Path, names: Collection[str]) -> list[BundleError]:
    """One error for each of the files `names` of the bundle at `path` that is missing, no plain file, or outside."""
    plain = {folder: _plain_files(path, folder) for folder in {name.rpartition("/")[0] for name in names}}
    doubtful = (name for name in sorted(names) if name.rpartition("/")[2] not in plain[name.rpartition("/")[0]])
    return [error for name in doubtful if (error := file_error(path, name)) is not None]


def _plain_files(path: Path, folder: str) -> set[str]:
    """The names of the plain files, links left out, of a folder of the bundle; none where a link leads to it."""
    place = os.path.realpath(path / folder)
    if place != os.path.normpath(os.path.join(os.path.realpath(path), folder)):  # noqa: PTH118 (texts, as below)
        return set()
    try:
        with os.scandir(place) as entries:
            return {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
    except OSError:
        return set()


def file_error(path: Path, name: str) -> BundleError | None:
    """What is wrong with a file that the manifest names, if anything is: links inside of the folder are not."""
    root, place = os.path.realpath(path), os.path.realpath(path / name)
    if os.path.commonpath((root, place)) != root:
        return BundleError("a file leaves the bundle's folder by a link", got=name, path=path)
    if not Path(place).exists():
        return BundleError("a file of the bundle is missing", got=name, remedy="export the bundle again", path=path)
    if not Path(place).is_file():
        return BundleError("a file of the bundle is none", expected="a plain file", got=name, path=path)
    return None


class Folder:
    """The folder that a bundle was opened from, told apart from any other that comes to its place later.

    Adding to a bundle leaves its folder what it is; replacing it exchanges the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._identity = _identity(path)
        self._manifest = _written(path / MANIFEST_FILE)
        # While it is held open, the system gives its number to no other folder.
        with contextlib.suppress(OSError):
            weakref.finalize(self, os.close, os.open(path, os.O_RDONLY))

    def change(self) -> BundleError | None:
        """What has happened to the folder since: it is gone, or another is in its place. `None`: neither."""
        now = _identity(self.path)
        if now == self._identity:
            return None
        what = "the bundle is no longer there" if now is None else "the bundle was replaced after it was opened"
        remedy = "what has been read stays; " + ("put it back" if now is None else "open it again")
        return BundleError(what, remedy=remedy, path=self.path)

    def has_more(self) -> bool:
        """Whether the manifest was written anew since, in the same folder: something was added."""
        now = _written(self.path / MANIFEST_FILE)
        return now is not None and now != self._manifest and self.change() is None


def _written(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
