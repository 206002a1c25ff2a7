"""What surveys hold, as arrays: which one is meant, names, pictures, classes and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Embedding, Survey, SurveyLayer, SurveyPass

    Array = NDArray[np.float32]
    Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Answers:
    """What the network of one checkpoint said of each image.

    Attributes
    ----------
    predicted : (N,) int64, the best class.
    score : (N,) float32, of that class.
    margin : (N,) float32, how far it is ahead of the second; of a model with one score, the score.
    """

    predicted: Rows
    score: Array
    margin: Array


def survey_of(bundle: Bundle, survey_id: str | None = None) -> Survey:
    """The survey of that id, by default the last one.

    Raises
    ------
    BundleError
        There is none, or none of that id.
    """
    if survey_id is not None:
        return bundle.survey(survey_id)
    if not bundle.manifest.surveys:
        remedy = "survey a data set with `kerascope survey`"
        raise BundleError("the bundle holds no survey of a data set", remedy=remedy, path=bundle.path)
    return bundle.manifest.surveys[-1]


def pass_of(bundle: Bundle, survey: Survey, checkpoint_id: str | None = None) -> SurveyPass:
    """What the network of a checkpoint made of the images, by default of the last one that looked at them.

    Raises
    ------
    BundleError
        The survey did not look at that checkpoint.
    """
    known = {each.checkpoint: each for each in survey.passes}
    if checkpoint_id is None and known:
        return survey.passes[-1]
    if checkpoint_id not in known:
        expected = f"one of {', '.join(known)}" if known else "a survey with a checkpoint"
        raise BundleError("no such checkpoint in the survey", expected=expected, got=checkpoint_id, path=bundle.path)
    return known[checkpoint_id]


def layer_of(bundle: Bundle, made: SurveyPass, layer: str) -> SurveyLayer:
    """What is known of a layer. Raises `BundleError` where the survey did not look at it."""
    for each in made.layers:
        if each.layer == layer:
            return each
    few = ", ".join(each.layer for each in made.layers[:8]) + (", ..." if len(made.layers) > 8 else "")
    raise BundleError("the survey did not look at this layer", expected=f"one of {few}", got=layer, path=bundle.path)


def image_names(bundle: Bundle, survey: Survey, rows: Sequence[int] | None = None) -> tuple[str, ...]:
    """The names of some images, by default of all."""
    ends = bundle.load(survey.tensors["name_ends"])
    text = bundle.load(survey.tensors["names"])
    wanted = range(survey.images) if rows is None else rows
    return tuple(
        bytes(text[ends[row - 1] if row else 0 : ends[row]]).decode("utf-8", "replace") for row in map(int, wanted)
    )


def true_classes(bundle: Bundle, survey: Survey) -> Rows | None:
    """The true class of each image, (N,) int64, -1 where it is not known; `None` where none is."""
    ref = survey.tensors.get("true_class")
    return None if ref is None else bundle.load(ref)


def thumbnails(bundle: Bundle, survey: Survey) -> NDArray[np.uint8] | None:
    """Every image small, (N, h, w, 1 or 3) uint8, perhaps mapped from the disk; `None` where they were not kept."""
    ref = survey.tensors.get("thumbnails")
    return None if ref is None else bundle.load(ref)


def picture(bundle: Bundle, survey: Survey, row: int) -> NDArray[np.uint8] | None:
    """An image in the size that the network sees, (H, W, 1 or 3) uint8; `None` where it was not kept."""
    refs = survey.tensors
    if "pictures" not in refs:
        return None
    rows = bundle.load(refs["picture_images"])
    at = int(np.searchsorted(rows, row))
    return bundle.load(refs["pictures"])[at] if at < len(rows) and rows[at] == row else None


def shown_image(bundle: Bundle, survey: Survey, row: int) -> NDArray[np.uint8]:
    """An image as large as it was kept, (H, W, 1 or 3) uint8: its picture, else its thumbnail.

    Raises
    ------
    BundleError
        There is no image of that number, or neither was kept of it.
    """
    if not 0 <= row < survey.images:
        expected = f"one from 0 to {survey.images - 1}"
        raise BundleError("no such image in the survey", expected=expected, got=row, path=bundle.path)
    small = thumbnails(bundle, survey)
    kept = picture(bundle, survey, row)
    if kept is not None:
        return kept
    if small is None:
        remedy = "survey the images again and keep thumbnails"
        raise BundleError("the survey kept no thumbnails", got=f"survey {survey.id!r}", remedy=remedy, path=bundle.path)
    made: NDArray[np.uint8] = small[row]
    return made


def answers_of(bundle: Bundle, made: SurveyPass) -> Answers | None:
    """What the network said of every image; `None` where it tells no classes apart."""
    if "top_classes" not in made.tensors or "top_scores" not in made.tensors:
        return None
    scores = bundle.load(made.tensors["top_scores"])
    second = scores[:, 1] if scores.shape[1] > 1 else np.zeros(len(scores), np.float32)
    predicted = bundle.load(made.tensors["top_classes"])[:, 0].astype(np.int64)
    return Answers(predicted, scores[:, 0], scores[:, 0] - second)


def features_of(bundle: Bundle, made: SurveyPass, layer: str) -> Array | None:
    """The features of every image at a layer, (N, C) float32; `None` where they were not kept."""
    ref = layer_of(bundle, made, layer).tensors.get("features")
    return None if ref is None else bundle.load(ref)


def embeddings_of(bundle: Bundle, survey: Survey) -> tuple[Embedding, ...]:
    """The embeddings of a survey, in the order in which they were made."""
    return tuple(each for each in bundle.manifest.embeddings if each.survey == survey.id)
