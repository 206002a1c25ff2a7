"""What every attack is given and gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.inputs.preprocessing import valid_range

Array = NDArray[np.float32]
OptionValue = bool | int | float | str | None


class AttackError(KerascopeError):
    """An attack that is not known, options that it does not take, or a model that it cannot attack."""


@dataclass(frozen=True)
class Victim:
    """What is attacked.

    Attributes
    ----------
    model : takes one float tensor and puts out one vector of at least two scores.
    x : the clean input as it is fed, without the batch axis.
    low, high : the valid range of what is fed; arrays that broadcast over `x`.
    """

    model: keras.Model
    x: Array
    low: NDArray[Any]
    high: NDArray[Any]

    @classmethod
    def of(cls, bundle: Bundle, model: keras.Model, input_id: str, checkpoint: str) -> Victim:
        """An input of a bundle as a victim; its valid range is the one that the bundle's preprocessing says.

        Raises
        ------
        AttackError
            the model has several inputs, or takes whole numbers.
        """
        names = bundle.manifest.model.inputs
        if len(names) != 1:
            raise AttackError("the model cannot be attacked", expected="one input", got=f"{len(names)} inputs")
        x = bundle.output(input_id, checkpoint, names[0])
        if x.dtype.kind != "f":
            raise AttackError("the model cannot be attacked", expected="an input of floats", got=f"{x.dtype} values")
        low, high = valid_range(bundle.manifest.preprocessing, x.shape)
        return cls(model, np.asarray(x, np.float32), low, high)


@dataclass(frozen=True)
class AttackStep:
    """One thing that an attack tried.

    `number` counts from 0; `x` is what is fed, without the batch axis; `epsilon` is the change that was asked for, in
    units of what is fed; `scores` are the model's.
    """

    number: int
    x: Array
    epsilon: float
    scores: Array

    @property
    def predicted(self) -> int:
        """The class with the largest score."""
        return int(self.scores.argmax())


@dataclass(frozen=True)
class AttackResult:
    """How an attack ended.

    Attributes
    ----------
    steps : everything that was tried, in order; the last one succeeded if any did. At least one.
    success : whether the model's prediction was changed.
    original : the class that was predicted for the clean input.
    options : what the attack was run with, defaults filled in.
    details : what else there is to say about how it went.
    """

    steps: tuple[AttackStep, ...]
    success: bool
    original: int
    options: dict[str, OptionValue]
    details: dict[str, OptionValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Attack:
    """An attack: what the user calls it, a line that says what it does, the options it takes, and what runs it.

    `run(victim, **options)` raises `AttackError` for options that make no sense and for models that cannot be attacked.
    """

    name: str
    summary: str
    option_names: tuple[str, ...]
    run: Callable[..., AttackResult]
