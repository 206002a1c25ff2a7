"""Images by UMAP: neighbours stay neighbours, clusters are drawn closer together than by t-SNE."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from exporter.bundle.errors import KerascopeError
from exporter.embedding.aligned import first_start, scaled
from exporter.embedding.by_pca import REDUCED_TO, principal
from exporter.embedding.landing import ground_of
from exporter.embedding.methods import Array, Given, Placed, Places, Rows, Task

USUAL_NEIGHBOURS = 15
_MIN_DIST = 0.1
_START_SPREAD = 1.0
_TENSORFLOW_PART = "umap.parametric_umap"


def neighbours_of(images: int, task: Task) -> int:
    """How many neighbours are looked at among so many images. Raises `KerascopeError` where they are no 2 to N - 1."""
    asked = min(USUAL_NEIGHBOURS, images - 1) if task.neighbours is None else task.neighbours
    if images < 4:
        raise KerascopeError("these are too few images for UMAP", expected="4 or more", got=images)
    if not 2 <= asked <= images - 1:
        expected = f"2 to {images - 1:,}, one less than there are images"
        raise KerascopeError("UMAP cannot have so many neighbours", expected=expected, got=asked)
    return asked


def place_by_umap(given: Given, task: Task) -> Placed:
    """Images placed together.

    McInnes, Healy and Melville 2018 (UMAP: uniform manifold approximation and projection, arXiv:1802.03426), as
    umap-learn has it. It begins where t-SNE would. One thread, or the same seed would not give the same points. Inputs
    land as among the points of t-SNE: umap-learn's own way would let the clean image draw the steps of its attack.
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    neighbours = neighbours_of(len(given.values), task)
    with _quiet(), threadpool_limits(1):
        umap = _imported()
        reduced = principal(given.values, REDUCED_TO)
        components = reduced.of(given.values)
        begun = first_start(components, task.dimensions, task.seed) if given.start is None else given.start
        made = umap.UMAP(
            n_neighbors=neighbours,
            n_components=task.dimensions,
            min_dist=_MIN_DIST,
            init=scaled(begun, _START_SPREAD, task.seed),
            random_state=task.seed,
            n_jobs=1,
        )
        points = np.asarray(made.fit_transform(given.values), np.float64)

    def land(more: Rows, own: Places) -> Array:
        return ground_of(components, points, neighbours).land(reduced.of(more), own)

    return Placed(points, land, {"neighbours": neighbours, "min_dist": _MIN_DIST, "threads": 1})


@contextmanager
def _quiet() -> Iterator[None]:
    """It warns of what cannot be helped: the seed keeps it to one thread, and a part of it is not there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _imported() -> Any:
    """The package without the part that would load TensorFlow, which is neither needed nor wanted here."""
    is_first = _TENSORFLOW_PART not in sys.modules
    if is_first:
        sys.modules[_TENSORFLOW_PART] = None  # type: ignore[assignment] # then importing it fails, which umap expects
    try:
        import umap  # noqa: PLC0415 - seconds, and of an extra
    finally:
        if is_first:
            sys.modules.pop(_TENSORFLOW_PART, None)
    return umap
