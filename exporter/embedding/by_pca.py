"""Images by principal components: the plane or the space in which they differ most."""

from __future__ import annotations

import numpy as np

from exporter.embedding.methods import Array, Given, Placed, Task

_EMPTY = 1e-12
"""A component with a smaller share of the variance is nothing but rounding."""


def place_by_pca(given: Given, task: Task) -> Placed:
    """The components of the images, and the inputs projected onto them; `explained_variance` is their share, 0 to 1.

    Pearson 1901 (On lines and planes of closest fit to systems of points in space). Where there are fewer components,
    the other coordinates are 0.
    """
    components, shares = principal(given, task.dimensions)
    points = np.zeros((len(components), task.dimensions))
    points[:, : components.shape[1]] = components
    return Placed(points, {}, {"explained_variance": float(shares.sum())})


def principal(given: Given, most: int) -> tuple[Array, Array]:
    """At most `most` components (P, C) float64 of the images' rows, and the share (C) of the variance of each.

    Exact, not by a random solver; of each the greatest weight is positive, so that the same rows give the same signs.
    Components without variance are left out.
    """
    from sklearn.decomposition import PCA  # noqa: PLC0415 - half a second, and of an extra

    rows = given.values.astype(np.float64)
    images, width = given.images, rows.shape[1]
    solver = "covariance_eigh" if width <= images else "full"
    most = min(most, images, width)
    if np.ptp(rows[:images], axis=0).max(initial=0.0) == 0:
        return np.zeros((len(rows), 0)), np.zeros(0)
    fitted = PCA(most, svd_solver=solver).fit(rows[:images])
    kept = fitted.explained_variance_ratio_ > _EMPTY
    axes = fitted.components_[kept]
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    return (rows - fitted.mean_) @ (axes * signs[:, None]).T, fitted.explained_variance_ratio_[kept]
