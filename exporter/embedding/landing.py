"""Where a row comes to lie among images that are placed already, each by itself.

As Poličar, Stražar and Zupan have it (Embedding to reference t-SNE space addresses batch effects in single-cell
classification, Machine Learning 2021): new rows are drawn to their neighbours among the images and pushed by all of
them, but neither move the images nor feel each other. Of 200 among 5,000 digits that were taken out and landed again,
half came to lie within a hundredth of the radius of where t-SNE had them, and within three hundredths for UMAP.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exporter.embedding.methods import Array, Places

_STEPS = 500
_LEAST_MOVE = 1e-5
"""A shorter move, as a share of how far the images are spread, is none."""
_HALVINGS = 64
_BLOCK_VALUES = 2**22


@dataclass(frozen=True, eq=False)
class Ground:
    """Images that are in their places.

    Attributes
    ----------
    rows : (N, C), what they are compared by.
    points : (N, D), where they are.
    perplexity : about how many of them draw a new row.
    push : the weight of the push that all of them give: N / Z, Z the sum of 1 / (1 + distance squared) of all pairs.
    """

    rows: Array
    points: Array
    perplexity: float
    push: float

    def land(self, rows: Array, own: Places) -> Array:
        """Where rows (I, C) come to lie, (I, D), none drawn by the image (I) that is its own; -1: it has none."""
        step = max(1, _BLOCK_VALUES // (len(self.points) * self.points.shape[1]))
        made = [
            self._settled(rows[start : start + step], own[start : start + step]) for start in range(0, len(rows), step)
        ]
        return np.concatenate([np.zeros((0, self.points.shape[1])), *made])

    def _settled(self, rows: Array, own: Places) -> Array:
        """Down the slope from the mean of their neighbours, by steps that grow while they help and shrink where not."""
        draw = drawn_by(_squares(rows, self.rows), self.perplexity, own)
        places = draw @ self.points
        costs, steps, moving = self._costs(places, draw), np.ones(len(rows)), np.arange(len(rows))
        least = _LEAST_MOVE * float(self.points.std(axis=0).max())
        for _ in range(_STEPS):
            moves = steps[moving, None] * self._slopes(places[moving], draw[moving])
            is_far = np.abs(moves).max(axis=1, initial=0.0) > least
            moving = moving[is_far]
            if not len(moving):
                break
            tried = places[moving] - moves[is_far]
            new_costs = self._costs(tried, draw[moving])
            is_lower = new_costs < costs[moving]
            lower = moving[is_lower]
            places[lower], costs[lower] = tried[is_lower], new_costs[is_lower]
            steps[moving] *= np.where(is_lower, 1.2, 0.5)
        return places

    def _costs(self, places: Array, draw: Array) -> Array:
        """(I), that part of the divergence of t-SNE that a place changes: with p how much each image draws, and w = 1 /
        (1 + distance squared), the sum of -p log w + push w.
        """
        squares = _squares(places, self.points)
        costs: Array = (draw * np.log1p(squares)).sum(axis=1) + self.push * (1 / (1 + squares)).sum(axis=1)
        return costs

    def _slopes(self, places: Array, draw: Array) -> Array:
        near = 1 / (1 + _squares(places, self.points))
        pull = 2 * (draw - self.push * near) * near
        slopes: Array = pull.sum(axis=1)[:, None] * places - pull @ self.points
        return slopes


def ground_of(rows: Array, points: Array, perplexity: float) -> Ground:
    """Images with rows (N, C) at points (N, D), ready for others to land among them; all pairs, a block at a time."""
    step = max(1, _BLOCK_VALUES // len(points))
    blocks = (points[start : start + step] for start in range(0, len(points), step))
    near = sum(float((1 / (1 + _squares(block, points))).sum()) for block in blocks) - len(points)
    return Ground(rows, points, perplexity, len(points) / max(near, np.finfo(np.float64).tiny))


def drawn_by(squares: Array, perplexity: float, own: Places) -> Array:
    """How much each image draws each row, (I, N), rows that sum to 1, by their squared distances (I, N); its own 0.

    Gaussian, as wide as gives the perplexity: 2 to the power of the entropy in bits (van der Maaten and Hinton 2008,
    section 2).
    """
    has_own = np.flatnonzero(own >= 0)
    apart = squares.copy()
    apart[has_own, own[has_own]] = apart[has_own].max(axis=1, initial=0.0)
    apart -= apart.min(axis=1, keepdims=True)
    mean = apart.mean(axis=1, keepdims=True)
    apart /= np.where(mean > 0, mean, 1.0)
    low, high, sharp = np.zeros(len(apart)), np.full(len(apart), np.inf), np.ones(len(apart))
    for _ in range(_HALVINGS):
        weights = np.exp(-apart * sharp[:, None])
        weights[has_own, own[has_own]] = 0.0
        total = weights.sum(axis=1)
        is_wide = np.log(total) + sharp * (apart * weights).sum(axis=1) / total > np.log(perplexity)
        low, high = np.where(is_wide, sharp, low), np.where(is_wide, high, sharp)
        sharp = np.where(np.isinf(high), sharp * 2, (low + high) / 2)
    drawn: Array = weights / total[:, None]
    return drawn


def _squares(rows: Array, others: Array) -> Array:
    """(I, N), the squared distances, never below 0."""
    made: Array = (rows**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * rows @ others.T
    return np.maximum(made, 0.0, out=made)
