"""Which axis of each output counts the samples, where Keras' symbols alone do not tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from exporter.backend import keras, tf
from exporter.capture.calls import Call, Run, Tensor
from exporter.capture.hooks import has_call_of_keras
from exporter.capture.observed import Fed
from exporter.capture.rows import Rows, Shape, rows_between, shape_between

_BATCHES = (2, 3)
_MAY_MOVE_SAMPLES = frozenset(
    ("Reshape", "Ravel", "Transpose", "Moveaxis", "Swapaxes", "Squeeze", "ExpandDims", "Stack", "Unstack", "Split",
     "Concatenate", "GetItem", "Take", "Repeat", "Tile", "Einsum", "Tensordot", "Matmul", "Dot", "Lambda")
)  # fmt: skip


def sized(calls: Sequence[Call], run: Run, fed: Sequence[Fed]) -> list[Call]:
    """The calls of a graph that Keras knows, each output with the right place of the samples.

    Windows of a picture are often put into the batch, and time before it. All that Keras' symbols say of such tensors
    is `None` for an axis of any size; so the model is traced for two sizes of batch, and the axis is what grows with
    them. Models without operations that could do such things are left as they are, and those that cannot be traced.
    """
    if not any(map(_may_move_samples, calls)):
        return list(calls)
    try:
        one, other = (_shapes(run, fed, batch) for batch in _BATCHES)
    except Exception:  # noqa: BLE001 - it can still be run, and then Keras' own shapes have to do
        return list(calls)
    return [_corrected(call, one[call.name], other[call.name]) if call.name in one else call for call in calls]


def _may_move_samples(call: Call) -> bool:
    operation = call.operation
    if isinstance(operation, keras.layers.Layer) and not has_call_of_keras(operation):
        return True
    is_bare_or_free = not call.is_layer or isinstance(operation, keras.layers.Lambda)
    return is_bare_or_free and type(operation).__name__ in _MAY_MOVE_SAMPLES


def _shapes(run: Run, fed: Sequence[Fed], batch: int) -> dict[str, list[Shape]]:
    """The shapes of each call's outputs for a batch of this size."""
    found: dict[str, list[Shape]] = {}

    @tf.function(autograph=False)
    def trace(tensors: list[Any]) -> None:
        for call, values in run(list(tensors)):
            found[call.name] = [tuple(value.shape) for value in values]

    trace.get_concrete_function([tf.TensorSpec((batch, *each.shape[1:]), each.dtype) for each in fed])
    return found


def _corrected(call: Call, one: Iterable[Shape], other: Iterable[Shape]) -> Call:
    outputs: list[Tensor] = []
    for tensor, shape, other_shape in zip(call.outputs, one, other, strict=False):
        rows = rows_between(shape, other_shape, _BATCHES)
        outputs.append(replace(tensor, shape=rows.sample_shape(shape_between(shape, other_shape)), rows=rows))
    for tensor in call.outputs[len(outputs) :]:  # what is captured of its inside follows the samples of its output
        rows = Rows(each=outputs[0].rows.each)
        outputs.append(replace(tensor, shape=rows.sample_shape((None, *tensor.shape)), rows=rows))
    return replace(call, outputs=tuple(outputs))
