"""Filter images: what a channel of a layer answers to most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exporter.backend import tf
from exporter.probing import Probe, gradient_of, scores_of
from exporter.synthesis.ascending import SMALL, Moved, ascended
from exporter.synthesis.contract import Canvas, Step, Synthesis, Task
from exporter.synthesis.start import begun, check_amount, check_steps, check_task


@dataclass(frozen=True)
class FilterOptions:
    """How many steps, and how large each is, in levels of 0 to 255."""

    steps: int = 40
    step_size: float = 1.0

    def __post_init__(self) -> None:
        check_steps("filter", self.steps)
        check_amount("filter", self.step_size, "step_size", 1e-6, 255)


def steps(probe: Probe, canvas: Canvas, task: Task, options: FilterOptions) -> Iterator[Step]:
    """Pictures of channels, each as large a mean over its channel's places as gradient ascent finds."""
    check_task(probe, task, "filter", "channel")
    start = begun(canvas, task)
    take = probe.compiled(_step, task.layer)

    def move(state: Any, rows: Any, _number: int) -> Moved:
        units = tf.constant(task.units[rows], tf.int32)  # type: ignore[index]
        at = None if task.at is None else tf.constant(task.at[rows], tf.int32)
        made: Moved = take(state, units, at, tf.constant(options.step_size), tf.constant(canvas.low), canvas.high)
        return made

    return ascended(start, tf.constant(start), move, options.steps)


def _step(probe: Probe, layer: str, levels: Any, units: Any, at: Any, step_size: Any, low: Any, high: Any) -> Moved:
    fed = Canvas(low, high, ()).fed(levels)
    scores = scores_of(probe.seen(fed, (layer,)), layer, units, at)
    gradient = gradient_of(scores, levels, layer)
    axes = list(range(1, len(levels.shape)))
    sizes = tf.sqrt(tf.reduce_mean(tf.square(gradient), axis=axes, keepdims=True))
    after = tf.clip_by_value(levels + step_size * gradient / (sizes + SMALL), 0.0, 255.0)
    return Moved(levels, scores, tf.squeeze(sizes, axes), {}, after)


FILTER = Synthesis(
    name="filter",
    summary="what a channel answers to most: gradient ascent on its mean, from grey and noise",
    options=FilterOptions,
    run=steps,
    count=lambda options: int(options.steps),
    asks="channel",
)
