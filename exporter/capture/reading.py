"""A model, read: its calls, its containers, and how to run it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from exporter.backend import keras
from exporter.capture.calls import Call, Listing, Made, Reading, Source, Tensor
from exporter.capture.entrance import Entrance, entrance_of_class, entrance_of_graph
from exporter.capture.functional import FunctionalPlan, functional_of, read_functional
from exporter.capture.masks import without_masks
from exporter.capture.names import READING, Names
from exporter.capture.observed import run_once
from exporter.capture.ownership import variables_by_call
from exporter.capture.rows import Rows
from exporter.capture.sizes import sized
from exporter.capture.traced import TracedPlan, read_traced


def read_model(model: keras.Model) -> Reading:
    """What the model is made of, whether Keras knows its graph or it is a class with its own `call`.

    A class is run, symbolically where that can be. The same object gives the same reading until its graph or its
    weights are others.

    Raises
    ------
    ModelError
        a model that does not know its input shape, or that cannot be run.
    """
    kept = vars(model).get(READING)
    if kept is None or kept[0] != _key(model):
        reading = _read(model)
        kept = vars(model)[READING] = (_key(model), reading)  # it goes when the model goes
    found: Reading = kept[1]
    return found


def _key(model: keras.Model) -> tuple[int, ...]:
    return id(functional_of(model)), *map(id, model.weights)


def _read(model: keras.Model) -> Reading:
    listing = Listing()
    plan: FunctionalPlan | TracedPlan
    functional = functional_of(model)
    if functional is not None:
        entrance = entrance_of_graph(functional)
        operations = [tensor._keras_history.operation for tensor in functional.inputs]
        names = Names()
        inputs = [_input(listing, names.of(each), each, entrance, nth) for nth, each in enumerate(operations)]
        plan, outputs = read_functional(listing, model, names, inputs, is_outermost=True)
        listing.close("", model, 0, outputs)
        calls = sized(listing.calls, _runner(plan, entrance), entrance.fed)
    else:
        entrance, inputs, plan, outputs = _read_class(listing, model)
        calls = listing.calls
    reading = Reading(
        tuple(calls),
        tuple(listing.containers),
        tuple(source.call for source in inputs),
        tuple(outputs),
        entrance.arrange,
        _runner(plan, entrance),
        variables_by_call(listing),
        tuple(listing.notes),
    )
    return without_masks(reading)


def _read_class(
    listing: Listing, model: keras.Model
) -> tuple[Entrance, list[Source], FunctionalPlan | TracedPlan, list[Source]]:
    entrance = entrance_of_graph(model) if hasattr(model, "_inputs_struct") else entrance_of_class(model)
    inputs = []
    for nth, (name, fed) in enumerate(zip(entrance.names, entrance.fed, strict=True)):
        layer = keras.layers.InputLayer(batch_shape=fed.shape, dtype=fed.dtype, name=name)
        inputs.append(_input(listing, name, layer, entrance, nth))
    if not all(layer.built for layer in model._flatten_layers()):
        run_once(model, entrance.arrange, entrance.fed)
    plan, outputs = read_traced(listing, model, "", entrance.arrange, entrance.fed, inputs)
    listing.calls[: len(inputs)] = [_as_looked_up(call, listing.calls) for call in listing.calls[: len(inputs)]]
    return entrance, inputs, plan, outputs


def _input(listing: Listing, name: str, operation: Any, entrance: Entrance, nth: int) -> Source:
    fed = entrance.fed[nth]
    return Source(listing.add(name, operation, (), [Tensor(fed.shape[1:], fed.dtype, Rows())]).name)


def _as_looked_up(fed: Call, calls: list[Call]) -> Call:
    """An input as whole numbers where all that takes it are embeddings, which look them up."""
    takers = [call.operation for call in calls if any(Source(fed.name) in sources for sources in call.arguments)]
    if not takers or not all(isinstance(taker, keras.layers.Embedding) for taker in takers):
        return fed
    return replace(fed, outputs=(replace(fed.outputs[0], dtype="int32"),))


def _runner(plan: FunctionalPlan | TracedPlan, entrance: Entrance) -> Any:
    def run(tensors: list[Any]) -> Iterator[Made]:
        made = plan.run(*entrance.arrange(tensors))
        tensors.clear()  # the plan drops each when it has been used
        yield from made

    return run
