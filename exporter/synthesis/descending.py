"""Pictures that are changed so that something gets smaller: by Adam, or by L-BFGS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from exporter.backend import tf
from exporter.probing import Probe, gradient_of
from exporter.synthesis.ascending import Moved, ascended
from exporter.synthesis.contract import Canvas, Levels, Step, SynthesisError
from exporter.synthesis.searching import descended_by_search
from exporter.synthesis.start import check_amount, check_steps

OPTIMISERS = ("adam", "lbfgs")
_MEAN, _SQUARE, _SMALL = 0.9, 0.999, 1e-12

Measure = Callable[..., tuple[Any, Mapping[str, Any]]]
"""`measure(probe, layers, levels, fed, *given, **weights)`, a function of a module: the losses (n,) and what else is
told, (n,) by name; tensors of a graph."""


@dataclass(frozen=True)
class Descent:
    """How to descend: the options of all methods that do.

    Attributes
    ----------
    steps : how many there are.
    step_size : levels: about how far Adam moves a pixel in a step, or how far L-BFGS moves them in its first.
    optimiser : `adam` or `lbfgs`.
    """

    method: ClassVar[str] = "descent"

    steps: int = 200
    step_size: float = 4.0
    optimiser: str = "adam"

    def __post_init__(self) -> None:
        check_steps(self.method, self.steps)
        check_amount(self.method, self.step_size, "step_size", 1e-6, 255)
        if self.optimiser not in OPTIMISERS:
            raise SynthesisError("no such optimiser", expected=" or ".join(OPTIMISERS), got=repr(self.optimiser))


@dataclass(frozen=True)
class Goal:
    """What is to get smaller.

    Attributes
    ----------
    measure : measures it.
    layers : the names of the layers that it looks at.
    given : tensors that it compares with, (1, ...) for all images or (n, ...) for each.
    weights : by name, of what it adds up.
    """

    measure: Measure
    layers: tuple[str, ...]
    given: tuple[Any, ...]
    weights: Mapping[str, float]


def descended(probe: Probe, canvas: Canvas, start: Levels, goal: Goal, options: Descent) -> Iterator[Step]:
    """The start and each step towards the goal; levels stay within 0 to 255.

    Adam: Kingma and Ba 2014, arXiv 1412.6980, algorithm 1 in the order that the end of their section 2 gives, with
    their beta 0.9 and 0.999; a step is one compiled function. Its epsilon is smaller than theirs, since what one pixel
    does to a loss is far smaller than what a weight does. L-BFGS: see `descended_by_search`.

    Raises
    ------
    SynthesisError
        L-BFGS is asked for and SciPy is not installed.
    """
    weights = {name: tf.constant(weight, tf.float32) for name, weight in goal.weights.items()}
    bounds = tf.constant(canvas.low), tf.constant(canvas.high)
    if options.optimiser == "lbfgs":
        slope = probe.compiled(_slope, goal.measure, goal.layers)

        def measured(levels: Any, rows: Any) -> Any:
            return slope(levels, bounds, _rows(goal.given, rows), weights)

        return descended_by_search(start, measured, options.steps, options.step_size)
    take = probe.compiled(_adam, goal.measure, goal.layers)
    size = tf.constant(options.step_size, tf.float32)

    def move(state: Any, rows: Any, number: int) -> Moved:
        step = tf.constant(number, tf.float32)
        made: Moved = take(state.tensors, step, size, bounds, _rows(goal.given, rows), weights)
        return made._replace(after=_Carried(made.after))

    zeros = tf.zeros_like(start)
    return ascended(start, _Carried((tf.constant(start), zeros, zeros)), move, options.steps)


@dataclass(frozen=True)
class _Carried:
    """What Adam carries from step to step: levels, and running means of gradients and of their squares, (n, ...)."""

    tensors: tuple[Any, Any, Any]

    def __getitem__(self, rows: Any) -> _Carried:
        levels, mean, square = self.tensors
        return _Carried((levels[rows], mean[rows], square[rows]))


def _rows(given: tuple[Any, ...], rows: Any) -> tuple[Any, ...]:
    return tuple(each if each.shape[0] in (1, len(rows)) else tf.gather(each, rows) for each in given)


def _slope(probe: Probe, measure: Measure, layers: Any, levels: Any, bounds: Any, given: Any, weights: Any) -> Any:
    """Losses (n,), their gradients by the levels, the root mean square of these (n,), and terms."""
    losses, terms = measure(probe, layers, levels, Canvas(bounds[0], bounds[1], ()).fed(levels), *given, **weights)
    gradient = gradient_of(losses, levels, " and ".join(layers))
    sizes = tf.sqrt(tf.reduce_mean(tf.square(gradient), axis=list(range(1, levels.shape.rank))))
    return losses, gradient, sizes, terms


def _adam(
    probe: Probe,
    measure: Measure,
    layers: Any,
    state: Any,
    number: Any,
    size: Any,
    bounds: Any,
    given: Any,
    weights: Any,
) -> Moved:
    levels, mean, square = state
    losses, gradient, sizes, terms = _slope(probe, measure, layers, levels, bounds, given, weights)
    mean += (1 - _MEAN) * (gradient - mean)
    square += (1 - _SQUARE) * (tf.square(gradient) - square)
    straight_size = size * tf.sqrt(1 - _SQUARE ** (number + 1)) / (1 - _MEAN ** (number + 1))
    after = tf.clip_by_value(levels - straight_size * mean / (tf.sqrt(square) + _SMALL), 0.0, 255.0)
    return Moved(levels, losses, sizes, terms, (after, mean, square))
