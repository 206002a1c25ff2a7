"""The tensors of an opened bundle: read when they are asked for, and the ones used last kept within a stated limit."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

from exporter.bundle.errors import BundleError
from exporter.bundle.files import Folder, file_error
from exporter.bundle.npz_map import map_tensor
from exporter.bundle.npz_read import open_npz, read_tensor
from exporter.bundle.schema import TensorRef
from exporter.bundle.tensors import tensor_bytes

OPEN_FILES = 16
CACHED_BYTES = 256 * 2**20
"""What is kept never takes more than this; it is the limit of a bundle's memory, whatever the bundle's size."""
ENTRY_BYTES = 1024
"""What a kept tensor takes beside its values: its reference and Python's own part."""
MAPPED_BYTES = 16 * 2**20
"""Tensors from this size on stay on disk where they can."""

Array = np.ndarray[Any, Any]


class TensorStore:
    """Reads the tensors of the bundle at `path`. Safe to use from several threads.

    Attributes
    ----------
    held_bytes : what the kept tensors take; never more than `CACHED_BYTES`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.held_bytes = 0
        self._folder = Folder(path)
        self._open: OrderedDict[str, ZipFile] = OrderedDict()
        self._kept: OrderedDict[TensorRef, Array] = OrderedDict()
        self._turn = threading.Lock()

    def load(self, ref: TensorRef) -> Array:
        """The array of a reference that has been checked: read-only, with its dtype and shape.

        Raises
        ------
        BundleError
            The file is missing, damaged, outside of the folder or not what `ref` says, or the bundle was replaced.
        """
        with self._turn:
            values = self._kept.pop(ref, None)
            if values is None:
                values = self._read(ref)
                self.held_bytes += _held_bytes(values)
                while self.held_bytes > CACHED_BYTES and self._kept:
                    self.held_bytes -= _held_bytes(self._kept.popitem(last=False)[1])
                if self.held_bytes > CACHED_BYTES:  # one that alone is too large is not kept
                    self.held_bytes = 0
                    return values
            self._kept[ref] = values
        return values

    def change(self) -> BundleError | None:
        """What has happened to the bundle's folder since it was opened; `None`: nothing."""
        return self._folder.change()

    def has_more(self) -> bool:
        """Whether something was added to the bundle since it was opened."""
        return self._folder.has_more()

    def close(self) -> None:
        """Close the files and forget the arrays; both come again when needed."""
        with self._turn:
            for archive in self._open.values():
                archive.close()
            self._open.clear()
            self._kept.clear()
            self.held_bytes = 0

    def _read(self, ref: TensorRef) -> Array:
        """The tensor: of an ordinary one the checksum is compared, a large one is mapped without reading it."""
        archive, path = self._opened(ref.file), self.path / ref.file
        mapped = map_tensor(archive, ref, path) if tensor_bytes(ref) >= MAPPED_BYTES else None
        return read_tensor(archive, ref, path) if mapped is None else mapped

    def _opened(self, file: str) -> ZipFile:
        archive = self._open.pop(file, None) or self._newly_opened(file)
        self._open[file] = archive
        if len(self._open) > OPEN_FILES:
            self._open.popitem(last=False)[1].close()
        return archive

    def _newly_opened(self, file: str) -> ZipFile:
        error = self._folder.change() or file_error(self.path, file)
        if error is not None:
            raise error
        return open_npz(self.path / file)


def _held_bytes(values: Array) -> int:
    """How much memory a kept array takes from others; of one that is mapped only what is beside its values."""
    return ENTRY_BYTES + (0 if isinstance(values.base, np.memmap) else values.nbytes)
