"""Changes of one size: drawn at random, or rounded to 8 bits and still no larger than that."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import Batch, Norm, Pixels

_LEVELS = 255.0
_HALVINGS = 6


def drawn_in_ball(batch: Batch, norm: Norm) -> Pixels:
    """For each input a change drawn evenly from the ball of radius 1 around nothing: (n, ...) float32.

    The ball of "linf" is the cube of -1 to 1. For "l2" the first d coordinates of an even draw from the sphere in d + 2
    dimensions are an even draw from the ball in d dimensions (Voelker, Gosmann and Stewart 2017, "Efficiently sampling
    vectors and coordinates from the n-sphere and n-ball").
    """
    return batch.random(_in_cube if norm == "linf" else _in_ball)


def drawn_on_sphere(batch: Batch) -> Pixels:
    """For each input a change of Euclidean length 1 in an even direction: (n, ...) float32."""
    return batch.random(_on_sphere)


def _in_cube(generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return generator.uniform(-1.0, 1.0, shape)


def _on_sphere(generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    direction = generator.standard_normal(shape)
    return direction / np.linalg.norm(direction)


def _in_ball(generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    size = math.prod(shape)
    drawn: NDArray[np.float64] = _on_sphere(generator, (size + 2,))[:size].reshape(shape)
    return drawn


def rounded_in_ball(clean: Pixels, pixels: Pixels, epsilon: float) -> Pixels:
    """Pixels of 8 bits near `pixels`, their change from `clean` no longer than epsilon (Euclidean): (n, ...) float32.

    The nearest ones where they are near enough. Else a value moves on to the next level only where it misses it by less
    than some share of a level, the same for a whole input and as large as may be; at the share 0 each falls back
    towards the clean input, so that the change is no longer than it was. A clean input of 8 bits is taken for granted.
    """
    levels = np.rint(clean * _LEVELS)
    change = pixels * _LEVELS - levels
    axes, longest = tuple(range(1, change.ndim)), np.square(epsilon * _LEVELS)

    def at(share: Pixels) -> Pixels:
        moved: Pixels = np.sign(change) * np.floor(np.abs(change) + share)
        return moved

    def fits(share: Pixels) -> NDArray[np.bool_]:
        within: NDArray[np.bool_] = np.square(at(share)).sum(axes, np.float64, keepdims=True) <= longest
        return within

    half = np.full((len(change), *(1 for _ in axes)), 0.5, np.float32)
    share = np.where(fits(half), half, 0.0)
    for _ in range(0 if share.all() else _HALVINGS):
        half /= 2
        share = np.where(fits(share + half) & (share < 0.5), share + half, share)
    rounded: Pixels = np.clip(levels + at(share), 0.0, _LEVELS) / np.float32(_LEVELS)
    return rounded
