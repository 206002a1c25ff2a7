"""What every way to find importance is given and gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError

Array = NDArray[Any]
Floats = NDArray[np.float32]
OptionValue = bool | int | float | str | None
Progress = Callable[[str, int, int], None]
Warn = Callable[[str], None]

Importance = dict[str, Floats]
"""Name of a layer of units to (units, columns) float32, not negative, not scaled: a row for each unit or channel."""


class ImportanceError(KerascopeError):
    """A way to find importance that is not known, options that it does not take, or a model that it cannot look at."""


@dataclass(frozen=True)
class Labelled:
    """Samples with their classes.

    Attributes
    ----------
    x : one array (n, ...) for each input of the model, as it is fed.
    classes : (n,) int64, the class of each sample; of a model without classes all 0.
    names : what the classes are called; empty where that is not known.
    """

    x: tuple[Array, ...]
    classes: NDArray[np.int64]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self.classes)

    def of(self, rows: Array) -> Labelled:
        """Some of the samples, by their numbers or by a mask."""
        return Labelled(tuple(each[rows] for each in self.x), self.classes[rows], self.names)

    @property
    def occurring(self) -> tuple[int, ...]:
        """The classes that there are samples of, rising."""
        return tuple(int(each) for each in np.unique(self.classes))


@dataclass(frozen=True)
class Method:
    """A way to find importance: what the user calls it, a line that says what it does, the options it takes, and what
    runs it.

    `run(gated, data, classes, progress=..., **options)` gives an `Importance` with a column for each of `classes`. One
    that does not need data is `run(net, count, classes)`, with a `UnitNet` and the number of all classes.
    """

    name: str
    summary: str
    defaults: Mapping[str, OptionValue]
    run: Callable[..., Importance]
    needs_data: bool = True
