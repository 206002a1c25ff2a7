"""What every explanation is given and gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from exporter.chosen import chosen_options, option_names

Fed = NDArray[np.float32]
Floats = NDArray[np.float32]
OptionValue = bool | int | float | str | None
Kind = Literal["heat", "signed", "mask"]
Tick = Callable[[int, int], None]
"""Is told how much is done, and how much there is."""


class ExplainError(KerascopeError):
    """An explanation that is not known, options that it does not take, or a model or input that it cannot explain."""


@dataclass(frozen=True)
class Question:
    """What is asked of several inputs together: which part of each made the model say this?

    Attributes
    ----------
    fed : (n, ...) float32, what the model is fed.
    layer : the layer that is asked about; `None`: the logits.
    units : (n,) int64, the class or channel of each; `None`: the whole layer.
    at : (n, axes) int64, the place of one unit of each; `None`: whole channels.
    seed : of what is random.
    background : (channels,) or () float32: what is fed for a grey picture, where a method puts something in the way.
    low, high : the valid range of what is fed; they broadcast over one sample.
    names : of the inputs, for what errors say; empty: their numbers.
    picture : the rows, columns and channels of a picture whose values are fed in another shape, in their order (a
        vector, or no axis of channels); empty: the shape of what is fed says all.
    """

    fed: Fed
    layer: str | None
    units: NDArray[np.int64] | None
    at: NDArray[np.int64] | None = None
    seed: int = 0
    background: Floats = field(default_factory=lambda: np.zeros((), np.float32))
    low: Floats = field(default_factory=lambda: np.zeros((), np.float32))
    high: Floats = field(default_factory=lambda: np.ones((), np.float32))
    names: tuple[str, ...] = ()
    picture: tuple[int, ...] = ()

    def __len__(self) -> int:
        """How many inputs there are."""
        return len(self.fed)


@dataclass(frozen=True)
class Map:
    """Where in each input, or in what a layer makes of it, the answer comes from.

    Attributes
    ----------
    layer : on whose plate it lies: the input layer, or one with feature maps.
    kind : `heat`: none is negative; `signed`: for (above 0) and against; `mask`: 0 or 1.
    values : (n, rows, columns) float32, or (n, length) of inputs that are no pictures. Not scaled.
    """

    layer: str
    kind: Kind
    values: Floats


@dataclass(frozen=True)
class Explained:
    """What a method found for some inputs: maps, the first the one that the method is named after, and numbers about
    each input (`details`, one dictionary an input, empty where there is nothing to say).
    """

    maps: tuple[Map, ...]
    details: tuple[dict[str, OptionValue], ...]


@dataclass(frozen=True)
class Explanation:
    """A way to explain.

    Attributes
    ----------
    name, summary : what the user calls it, and a line that says what it does.
    options : a frozen dataclass of what can be asked of it, each with a default; it raises `ExplainError` for what
        makes no sense.
    run : `run(probe, question, options, tick)` gives an `Explained`; as many inputs at a time as memory takes.
    layer_is_place : a layer that the user names is where the map lies (Grad-CAM), and not what is asked about.
    """

    name: str
    summary: str
    options: type[Any]
    run: Callable[..., Explained]
    layer_is_place: bool = False

    @property
    def option_names(self) -> tuple[str, ...]:
        """What can be asked of it."""
        return option_names(self.options)

    def chosen(self, **asked: OptionValue) -> Any:
        """Its options, defaults filled in. Raises `ExplainError` for one that it has not, or that makes no sense."""
        return chosen_options(self.name, self.options, asked, ExplainError)


def untold(done: int, total: int) -> None:
    """A `Tick` for when nobody looks."""
