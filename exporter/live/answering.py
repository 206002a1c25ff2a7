"""What a model makes of one thing that it is fed, at once: all outputs that a bundle keeps."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras, tf
from exporter.bundle.checks import output_name
from exporter.capture.calls import outputs_of
from exporter.capture.extras import in_graphs
from exporter.capture.outputs import LayerOutputs
from exporter.capture.reading import read_model
from exporter.capture.takes import input_specs
from exporter.capture.weights import plain_array

_WANTS_NUMBERS = (
    AttributeError,
    NotImplementedError,
    TypeError,
    ValueError,
    tf.errors.OperatorNotAllowedInGraphError,
)
"""What code of a model's author may raise that looks at values while a function is traced, which has none."""


class Answering:
    """A model of one input, run the way an export runs it, but as one compiled function.

    Where something is wanted that no graph gives, it is run step by step.

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
        self.is_compiled = self._gives_all(tf.TensorSpec(zeros.shape, zeros.dtype))
        self.answer(zeros[0])

    def _gives_all(self, fed: Any) -> bool:
        """Whether all that is wanted can be had of one function."""
        try:
            return set(self._compiled.get_concrete_function(fed).structured_outputs) == self._wanted
        except _WANTS_NUMBERS:
            return False

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
        made: dict[str, Any] = {}
        with in_graphs():
            for call, values in self._reading.run([feed]):
                pairs = zip(outputs_of(call), values, strict=True)
                made |= {name: value for (name, _), value in pairs if name in self._wanted}
        return made
