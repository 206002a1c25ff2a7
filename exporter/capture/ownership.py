"""Which call each variable of a model belongs to: every one exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from exporter.capture.calls import Container, Listing
from exporter.capture.names import held_names, is_auto_named

Owned = dict[str, dict[str, Any]]


def variables_by_call(listing: Listing) -> Owned:
    """The variables of each call that owns any, by name.

    Those of a shared layer belong to its first call. Those that a container has for itself, or that lie in layers of
    it which are never called, belong to the call that makes its output.
    """
    found: Owned = {}
    taken: set[int] = set()
    containers = {id(container.operation) for container in listing.containers}
    for call in listing.calls:
        if call.is_layer and call.is_first and id(call.operation) not in containers:
            named = zip(
                variable_names(call.operation.weights, call.operation.name), call.operation.weights, strict=True
            )
            found[call.name] = _taken_once(named, taken)
    first_names = {call.name: call.first_name for call in listing.calls}
    for container in listing.containers:
        own = _taken_once(_left_in(container), taken)
        if own:
            there = found.setdefault(first_names[container.output], {})
            there |= _renamed(own, there)
    return {name: variables for name, variables in found.items() if variables}


def _taken_once(named: Any, taken: set[int]) -> dict[str, Any]:
    own = {}
    for name, variable in named:
        if id(variable) not in taken:
            taken.add(id(variable))
            own[name] = variable
    return own


def _left_in(container: Container) -> Iterator[tuple[str, Any]]:
    """Every variable of a container, with a name that says where it is."""
    variables = container.operation.weights
    paths = {id(variable): path for path, variable in _paths(container.operation, "")}
    names = [paths.get(id(variable), str(variable.name)).replace("/", ".") for variable in variables]
    yield from zip(_unique(names), variables, strict=True)


def _paths(layer: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for variable in (*layer._trainable_variables, *layer._non_trainable_variables):
        yield f"{prefix}{variable.name}", variable
    held = held_names(layer)
    for inner in layer._flatten_layers(include_self=False, recursive=False):
        name = held.get(id(inner), inner.name) if is_auto_named(inner) else inner.name
        yield from _paths(inner, f"{prefix}{name}.")


def _renamed(own: dict[str, Any], there: dict[str, Any]) -> dict[str, Any]:
    """The same variables, by names that are not there yet."""
    names = _unique([*there, *own])[len(there) :]
    return dict(zip(names, own.values(), strict=True))


def variable_names(variables: Sequence[Any], layer_name: str) -> list[str]:
    """A name for each of a layer's variables, unique in the layer.

    `kernel`; where two are called so, `forward_lstm.kernel` and `backward_lstm.kernel`.
    """
    plain = [str(variable.name).replace("/", ".") for variable in variables]
    if len(set(plain)) == len(plain):
        return plain
    return _unique([_inside(str(variable.path), layer_name) for variable in variables])


def _inside(path: str, layer_name: str) -> str:
    """The part of a variable's path that is inside the layer."""
    before, _, after = f"/{path}".rpartition(f"/{layer_name}/")
    return (after if before or after else path).replace("/", ".")


def _unique(names: Sequence[str]) -> list[str]:
    """The names, the second of the same one with `~2` after it, and so on."""
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return unique
