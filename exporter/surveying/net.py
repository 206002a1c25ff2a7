"""The network as a survey sees it: pictures go in, what layers put out comes out, in one compiled graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras, tf
from exporter.bundle import KerascopeError
from exporter.bundle.schema import Preprocessing
from exporter.capture.calls import Tensor
from exporter.capture.hooks import recording
from exporter.capture.reading import read_model
from exporter.capture.rows import Rows
from exporter.capture.takes import input_specs
from exporter.inputs import InputSpec, Sample, feed
from exporter.inputs.preprocessing import fed_from_picture
from exporter.probing.taps import Taps

Array = NDArray[Any]


class Net:
    """A model of one input, in inference mode, compiled with the first output of each of these layers.

    It follows the model: with other weights assigned, it gives the outputs of these.

    Raises
    ------
    KerascopeError
        the model has several inputs, or a layer does not put out one thing for each image.
    """

    def __init__(self, model: keras.Model, layers: Sequence[str]) -> None:
        self.model, self.layers = model, tuple(layers)
        self._reading = read_model(model)
        self.spec = one_input(model)
        tensors = {call.name: call.outputs[0] for call in self._reading.calls if call.outputs}
        for name in layers:
            check_rows(name, tensors[name])
        signature = tf.TensorSpec((None, *self.spec.shape), _fed_dtype(self.spec))
        self._compiled = tf.function(self._traced, autograph=False, input_signature=[signature])

    def run(self, fed: Array) -> tuple[Array, list[Array]]:
        """The model's first output (n, ...) as it is, and those of the layers as (n, places, channels) float32.

        They are looked at where TensorFlow has them: do not write to them.
        """
        answer, outputs = self._compiled(tf.convert_to_tensor(fed))
        return np.asarray(answer), [np.asarray(each) for each in outputs]

    def _traced(self, fed: Any) -> tuple[Any, list[Any]]:
        taps = Taps(self._reading, self.layers)
        feeds = taps.feed([self.spec.name], [tf.cast(fed, self.spec.dtype)])
        args, kwargs = self._reading.arrange(feeds)
        with recording(taps):  # type: ignore[arg-type]
            results = self.model(*args, **kwargs, training=False)
        taps.check()
        answer = keras.tree.flatten(results)[0]
        numbers = answer if answer.dtype not in (tf.bfloat16, tf.float16) else tf.cast(answer, tf.float32)
        return numbers, [tf.cast(taps.outputs[name], tf.float32) for name in self.layers]


def one_input(model: keras.Model) -> InputSpec:
    """What the model's only input takes. Raises `KerascopeError` where there are several."""
    specs = input_specs(model)
    if len(specs) != 1:
        what = "a survey is of models with one input"
        raise KerascopeError(what, expected="one input", got=", ".join(spec.name for spec in specs))
    return specs[0]


def surveyable(model: keras.Model) -> frozenset[str]:
    """The names of the layers that put out one row for each image, with a fixed last axis."""
    calls = [call for call in read_model(model).calls if call.outputs]
    return frozenset(call.name for call in calls if _is_row(call.outputs[0]))


def _is_row(tensor: Tensor) -> bool:
    return tensor.rows == Rows() and not (tensor.shape and tensor.shape[-1] is None)


def check_rows(name: str, tensor: Tensor) -> None:
    """Raise `KerascopeError` where what a layer puts out is not one row for each image, with a fixed last axis."""
    if not _is_row(tensor):
        what = f"the output of {name!r} cannot be surveyed"
        raise KerascopeError(what, expected="one row for each image, with a fixed number of channels")


def fed_batch(samples: Sequence[Sample], spec: InputSpec, preprocessing: Preprocessing) -> Array:
    """What `exporter.inputs.feed` gives for the samples, (n, ...); pictures are looked up in a table of 256 values."""
    values = [sample.values[0] for sample in samples]
    if any(each.dtype != np.uint8 for each in values) or spec.dtype not in ("float32", "bfloat16"):
        return feed(samples, [spec], preprocessing)[0]
    stack = np.stack(values)
    if preprocessing.colour_order == "bgr":
        stack = stack[..., ::-1]
    table = _table(preprocessing, stack.shape[-1])
    if table.shape[1] == 1:
        fed = table[:, 0].take(stack)
    else:
        fed = np.empty(stack.shape, np.float32)
        for channel in range(stack.shape[-1]):
            fed[..., channel] = table[:, channel].take(stack[..., channel])
    return fed.reshape(len(stack), *(size or 0 for size in spec.shape)) if None not in spec.shape else fed


def _table(preprocessing: Preprocessing, channels: int) -> NDArray[np.float32]:
    """What each of the values 0 to 255 of a picture is fed as, (256, 1 or channels), in the model's colour order."""
    as_they_are = Preprocessing(scale=preprocessing.scale, mean=preprocessing.mean, std=preprocessing.std)
    wide = channels if preprocessing.mean or preprocessing.std else 1
    return fed_from_picture(np.arange(256, dtype=np.uint8)[:, None].repeat(wide, axis=1), as_they_are)


def _fed_dtype(spec: InputSpec) -> str:
    return "float32" if spec.dtype == "bfloat16" else spec.dtype
