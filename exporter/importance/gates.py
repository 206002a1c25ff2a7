"""A model whose units are multiplied by numbers: what it says when some of them are switched off, or turned down."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras, tf
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Manifest, UnitLayer
from exporter.bundling import net
from exporter.capture.calls import Call, Reading
from exporter.capture.hooks import recording
from exporter.capture.reading import read_model
from exporter.capture.rows import Rows
from exporter.importance.ends import columns_of

Array = NDArray[Any]
Floats = NDArray[np.float32]
Change = Callable[["Gate", Any], Any]
"""What becomes of a tensor at a gate."""

_BATCH_BYTES = 512 * 2**20
_LARGEST_BATCH = 1024
_ANY_SIZE = 32


@dataclass(frozen=True)
class Gate:
    """The place where the units of a layer are multiplied.

    Attributes
    ----------
    layer, tap : the layer whose units they are, and the call after which they are multiplied.
    units : how many there are.
    spread : the shape of one number a unit, so that it broadcasts over a sample's output: (1, 1, units), or the shape
        of the output where each of its values is a unit.
    is_open : nothing is multiplied here: what the model puts out, whole numbers, or rows that are no samples.
    """

    layer: str
    tap: str
    units: int
    spread: tuple[int, ...]
    is_open: bool = False

    @property
    def positions(self) -> tuple[int, ...]:
        """The axes of a batch's output along which the values of one unit lie.

        >>> Gate("conv", "relu", 8, (1, 1, 8)).positions, Gate("pixels", "pixels", 81, (9, 9)).positions
        ((1, 2), ())
        """
        return tuple(axis for axis, size in enumerate(self.spread, start=1) if size == 1)

    def multiplied(self, tensor: Any, factors: Any) -> Any:
        """The tensor (n, ...) with each unit multiplied by its factor, (n or 1, units)."""
        return tensor * self.broadcast(factors, tensor.dtype)

    def broadcast(self, numbers: Any, dtype: Any) -> Any:
        """Numbers (n or 1, units) in the shape that broadcasts over the output."""
        return tf.cast(tf.reshape(numbers, (-1, *self.spread)), dtype)


class Gated:
    """A model with a gate at each layer of units; the same weights, in inference mode. Nothing of the model changes.

    Attributes
    ----------
    model : the model. Whoever gives it other weights gives them to this too.
    layers : the layers of units, in their order.
    gates : one for each of them.
    answers : those of the layers that are what the model puts out first.
    columns : how many numbers the model says of a sample: one a class, or a single one.
    batch : how many samples are run at a time.
    """

    def __init__(self, model: keras.Model, layers: Sequence[UnitLayer], taps: Sequence[str]) -> None:
        self._reading = read_model(model)
        self.model = model
        self.layers = tuple(layers)
        calls = {call.name: call for call in self._reading.calls}
        ends = {source.call for source in self._reading.outputs}
        self.gates = tuple(_gate(layer, tap, calls, ends) for layer, tap in zip(layers, taps, strict=True))
        first = self._reading.outputs[0]
        self.answers = tuple(gate.layer for gate in self.gates if gate.tap == first.call)
        shape = calls[first.call].outputs[first.output].shape
        self.columns = (shape[0] or 1) if len(shape) == 1 else 1
        self.batch = max(1, min(_LARGEST_BATCH, _BATCH_BYTES // _row_bytes(self._reading)))
        self._predict = tf.function(self._multiplied, autograph=False, input_signature=[self.fed_specs, self._specs()])

    @classmethod
    def of(cls, model: keras.Model, manifest: Manifest) -> Gated:
        """A model with gates at the layers of units that its bundle has.

        Raises
        ------
        KerascopeError
            the model does not have these layers, or calls others from run to run.
        """
        layers, taps = net.unit_layers(manifest)
        return cls(model, layers, taps)

    @property
    def fed_specs(self) -> list[Any]:
        """What a batch of each input is, for TensorFlow."""
        fed = {call.name: call.outputs[0] for call in self._reading.calls if call.name in self._reading.inputs}
        return [tf.TensorSpec((None, *fed[name].shape), fed[name].dtype) for name in self._reading.inputs]

    def outputs(self, feeds: Sequence[Any], change: Change) -> Any:
        """What the model says (n, columns) float32, before the softmax or sigmoid that it ends in.

        To be called where TensorFlow records: `change(gate, tensor)` is put in the place of each gate's tensor.
        An output that is no vector is one column: the sum over its positions of the largest value at each.

        Raises
        ------
        KerascopeError
            the model calls other layers than when it was read.
        """
        gating = _Gating(self._reading, self.gates, change)
        args, kwargs = self._reading.arrange(gating.fed(self._reading.inputs, feeds))
        with recording(gating):  # type: ignore[arg-type]
            results = self.model(*args, **kwargs, training=False)
        gating.check()
        return columns_of(keras.tree.flatten(results)[0])

    def predict(self, x: Array | Sequence[Array], gates: Mapping[str, Array] | None = None) -> Floats:
        """What the model says of samples, (n, columns) float32, before the softmax or sigmoid that it ends in.

        Parameters
        ----------
        x : one array (n, ...) for each input of the model, as it is fed.
        gates : of a layer, by what each unit is multiplied: (units,), or (n, units) where that differs between
            samples. A layer that is not named is left as it is.

        Raises
        ------
        KerascopeError
            a layer that has no units, or another number of factors.
        """
        feeds = [x] if isinstance(x, np.ndarray) else list(x)
        factors = self._factors(gates or {}, len(feeds[0]))
        parts = [self._part(feeds, factors, first) for first in range(0, len(feeds[0]), self.batch)]
        return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)

    def _part(self, feeds: Sequence[Array], factors: Sequence[Floats], first: int) -> Floats:
        rows = slice(first, first + self.batch)
        fed = [tf.constant(each[rows], spec.dtype) for each, spec in zip(feeds, self.fed_specs, strict=True)]
        values: Floats = self._predict(fed, [each if len(each) == 1 else each[rows] for each in factors]).numpy()
        return values

    def _specs(self) -> list[Any]:
        return [tf.TensorSpec((None, gate.units), tf.float32) for gate in self.gates]

    def _multiplied(self, feeds: Sequence[Any], factors: Sequence[Any]) -> Any:
        by_layer = {gate.layer: each for gate, each in zip(self.gates, factors, strict=True)}
        return self.outputs(feeds, lambda gate, tensor: gate.multiplied(tensor, by_layer[gate.layer]))

    def _factors(self, gates: Mapping[str, Array], count: int) -> list[Floats]:
        if unknown := sorted(set(gates) - {gate.layer for gate in self.gates}):
            names = ", ".join(gate.layer for gate in self.gates)
            raise KerascopeError("there is no layer of units of that name", expected=names, got=unknown[0])
        factors = [
            np.atleast_2d(np.asarray(gates.get(gate.layer, np.ones(gate.units)), np.float32)) for gate in self.gates
        ]
        for gate, each in zip(self.gates, factors, strict=True):
            if each.ndim != 2 or each.shape[1] != gate.units or len(each) not in (1, count):
                expected = f"({gate.units},) or ({count}, {gate.units})"
                raise KerascopeError(f"the factors of {gate.layer!r} do not fit", expected=expected, got=each.shape)
        return factors


class _Gating:
    """Puts other tensors in the place of those that pass the gates, while a model runs."""

    def __init__(self, reading: Reading, gates: Sequence[Gate], change: Change) -> None:
        self._change = change
        self._gates: dict[str, list[Gate]] = defaultdict(list)
        for gate in gates:
            self._gates[gate.tap].append(gate)
        self._names: dict[int, list[str]] = defaultdict(list)
        for call in reading.calls:
            self._names[id(call.operation)].append(call.name)
        self._counts: Counter[int] = Counter()
        self._passed: Counter[str] = Counter()

    def fed(self, names: Sequence[str], feeds: Sequence[Any]) -> list[Any]:
        """The feeds of a model's inputs after their gates."""
        return [self._after(name, feed) for name, feed in zip(names, feeds, strict=True)]

    def call(self, original: Any, operation: Any, args: Any, kwargs: Any) -> Any:
        """What a call gives, after the gate that stands behind it."""
        result = original(operation, *args, **kwargs)
        names = self._names.get(id(operation), ())
        nth = self._counts[id(operation)]
        self._counts[id(operation)] += 1
        return self._after(names[nth], result) if nth < len(names) else result

    def check(self) -> None:
        """Raise `KerascopeError` unless each gate was passed once."""
        missed = [tap for tap in self._gates if self._passed[tap] != 1]
        if missed:
            raise KerascopeError(
                f"the units of {missed[0]!r} cannot be switched off",
                expected="a model that calls the same layers in every run",
                got=f"{self._passed[missed[0]]} calls of it",
            )

    def _after(self, name: str, result: Any) -> Any:
        if name not in self._gates:
            return result
        self._passed[name] += 1
        first, *others = keras.tree.flatten(result)
        changed = first
        for gate in self._gates[name]:
            changed = changed if gate.is_open else self._change(gate, changed)
        mask = getattr(first, "_keras_mask", None)
        if mask is not None:
            changed._keras_mask = mask
        return keras.tree.pack_sequence_as(result, [changed, *others])


def _gate(layer: UnitLayer, tap: str, calls: Mapping[str, Call], ends: Collection[str]) -> Gate:
    if tap not in calls:
        raise KerascopeError("the model does not have a layer of the bundle", expected=tap, got=", ".join(calls))
    made = calls[tap].outputs[0]
    is_open = tap in ends or made.rows != Rows() or not made.dtype.startswith(("float", "bfloat"))
    spread = _spread(made.shape, layer.units, any(map(_is_channels_first, (calls.get(layer.name), calls[tap]))))
    if spread is None:
        raise KerascopeError(f"{tap!r} does not have the units of {layer.name!r}", expected=layer.units, got=made.shape)
    return Gate(layer.name, tap, layer.units, spread, is_open)


def _is_channels_first(call: Call | None) -> bool:
    return call is not None and getattr(call.operation, "data_format", None) == "channels_first"


def _spread(shape: Sequence[int | None], units: int, is_first: bool) -> tuple[int, ...] | None:
    """One number a unit in the shape that broadcasts over an output of this shape; `None`: it does not have them.

    >>> _spread((5, 5, 8), 8, False), _spread((8, 5, 5), 8, True), _spread((9, 9), 81, False), _spread((5,), 4, False)
    ((1, 1, 8), (8, 1, 1), (9, 9), None)
    """
    axes = range(len(shape))
    for axis in axes if is_first else reversed(axes):
        if shape[axis] == units:
            return tuple(units if each == axis else 1 for each in axes)
    sizes = tuple(size or 0 for size in shape)
    return sizes if math.prod(sizes) == units else None


def _row_bytes(reading: Reading) -> int:
    """How many bytes all outputs of one sample take together, about."""
    shapes = [tensor.shape for call in reading.calls for tensor in call.outputs]
    return 4 * max(1, sum(math.prod(_ANY_SIZE if size is None else size for size in shape) for shape in shapes))
