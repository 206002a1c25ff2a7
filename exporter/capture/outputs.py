"""The output of every layer for every input, in batches that bound memory."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.bundle.checks import output_name
from exporter.capture.calls import outputs_of
from exporter.capture.reading import read_model
from exporter.capture.weights import plain_array

BATCH_BYTES = 256 * 2**20
LARGEST_BATCH = 32
"""What `keras.Model.predict` takes: the same batches give the same bits."""
_MOST_SCORES = 10_000


class LayerOutputs:
    """Runs a model and hands out what each of its calls puts out, in inference mode.

    It follows the model: with other weights assigned, it gives the outputs of these.

    Attributes
    ----------
    names : name of every output (`layer`, `layer#1`), in topological order; inputs first.
    bytes_per_sample : of all outputs together in float32; sizes that are not fixed count as 1.
    batch : how many samples to give to `each` at once so that the outputs stay below `BATCH_BYTES`; at least 1.
    """

    def __init__(self, model: keras.Model, *, batch_bytes: int = BATCH_BYTES) -> None:
        reading = read_model(model)
        tensors = {name: tensor for call in reading.calls for name, tensor in outputs_of(call)}
        self.names = tuple(tensors)
        self._inputs = reading.inputs
        self._run = reading.run
        self._tensors = {call.name: tuple(outputs_of(call)) for call in reading.calls}
        self._scores = output_name(reading.outputs[0].call, reading.outputs[0].output)
        shapes = [tensor.shape for tensor in tensors.values()]
        self.bytes_per_sample = sum(4 * math.prod(size or 1 for size in shape) for shape in shapes)
        fixed = all(None not in shape for shape in shapes)
        self.batch = max(1, min(LARGEST_BATCH, batch_bytes // max(1, self.bytes_per_sample))) if fixed else 1

    def each(self, feeds: Sequence[NDArray[Any]]) -> Iterator[tuple[str, NDArray[Any]]]:
        """The outputs (n, ...) by name for one batch, each as soon as it is there: an array (n, ...) per model input.

        First the inputs, as they were fed. Tensors that no later call takes are not kept; those of a container with
        its own `call` (a class, not a graph) are kept until all of it has run.

        Raises
        ------
        ModelError
            the model calls other layers for this batch than it did when it was read.
        """
        yield from zip(self._inputs, feeds, strict=True)
        count = len(feeds[0])
        for call, values in self._run([keras.ops.convert_to_tensor(feed) for feed in feeds]):
            for (name, tensor), value in zip(self._tensors[call.name], values, strict=True):
                yield name, tensor.rows.split(plain_array(value), count)
            values.clear()

    def run(self, feeds: Sequence[NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """All of `each` at once."""
        return dict(self.each(feeds))

    def is_fed(self, name: str) -> bool:
        """Whether the output of that name is a model input: what was fed, and not what was computed."""
        return name in self._inputs

    def is_scored(self, name: str) -> bool:
        """Whether the output of that name is the one that `scores` looks at: the model's first."""
        return name == self._scores

    def scores(self, outputs: dict[str, NDArray[Any]], row: int) -> tuple[tuple[float | None, ...], int | None]:
        """The first model output of one sample, flattened, and the class it predicts.

        Scores are empty over 10,000 values, and `None` where they are no number. No class: fewer than two scores, an
        output that is no vector, or a score that is no number.
        """
        values = np.asarray(outputs[self._scores][row], np.float64)
        if values.size > _MOST_SCORES:
            return (), None
        scores = tuple(float(value) if math.isfinite(value) else None for value in values.ravel())
        is_choice = values.ndim == 1 and values.size > 1 and None not in scores
        return scores, int(values.argmax()) if is_choice else None


def stored(array: NDArray[Any], dtype: str) -> NDArray[Any]:
    """The array as it goes into a bundle: floats as `dtype`, all else as it is. Too large for float16: infinite.

    It is the array itself where nothing has to change.
    """
    if array.dtype.kind != "f":
        return array
    with np.errstate(over="ignore"):
        return array.astype(dtype, copy=False)
