"""How many inputs a model still gets right when an attack may change them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacks import Attack, AttackError, Batch, attack_named, run_attack
from exporter.attacks.contract import Norm, OptionValue
from exporter.attacks.fgsm import FgsmOptions, direction_of, led
from exporter.attacks.rounding import settled
from exporter.backend import tf
from exporter.robustness.curves import Curve, Point
from exporter.robustness.shares import Share
from exporter.robustness.subjects import Subject

GROWING = "growing-fgsm"
"""What a report calls FGSM with an epsilon that grows until it succeeds; `fgsm` is one step at each epsilon."""

_SLACK = 1e-6
"""So much a change may seem larger than it is, for rounding."""

Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Trial:
    """An attack as a report tries it.

    Attributes
    ----------
    name : what the report calls it.
    attack : the attack.
    options : what is asked of it, without its epsilon.
    is_minimal : whether it looks for the smallest change, having no epsilon to use up.
    seed, is_rounded : as `Batch` has them.
    """

    name: str
    attack: Attack
    options: Mapping[str, OptionValue]
    is_minimal: bool
    seed: int = 0
    is_rounded: bool = False

    @property
    def norm(self) -> Norm:
        """What its epsilons measure."""
        norm = getattr(self.chosen(1e-3), "norm", None)
        return norm if norm in ("linf", "l2") else self.attack.norm

    def chosen(self, epsilon: float) -> Any:
        """The options of the attack, with this epsilon where it takes one."""
        return self.attack.chosen(**({} if self.is_minimal else {"epsilon": epsilon}), **self.options)

    def batch(self, subject: Subject, rows: NDArray[np.int64]) -> Batch:
        """The inputs at these places, to be attacked together."""
        return Batch(
            subject.pixels(rows), subject.classes[rows], places=rows, seed=self.seed, is_rounded=self.is_rounded
        )


def trial_of(
    name: str,
    options: Mapping[str, OptionValue] | None = None,
    *,
    largest: float = 1.0,
    seed: int = 0,
    is_rounded: bool = False,
) -> Trial:
    """The attack of that name, or `growing-fgsm`: this one grows in even steps from the first up to `largest`.

    Raises
    ------
    AttackError
        no such attack, one that needs a class to reach, or options that it does not take; `epsilon` is none of them.
    """
    attack, options = attack_named("fgsm" if name == GROWING else name), dict(options or {})
    if attack.needs_target:
        expected = "one that leads to any other class"
        raise AttackError("a report cannot be made of this attack", expected=expected, got=name)
    if "epsilon" in options:
        raise AttackError(f"the epsilon of {name} is not one of its options here", remedy="pass --epsilons")
    if name == GROWING:
        step = options.get("step", FgsmOptions.step)
        options = {"start": step, "step": step, "limit": max(largest, float(step or 0.0)), **options}
    is_minimal = name == GROWING or "epsilon" not in attack.option_names
    trial = Trial(name, attack, options, is_minimal, seed, is_rounded)
    trial.chosen(1e-3)
    return trial


def checked_epsilons(epsilons: Sequence[float]) -> tuple[float, ...]:
    """The epsilons, rising, each once, 0 among them.

    Raises `AttackError` where one is not in 0 to 1.

    >>> checked_epsilons([0.5, 0.25, 0.5])
    (0.0, 0.25, 0.5)
    """
    for epsilon in epsilons:
        if not (math.isfinite(epsilon) and 0 <= epsilon <= 1):
            raise AttackError("such an epsilon cannot be tried", expected="0 to 1, as 8/255", got=epsilon)
    return tuple(sorted({0.0, *map(float, epsilons)}))


def sizes_in(norm: Norm, epsilons: Sequence[float], values: int) -> tuple[float, ...]:
    """The epsilons as sizes in a norm: themselves, or the length of a change that moves each of `values` so far.

    >>> sizes_in("l2", [0.0, 0.5], 16)
    (0.0, 2.0)
    """
    return tuple(epsilon * math.sqrt(values) if norm == "l2" else epsilon for epsilon in epsilons)


def curve_of(subject: Subject, trial: Trial, epsilons: Sequence[float], tick: Tick) -> Curve:
    """Accuracy against epsilon: of all inputs, how many are read right and stay so whatever the attack does.

    What is misread from the start is wrong at every epsilon; only the rest is attacked. An attack that uses its epsilon
    up is tried at each one by itself, so that its curve need not fall everywhere. Of one that looks for the smallest
    change, an input counts as right at an epsilon where none was found that is as small. Epsilons of an attack by
    length are those of `sizes_in`.

    Parameters
    ----------
    epsilons : rising, 0 first.
    tick : is told how many batches are done, and of how many.
    """
    sizes = sizes_in(trial.norm, epsilons, subject.samples[0].values[0].size)
    right = np.flatnonzero(subject.clean_predicted() == subject.classes)
    held = np.zeros(len(sizes), np.int64)
    batches = list(subject.batches(right))
    for done, (rows, count) in enumerate(batches):
        held += _held(subject, trial, rows, sizes)[:, :count].sum(axis=1)
        tick(done + 1, len(batches))
    points = tuple(Point(size, Share(int(each), len(subject.samples))) for size, each in zip(sizes, held, strict=True))
    return Curve(subject.name, trial.name, trial.norm, trial.is_minimal, _told(trial), points)


def _told(trial: Trial) -> dict[str, OptionValue]:
    """The options of an attack, defaults filled in, but for what changes with its epsilon."""
    if trial.attack.name == "fgsm" and not trial.is_minimal:
        return {}
    one, two = (asdict(trial.chosen(epsilon)) for epsilon in (1e-3, 2e-3))
    return {name: value for name, value in one.items() if value == two[name] and name != "epsilon"}


def _held(subject: Subject, trial: Trial, rows: NDArray[np.int64], sizes: Sequence[float]) -> NDArray[np.bool_]:
    """Whether each input (epsilons, n) is still read right."""
    batch = trial.batch(subject, rows)
    if trial.is_minimal:
        results = run_attack(trial.attack, subject.victim, batch, trial.chosen(0.0), is_watched=False)
        needed = np.array([getattr(each, trial.norm) if each.success else np.inf for each in results])
        return np.stack([needed > size + _SLACK for size in sizes])
    tried = (
        _each_step(subject, batch, sizes) if trial.attack.name == "fgsm" else _each_run(subject, trial, batch, sizes)
    )
    return np.stack([np.ones(len(rows), np.bool_) if size == 0 else ~next(tried) for size in sizes])


def _each_step(subject: Subject, batch: Batch, sizes: Sequence[float]) -> Iterator[NDArray[np.bool_]]:
    """Whether one step along the sign of the gradient fools the model, for each epsilon above 0: of one gradient."""
    direction, clean = subject.victim.compiled(direction_of)(*led(batch)), tf.constant(batch.pixels)
    for size in sizes:
        if size:
            pixels = tf.clip_by_value(clean + size * direction, 0.0, 1.0)
            yield batch.is_fooled(subject.judged(settled(batch, pixels, size)))


def _each_run(subject: Subject, trial: Trial, batch: Batch, sizes: Sequence[float]) -> Iterator[NDArray[np.bool_]]:
    for size in sizes:
        if size:
            results = run_attack(trial.attack, subject.victim, batch, trial.chosen(size), is_watched=False)
            yield np.array([each.success for each in results])
