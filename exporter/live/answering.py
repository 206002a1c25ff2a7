"""What a model makes of one thing that it is fed, at once: all outputs that a bundle keeps."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras, tf
from exporter.bundle.checks import output_name
from exporter.capture.calls import outputs_of
from exporter.capture.outputs import LayerOutputs
from exporter.capture.reading import read_model
from exporter.capture.takes import input_specs
from exporter.capture.weights import plain_array


class Answering:
    """A model of one input, run the way an export runs it, but as one compiled function.

    Where something is wanted that only a run step by step gives, such as the scores of attention, it is run step by
    step.

    Attributes
    ----------
    is_compiled : whether it is one function.
    """

    def __init__(self, model: keras.Model, wanted: Collection[str]) -> None:
        reading = read_model(model)
        first = reading.outputs[0]
        self._scores = output_name(first.call, first.output)
        self._wanted = {*wanted, self._scores} - set(reading.inputs)
        self._rows = {name: tensor.rows for call in reading.calls for name, tensor in outputs_of(call)}
        self._reading = reading
        self._spec = input_specs(model)[0]
        self._steps = LayerOutputs(model)
        self._compiled = tf.function(self._run, autograph=False)
        self.is_compiled = False

    def begin(self, shape: tuple[int, ...]) -> None:
        """Compile it for what is fed in this shape, and run it once, so that the first answer is quick.

        Raises
        ------
        KerascopeError
            it has not all that is wanted.
        """
        zeros = np.zeros((1, *shape), self._dtype)
        made = self._compiled.get_concrete_function(tf.TensorSpec(zeros.shape, zeros.dtype)).structured_outputs
        self.is_compiled = set(made) == self._wanted
        self.answer(zeros[0])

    @property
    def _dtype(self) -> str:
        return "float32" if self._spec.dtype == "bfloat16" else self._spec.dtype

    def answer(self, fed: NDArray[Any]) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
        """The outputs by name and the model's first one flattened, for what is fed (without a batch axis)."""
        feed = np.array(fed, self._dtype)[None]
        if self.is_compiled:
            made = {name: plain_array(values) for name, values in self._compiled(tf.convert_to_tensor(feed)).items()}
            outputs = {name: self._rows[name].split(values, 1)[0] for name, values in made.items()}
        else:
            outputs = {name: values[0] for name, values in self._steps.each([feed]) if name in self._wanted}
        outputs[self._spec.name] = feed[0]
        return outputs, outputs[self._scores].ravel()

    def _run(self, feed: Any) -> dict[str, Any]:
        made = {}
        for call, values in self._reading.run([feed]):
            # what is captured of the inside of a layer stands last, and is not there while a function is traced
            for (name, _), value in zip(outputs_of(call), values, strict=False):
                if name in self._wanted:
                    made[name] = value
        return made
