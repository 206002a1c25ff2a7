"""What every way to make an image by optimisation is given and gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from exporter.chosen import chosen_options, option_names

Levels = NDArray[np.float32]
"""(n, ...) float32, 0 to 255 where it is inside the valid range, in the shape and colour order of what is fed."""
OptionValue = bool | int | float | str | None


class SynthesisError(KerascopeError):
    """A way to make images that is not known, options that it does not take, or a model that it cannot ask."""


@dataclass(frozen=True)
class Canvas:
    """Between levels of 0 to 255, in which images are made, and what the model is fed:
    `fed = low + levels / 255 * (high - low)`, whatever the model's preprocessing.

    `low` and `high` are the valid range of what is fed, float32, and broadcast over one sample; `shape` is that of one
    sample.
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    shape: tuple[int, ...]

    def fed(self, levels: Any) -> Any:
        """What the model is fed for these levels; tensors give a tensor, arrays an array."""
        return self.low + levels * ((self.high - self.low) / np.float32(255))

    def levels(self, fed: NDArray[Any]) -> Levels:
        """The levels of what was fed."""
        low, high = self.low.astype(np.float64), self.high.astype(np.float64)
        levels: Levels = ((np.asarray(fed, np.float64) - low) * 255 / (high - low)).astype(np.float32)
        return levels


@dataclass(frozen=True)
class Task:
    """Images that are made together, each of something of its own.

    Attributes
    ----------
    start : (n, ...) levels to begin with; a method may begin with others where the user did not say (`is_given`).
    is_given : whether the start is a picture of the user's.
    layer : whose output is asked for; `None`: the logits, or what the method chooses.
    units : (n,) int64, the class or channel of each; `None`: whole layers.
    references : levels (...) of pictures that a method takes beside the start: `content`, `style`.
    seed : of what is random.
    at : (n, axes) int64, the place of one unit of each; `None`: whole channels.
    """

    start: Levels
    is_given: bool
    layer: str | None = None
    units: NDArray[np.int64] | None = None
    references: Mapping[str, Levels] = field(default_factory=dict)
    seed: int = 0
    at: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """How many images there are."""
        return len(self.start)


@dataclass(frozen=True)
class Step:
    """What has come of it after so many steps, 0 being the start.

    Attributes
    ----------
    number : of the step.
    levels : (n, ...) float32, within 0 to 255.
    losses : (n,) float32: what is being made larger, or smaller (`Synthesis.rises`).
    terms : what else is measured of each, (n,) float32 by name (`norm`, `probability`, `content`, `style`).
    stopped : why there are no more steps, a line, where that is not because all are done: no image goes on.
    dead : (n,) bool: those whose gradient is 0 everywhere, so that nothing moves them.
    lost : (n,) bool: those whose loss or gradient was no finite number; `levels` are their last good ones then, and
        `losses` those of these. The others go on.
    """

    number: int
    levels: Levels
    losses: NDArray[np.float32]
    terms: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    stopped: str = ""
    dead: NDArray[np.bool_] | None = None
    lost: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Synthesis:
    """A way to make images.

    Attributes
    ----------
    name, summary : what the user calls it, and a line that says what it does.
    options : a frozen dataclass of what can be asked of it, each with a default; it raises `SynthesisError` for what
        makes no sense.
    run : `run(probe, canvas, task, options)` yields a `Step` for the start and after each step. Whoever stops asking
        stops it; asking again goes on.
    count : `count(options)`, how many steps there are, for the progress bar.
    asks : what must be said: `class`, `channel`, `layer`, or nothing.
    references : the pictures that it takes beside the start; the first is the one that it starts from.
    rises : whether the loss is made larger.
    """

    name: str
    summary: str
    options: type[Any]
    run: Callable[..., Iterator[Step]]
    count: Callable[[Any], int]
    asks: str = ""
    references: tuple[str, ...] = ()
    rises: bool = True

    @property
    def option_names(self) -> tuple[str, ...]:
        """What can be asked of it."""
        return option_names(self.options)

    def chosen(self, **asked: OptionValue) -> Any:
        """Its options, defaults filled in. Raises `SynthesisError` for one that it has not, or that makes no sense."""
        return chosen_options(self.name, self.options, asked, SynthesisError)
