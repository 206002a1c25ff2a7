"""Parts of a bundle, written: a checkpoint's weights, what the layers put out, and their statistics."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.npz_read import open_npz, read_tensor
from exporter.bundle.schema import Capture, Checkpoint, Derived, Layer, Preprocessing, TensorRef
from exporter.bundle.write import BundleWriter
from exporter.capture import LayerOutputs, Moment, channel_statistics
from exporter.capture.outputs import stored
from exporter.inputs import InputSpec, Sample, feed

Array = NDArray[Any]
Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much there is."""
Warn = Callable[[str], None]
"""Is told one line that the user should know of."""

STATISTICS_BYTES = 512 * 2**20


@dataclass(frozen=True)
class Shown:
    """One thing to run through the model: the id of the input, its feed (one array per model input), its picture."""

    id: str
    feeds: tuple[Array, ...]
    picture: NDArray[np.uint8] | None = None


def number(place: int) -> str:
    """The id of the n-th of something: at least three digits.

    >>> number(7), number(1234)
    ('007', '1234')
    """
    return f"{place:03d}"


def write_checkpoint(writer: BundleWriter, id: str, moment: Moment, dtype: str, warn: Warn) -> Checkpoint:  # noqa: A002
    """The entry of a checkpoint whose weights have been written; weights that are no numbers are warned of."""
    weights = moment.weights()
    for name in sorted(weights):
        odd = int(np.count_nonzero(~np.isfinite(weights[name]))) if weights[name].dtype.kind == "f" else 0
        if odd:
            warn(
                f"{odd} of {weights[name].size} weights in {name} are NaN or infinite (checkpoint {id}, {moment.label})"
            )
    refs = writer.write(f"weights/{id}.npz", {name: stored(array, dtype) for name, array in weights.items()})
    metrics = {
        name: None if value is None or not np.isfinite(value) else value for name, value in moment.metrics.items()
    }
    return Checkpoint(id=id, label=moment.label, weights=refs, epoch=moment.epoch, step=moment.step, metrics=metrics)


def shown_samples(
    ids: Sequence[str], samples: Sequence[Sample], specs: Sequence[InputSpec], preprocessing: Preprocessing
) -> Iterator[Shown]:
    """The samples, preprocessed when their turn comes."""
    for id_, sample in zip(ids, samples, strict=True):
        yield Shown(id_, tuple(array[0] for array in feed([sample], specs, preprocessing)), sample.picture)


def write_captures(
    writer: BundleWriter,
    outputs: LayerOutputs,
    shown: Iterator[Shown],
    checkpoint: str,
    *,
    file: Callable[[str], str],
    dtype: str,
) -> Iterator[tuple[Capture, TensorRef | None]]:
    """Run inputs through the model and write what its layers put out, a batch at a time.

    `file` names the file of an input. What was fed is stored exactly, whatever `dtype` is.

    Yields the entry of each capture, and the reference of the picture, which lies in the same file.
    """
    for batch in _batches(shown, outputs.batch):
        results = outputs.run([np.stack(arrays) for arrays in zip(*(each.feeds for each in batch), strict=True)])
        for row, each in enumerate(batch):
            arrays = {
                name: array[row] if outputs.is_fed(name) else stored(array[row], dtype)
                for name, array in results.items()
            }
            refs, picture = _write_input(writer, file(each.id), arrays, each.picture)
            scores, predicted = outputs.scores(results, row)
            yield (
                Capture(input=each.id, checkpoint=checkpoint, outputs=refs, scores=scores, predicted=predicted),
                picture,
            )


def _batches(shown: Iterator[Shown], size: int) -> Iterator[list[Shown]]:
    batch: list[Shown] = []
    for each in shown:
        batch.append(each)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _write_input(
    writer: BundleWriter, file: str, arrays: Mapping[str, Array], picture: Array | None
) -> tuple[dict[str, TensorRef], TensorRef | None]:
    key = "image" if "image" not in arrays else "image (picture)"  # a layer may have any name
    with writer.open(file) as stream:
        ref = None if picture is None else stream.add(key, picture)
        return {name: stream.add(name, array) for name, array in arrays.items()}, ref


def write_statistics(
    writer: BundleWriter, checkpoint: str, layers: Sequence[Layer], captures: Sequence[Capture]
) -> list[Derived]:
    """The entries of every layer's statistics over these captures, which are read back from where they were written.

    At most `STATISTICS_BYTES` are held at a time: as many layers as fit; of a layer that does not fit by itself every
    second (third, ...) input is taken, and the entry says which.
    """
    derived: list[Derived] = []
    with writer.open(f"derived/statistics-{checkpoint}.npz") as stream:
        for group in _groups(layers, captures):
            for layer, kept, values in _read_back(writer, group, captures):
                arrays = channel_statistics(values)
                tensors = {name: stream.add(f"{layer.name}/{name}", arrays[name]) for name in sorted(arrays)}
                entry = Derived(
                    kind="statistics", layer=layer.name, checkpoint=checkpoint, tensors=tensors, inputs=kept
                )
                derived.append(entry)
    return derived


def _bytes_of(layer: Layer, captures: Sequence[Capture]) -> int:
    """The size of a layer's outputs in float32, all inputs together."""
    return sum(4 * int(np.prod(capture.outputs[layer.name].shape, dtype=np.int64)) for capture in captures)


def _groups(layers: Sequence[Layer], captures: Sequence[Capture]) -> Iterator[list[Layer]]:
    group: list[Layer] = []
    held_bytes = 0
    for layer in layers:
        if not all(layer.name in capture.outputs for capture in captures):
            continue
        size_bytes = _bytes_of(layer, captures)
        if group and held_bytes + size_bytes > STATISTICS_BYTES:
            yield group
            group, held_bytes = [], 0
        group.append(layer)
        held_bytes += size_bytes
    if group:
        yield group


def _read_back(
    writer: BundleWriter, group: Sequence[Layer], captures: Sequence[Capture]
) -> Iterator[tuple[Layer, tuple[str, ...], Array]]:
    """Each layer of the group, the inputs that were taken, and their outputs, pooled over all axes but the last."""
    every = max(1, -(-_bytes_of(group[0], captures) // STATISTICS_BYTES)) if len(group) == 1 else 1
    kept = captures[::every]
    parts: dict[str, list[Array]] = {layer.name: [] for layer in group}
    for capture in kept:
        refs = {name: capture.outputs[name] for name in parts}
        with contextlib.closing(open_npz(writer.folder / next(iter(refs.values())).file)) as archive:
            for name, ref in refs.items():
                values = read_tensor(archive, ref, writer.folder / ref.file)
                parts[name].append(values.reshape(-1, values.shape[-1] if values.ndim else 1))
    ids = tuple(capture.input for capture in kept)
    for layer in group:
        yield layer, ids, np.concatenate(parts.pop(layer.name))
