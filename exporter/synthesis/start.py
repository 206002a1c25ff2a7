"""What images begin with, and whether they can."""

from __future__ import annotations

import numpy as np

from exporter.probing import Probe, Target
from exporter.synthesis.contract import Canvas, Levels, SynthesisError, Task

GREY, NOISE = 128.0, 20.0
_MOST_STEPS = 10_000


def begun(canvas: Canvas, task: Task) -> Levels:
    """The levels (n, ...) that images begin with: the user's, or else grey and noise, 128 + 20 u with u drawn evenly
    from 0 to 1.

    Those are the numbers of the listing for filters in F. Chollet, Deep Learning with Python (1st edition, 5.4.2). All
    images of a task begin with the same noise, so that none depends on its neighbours.

    Raises
    ------
    SynthesisError
        a start that is not of the canvas' shape, or that holds what is no finite number.
    """
    if task.start.shape[1:] != canvas.shape:
        got = "x".join(map(str, task.start.shape[1:]))
        raise SynthesisError("the start does not fit", expected="x".join(map(str, canvas.shape)), got=got)
    if not task.is_given:
        noise = np.random.default_rng(task.seed).random(canvas.shape, np.float32)
        return np.repeat((GREY + NOISE * noise)[None], len(task), axis=0)
    if not np.isfinite(task.start).all():
        raise SynthesisError("the start cannot be changed", expected="finite numbers", got="one that is not finite")
    return np.clip(task.start, 0, 255).astype(np.float32)


def check_task(probe: Probe, task: Task, name: str, asks: str) -> None:
    """Raise `SynthesisError` where the task does not say what `name` asks for (`class`, `channel` or `layer`), and
    `ProbeError` where the model has no such layer, channel, place or class.
    """
    if asks != "class" and task.layer is None:
        raise SynthesisError(f"{name} is asked about no layer", expected="a layer")
    if asks == "layer":
        probe.check(Target(task.layer))
        return
    if task.units is None or len(task.units) != len(task):
        expected = f"a {asks} for each of {len(task)} images"
        raise SynthesisError(f"{name} is asked about nothing", expected=expected, got=task.units)
    places = [None] * len(task) if task.at is None else [tuple(map(int, place)) for place in task.at]
    for unit, place in zip(task.units, places, strict=True):
        probe.check(Target(task.layer, int(unit), place))


def check_steps(name: str, steps: object, what: str = "steps") -> None:
    """Raise `SynthesisError` unless `steps` is a whole number from 1 to 10,000; `what` is the option's name."""
    check_whole(f"{name} cannot be run so often", steps, what, 1, _MOST_STEPS)


def check_whole(problem: str, value: object, what: str, least: int, most: int) -> None:
    """Raise `SynthesisError` of this problem unless `value` is a whole number from `least` to `most` of `what`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise SynthesisError(problem, expected=f"a whole number of {what} from {least} to {most}", got=value)


def check_amount(name: str, amount: float, what: str, least: float, most: float) -> None:
    """Raise `SynthesisError` unless least <= amount <= most; `what` is the option's name."""
    if not least <= amount <= most:
        raise SynthesisError(f"{name} cannot do that", expected=f"{least:g} <= {what} <= {most:g}", got=amount)
