"""The files of the folder, written a sample and a layer at a time: memory does not grow with epochs and samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.durable import sync_file
from exporter.bundle.read import Bundle
from exporter.interchange.unity.encode import array_text, entry_start, parts_text, text_of
from exporter.interchange.unity.flow import Piece

Progress = Callable[[str, int, int], None]
_HELD_BYTES = 64 * 2**20
"""Samples of neighbouring layers are read together up to so much, since each sample is a file of its own."""
_BUFFER_BYTES = 2**20


@dataclass(frozen=True)
class Content:
    """What is written: the bundle, the pieces, which samples and moments, the factor, names of classes and samples.

    `truths` and `predictions(checkpoint)` are one text a sample.
    """

    bundle: Bundle
    pieces: tuple[Piece, ...]
    inputs: tuple[str, ...]
    checkpoints: tuple[str, ...]
    scale: float
    class_names: tuple[str, ...]
    truths: tuple[str, ...]
    predictions: Callable[[str], tuple[str, ...]]


@dataclass
class Peaks:
    """The largest finite value, without its sign, of each piece's weights and values, as written.

    `odd` counts values that are not finite, `least` is the smallest of the input, at most 0.
    """

    weights: dict[str, float] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    odd: int = 0
    least: float = 0.0

    def take(self, peaks: dict[str, float], name: str, array: NDArray[np.float32]) -> None:
        """Look at an array."""
        if not array.size:
            return
        least = float(array.min())
        largest = max(float(array.max()), -least)
        self.least = min(self.least, least) if name == "input" else self.least
        if not np.isfinite(largest):
            finite = array[np.isfinite(array)]
            self.odd += array.size - finite.size
            largest = float(np.abs(finite).max()) if finite.size else 0.0
        peaks[name] = max(peaks.get(name, 0.0), largest)


def write_folder(folder: Path, content: Content, progress: Progress) -> Peaks:
    """The largest values of what was written into `folder`: the structure, and two files an epoch."""
    structure = [[piece.name, piece.shape] for piece in content.pieces]
    _write(folder / "model_structure.json", [text_of([*structure, list(content.class_names)])])
    peaks = Peaks()
    names = epoch_files(len(content.checkpoints))
    for epoch, (checkpoint, (weights, values)) in enumerate(zip(content.checkpoints, names, strict=True)):
        progress("writing", epoch, len(content.checkpoints))
        _write(folder / weights, _weights(content, checkpoint, peaks))
        _write(folder / values, _values(content, checkpoint, peaks))
        content.bundle.close()  # nothing of this epoch is read again, and what was would be kept
    progress("writing", len(content.checkpoints), len(content.checkpoints))
    return peaks


def epoch_files(epochs: int) -> list[tuple[str, str]]:
    """The names of the files of weights and of activations of each epoch, with as many digits as the last one needs.

    >>> epoch_files(2)[1], epoch_files(1001)[7][0]
    (('model_weights_epoch001.json', 'model_activations_epoch001.json'), 'model_weights_epoch0007.json')
    """
    digits = max(3, len(str(epochs - 1)))
    return [
        (f"model_weights_epoch{epoch:0{digits}d}.json", f"model_activations_epoch{epoch:0{digits}d}.json")
        for epoch in range(epochs)
    ]


def _write(path: Path, parts: Iterator[bytes] | Sequence[bytes]) -> None:
    with path.open("xb", buffering=_BUFFER_BYTES) as stream:
        _write_all(stream, parts)
        sync_file(stream)


def _write_all(stream: IO[bytes], parts: Iterator[bytes] | Sequence[bytes]) -> None:
    for part in parts:
        stream.write(part)


def _weights(content: Content, checkpoint: str, peaks: Peaks) -> Iterator[bytes]:
    for place, piece in enumerate(content.pieces):
        yield b"," if place else b"["
        yield entry_start(piece.name, piece.shape if piece.kind != "input" else (1,))
        yield from parts_text(_kernel_parts(content, piece, checkpoint, peaks))
        yield b"]"
    yield b"]"


def _kernel_parts(content: Content, piece: Piece, checkpoint: str, peaks: Peaks) -> Iterator[NDArray[np.float32]]:
    for part in piece.kernel.parts(content.bundle, checkpoint):
        scaled = _times(part, content.scale)
        if piece.kind in ("conv", "fc"):
            peaks.take(peaks.weights, piece.name, scaled)
        yield scaled


def _values(content: Content, checkpoint: str, peaks: Peaks) -> Iterator[bytes]:
    yield b"["
    for pieces in _together(content.pieces, len(content.inputs)):
        held = _held(content, checkpoint, pieces) if len(pieces) > 1 else {}
        for piece in pieces:
            yield entry_start(piece.name, (len(content.inputs), *piece.values.shape))
            for place, input_id in enumerate(content.inputs):
                yield b"," if place else b"["
                sample = held.pop((piece.name, input_id), None)
                sample = _sample(content, piece, input_id, checkpoint) if sample is None else sample
                peaks.take(peaks.values, piece.name, sample)
                yield from array_text(sample)
            yield b"]],"
    yield text_of([content.truths, content.predictions(checkpoint)]) + b"]"


def _held(content: Content, checkpoint: str, pieces: Sequence[Piece]) -> dict[tuple[str, str], NDArray[np.float32]]:
    """The samples of some pieces, read a sample after the other so that each one's file is opened once."""
    return {
        (piece.name, input_id): _sample(content, piece, input_id, checkpoint)
        for input_id in content.inputs
        for piece in pieces
    }


def _sample(content: Content, piece: Piece, input_id: str, checkpoint: str) -> NDArray[np.float32]:
    values = piece.values.array(content.bundle, input_id, checkpoint)
    return values if piece.kind == "input" else _times(values, content.scale)


def _times(values: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    if scale == 1:
        return values
    return np.asarray(values * np.float32(scale), np.float32)


def _together(pieces: Sequence[Piece], samples: int) -> Iterator[list[Piece]]:
    """Neighbouring pieces whose samples together are within what is held at once; a larger piece stands alone."""
    group: list[Piece] = []
    held = 0
    for piece in pieces:
        own = 4 * prod(piece.values.shape) * samples
        if group and held + own > _HELD_BYTES:
            yield group
            group, held = [], 0
        group.append(piece)
        held += own
    yield group


def count_values(pieces: Sequence[Piece], samples: int, epochs: int) -> int:
    """How many numbers the files of the folder hold."""
    shown = sum(prod(piece.values.shape) for piece in pieces) * samples
    return epochs * (shown + sum(kernel_size(piece) for piece in pieces))


def kernel_size(piece: Piece) -> int:
    """How many numbers the weights of a piece have."""
    return prod(piece.shape) if piece.kind != "input" else 1


def folder_size(folder: Path) -> tuple[int, int]:
    """How many bytes the files of a folder have, and how many files there are."""
    sizes: list[Any] = [entry.stat().st_size for entry in folder.iterdir()]
    return sum(sizes), len(sizes)
