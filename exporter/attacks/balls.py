"""Changes of one size: drawn at random, or rounded to 8 bits and still no larger than that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import Batch, Norm, Pixels

_LEVELS = 255.0
_HALVINGS = 12


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
    direction: NDArray[np.float64] = generator.standard_normal(shape)
    direction /= np.linalg.norm(direction)
    return direction


def _in_ball(generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    size = int(np.prod(shape))
    return _on_sphere(generator, (size + 2,))[:size].reshape(shape)


def rounded_in_ball(clean: Pixels, pixels: Pixels, epsilon: float) -> Pixels:
    """Pixels of 8 bits near `pixels`, their change from `clean` no longer than epsilon (Euclidean): (n, ...) float32.

    The nearest ones where they are near enough. Else only those values move by one level more that miss it by less than
    some share, the same for a whole input; at the share 0 each falls back towards the clean input, so the change is no
    longer than it was. A clean input of 8 bits is taken for granted.
    """
    return np.stack([_rounded(*each, epsilon) for each in zip(clean, pixels, strict=True)])


def _rounded(clean: Pixels, pixels: Pixels, epsilon: float) -> Pixels:
    change = np.asarray(pixels, np.float64) * _LEVELS - np.rint(clean * _LEVELS)

    def at(share: float) -> NDArray[np.float64]:
        return np.sign(change) * np.floor(np.abs(change) + share)

    least, most = 0.0, 0.5
    if np.linalg.norm(at(most)) <= epsilon * _LEVELS:
        least = most
    for _ in range(_HALVINGS if least < most else 0):
        middle = (least + most) / 2
        fits = np.linalg.norm(at(middle)) <= epsilon * _LEVELS
        least, most = (middle, most) if fits else (least, middle)
    levels = np.clip(np.rint(clean * _LEVELS) + at(least), 0, _LEVELS)
    rounded: Pixels = (levels / _LEVELS).astype(np.float32)
    return rounded
