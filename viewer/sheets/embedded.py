"""The sheet of an embedding: where a data set's images lie, with pictures of them and the track of an attack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.colour import class_colours
from viewer.learned.classes import class_label
from viewer.learned.read import embeddings_of, survey_of, thumbnails, true_classes
from viewer.learned.spread import spread_of
from viewer.learned.tinting import image_colours
from viewer.sheets.scatter import Name, Scatter
from viewer.sheets.sheet import Sheet
from viewer.sheets.subject import Subject, rgb_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle.schema import Embedding, Survey
    from viewer.learned.spread import Spread
    from viewer.sheets.sheet import Rgb

METHODS = {"tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"}
MOST_NAMES = 24
PIXELS = "pixels"


def sheet_of_embedding(subject: Subject) -> Sheet:
    """The sheet. Raises `KerascopeError` where no embedding was made, or not of such a layer."""
    bundle = subject.bundle
    survey = survey_of(bundle, subject.survey_id)
    embedding = _embedding(subject, survey)
    spread = spread_of(bundle, survey, embedding.id)
    rows = np.flatnonzero(spread.has_place)
    if not len(rows):
        raise KerascopeError("no image has a place in this embedding", got=repr(embedding.id), path=bundle.path)
    true = true_classes(bundle, survey)
    colours = image_colours(bundle, survey, "class" if true is not None else "picture", subject.theme)
    small = thumbnails(bundle, survey)
    track = np.array([spread.inputs[each][:2] for each in embedding.inputs if each in spread.inputs], np.float64)
    scatter = Scatter(
        spread.points[rows, :2].astype(np.float64),
        colours[rows, :3],
        None if small is None else small[rows],
        () if true is None else _names(subject, spread, true),
        track.reshape(-1, 2),
        _ends(subject, embedding, spread),
    )
    what = "pixels" if embedding.layer is None else f"features of {embedding.layer}"
    title = f"{survey.images:,} images by {what}"
    return Sheet(title, _beside(subject, embedding), (), (), tuple(_notes(spread, true)), scatter)


def _embedding(subject: Subject, survey: Survey) -> Embedding:
    """That of the layer and checkpoint that are asked for (`pixels`: of none); of these the last in a plane."""
    every = embeddings_of(subject.bundle, survey)
    remedy, path = "make one with `kerascope embed BUNDLE`", subject.bundle.path
    if not every:
        raise KerascopeError("no embedding of these images was made yet", remedy=remedy, path=path)
    layer = subject.layer
    fits = [
        each
        for each in every
        if (layer is None or layer == (each.layer or PIXELS)) and each.checkpoint in (None, subject.checkpoint_id)
    ]
    if not fits:
        few = ", ".join(each.id for each in every[:8]) + (", ..." if len(every) > 8 else "")
        what = f"no embedding {f'of {layer} ' if layer else ''}at checkpoint {subject.checkpoint_id}"
        raise KerascopeError(what, expected=f"one of {few}", remedy=remedy, path=path)
    return max(reversed(fits), key=lambda each: (each.layer is not None, each.tensors["points"].shape[1] == 2))


def _names(subject: Subject, spread: Spread, true: NDArray[np.int64]) -> tuple[Name, ...]:
    """Names of the largest classes, each at the median of its images."""
    numbers, counts = np.unique(true[spread.has_place & (true >= 0)], return_counts=True)
    largest = numbers[np.argsort(-counts, kind="stable")][:MOST_NAMES].tolist()
    colours = class_colours(max(largest, default=0) + 1, subject.theme)
    found = []
    for number in largest:
        x, y = np.median(spread.points[spread.has_place & (true == number), :2], axis=0).tolist()
        found.append(Name(class_label(subject.bundle, number), (x, y), colours[number]))
    return tuple(found)


def _ends(subject: Subject, embedding: Embedding, spread: Spread) -> tuple[Rgb, ...]:
    """The pictures of the first and the last input of the track."""
    known = [each for each in embedding.inputs if each in spread.inputs]
    images = [subject.bundle.image(each) for each in (known[:1] + known[-1:] if len(known) > 1 else known)]
    return tuple(rgb_of(image) for image in images if image is not None)


def _beside(subject: Subject, embedding: Embedding) -> str:
    parts = [METHODS.get(embedding.method, embedding.method)]
    trust = embedding.result.get("trustworthiness")
    if isinstance(trust, float):
        parts.append(f"trustworthiness {trust:.3f}")
    parts.append(subject.model_name)
    if embedding.checkpoint is not None:
        label = subject.bundle.checkpoint(embedding.checkpoint).label
        parts.append(f"checkpoint {embedding.checkpoint} ({label})")
    return ", ".join(parts)


def _notes(spread: Spread, true: NDArray[np.int64] | None) -> list[str]:
    colour = ", in the colour of its true class" if true is not None else "; true classes are not known"
    grid = "Over them pictures stand on a grid: in each cell that whose dot is nearest to the cell's middle."
    notes = [f"Every image is a dot{colour}. {grid}"]
    if not spread.is_flat:
        notes.append("The embedding is of space: its first two axes are shown.")
    if spread.inputs:
        told = (
            "The line is the way of inputs of the bundle, such as the steps of an attack, with the first and the last."
        )
        notes.append(told)
    return notes
