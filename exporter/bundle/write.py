"""Writes bundles: a new one, or more into one that is there. What is not committed was never there."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType

import msgspec

from exporter.bundle.checks import manifest_problems
from exporter.bundle.durable import (
    FolderLock,
    recover,
    replace_folder,
    sync_folder,
    temporary_sibling,
    write_file,
    writing,
)
from exporter.bundle.errors import BundleError
from exporter.bundle.files import MANIFEST_FILE
from exporter.bundle.limits import Limits
from exporter.bundle.manifest_json import encode_manifest
from exporter.bundle.npz_write import NpzWriter, Storable
from exporter.bundle.read import read_bundle, read_manifest
from exporter.bundle.schema import FORMAT_NAME, Manifest, TensorRef
from exporter.bundle.tensors import is_file_name, manifest_files


class BundleWriter:
    """A bundle that is being written; a context manager that removes what was written unless `commit` was called.

    Use `create` or `append`. A process that is killed at any moment leaves the bundle that was there before valid, or
    none where there was none.

    Attributes
    ----------
    path : where the bundle is, or will be after `commit`.
    """

    def __init__(self, path: Path, folder: Path, *, made: list[Path], overwrite: bool) -> None:
        self.path = path
        self._folder = folder
        self._named: frozenset[str] = frozenset()  # files of the manifest that is there
        self._made = made  # folders that were made for this run
        self._overwrite = overwrite
        self._written: set[str] = set()
        self._committed = False
        self._lock = FolderLock(folder)

    @staticmethod
    def check_place(path: Path | str, *, overwrite: bool = False) -> None:
        """Raise as `create` would where something is at `path` already: before the long work, and not after it."""
        path = Path(os.path.realpath(path))
        with writing(path):
            if os.path.lexists(path):
                _check_replaceable(path, overwrite=overwrite)

    @classmethod
    def create(cls, path: Path | str, *, overwrite: bool = False) -> BundleWriter:
        """A writer of a new bundle at `path`. It is built in a hidden folder beside it and gets its name by `commit`.

        With `overwrite`, an earlier bundle stays whole until then; anything that is not a bundle is never overwritten.

        Raises
        ------
        BundleError
            `path` is there already and is not to be, or must not be, overwritten.
        KerascopeError
            the place cannot be written to.
        """
        path = Path(os.path.realpath(path))
        with writing(path):
            recover(path)
            cls.check_place(path, overwrite=overwrite)
            made = _make_folders(path.parent)
            try:
                folder = temporary_sibling(path)
            except BaseException:
                _remove_empty(made)
                raise
            return cls(path, folder, made=made, overwrite=overwrite)

    @classmethod
    def append(cls, path: Path | str) -> BundleWriter:
        """A writer of more files into the bundle at `path`. Files that its manifest names are never touched.

        Raises
        ------
        BundleError
            no valid bundle is there, or another process is writing to it.
        """
        path = Path(os.path.realpath(path))
        with writing(path):
            recover(path)
            read_bundle(path)
            writer = cls(path, path, made=[], overwrite=False)
        writer._named = frozenset(manifest_files(read_manifest(path, Limits())))  # again, now that nobody else writes
        return writer

    @property
    def folder(self) -> Path:
        """Where the files lie until `commit`: to read back what was written. For a new bundle not `path`."""
        return self._folder

    def write(self, file: str, arrays: Mapping[str, Storable], *, compress: bool = False) -> dict[str, TensorRef]:
        """The references of arrays that were written as the `.npz` file `file`, in the order of their sorted keys."""
        with self.open(file, compress=compress) as stream:
            return {key: stream.add(key, arrays[key]) for key in sorted(arrays)}

    @contextlib.contextmanager
    def open(self, file: str, *, compress: bool = False) -> Iterator[NpzWriter]:
        """An `.npz` file to add arrays to, one at a time. If the block raises, the file is removed.

        `file` is relative to the bundle, with `/`; its parts are of ASCII letters, digits, `.`, `_` and `-`.

        Raises
        ------
        BundleError
            no such name is allowed, or the bundle has such a file already.
        KerascopeError
            the file cannot be written.
        """
        self._check_new(file)
        target = self._folder / file
        try:
            with writing(self.path / file):
                self._made += _make_folders(target.parent)
                self._check_inside(target.parent)
                target.unlink(missing_ok=True)  # left by a killed process, or a link that somebody laid
                self._written.add(file)
                stream = NpzWriter(target, file, shown=self.path / file, compress=compress)
            with stream:
                yield stream
        except BaseException:
            if file in self._written:
                self._written.discard(file)
                target.unlink(missing_ok=True)
            raise

    def commit(self, manifest: Manifest) -> None:
        """Make `manifest` and the files it names the bundle: all of it in one step, and for good.

        Raises
        ------
        BundleError
            the manifest does not hold together, or names a file that was not written.
        KerascopeError
            the manifest cannot be written, or a new bundle cannot get its name.
        """
        self._check_open()
        self._check_manifest(manifest)
        with writing(self.path):
            for folder in {(self._folder / file).parent for file in self._written}:
                sync_folder(folder)
            write_file(self._folder / MANIFEST_FILE, encode_manifest(manifest))
            if self._folder != self.path:
                self._take_name()
        self._committed = True
        self._lock.release()

    def abandon(self) -> None:
        """Remove everything that was written. After `commit`, or a second time, it does nothing."""
        if self._committed:
            return
        self._committed = True
        if self._folder != self.path:
            shutil.rmtree(self._folder, ignore_errors=True)
        else:
            self._remove_written()
        _remove_empty(self._made)
        self._lock.release()

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()

    def _remove_written(self) -> None:
        # Never one that the manifest names: `commit` may have failed after the manifest was in place.
        with contextlib.suppress(BundleError, OSError):
            for file in self._written - manifest_files(read_manifest(self.path, Limits())):
                (self.path / file).unlink(missing_ok=True)

    def _take_name(self) -> None:
        if not os.path.lexists(self.path):
            self._folder.rename(self.path)
        else:
            _check_replaceable(self.path, overwrite=self._overwrite)
            earlier = FolderLock(self.path)
            try:
                replace_folder(self.path, self._folder)
            finally:
                earlier.release()
        sync_folder(self.path.parent)

    def _check_open(self) -> None:
        if self._committed:
            raise BundleError("the bundle is finished and takes nothing more", path=self.path)

    def _check_new(self, file: str) -> None:
        self._check_open()
        if not is_file_name(file):
            expected = "a relative name of ASCII letters, digits, '.', '_', '-' and '/' that ends in .npz"
            raise BundleError("not a name for a file of a bundle", expected=expected, got=repr(file), path=self.path)
        if file in self._named or file in self._written:
            raise BundleError(
                "the bundle has this file already", got=file, remedy="choose another name", path=self.path
            )

    def _check_inside(self, folder: Path) -> None:
        if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(self._folder)):
            raise BundleError("a folder of the bundle is a link that leaves it", got=folder.name, path=self.path)

    def _check_manifest(self, manifest: Manifest) -> None:
        problems = list(manifest_problems(manifest, Limits()))
        lost = sorted(manifest_files(manifest) - self._written - self._named)
        problems += [f"the file {file!r} is named, but was not written" for file in lost]
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise BundleError("the manifest does not hold together", got=problems[0] + more, path=self.path)


class _Format(msgspec.Struct):
    format: str


def _check_replaceable(path: Path, *, overwrite: bool) -> None:
    """`BundleError` unless `path` is a bundle, of any version, that is to be overwritten."""
    if not overwrite:
        raise BundleError("there is something at this place already", remedy="pass --overwrite", path=path)
    with contextlib.suppress(OSError, msgspec.DecodeError, RecursionError):
        if msgspec.json.decode((path / MANIFEST_FILE).read_bytes(), type=_Format).format == FORMAT_NAME:
            return
    remedy = "remove it yourself or choose another place"
    raise BundleError("what is there is no bundle, so it is not overwritten", remedy=remedy, path=path)


def _make_folders(folder: Path) -> list[Path]:
    """The folders that were missing on the way to `folder` and have been made, outermost first."""
    missing: list[Path] = []
    while not folder.exists():
        missing.insert(0, folder)
        folder = folder.parent
    for made in missing:
        made.mkdir(exist_ok=True)
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            folder.rmdir()
