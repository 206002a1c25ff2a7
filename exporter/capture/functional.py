"""Models whose graph Keras knows: functional and Sequential ones, with all that is inside of them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.backend import keras
from exporter.capture.arguments import in_order
from exporter.capture.calls import Arrange, Call, Listing, Made, Source, Tensor
from exporter.capture.extras import are_computed, before_call, extra_values
from exporter.capture.hooks import has_call_of_keras, opens
from exporter.capture.names import Names
from exporter.capture.observed import Fed, in_inference
from exporter.capture.rows import rows_of
from exporter.capture.settings import constants_of
from exporter.capture.traced import TracedPlan, read_traced


@dataclass(frozen=True)
class Step:
    """One node of the graph: a call, or the container that it calls; and the tensors that no later step takes."""

    node: Any
    inner: Call | FunctionalPlan | TracedPlan
    spent: tuple[int, ...]


@dataclass(frozen=True)
class FunctionalPlan:
    """How to run a functional model node by node, as Keras does, and tell its calls.

    `model` is what is called, `functional` its graph: the same but for a Sequential one. `wanted` are the ids of the
    symbolic tensors that are taken by a step or, where the model is inside another one, by that.
    """

    model: Any
    functional: Any
    steps: tuple[Step, ...]
    wanted: frozenset[int]

    def run(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Generator[Made, None, list[Any]]:
        """Hand out what each call makes as soon as it is there; the result is the outputs that are wanted."""
        inputs, masks = self._entered(args, kwargs)
        values = dict(zip(map(id, self.functional.inputs), inputs, strict=True))
        del args, kwargs, inputs
        for step in self.steps:
            args, kwargs = step.node.arguments.fill_in(values)
            for spent in step.spent:
                values.pop(spent, None)
            taken = [args, in_inference(step.node.operation, kwargs)]
            del args, kwargs
            outputs = yield from _stepped(step, taken)
            made = zip(map(id, step.node.outputs), outputs, strict=True)
            values |= {key: value for key, value in made if key in self.wanted}
            del outputs, made
        results = [values[id(symbol)] for symbol in self.functional.outputs if id(symbol) in values]
        if any(mask is not None for mask in masks):
            self._left(results, masks)
        return results

    def _entered(self, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        """What the model makes of its arguments before its first layer: tensors of its dtypes, with their masks."""
        given = args[0] if args else kwargs["inputs"]
        mask = kwargs.get("mask")
        if mask is None:
            mask = keras.tree.map_structure(lambda each: getattr(each, "_keras_mask", None), given)
        masks = keras.tree.flatten(mask)
        inputs = self.functional._standardize_inputs(given)
        for tensor, each in zip(inputs, masks, strict=True):
            if each is not None:
                tensor._keras_mask = each
        return inputs, masks

    def _left(self, results: list[Any], masks: list[Any]) -> None:
        """Masks on what the model hands on, where its last layers have set none."""
        if self.model.supports_masking and len(results) == len(self.functional.outputs):
            self.model._set_mask_metadata(None, results, masks[0] if len(masks) == 1 else masks)


def _stepped(step: Step, taken: list[Any]) -> Generator[Made, None, list[Any]]:
    """Run a step on its arguments, which are taken out of the list: who gave them does not keep them alive."""
    kwargs, args = taken.pop(), taken.pop()
    if not isinstance(step.inner, Call):
        made = step.inner.run(args, kwargs)
        del args, kwargs
        return (yield from made)
    operation = step.node.operation
    before = before_call(operation, args, kwargs) if are_computed() else None
    result = operation(*args, **kwargs)
    extras = () if before is None else extra_values(operation, args, kwargs, result, before)
    outputs: list[Any] = keras.tree.flatten(result)
    del args, kwargs, before, result
    yield step.inner, [*outputs, *extras]
    return outputs


def functional_of(model: Any) -> Any:
    """The graph that a Sequential or functional model is; `None`: a class with its own `call`, or not built yet."""
    if not isinstance(model, keras.Model) or not has_call_of_keras(model):
        return None
    if isinstance(model, keras.Sequential):
        return model._functional if model.built else None
    return model if hasattr(model, "_nodes_by_depth") else None


def nodes_of(functional: Any) -> list[Any]:
    """Keras' records of the calls in a graph, in the order in which Keras runs them, without the inputs."""
    by_depth = functional._nodes_by_depth
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth] if not node.is_input]


def read_functional(
    listing: Listing, model: Any, names: Names, sources: Sequence[Source], *, is_outermost: bool = False
) -> tuple[FunctionalPlan, list[Source]]:
    """How to run a model, and where each of its outputs comes from; its calls are listed.

    `sources` says where each of its inputs comes from; `names` gives the names inside.
    """
    functional = functional_of(model)
    nodes = nodes_of(functional)
    makers = {id(tensor): source for tensor, source in zip(functional.inputs, sources, strict=True)}
    results = [] if is_outermost else [id(tensor) for tensor in functional.outputs]
    last_use = {id(tensor): place for place, node in enumerate(nodes) for tensor in node.input_tensors}
    steps = []
    for place, node in enumerate(nodes):
        inner, made = _read_node(listing, node, names.of(node.operation), makers, _is_fixed(functional))
        makers |= {id(tensor): source for tensor, source in zip(node.outputs, made, strict=True)}
        spent = tuple(key for key, last in last_use.items() if last == place and key not in results)
        steps.append(Step(node, inner, spent))
    outputs = [makers[id(tensor)] for tensor in functional.outputs]
    return FunctionalPlan(model, functional, tuple(steps), frozenset((*last_use, *results))), outputs


def _is_fixed(functional: Any) -> bool:
    """Whether the model takes batches of one size only."""
    return all(tensor.shape[0] is not None for tensor in functional.inputs if len(tensor.shape))


def _read_node(
    listing: Listing, node: Any, name: str, makers: dict[int, Source], is_fixed: bool
) -> tuple[Call | FunctionalPlan | TracedPlan, list[Source]]:
    operation = node.operation
    arguments = in_order(operation, node.arguments.args, node.arguments.kwargs)
    first = len(listing.calls)
    if functional_of(operation) is not None:
        # A mask is the second argument; it goes with the tensors.
        sources = [makers[id(tensor)] for tensor in _symbols(arguments[0])]
        plan, made = read_functional(listing, operation, Names(f"{name}/"), sources)
        listing.close(name, operation, first, made)
        return plan, made
    symbols = _symbols(arguments)
    sources = [makers[id(tensor)] for tensor in symbols]
    if opens(operation):
        fed = [_fed(tensor) for tensor in symbols]
        return read_traced(listing, operation, name, arranged_as(node.arguments, symbols), fed, sources)
    outputs = [_output(tensor, is_fixed) for tensor in node.outputs]
    shapes = [tuple(tensor.shape) for tensor in symbols]
    constants = constants_of(operation, node.arguments.args, node.arguments.kwargs)
    call = listing.add(name, operation, [[source] for source in sources], outputs, shapes, constants=constants)
    return call, [Source(name, place) for place in range(len(outputs))]


def _symbols(arguments: Any) -> list[Any]:
    return [each for each in keras.tree.flatten(arguments) if isinstance(each, keras.KerasTensor)]


def _output(symbol: Any, is_fixed: bool) -> Tensor:
    rows = rows_of(tuple(symbol.shape), batch_is_fixed=is_fixed)
    return Tensor(rows.sample_shape(symbol.shape), keras.backend.standardize_dtype(symbol.dtype), rows)


def _fed(symbol: Any) -> Fed:
    mask = getattr(symbol, "_keras_mask", None)
    dtype = keras.backend.standardize_dtype(symbol.dtype)
    return Fed(tuple(symbol.shape), dtype, None if mask is None else tuple(mask.shape))


def arranged_as(arguments: Any, symbols: Sequence[Any]) -> Arrange:
    """Tensors put in the places of the symbols in a call's arguments."""

    def arrange(tensors: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        values = {id(symbol): tensor for symbol, tensor in zip(symbols, tensors, strict=True)}
        args, kwargs = arguments.convert(lambda each: values.get(id(each), each))
        return tuple(args), dict(kwargs)

    return arrange
