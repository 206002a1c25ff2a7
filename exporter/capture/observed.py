"""One call of a container, watched: symbolically where its code allows that, else on zeros."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exporter.backend import keras, tf
from exporter.capture.calls import Arrange, Source
from exporter.capture.hooks import Event, Recorder, recording
from exporter.capture.rows import Shape
from exporter.models.errors import ModelError

_TELLS_SHAPES = ("Shape", "ShapeN", "Size", "Rank")
_SAYS_NOTHING = ("Identity", "Cast", "IdentityN", "StopGradient")
_GUESSED_SIZE = 32
_COLOUR = re.compile(r"\x1b\[\d*m")


@dataclass(frozen=True)
class Fed:
    """What a container is fed: shape with the batch axis, dtype name, and whether a Keras mask comes with it."""

    shape: Shape
    dtype: str
    mask_shape: Shape | None = None


@dataclass(frozen=True)
class Observed:
    """A call that was watched: its events (the last is the container's own), and what it was fed.

    `graph` is what TensorFlow recorded of it, `None` where it was run on zeros.
    """

    events: list[Event]
    inputs: list[Any]
    graph: Any

    def key(self, tensor: Any) -> Any:
        """What tells a tensor from others of this call."""
        return tensor.name if hasattr(tensor, "op") else id(tensor)

    def sources(self, tensor: Any, makers: dict[Any, Source]) -> list[Source] | None:
        """The outputs that a tensor was computed from, by bare operations or as it is; `None`: not known.

        Where only the shape of an output went into it, that is not counted, unless there is nothing else.
        """
        if self.key(tensor) in makers:
            return [makers[self.key(tensor)]]
        if self.graph is None:
            return None
        if not hasattr(tensor, "op"):
            return []
        return _walked(tensor, makers, _TELLS_SHAPES) or _walked(tensor, makers, ())

    def operation_type(self, tensor: Any) -> str:
        """The type of the TensorFlow operation that made a tensor, casts aside; empty: not known."""
        while hasattr(tensor, "op"):
            if tensor.op.type not in _SAYS_NOTHING:
                return str(tensor.op.type)
            tensor = tensor.op.inputs[0]
        return ""


def _walked(tensor: Any, makers: dict[Any, Source], stops: Sequence[str]) -> list[Source]:
    found: dict[Source, None] = {}
    seen, waiting = set(), [tensor]
    while waiting:
        each = waiting.pop()
        if each.name in makers:
            found[makers[each.name]] = None
        elif each.name not in seen and each.op.type not in stops:
            waiting.extend(reversed(each.op.inputs))
        seen.add(each.name)
    return list(found)


def observe(container: Any, name: str, arrange: Arrange, fed: Sequence[Fed], batch: int) -> Observed:
    """A call of a container on a batch of this size.

    Raises
    ------
    ModelError
        it can be called neither on symbols nor on zeros.
    """
    try:
        return _on_symbols(container, name, arrange, fed, batch)
    except Exception:  # noqa: BLE001 - whatever stops the author's code on symbols may work on numbers
        pass
    try:
        return _on_zeros(container, name, arrange, fed, batch)
    except Exception as error:
        raise _not_run(container, name, error) from error


def run_once(model: Any, arrange: Arrange, fed: Sequence[Fed]) -> None:
    """Call a model on zeros, which makes the variables that it has not made yet. Raises `ModelError`."""
    args, kwargs = arrange(_zeros_for(fed, 1))
    try:
        model(*args, **in_inference(model, kwargs))
    except Exception as error:
        raise _not_run(model, "", error) from error


def _not_run(container: Any, name: str, error: Exception) -> ModelError:
    return ModelError(
        f"the {type(container).__name__} {name or container.name!r} cannot be run to see what is inside",
        got=_reason(error),
        remedy="check that it can be called on zeros of the shape that it was built for",
    )


def _reason(error: Exception) -> str:
    """What an error says, without what Keras puts around it."""
    lines = [_COLOUR.sub("", line).strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith("Exception encountered when calling")]
    return said[0] if said else type(error).__name__


def in_inference(operation: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The named arguments for a call in inference mode, as a functional model gives them to its layers."""
    takes = "training" in getattr(operation, "_call_context_args", ()) or getattr(
        operation, "_call_has_training_arg", False
    )
    return {**kwargs, "training": False} if takes else kwargs


def watched(container: Any, recorder: Recorder, args: Sequence[Any], kwargs: dict[str, Any]) -> list[Event]:
    """The events of one call in inference mode."""
    with recording(recorder):
        container(*args, **in_inference(container, kwargs))
    return recorder.events


class _NotOneGraphError(Exception):
    """A layer is called inside a loop or branch of TensorFlow's own: how often is not known beforehand."""


def _on_symbols(container: Any, name: str, arrange: Arrange, fed: Sequence[Fed], batch: int) -> Observed:
    events: list[Event] = []
    given: list[Any] = []

    @tf.function(autograph=False)
    def call(tensors: list[Any], masks: list[Any]) -> None:
        for tensor, mask in zip(tensors, masks, strict=True):
            if mask is not None:
                tensor._keras_mask = mask
        given.extend(tensors)
        args, kwargs = arrange(tensors)
        events.extend(watched(container, Recorder(name, traces=True), args, kwargs))

    specs = [tf.TensorSpec(_sized(each.shape, batch), each.dtype) for each in fed]
    masks = [None if each.mask_shape is None else tf.TensorSpec(_sized(each.mask_shape, batch), "bool") for each in fed]
    traced = call.get_concrete_function(specs, masks)
    symbols = [each for event in events for each in (*event.inputs, *event.outputs) if hasattr(each, "op")]
    if any(symbol.graph is not traced.graph or symbol.shape.rank is None for symbol in symbols):
        raise _NotOneGraphError
    return Observed(events, given, traced)


def _on_zeros(container: Any, name: str, arrange: Arrange, fed: Sequence[Fed], batch: int) -> Observed:
    tensors = _zeros_for(fed, batch)
    args, kwargs = arrange(tensors)
    return Observed(watched(container, Recorder(name, traces=True), args, kwargs), tensors, None)


def _zeros_for(fed: Sequence[Fed], batch: int) -> list[Any]:
    """What can be fed. Sizes that are not fixed are guessed, others for other batches: what grows with them shows."""
    guess = _GUESSED_SIZE + 8 * batch
    return [keras.ops.zeros([size or guess for size in _sized(each.shape, batch)], each.dtype) for each in fed]


def _sized(shape: Shape, batch: int) -> Shape:
    return (batch, *shape[1:])
