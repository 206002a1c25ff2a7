"""What happens inside attention and recurrent layers, beside what they hand on: scores, and the states of all steps."""

from __future__ import annotations

import inspect
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from exporter.backend import keras, tf
from exporter.bundle.schema import Output
from exporter.capture.stepping import state_names, state_shapes, states_after_each_step

_L = keras.layers
_PLAIN_ATTENTION = (_L.Attention,)
_HEADED_ATTENTION = tuple(
    getattr(_L, name) for name in ("MultiHeadAttention", "GroupQueryAttention") if hasattr(_L, name)
)
_SIDES = ((" forward", "forward_layer"), (" backward", "backward_layer"))

Shape = Sequence[int | None]


_IN_GRAPHS = ContextVar("extras_in_graphs", default=False)


def are_computed() -> bool:
    """Whether extra values are computed beside a call that happens now: they are not in graphs, where that was not
    asked for: a model is traced for its structure alone, too.
    """
    return tf.executing_eagerly() or _IN_GRAPHS.get()


@contextmanager
def in_graphs() -> Iterator[None]:
    """Extra values become part of the functions that are traced inside the block."""
    token = _IN_GRAPHS.set(True)
    try:
        yield
    finally:
        _IN_GRAPHS.reset(token)


@dataclass(frozen=True)
class Before:
    """What a call finds and may change: its arguments by name, masks included, and the states of stateful layers."""

    arguments: dict[str, Any]
    states: tuple[Any, ...] = ()


def extra_specs(operation: Any, input_shapes: Sequence[Shape]) -> tuple[Output, ...]:
    """What `extra_values` gives for a layer that is called on tensors of these shapes (with the batch axis).

    Shapes are without the batch axis: `attention scores` (heads, queries, keys), one head where the layer has no heads;
    `hidden states`, `cell states` (time, units). Of `Bidirectional` there are those `forward` and `backward`, both in
    the order of time. Empty for all other layers, and for recurrent ones with a `call` of their own.
    """
    dtype = getattr(operation, "compute_dtype", "float32")
    if _has_scores(operation):
        return (Output(shape=_scores_shape(operation, input_shapes), dtype=dtype, name="attention scores"),)
    return tuple(
        Output(shape=shape, dtype=dtype, name=name)
        for side, layer in _steppers(operation)
        for name, shape in zip(state_names(layer, side), state_shapes(layer, input_shapes[0]), strict=True)
    )


def before_call(operation: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Before | None:
    """What `extra_values` needs of a call that comes; `None` for layers without extra values.

    Keras' attention takes the masks off its arguments, and stateful layers forget where they began.
    """
    steppers = _steppers(operation)
    if not steppers and not _has_scores(operation):
        return None
    call: Any = operation.call
    arguments = dict(inspect.signature(call).bind(*args, **kwargs).arguments)
    for name, value in list(arguments.items()):
        mask = "mask" if name in ("inputs", "sequences") else f"{name}_mask"
        if not name.endswith("mask") and arguments.get(mask) is None and _mask_of(value) is not None:
            arguments[mask] = _mask_of(value)
    states = tuple(keras.tree.map_structure(tf.identity, x.states) if x.stateful else None for _, x in steppers)
    return Before(arguments, states)


def extra_values(
    operation: Any, args: Sequence[Any], kwargs: dict[str, Any], result: Any, before: Before | None = None
) -> tuple[Any, ...]:
    """The values (n, ...) of `extra_specs` for a call in inference mode that gave `result`, in the same order.

    They are arrays, or tensors of the graph that is being traced, computed apart from that call, and change nothing of
    it. `before` is what `before_call` gave beforehand; without it, masks that the call took off its arguments are not
    known, and stateful layers count as begun with zeros.
    """
    del result  # what is inside cannot be told from what was handed on
    if before is None:
        before = before_call(operation, args, kwargs)
        if before is None:
            return ()
        before = Before(before.arguments, (None,) * len(before.states))
    values = (_scores(operation, before.arguments),) if _has_scores(operation) else _states(operation, before)
    return tuple(map(keras.ops.convert_to_numpy, values)) if tf.executing_eagerly() else values


def _mask_of(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return getattr(value, "_keras_mask", None)
    masks = [getattr(each, "_keras_mask", None) for each in value]
    return None if all(mask is None for mask in masks) else masks


def _has_scores(operation: Any) -> bool:
    is_attention = isinstance(operation, (*_PLAIN_ATTENTION, *_HEADED_ATTENTION))
    return is_attention and "return_attention_scores" in _parameters_of(operation)


def _parameters_of(operation: Any) -> Collection[str]:
    return inspect.signature(operation.call).parameters


def _scores_shape(operation: Any, input_shapes: Sequence[Shape]) -> tuple[int | None, ...]:
    query, value = input_shapes[0], input_shapes[1 if len(input_shapes) > 1 else 0]
    if isinstance(operation, _PLAIN_ATTENTION):
        key = input_shapes[2] if len(input_shapes) > 2 else value
        return _product(query[1:-2]), query[-2], key[-2]
    axes = getattr(operation, "attention_axes", None) or range(1, len(query) - 1)
    axes = [axis % len(query) for axis in axes]
    free = [query[axis] for axis in range(1, len(query) - 1) if axis not in axes]
    heads = getattr(operation, "num_query_heads", None) or operation.num_heads
    queries, keys = ([shape[axis] for axis in axes] for shape in (query, value))
    return _product([heads, *free]), _product(queries), _product(keys)


def _product(sizes: Sequence[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return math.prod(known) if len(known) == len(sizes) else None


def _scores(operation: Any, arguments: dict[str, Any]) -> Any:
    """The attention scores (n, heads, queries, keys) of a second call with the same masks."""
    arguments = {**arguments, "return_attention_scores": True, "training": False}
    if "query" in arguments and arguments.get("query_mask") is not None:
        query = tf.identity(arguments["query"])  # the mask is taken from the tensor, and then taken off it
        query._keras_mask = arguments["query_mask"]
        arguments["query"] = query
    elif "inputs" in arguments:
        arguments["inputs"] = [tf.identity(each) for each in arguments["inputs"]]
    scores = operation(**arguments)[1]
    query = keras.tree.flatten(arguments.get("inputs", arguments.get("query")))[0]
    if isinstance(operation, _PLAIN_ATTENTION):
        return keras.ops.reshape(scores, (query.shape[0], -1, *scores.shape[-2:]))
    axes = getattr(operation, "attention_axes", None) or range(1, len(query.shape) - 1)
    queries = math.prod(query.shape[axis] for axis in axes)
    free = len(query.shape) - 2 - len(axes)
    heads_first = keras.ops.moveaxis(scores, 1 + free, 1)
    heads = math.prod(heads_first.shape[1 : 2 + free])
    return keras.ops.reshape(heads_first, (query.shape[0], heads, queries, -1))


def _steppers(operation: Any) -> tuple[tuple[str, Any], ...]:
    """What is put behind the states' names, and the layer that has them: two of a bidirectional one."""
    found: tuple[tuple[str, Any], ...] = (("", operation),)
    if isinstance(operation, _L.Bidirectional):
        found = tuple((side, getattr(operation, name)) for side, name in _SIDES)
    known = all(isinstance(layer, _L.RNN) and _is_stepped_by_keras(layer) for _, layer in found)
    return found if known else ()


def _is_stepped_by_keras(layer: Any) -> bool:
    owners = (next(each for each in type(layer).__mro__ if name in vars(each)) for name in ("call", "inner_loop"))
    return all(owner.__module__.partition(".")[0] == "keras" for owner in owners)


def _states(operation: Any, before: Before) -> tuple[Any, ...]:
    steppers = _steppers(operation)
    arguments = before.arguments
    mask = arguments.get("mask")
    if isinstance(mask, list | tuple):
        mask = mask[0]
    given = _shared_out(arguments.get("initial_state"), len(steppers))
    values: tuple[Any, ...] = ()
    for (side, layer), own, remembered in zip(steppers, given, before.states, strict=True):
        initial = remembered if own is None else own
        states = states_after_each_step(layer, arguments["sequences"], mask, initial)
        # What runs backwards beside something that runs forwards is shown in the order of time.
        values += tuple(keras.ops.flip(each, axis=1) for each in states) if side == " backward" else states
    return values


def _shared_out(initial_state: Any, count: int) -> list[Any]:
    if initial_state is None or count == 1:
        return [initial_state] * count
    half = len(initial_state) // count
    return [initial_state[:half], initial_state[half:]]
