"""Images by principal components: the plane or the space in which they differ most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exporter.embedding.methods import Array, Given, Placed, Rows, Task

REDUCED_TO = 50
"""So many components are kept of wider rows before neighbours are looked for."""
_EMPTY = 1e-12
"""A component with a smaller share of the variance is nothing but rounding."""


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components of images: their mean (F), the axes (C, F), and the share (C) of the variance of each."""

    mean: Array
    axes: Array
    shares: Array

    def of(self, rows: Rows) -> Array:
        """The components of rows (P, F), (P, C) float64."""
        made: Array = (rows.astype(np.float64) - self.mean) @ self.axes.T
        return made


def place_by_pca(given: Given, task: Task) -> Placed:
    """The components of the images; inputs are projected onto them. `explained_variance` is their share, 0 to 1.

    Pearson 1901 (On lines and planes of closest fit to systems of points in space). Where there are fewer components,
    the other coordinates are 0.
    """
    found = principal(given.values, task.dimensions)

    def placed(rows: Rows) -> Array:
        return np.pad(found.of(rows), ((0, 0), (0, task.dimensions - len(found.axes))))

    return Placed(
        placed(given.values), lambda rows, _: placed(rows), {}, {"explained_variance": float(found.shares.sum())}
    )


def principal(values: Rows, most: int) -> Components:
    """At most `most` components of rows (N, F).

    Exact, not by a random solver; of each the greatest weight is positive, so that the same rows give the same signs.
    Components without variance are left out.
    """
    from sklearn.decomposition import PCA  # noqa: PLC0415 - half a second, and of an extra

    rows = values.astype(np.float64)
    if np.ptp(rows, axis=0).max(initial=0.0) == 0:
        return Components(rows.mean(axis=0), np.zeros((0, rows.shape[1])), np.zeros(0))
    solver = "covariance_eigh" if rows.shape[1] <= len(rows) else "full"
    fitted = PCA(min(most, *rows.shape), svd_solver=solver).fit(rows)
    kept = fitted.explained_variance_ratio_ > _EMPTY
    axes = fitted.components_[kept]
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    return Components(fitted.mean_, axes * signs[:, None], fitted.explained_variance_ratio_[kept])
