"""What the calls inside a model or a composite layer are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from exporter.backend import keras

READING = "_kerascope_reading"
"""The attribute of a model in which it is kept how the model was read."""
_NOT_THE_AUTHORS = ("_layers", "_operations", "_functional", "_tracker", "_self_", READING)
_NUMBER = re.compile(r"_\d+$")


class Names:
    """Gives names to the calls inside one call of a container.

    In a graph that Keras knows, operations keep their names, which are saved with the model. Layers that a class makes
    for itself get new numbers whenever one is made (`dense_4`); those are called after the attribute that holds them,
    or after their class, so that the same model has the same names in every process.
    """

    def __init__(self, prefix: str = "", container: Any = None, outer: Names | None = None) -> None:
        self.prefix = prefix
        self._held = {} if container is None else held_names(container)
        self._outer = outer
        self._keeps_names = container is None
        self._given: dict[int, str] = {}
        self._counts: Counter[int] = Counter()

    def of(self, operation: Any) -> str:
        """The name of the next call of this operation."""
        key = id(operation)
        if key not in self._given:
            self._given[key] = self.free(self._wanted(operation))
        nth = self._counts[key]
        self._counts[key] += 1
        return f"{self.prefix}{self._given[key]}" + (f":{nth}" if nth else "")

    def free(self, name: str) -> str:
        """`name`, or `name_1`, ... where there is another one."""
        free, nth = name, 0
        while free in self._given.values():
            nth += 1
            free = f"{name}_{nth}"
        return free

    def _wanted(self, operation: Any) -> str:
        if self._keeps_names or not is_auto_named(operation):
            return str(operation.name)
        return self._holder_of(operation) or _NUMBER.sub("", str(operation.name))

    def _holder_of(self, operation: Any) -> str | None:
        own = self._held.get(id(operation))
        return own if own or self._outer is None else self._outer._holder_of(operation)


def is_auto_named(operation: Any) -> bool:
    """Whether Keras has made up the name out of the class: `dense_4`, `multi_head_attention`."""
    plain = _NUMBER.sub("", str(operation.name)).replace("_", "")
    return plain == type(operation).__name__.replace("_", "").lower()


def held_names(container: Any) -> dict[int, str]:
    """What the attributes are called that hold the container's layers, by the layer's id: `conv`, `blocks_0`."""
    names: dict[int, str] = {}
    attributes = vars(container)
    for attribute in sorted(attributes, key=lambda each: each.startswith("_")):  # what the author calls it, if he does
        if not attribute.startswith(_NOT_THE_AUTHORS):
            for name, layer in _layers_in(attributes[attribute], attribute.lstrip("_")):
                names.setdefault(id(layer), name)
    return names


def _layers_in(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, keras.layers.Layer):
        yield name, value
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from _layers_in(part, f"{name}_{place}")
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _layers_in(part, f"{name}_{key}".replace("/", "_"))
