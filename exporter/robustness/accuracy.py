"""How many inputs a model still gets right when an attack may change them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacks import Attack, AttackError, AttackResult, Batch, attack_named, run_attack
from exporter.attacks.checks import check_batch
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

    An input that cannot be attacked, as its gradients are masked, counts as right; the curve says how many these are.

    Raises
    ------
    AttackError
        none of the inputs can be attacked.
    """
    sizes = sizes_in(trial.norm, epsilons, subject.samples[0].values[0].size)
    right = np.flatnonzero(subject.clean_predicted() == subject.classes)
    held, refused, reason = np.zeros(len(sizes), np.int64), 0, ""
    batches = list(subject.batches(right))
    for done, (rows, count) in enumerate(batches):
        tried = _tried(subject, trial, rows, sizes)
        held += tried.held[:, :count].sum(axis=1)
        refused, reason = refused + int(tried.refused[:count].sum()), reason or tried.reason
        tick(done + 1, len(batches))
    if refused and refused == len(right):
        raise AttackError(f"{subject.name} cannot be attacked by {trial.name}", got=reason)
    points = tuple(Point(size, Share(int(each), len(subject.samples))) for size, each in zip(sizes, held, strict=True))
    return Curve(subject.name, trial.name, trial.norm, trial.is_minimal, _told(trial), points, refused, reason)


def _told(trial: Trial) -> dict[str, OptionValue]:
    """The options of an attack, defaults filled in, but for what changes with its epsilon."""
    if trial.attack.name == "fgsm" and not trial.is_minimal:
        return {}
    one, two = (asdict(trial.chosen(epsilon)) for epsilon in (1e-3, 2e-3))
    return {name: value for name, value in one.items() if value == two[name] and name != "epsilon"}


@dataclass(frozen=True)
class _Tried:
    """Whether each input is still read right (epsilons, n), and whether it could not be attacked (n,), and why."""

    held: NDArray[np.bool_]
    refused: NDArray[np.bool_]
    reason: str


def _tried(subject: Subject, trial: Trial, rows: NDArray[np.int64], sizes: Sequence[float]) -> _Tried:
    batch = trial.batch(subject, rows)
    try:
        if trial.attack.name == "fgsm" and not trial.is_minimal:
            return _stepped(subject, trial.attack, batch, sizes)
        return _run(subject, trial, batch, sizes)
    except AttackError as error:  # none of these; others may do
        every = np.ones(len(rows), np.bool_)
        return _Tried(np.ones((len(sizes), len(rows)), np.bool_), every, str(error))


def _stepped(subject: Subject, attack: Attack, batch: Batch, sizes: Sequence[float]) -> _Tried:
    """What one step along the sign of the gradient does, for each epsilon: all of one gradient."""
    refusals = check_batch(attack, subject.victim, batch)
    refused = np.isin(np.arange(len(batch.labels)), [refusal.place for refusal in refusals])
    direction, clean = subject.victim.compiled(direction_of)(*led(batch)), tf.constant(batch.pixels)
    held = [np.ones(len(refused), np.bool_)]
    for size in sizes[1:]:
        pixels = tf.clip_by_value(clean + size * direction, 0.0, 1.0)
        held.append(refused | ~batch.is_fooled(subject.judged(settled(batch, pixels, size))))
    return _Tried(np.stack(held), refused, str(refusals[0].error) if refusals else "")


def _run(subject: Subject, trial: Trial, batch: Batch, sizes: Sequence[float]) -> _Tried:
    """What an attack does that uses each epsilon up, or one that looks for the smallest change."""

    def results(epsilon: float) -> Sequence[AttackResult]:
        return run_attack(trial.attack, subject.victim, batch, trial.chosen(epsilon), is_watched=False)

    if trial.is_minimal:
        last = results(0.0)
        needed = np.array([getattr(each, trial.norm) if each.success else np.inf for each in last])
        held = [needed > size + _SLACK for size in sizes]
    else:
        each_size = [results(size) for size in sizes[1:]]
        last = each_size[-1] if each_size else ()
        held = [
            np.ones(len(batch.labels), np.bool_),
            *(np.array([not each.success for each in one]) for one in each_size),
        ]
    reasons = [str(each.details.get("refused") or "") for each in last]
    return _Tried(np.stack(held), np.array([bool(each) for each in reasons], np.bool_), max(reasons, default=""))
