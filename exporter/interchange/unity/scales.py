"""What a normalisation multiplies channels with: factors that are folded into the kernel before or behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.read import Bundle

Factors = NDArray[np.float64]


class Scale(Protocol):
    """Something that multiplies each channel with a factor."""

    def factors(self, bundle: Bundle, checkpoint: str) -> Factors:
        """The factors at a checkpoint: one per channel, or a single one for all."""
        ...


@dataclass(frozen=True)
class BatchScale:
    """gamma / sqrt(variance + epsilon) of a BatchNormalization (Ioffe and Szegedy 2015, algorithm 2)."""

    layer: str
    epsilon: float
    has_gamma: bool

    def factors(self, bundle: Bundle, checkpoint: str) -> Factors:
        """One factor per channel."""
        variance = _loaded(bundle, checkpoint, self.layer, "moving_variance")
        gamma = _loaded(bundle, checkpoint, self.layer, "gamma") if self.has_gamma else np.ones_like(variance)
        return np.asarray(gamma / np.sqrt(variance + self.epsilon), np.float64)


@dataclass(frozen=True)
class SpreadScale:
    """1 / sqrt(variance) of a Normalization layer whose variance is one of its weights; with `invert` its inverse."""

    layer: str
    invert: bool

    def factors(self, bundle: Bundle, checkpoint: str) -> Factors:
        """One factor per channel."""
        return of_spread(_loaded(bundle, checkpoint, self.layer, "variance").reshape(-1), invert=self.invert)


@dataclass(frozen=True)
class FixedScale:
    """Factors that no training changes: one per channel, or a single one."""

    numbers: tuple[float, ...]

    def factors(self, bundle: Bundle, checkpoint: str) -> Factors:  # noqa: ARG002 (they are the same everywhere)
        """The factors as they are."""
        return np.asarray(self.numbers, np.float64)


def of_spread(variance: Factors, *, invert: bool) -> Factors:
    """What a Normalization layer multiplies with; a spread under 1e-7 counts as that, as in Keras."""
    spread = np.maximum(np.sqrt(variance), 1e-7)
    return np.asarray(spread if invert else 1 / spread, np.float64)


def _loaded(bundle: Bundle, checkpoint: str, layer: str, variable: str) -> NDArray[Any]:
    return bundle.weight(checkpoint, layer, variable).astype(np.float64)


def scaled(kernel: NDArray[Any], factors: Factors, axis: int) -> NDArray[np.float64]:
    """A kernel with one of its axes multiplied by factors, in float64."""
    shape = [1] * kernel.ndim
    shape[axis] = kernel.shape[axis] if factors.size > 1 else 1
    return kernel.astype(np.float64) * factors.reshape(shape)


def multiplied(all_factors: Sequence[Factors], length: int) -> Factors | None:
    """The product of factors along an axis of this length; fewer of them are repeated along it. `None`: there are none.

    A vector that was flattened from maps, (h*W + w)*C + c, so takes the C factors of its channels.

    >>> multiplied([np.array([1.0, 2.0]), np.array([3.0])], 4)
    array([3., 6., 3., 6.])
    """
    if not all_factors:
        return None
    product = np.ones(length)
    for factors in all_factors:
        product *= np.tile(factors, length // factors.size)
    return product
