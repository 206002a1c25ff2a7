"""One embedding after another, so that what stays alike stays in its place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_JITTER = 0.01


def turn_onto(points: Array, onto: Array) -> Array:
    """(D, D) float64, the rotation or reflection R for which `points @ R` is nearest to `onto`; both (P, D), around 0.

    The orthogonal Procrustes problem: the sum of squares is least for U V' of the singular value decomposition
    U S V' of points' onto (Schönemann 1966, A generalized solution of the orthogonal Procrustes problem). Where the
    points do not tell, any of the best.
    """
    left, _, right = np.linalg.svd(points.T @ onto)
    turn: Array = left @ right
    return turn


@dataclass(frozen=True, eq=False)
class Move:
    """All points shifted and turned alike, so that their distances stay as they are: the mean (D), the turn (D, D)."""

    mean: Array
    turn: Array

    def of(self, points: Array) -> Array:
        """Points (P, D) so moved."""
        moved: Array = (points - self.mean) @ self.turn
        return moved


def move_onto(points: Array, onto: Array | None) -> Move:
    """The move that brings the mean of points (P, D) to 0, and them as near as can be to `onto` (P, D), around 0.

    `None`: they are not turned.
    """
    mean: Array = points.mean(axis=0)
    return Move(mean, np.eye(points.shape[1]) if onto is None else turn_onto(points - mean, onto))


def motion(one: Array, other: Array) -> float:
    """How far points (P, D) move on average, in units of how far the first ones are from their mean on average."""
    radius = np.linalg.norm(one - one.mean(axis=0), axis=1).mean()
    return float(np.linalg.norm(other - one, axis=1).mean() / radius) if radius else 0.0


def first_start(components: Array, dimensions: int, seed: int) -> Array:
    """Where points (P, dimensions) begin that nothing came before: at their first principal components (P, C).

    Kobak and Berens 2019 (The art of using t-SNE for single-cell transcriptomics) show why: the places of clusters then
    mean something, and do not hang on chance. Missing or empty components are filled with noise.
    """
    start = np.random.default_rng(seed).normal(size=(len(components), dimensions))
    spread = components[:, :dimensions].std(axis=0)
    largest = spread.max(initial=0.0)
    filled = np.flatnonzero(spread > 1e-6 * largest)
    start *= largest or 1.0
    start[:, filled] = components[:, filled]
    return start


def scaled(start: Array, spread: float, seed: int) -> NDArray[np.float32]:
    """The start (P, D) float32 around 0 with the standard deviation `spread` along its widest axis.

    A hundredth of that is noise, so that rows that are alike do not begin at the same place.
    """
    middle = start - start.mean(axis=0)
    middle = middle / (middle.std(axis=0).max() or 1.0)
    noise = np.random.default_rng(seed).normal(scale=_JITTER, size=start.shape)
    begun: NDArray[np.float32] = ((middle + noise) * spread).astype(np.float32)
    return begun
