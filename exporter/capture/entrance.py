"""What a model takes: the shape of each input, and how tensors become the arguments of its call."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exporter.backend import keras
from exporter.capture.calls import Arrange
from exporter.capture.observed import Fed
from exporter.models.errors import ModelError


@dataclass(frozen=True)
class Entrance:
    """The inputs of a model by name, what each is fed, and how one tensor per input becomes the model's arguments."""

    names: tuple[str, ...]
    fed: tuple[Fed, ...]
    arrange: Arrange


@dataclass(frozen=True)
class _Shape:
    """A shape that is no structure to Keras."""

    sizes: tuple[int | None, ...]


def entrance_of_graph(functional: Any) -> Entrance:
    """The inputs of a graph that Keras knows."""
    tensors = functional.inputs

    def arrange(values: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (keras.tree.pack_sequence_as(functional._inputs_struct, list(values)),), {}

    names = tuple(str(tensor._keras_history.operation.name) for tensor in tensors)
    fed = tuple(Fed(tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype)) for tensor in tensors)
    return Entrance(names, fed, arrange)


def entrance_of_class(model: keras.Model) -> Entrance:
    """The inputs of a model that is written as a class, from the shapes that it was built on.

    They are called `input`, or after the keys of the dictionary, or after the arguments of `call` where it takes
    several. Their dtype is not known: they are fed as the model computes.

    Raises
    ------
    ModelError
        it was never built; or `call` takes more tensors than Keras has kept shapes of.
    """
    arguments = _shapes_by_argument(model)
    structure = {name: _as_shapes(shapes) for name, shapes in arguments.items()}
    names, leaves = [], []
    for name, shapes in structure.items():
        for path, shape in keras.tree.flatten_with_path(shapes):
            parts = [str(part) for part in path]
            if shape is not None:
                names.append(_input_name(name if len(structure) > 1 else "", parts, isinstance(shapes, dict)))
                leaves.append(Fed((None, *shape.sizes[1:]), keras.backend.standardize_dtype(model.compute_dtype)))

    def arrange(values: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        waiting = list(values)
        filled = {
            name: keras.tree.map_structure(lambda leaf: None if leaf is None else waiting.pop(0), shapes)
            for name, shapes in structure.items()
        }
        first, *rest = filled
        return (filled[first],), {name: filled[name] for name in rest}

    return Entrance(tuple(names), tuple(leaves), arrange)


def _shapes_by_argument(model: keras.Model) -> dict[str, Any]:
    """The shapes that the model was built on, by the argument of its `call`."""
    config = model.get_build_config() or {}
    parameters = [
        each
        for name, each in inspect.signature(model.call).parameters.items()
        if name not in ("training", "mask") and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
    ]
    known = dict(config.get("shapes_dict") or {})
    if config.get("input_shape") is not None and parameters:
        known = {parameters[0].name: config["input_shape"]}
    if not known:
        raise ModelError(
            f"the model {model.name!r} does not know its input shape",
            expected="a model that was built",
            got=f"a {type(model).__name__} without one",
            remedy="call it once on data first, or tell it by model.build((None, ...)), or give it a keras.Input",
        )
    shapes = {name.removesuffix("_shape"): shape for name, shape in known.items()}
    missing = [each.name for each in parameters if each.default is each.empty and each.name not in shapes]
    if missing:
        raise ModelError(
            f"the shape of the input {missing[0]!r} is not known",
            expected="one that Keras keeps",
            got=f"the shapes of {', '.join(shapes)}",
            remedy="take all inputs as one list or dictionary, or name them in build(), as in a_shape, b_shape",
        )
    return shapes


def _as_shapes(shapes: Any) -> Any:
    if shapes is None:
        return None
    if isinstance(shapes, list | tuple) and all(size is None or isinstance(size, int) for size in shapes):
        return _Shape(tuple(shapes))
    if isinstance(shapes, dict):
        return {key: _as_shapes(each) for key, each in shapes.items()}
    return [_as_shapes(each) for each in shapes]


def _input_name(argument: str, path: list[str], is_dict: bool) -> str:
    """`input`, `input_0`, a dictionary's key, or the argument, with the place in it where it is a structure."""
    start = argument or ("" if is_dict else "input")
    return "_".join(part for part in (start, *path) if part)
