"""How far an embedding can be trusted."""

from __future__ import annotations

import numpy as np

from exporter.embedding.methods import Array, Rows, Scalars
from exporter.surveyed.rows import evenly_spread

NEIGHBOURS = 5
MOST_ROWS = 5_000


def trust(values: Rows, points: Array) -> Scalars:
    """`trustworthiness` of rows (N, F) as points (N, D), 0 to 1: how rarely images are neighbours as points only.

    Venna and Kaski 2001 (Neighborhood preservation in nonlinear projection methods: an experimental study), among so
    many `trustworthiness_neighbours`, of so many `trustworthiness_images`: of more than 5,000 evenly spread ones, since
    all distances are held at once. `None` of fewer than 4 images.
    """
    from sklearn.manifold import trustworthiness  # noqa: PLC0415 - a second, and of an extra

    rows, placed = values, points
    chosen = evenly_spread(len(rows), MOST_ROWS)
    if chosen is not None:
        rows, placed = rows[chosen], placed[chosen]
    near = min(NEIGHBOURS, (len(rows) - 1) // 2)
    if len(rows) < 4:
        return {"trustworthiness": None}
    share = trustworthiness(rows, placed.astype(np.float32), n_neighbors=near)
    return {
        "trustworthiness": float(share),
        "trustworthiness_neighbours": near,
        "trustworthiness_images": len(rows),
    }
