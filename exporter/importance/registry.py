"""The ways to find importance that there are."""

from __future__ import annotations

from collections.abc import Mapping

from exporter import chosen
from exporter.importance.batch_norm import BATCH_NORM
from exporter.importance.contract import ImportanceError, Method, OptionValue
from exporter.importance.gradient import GRADIENT
from exporter.importance.weight import WEIGHT

METHODS: Mapping[str, Method] = {method.name: method for method in (GRADIENT, BATCH_NORM, WEIGHT)}
_SEED = "seed"


def method_named(name: str) -> Method:
    """The way of that name. Raises `ImportanceError` where there is none; it says which there are, and the nearest."""
    return chosen.method_named(name, METHODS, "way to find importance", ImportanceError)


def options_for(method: Method, options: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
    """The options that a method takes. A seed is for every method, also for those that draw nothing.

    Raises
    ------
    ImportanceError
        an option that it does not take.
    """
    if unknown := sorted(set(options) - set(method.defaults) - {_SEED}):
        expected = ", ".join(method.defaults) or "none"
        raise ImportanceError(f"{method.name} has no such option", expected=expected, got=unknown[0])
    return {name: value for name, value in options.items() if name in method.defaults}
