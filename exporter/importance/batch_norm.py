"""Importance by scales that are trained for each class while the network is frozen: the way of nn_vis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from exporter.backend import keras, tf
from exporter.importance.contract import Floats, Importance, ImportanceError, Labelled, Method, Progress
from exporter.importance.draws import batches_of
from exporter.importance.gates import Gate, Gated

KEEPING, NORMALISED = "keeping", "normalised"
REST, SUM = "rest", "sum"
_EPSILON = 1e-3
_MOST_CLASSES = 16
_BATCHES_AT_ONCE = 2
_NO_ANSWER = -1e9


@dataclass(frozen=True)
class ScaleOptions:
    """How scales are trained; see `run`."""

    epochs: int = 20
    rate: float = 0.01
    l1: float = 0.01
    batch: int = 128
    scale: str = KEEPING
    against: str = REST
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise `ImportanceError` for options that make no sense."""
        if (
            self.epochs < 1
            or self.batch < 2
            or self.seed < 0
            or not 0 < self.rate < np.inf
            or not 0 <= self.l1 < np.inf
        ):
            expected = "epochs from 1, batch from 2, seed from 0, rate above 0, l1 from 0"
            raise ImportanceError("the options of batch_norm make no sense", expected=expected, got=self)
        if self.scale not in (KEEPING, NORMALISED) or self.against not in (REST, SUM):
            expected = f"scale {KEEPING} or {NORMALISED}, against {REST} or {SUM}"
            raise ImportanceError("the options of batch_norm make no sense", expected=expected, got=self)


def run(gated: Gated, data: Labelled, classes: Sequence[int], *, progress: Progress, **options: Any) -> Importance:
    """How large a scale each unit or channel keeps when a class is to be told from the others with as little as can be.

    For each class c every unit is multiplied by a scale of its own, which starts at 1; nothing else changes. The scales
    are trained (Adam, cross-entropy) to answer "c or not" on batches of which one half is of c and the other half of
    all other classes evenly, and l1 times their sizes is added to the cost. So units that do nothing for c go to 0, and
    those that do grow. Importance is the size of the scale. All classes are trained at once and each by itself.

    This is nn_vis's idea. Where it puts a BatchNormalization that takes the mean and the spread out of every tensor
    (`scale="normalised"`), the frozen network behind it is fed what it has never seen, and its scales tell of the
    repair; here the network says at first what it always says (`keeping`). Where nn_vis holds z_c against the sum of
    all other logits (`sum`), which no softmax does, here it is their logsumexp (`rest`): the network's own odds. And
    its rate of 0.001 leaves the scales where they began when there are only some thousand samples. nn_vis itself is
    `scale="normalised", against="sum", rate=0.001`. What each choice does to pruning is in IMPORTANCE.md.

    Parameters
    ----------
    gated, data, classes : the model with its gates, samples, and the classes that columns are wanted of. Where a class
        has no samples its column is 0.
    progress : is told how many steps are done.
    options : see `ScaleOptions`; `epochs` counts how often the samples of the largest class are seen, `batch` is half
        of a class and half of others.

    Raises
    ------
    ImportanceError
        options that make no sense; samples of one class only; a model of one column.
    """
    chosen = ScaleOptions(**options)
    if gated.columns < 2 or len(data.occurring) < 2:
        got = f"{gated.columns} answers, samples of {len(data.occurring)} classes"
        expected = "a model and samples of two classes or more"
        raise ImportanceError("batch_norm tells classes apart", expected=expected, got=got, remedy="choose gradient")
    there = [each for each in classes if each in data.occurring]
    found = {gate.layer: np.zeros((gate.units, len(classes)), np.float32) for gate in gated.gates}
    rows = max(2, gated.batch * _BATCHES_AT_ONCE)
    size = max(2, min(chosen.batch, rows) // 2 * 2)
    together = max(1, min(_MOST_CLASSES, rows // size, len(there)))
    steps = -(-max(int((data.classes == each).sum()) for each in there) * 2 // size) * chosen.epochs
    blocks = [there[first : first + together] for first in range(0, len(there), together)]
    training = _Training(gated, together, size, chosen)
    for nth, block in enumerate(blocks):
        whole = [*block, *block[-1:] * (together - len(block))]  # so that it is compiled once
        training.start(whole)
        for step, batch in zip(range(steps), batches_of(data.classes, whole, size // 2, chosen.seed), strict=False):
            training.step(data.of(batch))
            progress("importance", nth * steps + step + 1, len(blocks) * steps)
        for layer, values in training.sizes():
            found[layer][:, [list(classes).index(each) for each in block]] = values[:, : len(block)]
    return found


class _Training:
    """The scales of so many classes, a batch at a time."""

    def __init__(self, gated: Gated, count: int, size: int, options: ScaleOptions) -> None:
        self._gated, self._options, self._size = gated, options, size
        self._numbers = tf.zeros(count * size, tf.int64)
        self._is_own = np.tile(np.repeat(np.array([1.0, 0.0], np.float32), size // 2), count)
        self._scales = {
            gate.layer: keras.Variable(np.ones((count, gate.units), np.float32), dtype="float32")
            for gate in gated.gates
            if not gate.is_open
        }
        self._optimizer = keras.optimizers.Adam(options.rate)
        self._optimizer.build(list(self._scales.values()))
        trained = (*self._scales.values(), *self._optimizer.variables)
        self._at_first = [(each, keras.ops.convert_to_numpy(each)) for each in trained]
        rows = tf.TensorSpec((count * size,), tf.int64)
        self._step = tf.function(self._stepped, autograph=False, input_signature=[gated.fed_specs, rows])

    def start(self, classes: Sequence[int]) -> None:
        """Go on with other classes, from the start."""
        self._numbers = tf.repeat(tf.constant(classes, tf.int64), self._size)
        for variable, values in self._at_first:
            variable.assign(values)

    def step(self, batch: Labelled) -> None:
        """Train the scales on a batch: rows of one class after the other."""
        specs = self._gated.fed_specs
        feeds = [tf.constant(each, spec.dtype) for each, spec in zip(batch.x, specs, strict=True)]
        self._step(feeds, self._numbers)

    def sizes(self) -> Iterator[tuple[str, Floats]]:
        """The size of each layer's scales, (units, classes)."""
        for layer, scales in self._scales.items():
            yield layer, np.abs(keras.ops.convert_to_numpy(scales)).T

    def _stepped(self, feeds: Sequence[Any], numbers: Any) -> None:
        variables = list(self._scales.values())
        with tf.GradientTape() as tape:
            odds = self._odds(self._gated.outputs(feeds, self._changed), numbers)
            cost = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(self._is_own, odds)) / self._size
            cost += self._options.l1 * tf.add_n([tf.reduce_sum(tf.abs(each.value)) for each in variables])
        self._optimizer.apply(tape.gradient(cost, [each.value for each in variables]), variables)

    def _odds(self, said: Any, numbers: Any) -> Any:
        """The log odds of each row's class (rows,) in what the model says."""
        own = tf.gather(said, numbers, batch_dims=1)
        if self._options.against == SUM:
            return own - (tf.reduce_sum(said, axis=1) - own)
        others = tf.where(tf.one_hot(numbers, said.shape[1]) > 0.0, _NO_ANSWER, said)
        return own - tf.reduce_logsumexp(others, axis=1)

    def _changed(self, gate: Gate, tensor: Any) -> Any:
        scales = self._scales[gate.layer]
        if self._options.scale == NORMALISED:
            tensor = _normalised(gate, tensor, scales.shape[0])
        return gate.multiplied(tensor, tf.repeat(scales.value, self._size, axis=0))


def _normalised(gate: Gate, tensor: Any, classes: int) -> Any:
    """Each unit's values of each class's rows with mean 0 and variance 1, as a BatchNormalization makes them."""
    apart = tf.reshape(tensor, (classes, -1, *tensor.shape[1:]))
    axes = [1, *(axis + 1 for axis in gate.positions)]
    mean, variance = tf.nn.moments(apart, axes, keepdims=True)
    return tf.reshape((apart - mean) * tf.math.rsqrt(variance + _EPSILON), tf.shape(tensor))


BATCH_NORM = Method(
    name="batch_norm",
    summary="scales that are trained for each class while the network is frozen",
    defaults=asdict(ScaleOptions()),
    run=run,
)
