"""The states of a recurrent layer after each step, by stepping its cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exporter.backend import keras


def state_names(layer: Any, side: str = "") -> tuple[str, ...]:
    """What the states of a recurrent layer are called, in the order of Keras: `hidden states`, `cell states`, ...

    Those of stacked cells are numbered, `hidden states 2`; those that only their author knows are `states 2`, ....
    `side` is put behind.
    """
    cells = cells_of(layer)
    names = []
    for nth, cell in enumerate(cells):
        sizes = _sizes(cell)
        number = f" {nth + 1}" if len(cells) > 1 else ""
        names += [f"{_state_name(place, len(sizes))}{number}{side}" for place in range(len(sizes))]
    return tuple(names)


def _state_name(place: int, count: int) -> str:
    known = ("hidden states", "cell states")
    return known[place] if place == 0 or count == len(known) else f"states {place + 1}"


def cells_of(layer: Any) -> list[Any]:
    """The cells that a recurrent layer steps, several where they are stacked."""
    return list(getattr(layer.cell, "cells", None) or [layer.cell])


def _sizes(cell: Any) -> list[int]:
    """The units of each state; the two of a convolutional LSTM, which tells none, are -1."""
    sizes = keras.tree.flatten(cell.state_size)
    return [-1, -1] if sizes == [-1] else [int(size) for size in sizes]


def state_shapes(layer: Any, sequence_shape: Sequence[int | None]) -> tuple[tuple[int | None, ...], ...]:
    """The shape of each state over all steps, (time, units) or (time, rows, columns, filters), without batch axis."""
    sizes = [size for cell in cells_of(layer) for size in _sizes(cell)]
    time = sequence_shape[1]
    if len(sequence_shape) <= 3:
        return tuple((time, size) for size in sizes)
    result = layer.compute_output_shape(tuple(sequence_shape))
    first = result[0] if isinstance(result[0], list | tuple) else result
    return tuple((time, *first[2 - len(sequence_shape) :]) for _ in sizes)


def states_after_each_step(layer: Any, sequences: Any, mask: Any, initial_state: Any) -> tuple[Any, ...]:
    """Each state after each step, tensors (n, time, ...), in the order in which the layer takes the steps.

    A step that is masked keeps the state of the one before. `initial_state` of `None`: that of the layer itself.
    """
    dtype = layer.cell.compute_dtype
    sequences = keras.tree.map_structure(lambda each: _floats_as(each, dtype), sequences)
    first = keras.tree.flatten(sequences)[0]
    state = layer.get_initial_state(batch_size=first.shape[0]) if initial_state is None else initial_state
    state = keras.tree.map_structure(lambda each: _floats_as(each, dtype), _listed(state))
    taken: list[list[Any]] = []
    for step in _order(layer, first.shape[1]):
        after = _stepped(layer.cell, keras.tree.map_structure(lambda each, at=step: each[:, at], sequences), state)
        state = after if mask is None else _kept(mask[:, step], after, state)
        taken.append(keras.tree.flatten(state))
    return tuple(keras.ops.stack(steps, axis=1) for steps in zip(*taken, strict=True))


def _order(layer: Any, count: int) -> range:
    return range(count - 1, -1, -1) if layer.go_backwards else range(count)


def _stepped(cell: Any, inputs: Any, state: list[Any]) -> Any:
    """The state after one step, nested as the one before."""
    kwargs = {"training": False} if getattr(cell, "_call_has_training_arg", False) else {}
    _, after = cell(inputs, state, **kwargs)
    return keras.tree.pack_sequence_as(state, keras.tree.flatten(after))


def _kept(mask: Any, after: Any, before: Any) -> Any:
    def choose(new: Any, old: Any) -> Any:
        wide = keras.ops.reshape(mask, (-1, *(1 for _ in new.shape[1:])))
        return keras.ops.where(wide, new, old)

    return keras.tree.map_structure(choose, after, before)


def _listed(state: Any) -> list[Any]:
    return list(state) if keras.tree.is_nested(state) else [state]


def _floats_as(value: Any, dtype: str) -> Any:
    tensor = keras.ops.convert_to_tensor(value)
    return keras.ops.cast(tensor, dtype) if keras.backend.is_float_dtype(str(tensor.dtype.name)) else tensor
