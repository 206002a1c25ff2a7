"""Reads bundles: the manifest at once, tensors when they are asked for."""

from __future__ import annotations

import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar
from zipfile import ZipFile

import numpy as np

from exporter.bundle.checks import manifest_problems, output_name
from exporter.bundle.errors import BundleError
from exporter.bundle.limits import Limits
from exporter.bundle.manifest_json import MANIFEST_FILE, decode_manifest
from exporter.bundle.npz_map import map_tensor
from exporter.bundle.npz_read import open_npz, read_tensor
from exporter.bundle.schema import Capture, Checkpoint, Input, Layer, Manifest, TensorRef
from exporter.bundle.tensors import manifest_files, tensor_bytes

Found = TypeVar("Found")

_OPEN_FILES = 16
_CACHED_BYTES = 256 * 2**20
_MAPPED_BYTES = 16 * 2**20
"""Tensors from this size on stay on disk where they can."""


def read_bundle(path: Path | str, *, limits: Limits | None = None) -> Bundle:
    """The bundle at `path`. Its manifest has been read and checked; no tensor has.

    Parameters
    ----------
    path : the folder.
    limits : the largest sizes that are taken in; ``None`` is ``Limits()``.

    Raises
    ------
    BundleError
        no bundle, a newer version, a manifest that is damaged or does not hold together, a named file that is missing
        or outside the folder, or more than the limits allow.
    """
    path, limits = Path(path), limits or Limits()
    manifest = read_manifest(path, limits)
    for problem in manifest_problems(manifest, limits):
        raise BundleError("the manifest does not hold together", got=problem, path=path / MANIFEST_FILE)
    for error in file_errors(path, manifest):
        raise error
    return Bundle(path, manifest, limits)


def read_manifest(path: Path, limits: Limits) -> Manifest:
    """The manifest of the bundle at `path`; only its form has been checked. Raises as `read_bundle` does."""
    file = path / MANIFEST_FILE
    remedy = "pass a folder that `kerascope export` wrote"
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BundleError("not a Kerascope bundle", expected="manifest.json to be a file", path=path)
        with file.open("rb") as stream:
            text = stream.read(limits.manifest_bytes + 1) if status.st_size <= limits.manifest_bytes else None
    except (FileNotFoundError, NotADirectoryError) as error:
        got = "a folder without one" if path.is_dir() else "a file" if path.exists() else "nothing at this place"
        expected = f"a folder with {MANIFEST_FILE}"
        raise BundleError("not a Kerascope bundle", expected=expected, got=got, remedy=remedy, path=path) from error
    except (OSError, ValueError) as error:
        raise BundleError("the manifest cannot be read", got=error, path=file) from error
    if text is None or len(text) > limits.manifest_bytes:
        most = f"at most {limits.manifest_bytes} bytes"
        raise BundleError("the manifest is over the limit", expected=most, got=f"{status.st_size} bytes", path=file)
    return decode_manifest(text, file)


def file_errors(path: Path, manifest: Manifest) -> list[BundleError]:
    """One error for each file that `manifest` names and that is missing, no plain file, or outside of `path`."""
    names = manifest_files(manifest)
    plain = {folder: _plain_files(path, folder) for folder in {name.rpartition("/")[0] for name in names}}
    doubtful = (name for name in sorted(names) if name.rpartition("/")[2] not in plain[name.rpartition("/")[0]])
    return [error for name in doubtful if (error := _file_error(path, name)) is not None]


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


def _file_error(path: Path, name: str) -> BundleError | None:
    """What is wrong with a file that the manifest names, if anything is: links inside of the folder are not."""
    root, place = os.path.realpath(path), os.path.realpath(path / name)
    if os.path.commonpath((root, place)) != root:
        return BundleError("a file leaves the bundle's folder by a link", got=name, path=path)
    if not Path(place).exists():
        return BundleError("a file of the bundle is missing", got=name, remedy="export the bundle again", path=path)
    if not Path(place).is_file():
        return BundleError("a file of the bundle is none", expected="a plain file", got=name, path=path)
    return None


class Bundle:
    """An opened bundle: its manifest, and its tensors as they are asked for.

    Lookups of things that are not there raise `BundleError`. Arrays are read-only; recently used ones are kept, and
    those of 16 MiB and more stay on disk (memory-mapped). Safe to use from several threads.

    Attributes
    ----------
    path : the folder.
    manifest : everything but the tensors.
    """

    def __init__(self, path: Path, manifest: Manifest, limits: Limits) -> None:
        self.path = path
        self.manifest = manifest
        self._limits = limits
        self._files = manifest_files(manifest)
        self._layers = {layer.name: layer for layer in manifest.layers}
        self._inputs = {shown.id: shown for shown in manifest.inputs}
        self._checkpoints = {checkpoint.id: checkpoint for checkpoint in manifest.checkpoints}
        self._captures = {(capture.input, capture.checkpoint): capture for capture in manifest.captures}
        self._statistics = {(e.layer, e.checkpoint): e for e in manifest.derived if e.kind == "statistics"}
        self._open: OrderedDict[str, ZipFile] = OrderedDict()
        self._cache: OrderedDict[TensorRef, np.ndarray[Any, Any]] = OrderedDict()
        self._cached_bytes = 0
        self._turn = threading.Lock()

    def __repr__(self) -> str:
        return f"Bundle({str(self.path)!r})"

    @property
    def final_checkpoint(self) -> Checkpoint:
        """The last checkpoint."""
        return self.manifest.checkpoints[-1]

    def layer(self, name: str) -> Layer:
        """The layer of this name."""
        return self._found("layer", self._layers, name)

    def input(self, id: str) -> Input:  # noqa: A002 (the manifest calls it so)
        """The input with this id."""
        return self._found("input", self._inputs, id)

    def checkpoint(self, id: str) -> Checkpoint:  # noqa: A002
        """The checkpoint with this id."""
        return self._found("checkpoint", self._checkpoints, id)

    def capture(self, input_id: str, checkpoint_id: str) -> Capture:
        """What this input did at this checkpoint."""
        return self._found("capture", self._captures, (input_id, checkpoint_id))

    def output(self, input_id: str, checkpoint_id: str, layer_name: str, index: int = 0) -> np.ndarray[Any, Any]:
        """What a layer put out, without the batch axis; `index` chooses among several output tensors."""
        outputs = self.capture(input_id, checkpoint_id).outputs
        return self.load(self._found("captured output", outputs, output_name(layer_name, index)))

    def weight(self, checkpoint_id: str, layer_name: str, variable: str) -> np.ndarray[Any, Any]:
        """A variable of a layer (`kernel`, `bias`, ...), also for a layer that shares another one's weights."""
        layer = self.layer(layer_name)
        weights = self.checkpoint(checkpoint_id).weights
        return self.load(self._found("weight", weights, f"{layer.shares_weights_with or layer.name}/{variable}"))

    def statistics(
        self, layer_name: str, checkpoint_id: str | None = None, *, names: Collection[str] | None = None
    ) -> dict[str, np.ndarray[Any, Any]] | None:
        """The statistics of a layer over the clean inputs, by the names in SPEC.md, or ``None`` where there are none.

        Without `checkpoint_id` they are those of the latest checkpoint that has some for this layer. With `names` only
        these are read.
        """
        self.layer(layer_name)
        wanted = reversed(self._checkpoints) if checkpoint_id is None else (self.checkpoint(checkpoint_id).id,)
        entry = next((e for c in wanted if (e := self._statistics.get((layer_name, c))) is not None), None)
        if entry is None:
            return None
        return {name: self.load(ref) for name, ref in entry.tensors.items() if names is None or name in names}

    def image(self, input_id: str) -> np.ndarray[Any, Any] | None:
        """The picture of an input, (H, W, C) uint8 with C 1 or 3, or ``None`` where the input is no picture."""
        ref = self.input(input_id).image
        return None if ref is None else self.load(ref)

    def load(self, ref: TensorRef) -> np.ndarray[Any, Any]:
        """The array that a reference of this bundle's manifest names: its dtype and shape, read-only.

        Raises
        ------
        BundleError
            the file is damaged or is not what the manifest declares, or the reference is not one of this bundle.
        """
        with self._turn:
            values = self._cache.pop(ref, None)
            if values is None:
                if ref.file not in self._files or tensor_bytes(ref) > self._limits.tensor_bytes:
                    raise BundleError("not a tensor of this bundle", got=ref, path=self.path)
                values = self._read(ref)
                self._cached_bytes += _held_bytes(values)
            self._cache[ref] = values
            while self._cached_bytes > _CACHED_BYTES:
                self._cached_bytes -= _held_bytes(self._cache.popitem(last=False)[1])
        return values

    def close(self) -> None:
        """Close the files and forget the arrays. The bundle can still be used: files open again when needed."""
        with self._turn:
            for archive in self._open.values():
                archive.close()
            self._open.clear()
            self._cache.clear()
            self._cached_bytes = 0

    def _read(self, ref: TensorRef) -> np.ndarray[Any, Any]:
        """The tensor: of an ordinary one the checksum is compared, a large one is mapped without reading it."""
        archive, path = self._opened(ref.file), self.path / ref.file
        mapped = map_tensor(archive, ref, path) if tensor_bytes(ref) >= _MAPPED_BYTES else None
        return read_tensor(archive, ref, path) if mapped is None else mapped

    def _opened(self, file: str) -> ZipFile:
        archive = self._open.pop(file, None) or open_npz(self.path / file)
        self._open[file] = archive
        if len(self._open) > _OPEN_FILES:
            self._open.popitem(last=False)[1].close()
        return archive

    def _found(self, what: str, among: dict[Any, Found], key: object) -> Found:
        try:
            return among[key]
        except KeyError as error:
            known = ", ".join(map(str, list(among)[:8])) + (", ..." if len(among) > 8 else "")
            raise BundleError(f"no such {what}", expected=f"one of {known}", got=repr(key), path=self.path) from error


def _held_bytes(values: np.ndarray[Any, Any]) -> int:
    """How much memory an array keeps from others; one that is mapped, none."""
    return 0 if isinstance(values.base, np.memmap) else values.nbytes
