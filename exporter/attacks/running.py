"""An attack on a batch, from its first step to what it came to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.checks import check_batch, without
from exporter.attacks.contract import Attack, AttackResult, AttackStep, Batch, Tried
from exporter.attacks.rounding import settled
from exporter.attacks.victim import Victim

Tick = Callable[[int, int], None]


def untold(done: int, total: int) -> None:
    """Tell nobody how far the attack is."""


def crafted(attack: Attack, victim: Victim, batch: Batch, options: Any) -> Any:
    """The pixels (n, ...) that the attack comes to, a tensor; nothing is judged, watched or checked on the way."""
    if attack.last is not None:
        last = attack.last(victim, batch, options)
    else:
        *_, last = attack.tries(victim, batch, options)
    return settled(batch, last.pixels, last.epsilon)


def run_attack(
    attack: Attack, victim: Victim, batch: Batch, options: Any, *, is_watched: bool = True, tick: Tick = untold
) -> tuple[AttackResult, ...]:
    """How the attack went for each input of the batch.

    With `is_watched` every step is kept, else only the last of each input. An attack with restarts is run again, with
    other random numbers, for those that were not fooled; the first success counts, else the last restart.
    `tick(done, total)` is told how many steps are done.

    Of several inputs those that cannot be attacked (see `check_batch`) are left as they are, without success and after
    no step; `details["refused"]` says why.

    Raises
    ------
    AttackError
        what `check_batch` raises.
    """
    refusals = check_batch(attack, victim, batch)
    refused = {refusal.place: str(refusal.error) for refusal in refusals}
    results = iter(_run(attack, victim, without(batch, refusals) if refusals else batch, options, is_watched, tick))
    return tuple(
        _left_alone(victim, batch, place, refused[place]) if place in refused else next(results)
        for place in range(len(batch.labels))
    )


def _left_alone(victim: Victim, batch: Batch, place: int, reason: str) -> AttackResult:
    clean = batch.pixels[place]
    step = AttackStep(0, clean, 0.0, victim.judged(clean[None])[0])
    return AttackResult(clean, (step,), False, int(batch.labels[place]), 0, {"refused": reason})


def _run(
    attack: Attack, victim: Victim, batch: Batch, options: Any, is_watched: bool, tick: Tick
) -> tuple[AttackResult, ...]:
    restarts = int(getattr(options, "restarts", 1))
    results = _run_once(attack, victim, batch, options, is_watched, tick)
    for restart in range(1, restarts):
        if all(result.success for result in results):
            break
        again = _run_once(attack, victim, batch.restarted(restart), options, is_watched, tick)
        results = tuple(old if old.success else new for old, new in zip(results, again, strict=True))
    return results


def _run_once(
    attack: Attack, victim: Victim, batch: Batch, options: Any, is_watched: bool, tick: Tick
) -> tuple[AttackResult, ...]:
    seen: list[list[AttackStep]] = [[] for _ in batch.labels]
    is_done = np.zeros(len(batch.labels), np.bool_)
    is_fooled, counts = is_done.copy(), np.zeros(len(batch.labels), np.int64)
    total = attack.count(options)
    for number, tried in enumerate(attack.tries(victim, batch, options)):
        pixels, logits = _judged(victim, batch, tried)
        found = batch.is_fooled(logits.argmax(axis=1))
        sizes = _sizes(batch, pixels, tried)
        for place in np.flatnonzero(~is_done):
            if not is_watched:
                seen[place].clear()
            seen[place].append(AttackStep(number, pixels[place], float(sizes[place]), logits[place]))
        is_fooled[~is_done], counts[~is_done] = found[~is_done], number + 1
        tick(number + 1, total)
        is_done |= found & attack.stops
        if is_done.all():
            break
    return tuple(
        AttackResult(
            batch.pixels[place], tuple(steps), bool(is_fooled[place]), int(batch.labels[place]), int(counts[place])
        )
        for place, steps in enumerate(seen)
    )


def _judged(victim: Victim, batch: Batch, tried: Tried) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    pixels = settled(batch, tried.pixels, tried.epsilon)
    if tried.logits is None or batch.is_rounded:
        return np.asarray(pixels), victim.judged(pixels)
    return np.asarray(pixels), np.asarray(tried.logits)


def _sizes(batch: Batch, pixels: NDArray[np.float32], tried: Tried) -> NDArray[np.float64]:
    """How far each input was asked to move, or has moved at most: (n,)."""
    if tried.epsilon is not None:
        return np.full(len(pixels), tried.epsilon)
    change = np.abs(pixels.astype(np.float64) - batch.pixels)
    sizes: NDArray[np.float64] = change.reshape(len(pixels), -1).max(axis=1)
    return sizes
