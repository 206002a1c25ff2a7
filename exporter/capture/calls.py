"""The calls that a model is made of, and the containers that they lie in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, Literal

from exporter.backend import keras
from exporter.bundle.checks import output_name
from exporter.capture.extras import extra_specs
from exporter.capture.rows import Rows, Shape

Made = tuple["Call", list[Any]]
"""A call, and the values of its outputs: tensors, then arrays for what is not handed on."""
Run = Callable[[list[Any]], Iterator[Made]]
"""Runs a model on one tensor per input and hands out what each call makes as soon as it is there."""

Arrange = Callable[[Sequence[Any]], tuple[tuple[Any, ...], dict[str, Any]]]
"""Tensors as the positional and named arguments of a call."""


@dataclass(frozen=True)
class Source:
    """Which output of which call a tensor is."""

    call: str
    output: int = 0


@dataclass(frozen=True)
class Tensor:
    """An output of a call: one sample's shape, dtype name, where the samples of a batch lie, and what it is called."""

    shape: Shape
    dtype: str
    rows: Rows = field(default_factory=Rows)
    name: str | None = None


@dataclass(frozen=True)
class Call:
    """One call of a layer or operation: `name` for the first, `name:1` for the next one of a shared layer.

    Attributes
    ----------
    operation : the layer, or the bare operation (`x * 2`), or the container whose own result it is.
    first_name : of the first call of the same layer.
    arguments : what each tensor argument is made of; several sources where bare operations joined them.
    result_of : the type of the TensorFlow operation where the call is a container's own result; else empty.
    constants : the arguments that are no tensors, by name, where they are known.
    """

    name: str
    operation: Any
    first_name: str
    arguments: tuple[tuple[Source, ...], ...]
    outputs: tuple[Tensor, ...]
    result_of: str = ""
    constants: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_first(self) -> bool:
        """Whether this is the layer's first call, the one that owns its weights."""
        return self.name == self.first_name

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer; else it is a bare operation such as `x * 2`, which owns nothing."""
        return isinstance(self.operation, keras.layers.Layer)


@dataclass(frozen=True)
class Container:
    """A model in the model, or a layer made of layers: one call of it.

    `calls` are the names of all calls inside; `output` is the call inside that makes its first output. The outermost
    one, the model itself, has no name.
    """

    name: str
    kind: Literal["model", "layer"]
    operation: Any
    calls: tuple[str, ...]
    output: str


@dataclass(frozen=True)
class Reading:
    """All that is read off a model's structure.

    Attributes
    ----------
    calls : in topological order, the inputs first.
    containers : inner ones before outer ones; the last is the model itself.
    inputs : the names of the calls that are fed.
    outputs : where each output of the model comes from.
    arrange : one tensor per input as the arguments of the model, by position and by name.
    run : see `Run`.
    variables : of each call that owns any, by name.
    notes : what the user should know of how it was read.
    """

    calls: tuple[Call, ...]
    containers: tuple[Container, ...]
    inputs: tuple[str, ...]
    outputs: tuple[Source, ...]
    arrange: Arrange
    run: Run
    variables: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...] = ()


class Listing:
    """The calls and containers of a model while it is read."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.containers: list[Container] = []
        self.notes: list[str] = []
        self._first_names: dict[int, str] = {}

    def add(
        self,
        name: str,
        operation: Any,
        arguments: Sequence[Sequence[Source]],
        outputs: Sequence[Tensor],
        input_shapes: Sequence[Shape] = (),
        result_of: str = "",
        constants: Mapping[str, Any] | None = None,
    ) -> Call:
        """A new call at the end of the list; after its outputs it has what is captured of its inside."""
        first_name = self._first_names.setdefault(id(operation), name)
        sources = tuple(tuple(each) for each in arguments)
        outputs = (*outputs, *_extras(operation, outputs, input_shapes))
        call = Call(name, operation, first_name, sources, outputs, result_of, constants or {})
        self.calls.append(call)
        return call

    def free(self, name: str) -> str:
        """`name`, or `name_1`, ... where another call has it."""
        taken = {call.name for call in self.calls}
        return next(each for each in chain([name], (f"{name}_{nth}" for nth in count(1))) if each not in taken)

    def close(self, name: str, operation: Any, first: int, outputs: Sequence[Source]) -> None:
        """A container around every call from number `first` on. One without calls inside is none."""
        inside = tuple(call.name for call in self.calls[first:])
        if not inside:
            return
        makers = [source.call for source in outputs if source.call in inside]
        kind: Literal["model", "layer"] = "model" if isinstance(operation, keras.Model) else "layer"
        self.containers.append(Container(name, kind, operation, inside, makers[0] if makers else inside[-1]))


def _extras(operation: Any, outputs: Sequence[Tensor], input_shapes: Sequence[Shape]) -> Iterator[Tensor]:
    for spec in extra_specs(operation, input_shapes) if input_shapes else ():
        rows = Rows(each=outputs[0].rows.each)
        yield Tensor(rows.sample_shape((None, *spec.shape)), spec.dtype, rows, spec.name)


def outputs_of(call: Call) -> Iterator[tuple[str, Tensor]]:
    """The name of each output of a call in a capture (`name`, `name#1`), and what it is."""
    for place, tensor in enumerate(call.outputs):
        yield output_name(call.name, place), tensor
