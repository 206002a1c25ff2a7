"""A layer and all that it computes with, and what it means that it cannot be computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Layer

Array = NDArray[Any]


class CannotError(KerascopeError):
    """A layer that cannot be computed from its bundle, with the reason in words."""


@dataclass(frozen=True)
class Node:
    """A layer, and its weights by the names of its variables.

    Arrays that it computes with have a batch axis of one sample in front, as in Keras.
    """

    layer: Layer
    load: Callable[[str], Array]

    @property
    def rule_name(self) -> str:
        """The class of Keras whose code the layer runs, so far as is known; of a bare operation, with `ops.` before."""
        return str(self.layer.settings.get("computed_by") or self.layer.class_name)

    def has(self, variable: str) -> bool:
        """Whether the layer has a variable of this name."""
        return variable in self.layer.variables

    def weight(self, variable: str) -> Array:
        """A variable as float32. Raises `CannotError` where the bundle has not kept it."""
        return np.asarray(self.load(variable), np.float32)

    def setting(self, name: str) -> Any:
        """A setting. Raises `CannotError` where the bundle has not kept it."""
        if name not in self.layer.settings:
            raise CannotError(
                f"{self.layer.name}: the bundle does not tell its {name}", remedy="export the model again"
            )
        return self.layer.settings[name]

    def option(self, name: str, otherwise: Any) -> Any:
        """A setting, or `otherwise` where the layer's class has none of this name."""
        return self.layer.settings.get(name, otherwise)

    def cannot(self, reason: str) -> CannotError:
        """The error that says why this layer cannot be computed."""
        return CannotError(f"{self.layer.name}: {reason}")

    def axes(self, name: str) -> tuple[int, ...]:
        """A setting of one or more axes, which count the batch axis."""
        value = self.setting(name)
        return tuple(value) if isinstance(value, list | tuple) else (value,)


def numbers(value: Any) -> tuple[Any, ...]:
    """A setting that is one number or several as several."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)
