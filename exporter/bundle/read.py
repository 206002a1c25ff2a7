"""Reads bundles: the manifest at once, tensors when they are asked for."""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from msgspec import structs

from exporter.bundle.captures import BLOCK_BYTES, BLOCKS_KEPT, PackedCaptures, captured_pairs
from exporter.bundle.checks import capture_check, is_sound, manifest_problems, outline_problems, output_name
from exporter.bundle.errors import BundleError
from exporter.bundle.files import MANIFEST_FILE, file_errors
from exporter.bundle.limits import Limits
from exporter.bundle.manifest_json import decode_manifest
from exporter.bundle.schema import (
    Capture,
    Checkpoint,
    Embedding,
    Input,
    Layer,
    Manifest,
    Neighbours,
    Overlay,
    Sculpture,
    Survey,
    TensorRef,
)
from exporter.bundle.store import TensorStore
from exporter.bundle.tensors import manifest_files, tensor_bytes

Found = TypeVar("Found")

CHECKED_BYTES = BLOCK_BYTES * BLOCKS_KEPT
"""Captures whose text is longer are not looked into on opening, but each when it is used."""


def read_bundle(path: Path | str, *, limits: Limits | None = None) -> Bundle:
    """The bundle at `path`. Its manifest has been read and checked; no tensor has.

    Where there are very many captures, what they hold is checked when one is looked up, before it is handed out.

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
    looked_into = _looked_into(manifest)
    problems = manifest_problems if looked_into is manifest else outline_problems
    for problem in problems(manifest, limits):
        raise BundleError("the manifest does not hold together", got=problem, path=path / MANIFEST_FILE)
    for error in file_errors(path, manifest_files(looked_into)):
        raise error
    if looked_into is not manifest and isinstance(manifest.captures, PackedCaptures):
        captures = manifest.captures.checked(capture_check(manifest, limits))
        manifest = structs.replace(manifest, captures=captures)
    return Bundle(path, manifest, limits)


def _looked_into(manifest: Manifest) -> Manifest:
    """The part of a manifest that is checked on opening: all of it, or, where captures are very many, all but these."""
    captures = manifest.captures
    is_long = isinstance(captures, PackedCaptures) and captures.text_bytes > CHECKED_BYTES
    return structs.replace(manifest, captures=()) if is_long else manifest


def read_manifest(path: Path, limits: Limits) -> Manifest:
    """The manifest of the bundle at `path`; only its form has been checked. Raises as `read_bundle` does."""
    file = path / MANIFEST_FILE
    remedy = "pass a folder that `kerascope export` wrote"
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BundleError("not a Kerascope bundle", expected="manifest.json to be a file", path=path)
        with file.open("rb") as stream:
            most_bytes = min(status.st_size, limits.manifest_bytes) + 1  # reading takes the memory that it asks for
            text = stream.read(most_bytes) if status.st_size <= limits.manifest_bytes else None
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
        looked_into = _looked_into(manifest)
        self._files = manifest_files(looked_into)
        self._has_more = looked_into is not manifest
        self._layers = {layer.name: layer for layer in manifest.layers}
        self._inputs = {shown.id: shown for shown in manifest.inputs}
        self._checkpoints = {checkpoint.id: checkpoint for checkpoint in manifest.checkpoints}
        self._places: dict[str, dict[str, int]] = {}
        for place, (one, at) in enumerate(captured_pairs(manifest.captures)):
            self._places.setdefault(at, {})[one] = place
        self._statistics = {(e.layer, e.checkpoint): e for e in manifest.derived if e.kind == "statistics"}
        self._importance = {(e.layer, e.checkpoint, e.method): e for e in manifest.derived if e.kind == "importance"}
        self._sculptures = {sculpture.id: sculpture for sculpture in manifest.sculptures}
        self._overlays = {overlay.id: overlay for overlay in manifest.overlays}
        self._surveys = {survey.id: survey for survey in manifest.surveys}
        self._embeddings = {embedding.id: embedding for embedding in manifest.embeddings}
        self._neighbours = {near.id: near for near in manifest.neighbours}
        self._store = TensorStore(path)

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
        place = self._places.get(checkpoint_id, {}).get(input_id)
        if place is None:
            known = dict.fromkeys(islice(captured_pairs(self.manifest.captures), 9))
            return self._found("capture", known, (input_id, checkpoint_id))  # type: ignore[return-value] # raises
        return self.manifest.captures[place]

    def inputs_at(self, checkpoint_id: str) -> Collection[str]:
        """The inputs that were captured at a checkpoint, in the order of the captures; looking is cheap."""
        return self._places.get(checkpoint_id, {}).keys()

    def captures_at(self, checkpoint_id: str) -> Iterator[Capture]:
        """The captures at a checkpoint, in order; each is read from the manifest when it is its turn."""
        return (self.manifest.captures[place] for place in self._places.get(checkpoint_id, {}).values())

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

    def importance(self, layer_name: str, checkpoint_id: str, method: str) -> dict[str, np.ndarray[Any, Any]] | None:
        """The importance of a layer's units or channels, by the names in SPEC.md, or ``None`` where there is none."""
        entry = self._importance.get((self.layer(layer_name).name, self.checkpoint(checkpoint_id).id, method))
        return None if entry is None else {name: self.load(ref) for name, ref in entry.tensors.items()}

    def sculpture(self, id: str) -> Sculpture:  # noqa: A002 (the manifest calls it so)
        """The sculpture of this id."""
        return self._found("sculpture", self._sculptures, id)

    def overlay(self, id: str) -> Overlay:  # noqa: A002 (the manifest calls it so)
        """The overlay of this id."""
        return self._found("overlay", self._overlays, id)

    def survey(self, id: str) -> Survey:  # noqa: A002
        """The survey of this id."""
        return self._found("survey", self._surveys, id)

    def embedding(self, id: str) -> Embedding:  # noqa: A002
        """The embedding of this id."""
        return self._found("embedding", self._embeddings, id)

    def neighbours(self, id: str) -> Neighbours:  # noqa: A002
        """The neighbours of this id."""
        return self._found("neighbours", self._neighbours, id)

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
        is_named = ref.file in self._files or (self._has_more and is_sound(ref))
        if not is_named or tensor_bytes(ref) > self._limits.tensor_bytes:
            raise BundleError("not a tensor of this bundle", got=ref, path=self.path)
        return self._store.load(ref)

    def change(self) -> BundleError | None:
        """What has happened to the bundle's folder since it was opened: it is gone, or was replaced; `None`: neither.

        What has been read stays, and nothing more is read: it might be of another bundle.
        """
        return self._store.change()

    def has_more(self) -> bool:
        """Whether something was added to the bundle since it was opened; who opens it anew sees it."""
        return self._store.has_more()

    @property
    def held_bytes(self) -> int:
        """How much memory the tensors take that are kept; never more than `exporter.bundle.store.CACHED_BYTES`."""
        return self._store.held_bytes

    def close(self) -> None:
        """Close the files and forget the arrays. The bundle can still be used: files open again when needed."""
        self._store.close()

    def _found(self, what: str, among: dict[Any, Found], key: object) -> Found:
        try:
            return among[key]
        except KeyError as error:
            known = ", ".join(map(str, list(among)[:8])) + (", ..." if len(among) > 8 else "")
            raise BundleError(f"no such {what}", expected=f"one of {known}", got=repr(key), path=self.path) from error
