"""What every attack is given and gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from exporter.chosen import chosen_options, option_names

Pixels = NDArray[np.float32]
Norm = Literal["linf", "l2"]
OptionValue = bool | int | float | str | None


class AttackError(KerascopeError):
    """An attack that is not known, options that it does not take, or a model or an input that it cannot attack."""


@dataclass(frozen=True)
class Batch:
    """Inputs that are attacked together.

    Attributes
    ----------
    pixels : (n, ...) float32 in 0..1; the clean inputs.
    labels : (n,) int64; the class that each is to leave: the one that is predicted for it.
    targets : (n,) int64; the class that each is to reach, or `None`: any other.
    places : (n,) int64; a number of each input, so that what is random for it does not depend on its neighbours.
    seed, restart : of what is random.
    is_rounded : whether what counts is the picture that is saved: 8 bits a channel.
    """

    pixels: Pixels
    labels: NDArray[np.int64]
    targets: NDArray[np.int64] | None = None
    places: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    seed: int = 0
    restart: int = 0
    is_rounded: bool = False

    def __post_init__(self) -> None:
        if not len(self.places):
            object.__setattr__(self, "places", np.arange(len(self.labels), dtype=np.int64))

    def random(self, draw: Callable[[np.random.Generator, tuple[int, ...]], NDArray[Any]]) -> Pixels:
        """Random numbers (n, ...) float32: `draw(generator, shape)` for each input, from its own generator."""
        seeds = ((self.seed, self.restart, int(place)) for place in self.places)
        return np.stack([draw(np.random.default_rng(seed), self.pixels.shape[1:]) for seed in seeds]).astype(np.float32)

    def is_fooled(self, predicted: NDArray[Any]) -> NDArray[np.bool_]:
        """Whether each prediction (n,) is what the attack is after: the target, or any class but the label."""
        fooled: NDArray[np.bool_] = predicted != self.labels if self.targets is None else predicted == self.targets
        return fooled

    def restarted(self, restart: int) -> Batch:
        """The same inputs with other random numbers."""
        return replace(self, restart=restart)


@dataclass(frozen=True)
class Tried:
    """What an attack has come to after a step, for the whole batch.

    Attributes
    ----------
    pixels : (n, ...) float32 tensor in 0..1.
    logits : (n, classes) float32 tensor: what the model says to these very pixels, where the attack knows it already.
    epsilon : the size of the change that was asked for; `None` where none was: then it is measured.
    """

    pixels: Any
    logits: Any = None
    epsilon: float | None = None


@dataclass(frozen=True)
class AttackStep:
    """One thing that an attack tried on one input.

    `number` counts from 0; `pixels` are those of 0 to 1; `epsilon` is how far a pixel was asked to move, or how far one
    has moved at most where nothing was asked; `logits` are the model's.
    """

    number: int
    pixels: Pixels
    epsilon: float
    logits: NDArray[np.float32]

    @property
    def predicted(self) -> int:
        """The class with the largest logit."""
        return int(self.logits.argmax())


@dataclass(frozen=True)
class AttackResult:
    """How an attack on one input ended.

    Attributes
    ----------
    clean : the pixels that it began with.
    steps : what was tried, in order (only the last one where nobody watches); the last is what the attack came to.
    success : whether the last step fools the model.
    original : the class that was predicted for the clean input.
    tried : how many steps there were.
    details : what else there is to say about how it went.
    """

    clean: Pixels
    steps: tuple[AttackStep, ...]
    success: bool
    original: int
    tried: int
    details: dict[str, OptionValue] = field(default_factory=dict)

    @property
    def last(self) -> AttackStep:
        """What the attack came to."""
        return self.steps[-1]

    @cached_property
    def _change(self) -> NDArray[np.float64]:
        return self.last.pixels.astype(np.float64) - self.clean

    @property
    def linf(self) -> float:
        """How far a pixel has moved at most."""
        return float(np.abs(self._change).max(initial=0.0))

    @property
    def l2(self) -> float:
        """The Euclidean length of the change."""
        return float(np.sqrt(np.square(self._change).sum()))


@dataclass(frozen=True)
class Attack:
    """An attack.

    Attributes
    ----------
    name, summary : what the user calls it, and a line that says what it does.
    norm : by which its changes are small; an option `norm` chooses another.
    options : a frozen dataclass of what can be asked of it, each with a default; it raises `AttackError` for what makes
        no sense.
    tries : `tries(victim, batch, options)` yields what it has come to after each step. It may yield the whole batch
        after some have succeeded: their first success counts where it `stops`, their last step where not.
    count : how many steps there may be at most, for the progress bar.
    last : `last(victim, batch, options)` is the last that `tries` would yield, where it can be had at less cost.
    stops : whether an input is done with its first success.
    takes_target, needs_target : whether a class to reach can or must be given.
    uses_gradient : whether it is lost where gradients are masked.
    """

    name: str
    summary: str
    norm: Norm
    options: type[Any]
    tries: Callable[[Any, Batch, Any], Iterator[Tried]]
    count: Callable[[Any], int]
    last: Callable[[Any, Batch, Any], Tried] | None = None
    stops: bool = False
    takes_target: bool = False
    needs_target: bool = False
    uses_gradient: bool = True

    @property
    def option_names(self) -> tuple[str, ...]:
        """What can be asked of it."""
        return option_names(self.options)

    def chosen(self, **asked: OptionValue) -> Any:
        """Its options, defaults filled in. Raises `AttackError` for one that it has not, or that makes no sense."""
        return chosen_options(self.name, self.options, asked, AttackError)
