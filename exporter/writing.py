"""Parts of a bundle, written a tensor at a time: a checkpoint's weights, what the layers put out, and statistics."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bounds import Kept
from exporter.bundle.npz_write import NpzWriter
from exporter.bundle.schema import Capture, Checkpoint, Derived, Preprocessing, TensorRef
from exporter.bundle.write import BundleWriter
from exporter.capture import LayerOutputs, Moment
from exporter.capture.outputs import stored
from exporter.capture.statistics import SAMPLED_VALUES, PassingStatistics
from exporter.capture.weights import Weights, seen_array
from exporter.inputs import InputSpec, Sample, feed

Array = NDArray[Any]
Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much there is."""
Warn = Callable[[str], None]
"""Is told one line that the user should know of."""

SAMPLED_IN_ALL = 2**26
"""How many values all layers together may keep for their percentiles, while inputs pass by."""


@dataclass(frozen=True)
class Shown:
    """One thing to run through the model: the id of the input, its feed (one array per model input), its picture."""

    id: str
    feeds: tuple[Array, ...]
    picture: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Capturing:
    """What is kept of a run of the model, and where.

    Attributes
    ----------
    checkpoint : its id.
    kept : the outputs that are stored, and how many channels of each.
    dtype : of floating-point outputs; what was fed is stored exactly.
    file : the name of the file of an input.
    passing : the statistics of layers that are to be computed, by name.
    """

    checkpoint: str
    kept: Kept
    dtype: str
    file: Callable[[str], str]
    passing: Mapping[str, PassingStatistics]


def number(place: int) -> str:
    """The id of the n-th of something: at least three digits.

    >>> number(7), number(1234)
    ('007', '1234')
    """
    return f"{place:03d}"


def write_weights(writer: BundleWriter, checkpoint: str, weights: Weights, dtype: str) -> dict[str, TensorRef]:
    """The references of weights, each of which was looked at when its turn came and written from where it is."""
    with writer.open(f"weights/{checkpoint}.npz") as stream:
        return {name: stream.add(name, stored(seen_array(weights[name]), dtype)) for name in sorted(weights)}


def checkpoint_entry(checkpoint: str, moment: Moment, weights: dict[str, TensorRef]) -> Checkpoint:
    """The entry of a checkpoint; metrics that are no number are `None`."""
    metrics = {
        name: None if value is None or not np.isfinite(value) else value for name, value in moment.metrics.items()
    }
    return Checkpoint(
        id=checkpoint, label=moment.label, weights=weights, epoch=moment.epoch, step=moment.step, metrics=metrics
    )


def shown_samples(
    ids: Sequence[str], samples: Sequence[Sample], specs: Sequence[InputSpec], preprocessing: Preprocessing
) -> Iterator[Shown]:
    """The samples, preprocessed when their turn comes."""
    for id_, sample in zip(ids, samples, strict=True):
        yield Shown(id_, tuple(array[0] for array in feed([sample], specs, preprocessing)), sample.picture)


def write_captures(
    writer: BundleWriter, outputs: LayerOutputs, shown: Iterator[Shown], capturing: Capturing
) -> Iterator[tuple[Capture, TensorRef | None]]:
    """Run inputs through the model a batch at a time; each output goes to its input's file as soon as it is there.

    Yields the entry of each capture, and the reference of the picture, which lies in the same file.
    """
    for batch in _batches(shown, outputs.batch):
        yield from _write_batch(writer, outputs, batch, capturing)


def _batches(shown: Iterator[Shown], size: int) -> Iterator[list[Shown]]:
    batch: list[Shown] = []
    for each in shown:
        batch.append(each)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _write_batch(
    writer: BundleWriter, outputs: LayerOutputs, batch: Sequence[Shown], capturing: Capturing
) -> list[tuple[Capture, TensorRef | None]]:
    feeds = [np.stack(arrays) for arrays in zip(*(each.feeds for each in batch), strict=True)]
    key = "image" if "image" not in outputs.names else "image (picture)"  # a layer may have any name
    refs: list[dict[str, TensorRef]] = [{} for _ in batch]
    with contextlib.ExitStack() as files:
        streams = [files.enter_context(writer.open(capturing.file(each.id))) for each in batch]
        pictures = [
            None if each.picture is None else stream.add(key, each.picture)
            for stream, each in zip(streams, batch, strict=True)
        ]
        scored: dict[str, Array] = {}
        for name, values in outputs.each(feeds):
            if outputs.is_scored(name):
                scored[name] = values
            _write_output(streams, refs, name, _as_kept(values, name, outputs, capturing), capturing)
    entries = []
    for row, each in enumerate(batch):
        scores, predicted = outputs.scores(scored, row)
        capture = Capture(
            input=each.id, checkpoint=capturing.checkpoint, outputs=refs[row], scores=scores, predicted=predicted
        )
        entries.append((capture, pictures[row]))
    return entries


def _as_kept(values: Array, name: str, outputs: LayerOutputs, capturing: Capturing) -> Array | None:
    """The outputs (n, ...) as they are stored; `None` where they are not."""
    if name not in capturing.kept:
        return None
    if outputs.is_fed(name):
        return values
    channels = capturing.kept[name]
    return stored(values if channels is None else values[..., :channels], capturing.dtype)


def _write_output(
    streams: Sequence[NpzWriter],
    refs: Sequence[dict[str, TensorRef]],
    name: str,
    values: Array | None,
    capturing: Capturing,
) -> None:
    if values is None:
        return
    for stream, refs_of_input, row in zip(streams, refs, values, strict=True):
        refs_of_input[name] = stream.add(name, row)
    if name in capturing.passing:
        capturing.passing[name].add(values)


def passing_statistics(names: Sequence[str], inputs: int) -> dict[str, PassingStatistics]:
    """What takes in the outputs of these layers, of so many inputs; together they keep at most `SAMPLED_IN_ALL`."""
    most = min(SAMPLED_VALUES, SAMPLED_IN_ALL // max(1, len(names)))
    return {name: PassingStatistics(inputs, most_values=most) for name in names}


def write_statistics(
    writer: BundleWriter, checkpoint: str, passing: Mapping[str, PassingStatistics], inputs: Sequence[str]
) -> list[Derived]:
    """The entries of the statistics of layers, all inputs having passed by."""
    derived: list[Derived] = []
    with writer.open(f"derived/statistics-{checkpoint}.npz") as stream:
        for layer, statistics in passing.items():
            arrays = statistics.result()
            entry = Derived(
                kind="statistics",
                layer=layer,
                checkpoint=checkpoint,
                tensors={name: stream.add(f"{layer}/{name}", arrays[name]) for name in sorted(arrays)},
                inputs=tuple(inputs),
                sampled=statistics.sampled,
            )
            derived.append(entry)
    return derived
