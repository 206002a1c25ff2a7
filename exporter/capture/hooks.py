"""Watching the layers that are called inside a layer or model while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from exporter.backend import keras, tf
from exporter.capture.arguments import in_order
from exporter.capture.extras import are_computed, before_call, extra_values
from exporter.capture.kinds import kind_of
from exporter.capture.names import Names

_LAYER, _OPERATION = keras.layers.Layer, keras.Operation
_watching = threading.local()
_lock = threading.Lock()
_depth = [0]
_originals: dict[Any, Any] = {_OPERATION: None, _LAYER: None}


@dataclass(frozen=True)
class Event:
    """A call that has ended, of a layer or of a container.

    `inputs` are the tensors that it got, where that is traced; `outputs` are what it gives, and after that what is
    captured of its inside (see `extra_values`). `first` is the number of the first event inside a container; of a
    layer, its own number.
    """

    name: str
    operation: Any
    inputs: list[Any]
    outputs: list[Any]
    first: int
    is_container: bool


class Recorder:
    """Lists the calls inside the container that is called first: of its layers, of containers in it, and of itself.

    Keras' own layers and operations are listed, and what happens inside of them is not. With `traces` it is kept what
    each call gets; a layer that hands on the very tensor that it got then hands on another one of the same values, so
    that it is known who made what.
    """

    def __init__(self, name: str, *, traces: bool = False) -> None:
        self.events: list[Event] = []
        self._name = name
        self._traces = traces
        self._computes = are_computed() and not traces
        self._open: list[Names] = []
        self._is_inside_leaf = False

    def call(self, original: Any, operation: Any, args: Any, kwargs: Any) -> Any:
        """What the call gives; it is listed."""
        if self._is_inside_leaf:
            return original(operation, *args, **kwargs)
        is_leaf = bool(self._open) and not opens(operation)
        name = self._open[-1].of(operation) if self._open else self._name
        first = len(self.events)
        inputs = tensors_in(in_order(operation, args, kwargs)) if self._traces else []
        with self._inside_leaf() if is_leaf else self._inside(name, operation):
            before = before_call(operation, args, kwargs) if is_leaf and self._computes else None
            result = original(operation, *args, **kwargs)
            extras = () if before is None else extra_values(operation, args, kwargs, result, before)
        has_calls = len(self.events) > first
        if self._traces and not has_calls:
            result = _told_apart(result, inputs)
        self.events.append(Event(name, operation, inputs, [*tensors_in(result), *extras], first, has_calls))
        return result

    @contextmanager
    def _inside_leaf(self) -> Iterator[None]:
        self._is_inside_leaf = True
        try:
            yield
        finally:
            self._is_inside_leaf = False

    @contextmanager
    def _inside(self, name: str, operation: Any) -> Iterator[None]:
        outer = self._open[-1] if self._open else None
        self._open.append(Names(f"{name}/" if name else "", operation, outer))
        try:
            yield
        finally:
            self._open.pop()


def opens(operation: Any) -> bool:
    """Whether the calls inside an operation are listed: of a model, and of a layer that is not Keras' and has layers.

    What extends a layer of Keras that is known (a `Dense`, an attention, ...) is one layer as that is.
    """
    if isinstance(operation, keras.Model):
        return True
    if not isinstance(operation, _LAYER) or not operation._flatten_layers(include_self=False, recursive=False):
        return False
    return not has_call_of_keras(operation) and kind_of(operation) == "other"


def has_call_of_keras(operation: Any) -> bool:
    """Whether what runs when the layer is called is Keras' own code."""
    owner = next(each for each in type(operation).__mro__ if "call" in vars(each))
    return owner.__module__.partition(".")[0] == "keras"


def tensors_in(structure: Any) -> list[Any]:
    """Every tensor and array in a nested structure, in Keras' order."""
    return [each for each in keras.tree.flatten(structure) if isinstance(each, tf.Tensor | np.ndarray)]


def _told_apart(result: Any, inputs: list[Any]) -> Any:
    given = {id(each) for each in inputs}

    def other(value: Any) -> Any:
        if id(value) not in given:
            return value
        copy = tf.identity(value)
        mask = getattr(value, "_keras_mask", None)
        if mask is not None:
            copy._keras_mask = mask
        return copy

    return keras.tree.map_structure(other, result)


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Calls of layers in this thread go through the recorder inside the block; afterwards all is as it was.

    Functions that the model's author compiled with `tf.function` run as plain Python meanwhile: else their layers are
    not called at all.
    """
    before, was_eager = getattr(_watching, "recorder", None), tf.config.functions_run_eagerly()
    _watching.recorder = recorder
    _hook()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(was_eager)
        _unhook()
        _watching.recorder = before


def _hook() -> None:
    with _lock:
        _depth[0] += 1
        if _depth[0] == 1:
            for kind in _originals:
                _originals[kind] = kind.__call__
                kind.__call__ = _watched(kind, kind.__call__)


def _unhook() -> None:
    with _lock:
        _depth[0] -= 1
        if _depth[0] == 0:
            for kind, original in _originals.items():
                kind.__call__ = original


def _watched(kind: type, original: Any) -> Any:
    @wraps(original)
    def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = getattr(_watching, "recorder", None)
        # A layer comes by here twice, since it is an operation too.
        if recorder is None or (kind is _OPERATION and isinstance(operation, _LAYER)):
            return original(operation, *args, **kwargs)
        return recorder.call(original, operation, args, kwargs)

    return call
