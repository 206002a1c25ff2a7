"""The same network at another picture size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from exporter.backend import keras
from exporter.models.errors import ModelError


class _RefusedError(Exception):
    """What stops a layer from taking another size, in words."""


def resized(model: keras.Model, size: tuple[int, int], *, is_cut: bool = False) -> keras.Model:
    """A model of the same layers, names and weights that takes pictures of another size.

    Every layer is made anew from its configuration, those of models inside the model too, and gets the weights of the
    old one; `model` stays as it is. How pictures are prepared has nothing to do with their size and stays.

    Parameters
    ----------
    model : Sequential or functional, with one input (n, rows, columns, channels).
    size : rows and columns, pixels. The model itself comes back where it has this size already.
    is_cut : where a layer cannot take what then comes to it, end before it, in the last feature maps. Enough for
        textures, styles, filters and dreams, which ask about feature maps; what comes out has no classes. Whether
        that was needed is seen from `len(found.layers) < len(model.layers)`.

    Raises
    ------
    ModelError
        a class with a `call` of its own; no single input of pictures; a size below 1; a layer that stops it, which is
        named: mostly one that is fully connected after Flatten. With global pooling in its place any size goes.
    """
    functional = _graph_of(model)
    told = "another picture size is not possible"
    if functional is None:
        raise ModelError(told, expected="a Sequential or functional model", got="a class with its own call")
    if len(functional.inputs) != 1 or len(functional.inputs[0].shape) != 4:
        shapes = ", ".join(str(tuple(each.shape[1:])) for each in functional.inputs)
        raise ModelError(told, expected="one input of rows, columns and channels", got=shapes)
    if min(size) < 1:
        raise ModelError(told, expected="at least 1x1", got="x".join(map(str, size)))
    before = functional.inputs[0]
    if tuple(before.shape[1:3]) == tuple(size):
        return model
    inputs = keras.Input((*size, before.shape[-1]), dtype=before.dtype, name=before.name)
    return _Walk(model, functional, {id(before): inputs}).made(inputs, is_cut)


@dataclass
class _Walk:
    """Through the graph of a model, layer by layer, with tensors of another size.

    `values` are the new tensors by the ids of the old ones, `fresh` the new layers by the ids of the old ones.
    """

    model: keras.Model
    functional: Any
    values: dict[int, Any]
    fresh: dict[int, Any] = field(default_factory=dict)

    def made(self, inputs: Any, is_cut: bool) -> keras.Model:
        """The new model, or what of it comes before the first layer that refuses."""
        maps = None
        for node in _calls(self.functional):
            try:
                outputs = self._called(node)
            except _RefusedError as refused:
                if not is_cut or maps is None:
                    raise self._impossible(node.operation.name, inputs, refused) from refused
                return keras.Model(inputs, maps, name=self.model.name)
            maps = next((each for each in outputs if len(each.shape) == 4), maps)
        return keras.Model(inputs, self._ends(), name=self.model.name)

    def _impossible(self, name: str, inputs: Any, refused: _RefusedError) -> ModelError:
        return ModelError(
            f"{self.model.name!r} cannot take pictures of {inputs.shape[1]}x{inputs.shape[2]}",
            expected="layers that take any size, such as convolutions and global pooling",
            got=f"{name!r}: {refused}",
            remedy="keep the model's own size, or give a model without the layers from there on",
        )

    def inside(self, inputs: list[Any]) -> keras.Model:
        """The new model where it is part of another one. Raises `_RefusedError`."""
        for node in _calls(self.functional):
            self._called(node)
        return keras.Model(inputs[0] if len(inputs) == 1 else inputs, self._ends(), name=self.model.name)

    def _ends(self) -> Any:
        ends = [self.values[id(each)] for each in self.functional.outputs]
        return keras.tree.pack_sequence_as(self.functional._outputs_struct, ends)

    def _called(self, node: Any) -> list[Any]:
        args, kwargs = node.arguments.fill_in(self.values)
        old = node.operation
        if id(old) not in self.fresh:
            self.fresh[id(old)] = _fresh(old, args)
        _check_taken(old, args)
        outputs: list[Any] = keras.tree.flatten(_tried(self.fresh[id(old)], *args, **kwargs))
        if isinstance(old, keras.layers.Layer):
            _pass_weights(old, self.fresh[id(old)])
        self.values |= {id(each): new for each, new in zip(node.outputs, outputs, strict=True)}
        return outputs


def _graph_of(operation: Any) -> Any:
    """The graph of a Sequential or functional model; `None`: something else, or a class with a `call` of its own."""
    if not isinstance(operation, keras.Model) or not type(operation).call.__module__.startswith("keras."):
        return None
    if isinstance(operation, keras.Sequential):
        return operation._functional if operation.built else None
    return operation if hasattr(operation, "_nodes_by_depth") else None


def _calls(functional: Any) -> list[Any]:
    """Keras' records of the calls in a graph, in their order, without the inputs."""
    by_depth = functional._nodes_by_depth
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth] if not node.is_input]


def _fresh(old: Any, args: Any) -> Any:
    functional = _graph_of(old)
    if functional is None:
        return _tried(type(old).from_config, old.get_config())
    given = keras.tree.flatten(args)
    inputs = [
        keras.Input(tuple(new.shape[1:]), dtype=symbol.dtype, name=symbol.name)
        for symbol, new in zip(functional.inputs, given, strict=True)
    ]
    values = {id(symbol): new for symbol, new in zip(functional.inputs, inputs, strict=True)}
    return _Walk(old, functional, values).inside(inputs)


def _tried(function: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except _RefusedError:
        raise
    except Exception as error:
        raise _RefusedError((str(error).strip().splitlines() or [type(error).__name__])[0]) from error


def _check_taken(old: Any, args: Any) -> None:
    """Stop before a fully connected layer makes weights for a size that it has none for: they may take gigabytes."""
    spec = getattr(old, "input_spec", None)
    if not isinstance(spec, keras.InputSpec) or not args or not hasattr(args[0], "shape"):
        return
    for axis, size in (spec.axes or {}).items():
        if size is not None and args[0].shape[int(axis)] != size:
            raise _RefusedError(f"takes {size} values, not {args[0].shape[int(axis)]}")


def _pass_weights(old: Any, new: Any) -> None:
    pairs = list(zip(old._flatten_layers(), new._flatten_layers(), strict=True))
    for before, after in pairs:
        shapes = [[tuple(weight.shape) for weight in each.weights] for each in (before, after)]
        if shapes[0] != shapes[1]:
            raise _RefusedError("its weights depend on the size")
    for before, after in pairs:
        store: dict[str, Any] = {}
        before.save_own_variables(store)
        after.load_own_variables(store)
