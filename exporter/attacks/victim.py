"""What is attacked: a model that is shown pixels of 0 to 1, whatever it is fed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import AttackError, Pixels
from exporter.attacks.logits import logits_model
from exporter.backend import keras, tf
from exporter.bundle.schema import Preprocessing
from exporter.inputs.preprocessing import valid_range

_OUTSIDE = 1e-4
"""How far outside 0 to 1 a pixel may lie, for rounding; it is clipped then."""


@dataclass(frozen=True)
class Victim:
    """A model as attacks see it: `pixels` of 0 to 1 go in, logits come out.

    `pixels = (fed - low) / (high - low)`, so that a budget is a share of what a person can see, from black to white,
    whatever the model's preprocessing. Of inputs that are no pictures it is a share of the valid range.

    Attributes
    ----------
    low, high : the valid range of what is fed; float32 arrays that broadcast over an input.
    logits : (n, ...) pixels to (n, classes) float32 logits, both tensors; to be used inside compiled functions.
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    logits: Callable[[Any], Any]
    _compiled: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, model: keras.Model, preprocessing: Preprocessing, shape: tuple[int, ...]) -> Victim:
        """A model that is fed inputs of this shape, which were prepared in this way.

        Raises
        ------
        AttackError
            the model does not take one input, its output is no class vector (see `logits_model`), or there is no range.
        """
        before = logits_model(model)
        low, high = valid_range(preprocessing, shape)
        if not (np.isfinite(low).all() and np.isfinite(high).all() and (high > low).all()):
            got = f"{low.min():g} to {high.max():g}"
            raise AttackError("the valid range of the input cannot be used", expected="low < high", got=got)
        is_as_fed = bool((low == 0).all() and (high == 1).all())

        def logits(pixels: Any) -> Any:
            fed = pixels if is_as_fed else low + pixels * (high - low)
            return tf.cast(before(fed, training=False), tf.float32)

        return cls(low, high, logits)

    def compiled(self, step: Callable[..., Any]) -> Any:
        """`step(logits, *tensors)` with this victim's logits, compiled; once for each `step`, which must be a function
        of a module. Pass tensors or arrays: each new Python number would compile it anew.
        """
        if step not in self._compiled:
            self._compiled[step] = tf.function(partial(step, self.logits), autograph=False, reduce_retracing=True)
        return self._compiled[step]

    def judged(self, pixels: Any) -> NDArray[np.float32]:
        """The logits (n, classes) of some pixels (n, ...), as an array."""
        scores: NDArray[np.float32] = self.compiled(_logits_of)(tf.convert_to_tensor(pixels, tf.float32)).numpy()
        return scores

    def pixels(self, fed: NDArray[Any]) -> Pixels:
        """What was fed, as pixels of 0 to 1, float32.

        Raises
        ------
        AttackError
            some of it is outside the valid range, or no number.
        """
        low, high = self.low.astype(np.float64), self.high.astype(np.float64)
        pixels = (np.asarray(fed, np.float64) - low) / (high - low)
        if not (pixels >= -_OUTSIDE).all() or not (pixels <= 1 + _OUTSIDE).all():
            raise AttackError(
                "the input lies outside the range that it is said to have",
                expected=f"{low.min():g} to {high.max():g}",
                got=f"{np.min(fed):g} to {np.max(fed):g}",
                remedy="export it with the --scale, --mean and --std that it was made with",
            )
        return np.clip(pixels, 0.0, 1.0).astype(np.float32)

    def fed(self, pixels: Pixels) -> NDArray[np.float32]:
        """What the model is fed for these pixels."""
        low, high = self.low.astype(np.float64), self.high.astype(np.float64)
        fed: NDArray[np.float32] = (low + np.asarray(pixels, np.float64) * (high - low)).astype(np.float32)
        return fed


def _logits_of(logits: Any, pixels: Any) -> Any:
    return logits(pixels)
