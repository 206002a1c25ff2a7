"""Pictures that please: gradient ascent on one score of each, with what keeps them from being noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from exporter.backend import tf
from exporter.probing import Probe, gradient_of
from exporter.synthesis.ascending import SMALL, Moved, ascended
from exporter.synthesis.blur import blurred
from exporter.synthesis.contract import Canvas, Step, Task
from exporter.synthesis.course import Course, Painting, Stroke
from exporter.synthesis.jitter import shifted
from exporter.synthesis.recorded import any_number, any_size
from exporter.synthesis.start import begun

MIDDLE = 127.5

Score = Callable[..., tuple[Any, Mapping[str, Any]]]
"""`score(probe, asked, fed, units, at)`, a function of a module: (n,) of each image and what else is told of it, (n,)
by name; tensors of a graph."""


class Asked(NamedTuple):
    """What a step is compiled for: what of the model is asked for, in which `manner`, and what is done at all."""

    score: Score
    layer: str | None
    manner: str
    shape: tuple[int, ...]
    is_stretched: bool
    is_shifted: bool
    is_blurred: bool
    is_weighed: bool


def painted(
    probe: Probe, canvas: Canvas, task: Task, options: Painting, score: Score, manner: str = ""
) -> Iterator[Step]:
    """The start and each step of pictures x that make L = score - lambda ||x||^2 large.

    ||x||^2 is the mean over all values of ((level - 127.5) / 127.5)^2: 0 for grey, 1 for black and white, whatever the
    size. A step: the picture is shifted, the gradient of L by what is fed is taken, shifted back, divided by the root
    of its mean square (of each picture alone) + 1e-5, and added, `step_size` times, in levels; the levels are clipped
    to 0 to 255, and blurred. Losses are of the picture as the net saw it: shifted, but for the first and the last.

    `score` and `manner`, what it is to do, are the same for all pictures; units and places are each one's own.
    """
    start = begun(canvas, task)
    course = Course(canvas.shape, options, seed=task.seed, is_given=task.is_given)
    does = course.is_stretched, course.is_shifted, course.is_blurred, course.is_weighed
    compiled = probe.compiled(_step, Asked(score, task.layer, manner, canvas.shape, *does))
    bounds = tf.constant(canvas.low), tf.constant(canvas.high)

    def brush(rows: Any) -> tuple[Any, Any]:
        units = tf.constant(task.units[rows], tf.int32)  # type: ignore[index]
        return units, None if task.at is None else tf.constant(task.at[rows], tf.int32)

    state, asked = course.first(start), brush(slice(None))
    first = any_number(state) if not course.is_stretched else tf.TensorSpec((None, None, None, *state.shape[3:]))
    of_any = compiled.get_concrete_function(first, *map(any_number, asked), any_size(course.stroke(0)), bounds)

    def move(state: Any, rows: Any, number: int) -> Moved:
        made: Moved = of_any(course.grown(state, number), *brush(rows), course.stroke(number), bounds)
        return made

    return ascended(start, state, move, course.count)


def _step(
    probe: Probe, asked: Asked, state: Any, units: Any, at: Any, stroke: Stroke, bounds: tuple[Any, Any]
) -> Moved:
    (low, high), canvas = bounds, Canvas(*bounds, asked.shape)
    image = tf.ensure_shape(stroke.view.shown(state), (None, *asked.shape)) if stroke.view else state
    fed = canvas.fed(shifted(image, stroke.shift) if asked.is_shifted else image)
    scores, terms = asked.score(probe, asked, fed, units, at)
    gradient = gradient_of(scores, fed, asked.layer or "the logits")
    asks = _root_mean_square(gradient)
    if asked.is_shifted:
        gradient = shifted(gradient, -stroke.shift)
    if asked.is_weighed:
        gradient, norms = _weighed(image, gradient, stroke.weight, high - low)
        scores, terms = scores - stroke.weight * norms, {**terms, "norm": norms}
    if stroke.view:
        gradient = stroke.view.back(gradient)
    is_other = asked.is_weighed or stroke.view
    lengths = _root_mean_square(gradient) if is_other else asks
    steps = tf.reshape(stroke.step_size / (lengths + SMALL), (-1, *(1 for _ in asked.shape)))
    after = tf.clip_by_value(state + steps * gradient, 0.0, 255.0)
    if asked.is_blurred:
        after = tf.cond(stroke.blurs, lambda: blurred(after, stroke.kernel), lambda: after)
    return Moved(image, scores, asks, terms, after)


def _weighed(image: Any, gradient: Any, weight: Any, span: Any) -> tuple[Any, Any]:
    """The gradient less that of lambda ||x||^2 by what is fed, and ||x||^2 (n,)."""
    contrast = tf.reshape(image, (tf.shape(image)[0], -1)) * (1 / MIDDLE) - 1.0
    values = tf.size(image[0])
    costs = 2.0 * weight / tf.cast(values, tf.float32) / MIDDLE * 255.0 / span
    # Spread over one whole picture first: TensorFlow is slow to repeat three channels over a batch.
    pull = tf.reshape(tf.broadcast_to(costs, tf.shape(image)[1:]), (-1,))
    return gradient - tf.reshape(contrast * pull, tf.shape(gradient)), _root_mean_square(contrast) ** 2


def _root_mean_square(values: Any) -> Any:
    """Of each image, (n,): flat, since TensorFlow takes longer over several axes."""
    flat = tf.reshape(values, (tf.shape(values)[0], -1))
    return tf.sqrt(tf.reduce_mean(tf.square(flat), axis=1))
