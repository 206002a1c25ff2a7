"""The arguments of a call, in the order of what is called."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any


def in_order(operation: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
    """The arguments in the order in which `call` names them, however they were passed.

    Keras itself sorts named arguments by the alphabet: `key` would come before `query`.

    >>> class Layer:
    ...     def call(self, query, value, key=None): ...
    >>> in_order(Layer(), (1,), {"key": 3, "value": 2, "training": False})
    [1, 2, 3, False]
    """
    if not kwargs:
        return list(args)
    names = [name for name in inspect.signature(operation.call).parameters if name in kwargs]
    return [*args, *(kwargs[name] for name in names), *(kwargs[name] for name in kwargs if name not in names)]
