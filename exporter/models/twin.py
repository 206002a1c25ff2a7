"""The untrained twin of a model."""

from __future__ import annotations

import inspect
import random
from typing import Any

from exporter.backend import keras
from exporter.models.errors import ModelError
from exporter.models.seeding import python_random_seeded

_MOST_SEED = 2**31 - 1
_OF_EVERY_LAYER = ("name", "trainable", "dtype")
"""What Keras puts into every configuration, also of a class whose constructor does not take it."""


def untrained_twin(model: keras.Model, seed: int) -> keras.Model:
    """A new model of the same architecture with fresh weights; the same seed gives the same weights.

    It is made from the model's configuration, with all that is inside; a class with its own `call` is built on the
    shapes that it was built on. Every random initialiser draws anew, also one that the model gives a seed of its own.
    Moving statistics start as they do in a new layer. What a layer has adapted to its data (`Normalization`, a
    vocabulary) is preprocessing, not training: it is kept. The global random state is as it was afterwards.

    Raises
    ------
    ModelError
        a class in it cannot be made from its configuration, or then has other variables.
    """
    classes = {type(layer).__name__: type(layer) for layer in model._flatten_layers()}
    with python_random_seeded(seed), keras.saving.custom_object_scope(classes):
        try:
            twin = _new(model)
        except Exception as error:
            first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise _impossible(model, first_line) from error
    _keep_adapted(model, twin)
    return twin


def _new(model: keras.Model) -> keras.Model:
    # Where Keras draws the seed of an initialiser that has none, it takes Python's random numbers.
    if isinstance(model, keras.Sequential) or hasattr(model, "_nodes_by_depth"):
        return keras.models.clone_model(model, clone_function=_fresh)
    twin = _fresh(model)
    twin.build_from_config(model.get_build_config())
    return twin


def _impossible(model: keras.Model, why: object) -> ModelError:
    return ModelError(
        f"an untrained twin of {model.name!r} cannot be made",
        expected="classes that can be made from their get_config()",
        got=why,
        remedy="give the weights from before training as a checkpoint instead",
    )


def _keep_adapted(model: keras.Model, twin: keras.Model) -> None:
    old_layers, new_layers = model._flatten_layers(), twin._flatten_layers()
    shapes, new_shapes = ([tuple(weight.shape) for weight in each.weights] for each in (model, twin))
    if shapes != new_shapes or [type(layer) for layer in old_layers] != [type(layer) for layer in new_layers]:
        raise _impossible(model, "a model of other layers")
    for old, new in zip(old_layers, new_layers, strict=True):
        if isinstance(old, keras.layers.Normalization):
            new.set_weights(old.get_weights())
            new.finalize_state()
        elif isinstance(old, keras.layers.Discretization):
            new.bin_boundaries = old.bin_boundaries
        elif hasattr(old, "get_vocabulary"):
            new.set_vocabulary(old.get_vocabulary(include_special_tokens=False))


def _fresh(operation: keras.Operation) -> keras.Operation:
    kind = type(operation)
    taken = inspect.signature(kind.__init__).parameters
    config = _without_seeds(operation.get_config())
    if not any(each.kind is each.VAR_KEYWORD for each in taken.values()):
        config = {name: value for name, value in config.items() if name in taken or name not in _OF_EVERY_LAYER}
    made = kind.from_config(config)
    for layer in made._flatten_layers() if isinstance(made, keras.layers.Layer) else ():
        if not layer.built:  # a class gives the layers that it makes seeds which are in no configuration
            _draw_anew(layer)
    return made


def _draw_anew(layer: keras.layers.Layer) -> None:
    for value in vars(layer).values():
        if isinstance(value, keras.initializers.Initializer) and getattr(value, "seed", None) is not None:
            value.seed = random.randint(1, _MOST_SEED)


def _without_seeds(config: Any) -> Any:
    """The same configuration with the seed of every initialiser removed; nested layers included."""
    if isinstance(config, list | tuple):
        return type(config)(_without_seeds(part) for part in config)
    if not isinstance(config, dict):
        return config
    initialiser = "initializers" in str(config.get("module", ""))
    plain = {key: _without_seeds(value) for key, value in config.items()}
    if initialiser and isinstance(plain.get("config"), dict) and "seed" in plain["config"]:
        plain["config"]["seed"] = None
    return plain
