"""Where the images of a survey lie: in an embedding, brought to one size, or in a grid; and on the way between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import BundleError
from viewer.cloud import GRID
from viewer.learned.read import answers_of, embeddings_of, true_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Embedding, Survey
    from viewer.cloud import Cloud

    Array = NDArray[np.float32]
    Rows = NDArray[np.int64]

OUTER_PERCENTILE = 99.0
LEAST_RADIUS = 0.5
"""Of a chain of embeddings, which share a scale, none is drawn smaller than that: it could not be seen."""
GRID_HALF, FILLED = 0.92, 0.92
UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Spread:
    """Where images lie.

    Attributes
    ----------
    points : (N, 3) float32 in the world; 0 of images that have no place.
    has_place : (N,) bool.
    side : how wide a thumbnail is, in the world; `None` where the cloud says.
    is_flat : whether all lie in a plane.
    inputs : the places (3,) of inputs of the bundle.
    """

    points: Array
    has_place: NDArray[np.bool_]
    side: float | None
    is_flat: bool
    inputs: dict[str, Array]


def spread_of(bundle: Bundle, survey: Survey, layout: str, wall_aspect: float = 1.0) -> Spread:
    """Where the images of a survey lie in an embedding, or in the grid (`viewer.cloud.GRID`).

    Raises
    ------
    BundleError
        There is no such embedding, or it is of another survey.
    """
    if layout == GRID:
        return _grid(grid_order(bundle, survey), wall_aspect)
    embedding = bundle.embedding(layout)
    if embedding.survey != survey.id:
        expected = f"an embedding of survey {survey.id}"
        raise BundleError("an embedding of other images", expected=expected, got=layout, path=bundle.path)
    points = bundle.load(embedding.tensors["points"]).astype(np.float64)
    middle, radius = _extent(points)
    scale = _radius_in_chain(bundle, survey, embedding, radius) / radius
    rows = bundle.load(embedding.tensors["images"]) if "images" in embedding.tensors else np.arange(survey.images)
    whole = np.zeros((survey.images, 3), np.float32)
    has_place = np.zeros(survey.images, bool)
    is_finite = np.isfinite(points).all(axis=1)
    whole[rows[is_finite], : points.shape[1]] = ((points - middle) * scale)[is_finite]
    has_place[rows[is_finite]] = True
    inputs = {}
    if "input_points" in embedding.tensors:
        placed = (bundle.load(embedding.tensors["input_points"]).astype(np.float64) - middle) * scale
        deep = np.zeros((len(placed), 3), np.float32)
        deep[:, : placed.shape[1]] = placed
        inputs = {name: at for name, at in zip(embedding.inputs, deep, strict=True) if np.isfinite(at).all()}
    return Spread(whole, has_place, None, points.shape[1] == 2, inputs)


def grid_order(bundle: Bundle, survey: Survey) -> Rows:
    """The rows of a survey class after class, (N,) int64; images of no known class last, equal ones as they come."""
    classes = grouping(bundle, survey)
    if classes is None:
        return np.arange(survey.images)
    return np.argsort(np.where(classes < 0, np.iinfo(np.int64).max, classes), kind="stable")


def grouping(bundle: Bundle, survey: Survey, checkpoint_id: str | None = None) -> Rows | None:
    """The class of each image, (N,) int64, -1 where it is not known: the true one, where none is known the predicted
    one; `None` where there are no predictions either.
    """
    classes = true_classes(bundle, survey)
    if classes is not None or not survey.passes:
        return classes
    made = next((each for each in survey.passes if each.checkpoint == checkpoint_id), survey.passes[-1])
    answers = answers_of(bundle, made)
    return None if answers is None else answers.predicted


def eased(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slow, fast, slow, as every move: of 0..1, as the shader computes it."""
    made: NDArray[np.float64] = np.where(way < 0.5, 4 * way**3, 1 - 4 * (1 - way) ** 3)
    return made


def ways_of(order: Rows, share: float, stagger: float) -> NDArray[np.float64]:
    """How far each image (N,) has come on its way, in 0..1, as the shader computes it."""
    stagger = min(max(stagger, 0.0), 1.0)
    begins = np.zeros(len(order))
    begins[order] = stagger * np.arange(len(order)) / max(len(order) - 1, 1)
    return eased(np.clip((share - begins) / max(1.0 - stagger, 1e-4), 0.0, 1.0))


def shown_places(bundle: Bundle, survey: Survey, cloud: Cloud) -> tuple[Array, NDArray[np.bool_], Array]:
    """Where a cloud's images are (N, 3) now, which are there (N,), and how wide each is (N,), in the world.

    Raises as `spread_of`.
    """
    start = spread_of(bundle, survey, cloud.start, cloud.wall_aspect)
    end = start if cloud.end is None else spread_of(bundle, survey, cloud.end, cloud.wall_aspect)
    way = ways_of(grid_order(bundle, survey), cloud.share, cloud.stagger).astype(np.float32)
    sides = (cloud.side if each.side is None else each.side for each in (start, end))
    before, after = sides
    # What has one place alone stays there, and comes or goes half-way.
    first = np.where(start.has_place[:, None], start.points, end.points)
    last = np.where(end.has_place[:, None], end.points, start.points)
    is_there = np.where(way < 0.5, start.has_place, end.has_place)
    return first + (last - first) * way[:, None], is_there, np.float32(before) + np.float32(after - before) * way


def _grid(order: Rows, aspect: float) -> Spread:
    count = len(order)
    wide, high = 2 * GRID_HALF * max(aspect, 1.0), 2 * GRID_HALF / min(aspect, 1.0)
    rows = max(int(np.ceil(np.sqrt(count * high / wide))), 1)
    columns = -(-count // rows)
    pitch = min(wide / columns, high / rows)
    row, column = np.divmod(np.arange(count), columns)
    points = np.zeros((count, 3), np.float32)
    points[order, 0] = (column - (columns - 1) / 2) * pitch
    points[order, 1] = ((rows - 1) / 2 - row) * pitch
    return Spread(points, np.ones(count, bool), FILLED * pitch, True, {})


def _extent(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The middle of points (n, d), and how far all but the outermost hundredth of them lie from it; 1 where they are
    one point.
    """
    finite = points[np.isfinite(points).all(axis=1)]
    if not len(finite):
        return np.zeros(points.shape[1]), 1.0
    low, high = np.percentile(finite, [100 - OUTER_PERCENTILE, OUTER_PERCENTILE], axis=0)
    middle = (low + high) / 2
    radius = float(np.percentile(np.linalg.norm(finite - middle, axis=1), OUTER_PERCENTILE))
    return middle, radius if radius > 0 else 1.0


def _radius_in_chain(bundle: Bundle, survey: Survey, embedding: Embedding, radius: float) -> float:
    """How large an embedding is drawn beside those of the same layer at other checkpoints: the largest as 1."""
    dimensions = embedding.tensors["points"].shape[1]
    chain = [
        each
        for each in embeddings_of(bundle, survey)
        if (each.method, each.layer) == (embedding.method, embedding.layer)
        and each.tensors["points"].shape[1] == dimensions
    ]
    radii = [_extent(bundle.load(each.tensors["points"]).astype(np.float64))[1] for each in chain]
    return min(max(radius / max(radii, default=radius), LEAST_RADIUS), 1.0)
