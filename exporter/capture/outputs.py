"""The output of every layer for every input, in batches that bound memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.capture.calls import calls_of, functional_of, output_tensors
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
    names : name of every output (`layer`, `layer#1`), in topological order; inputs included.
    bytes_per_sample : of all outputs together in float32; sizes that are not fixed count as 1.
    batch : how many samples to give to `run` at once so that the outputs stay below `BATCH_BYTES`; at least 1.
    """

    def __init__(self, model: keras.Model, *, batch_bytes: int = BATCH_BYTES) -> None:
        functional = functional_of(model)
        tensors = output_tensors(calls_of(model))
        fed = {id(tensor): place for place, tensor in enumerate(functional.inputs)}
        self.names = tuple(tensors)
        self._fed = {name: fed[id(tensor)] for name, tensor in tensors.items() if id(tensor) in fed}
        self._computed = tuple(name for name in tensors if name not in self._fed)
        self._model = keras.Model(functional.inputs, [tensors[name] for name in self._computed])
        first_output = id(functional.outputs[0])
        self._scores = next(name for name, tensor in tensors.items() if id(tensor) == first_output)
        shapes = [tensor.shape[1:] for tensor in tensors.values()]
        self.bytes_per_sample = sum(4 * math.prod(size or 1 for size in shape) for shape in shapes)
        fixed = all(None not in shape for shape in shapes)
        self.batch = max(1, min(LARGEST_BATCH, batch_bytes // max(1, self.bytes_per_sample))) if fixed else 1

    def run(self, feeds: Sequence[NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The outputs (n, ...) by name for one batch: an array (n, ...) per model input.

        The entry of an input is the array that was fed.
        """
        results = keras.tree.flatten(self._model([keras.ops.convert_to_tensor(each) for each in feeds], training=False))
        computed = dict(zip(self._computed, map(plain_array, results), strict=True))
        return {name: feeds[self._fed[name]] if name in self._fed else computed[name] for name in self.names}

    def is_fed(self, name: str) -> bool:
        """Whether the output of that name is a model input: what was fed, and not what was computed."""
        return name in self._fed

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
    """The array as it goes into a bundle: floats as `dtype`, all else as it is. Too large for float16: infinite."""
    if array.dtype.kind != "f":
        return array
    with np.errstate(over="ignore"):
        return array.astype(dtype)
