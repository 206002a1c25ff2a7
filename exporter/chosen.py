"""Methods by their names, and what can be asked of one: the fields of its options."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from exporter.bundle.errors import KerascopeError

Method = TypeVar("Method")


def method_named(name: str, methods: Mapping[str, Method], what: str, error: type[KerascopeError]) -> Method:
    """The method of that name. Raises `error` where there is no such thing (`what` it is called): it says which there
    are, and the nearest.
    """
    if name in methods:
        return methods[name]
    near = difflib.get_close_matches(name, methods, 1)
    raise error(
        f"no such {what}",
        expected=f"one of {', '.join(methods)}",
        got=repr(name),
        remedy=f"did you mean {near[0]}?" if near else "",
    )


def option_names(options: type[Any]) -> tuple[str, ...]:
    """The names of the fields of a dataclass of options."""
    return tuple(each.name for each in fields(options))


def chosen_options(method: str, options: type[Any], asked: Mapping[str, Any], error: type[KerascopeError]) -> Any:
    """The options of a method, defaults filled in. Raises `error` for one that it has not; so do options that make no
    sense.
    """
    names = option_names(options)
    if unknown := sorted(set(asked) - set(names)):
        raise error(f"{method} has no such option", expected=", ".join(names) or "none", got=unknown[0])
    return options(**asked)
