"""What can be asked of a method: the fields of its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from exporter.bundle.errors import KerascopeError


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
