"""Picture files as a data set, each decoded when it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from exporter.bundle.schema import Preprocessing
from exporter.inputs.asked import Asked, picture_size
from exporter.inputs.errors import InputError
from exporter.inputs.mapped import stamp_of
from exporter.inputs.pictures import class_of_folder, mode_of, picture_files, read_picture
from exporter.inputs.pieces import Entry, first_size, piece_of
from exporter.inputs.samples import Piece

_HELD_LISTS = 4


@dataclass(frozen=True)
class FileSet:
    """Pictures in folders and files, in the order of their names, or as they were named one by one.

    The list of the files is no part of it: each process lists the folders once, and compares it with the signature.
    """

    source: str
    count: int
    preprocessing: Preprocessing
    signature: str
    paths: tuple[Path, ...]
    known_classes: tuple[str, ...]
    skip_bad: bool
    channels: int
    size_px: tuple[int, int]

    @property
    def class_names(self) -> tuple[str, ...]:
        """None: sub-folders are recognised by names that are given."""
        return ()

    def read(self, start: int, stop: int) -> Piece:
        """The pictures from place `start` to before `stop`, decoded.

        Raises
        ------
        InputError
            one is no picture, damaged or over the limit, unless such are skipped; the files are other ones by now.
        """
        files = _listed(self.paths, self.signature)
        return piece_of(
            (self._entry(place, *files[place]) for place in range(self.count)[start:stop]), skip_bad=self.skip_bad
        )

    def _entry(self, place: int, file: Path, root: Path) -> Entry:
        name = file.relative_to(root).as_posix()
        true_class = class_of_folder(file, root, self.known_classes)
        return Entry(
            place, name, file.stem, true_class, partial(read_picture, file, mode_of(self.channels), self.size_px)
        )


def files_of(paths: Sequence[Path], asked: Asked) -> FileSet:
    """The pictures in folders and files; none is decoded, but where the model takes any size: the first one decides.

    Raises
    ------
    InputError
        a file is not there, a folder is empty, or the model takes no pictures.
    """
    spec = asked.one_input()
    channels, size_px = picture_size(spec)
    absolute = tuple(path.absolute() for path in paths)
    files = _files(absolute)
    if size_px is None:
        decoded = (partial(read_picture, file, mode_of(channels), None) for file, _ in files)
        size_px = first_size(decoded, skip_bad=asked.skip_bad)
    return FileSet(
        source=str(paths[0]) if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more",
        count=len(files),
        preprocessing=asked.preprocessing(spec),
        signature=_signature(files),
        paths=absolute,
        known_classes=asked.class_names,
        skip_bad=asked.skip_bad,
        channels=channels,
        size_px=size_px,
    )


def _files(paths: Sequence[Path]) -> tuple[tuple[Path, Path], ...]:
    """Each file, with the folder that its classes are sub-folders of."""
    return tuple(
        (file, path if path.is_dir() else path.parent)
        for path in paths
        for file in (picture_files(path) if path.is_dir() else [path])
    )


def _signature(files: Sequence[tuple[Path, Path]]) -> str:
    digest = hashlib.sha256()
    for file, root in files:
        try:
            told = (file.relative_to(root).as_posix(), *stamp_of(file))
        except FileNotFoundError as error:
            raise InputError("no such file", path=file) from error
        digest.update(repr(told).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


@lru_cache(maxsize=_HELD_LISTS)
def _listed(paths: tuple[Path, ...], signature: str) -> tuple[tuple[Path, Path], ...]:
    """The files once more, as another process may have listed them first."""
    files = _files(paths)
    if _signature(files) != signature:
        raise InputError("the pictures are other ones than before", remedy="start again", path=paths[0])
    return files
