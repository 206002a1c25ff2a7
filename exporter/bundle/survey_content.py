"""What does not hold together in the numbers of surveys, embeddings and neighbours (SPEC.md, "Surveys")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from exporter.bundle.read import Bundle
from exporter.bundle.schema import Survey, SurveyLayer, TensorRef

Array = np.ndarray[Any, Any]


def survey_content_problems(bundle: Bundle) -> Iterator[str]:
    """A line for every rule that numbers break whose arrays have the right forms."""
    manifest = bundle.manifest
    for survey in manifest.surveys:
        where = f"survey {survey.id!r}"
        yield from _name_problems(where, bundle, survey)
        yield from _row_problems(where, bundle, survey.tensors, "picture_images", survey.images)
        for each in survey.passes:
            for layer in each.layers:
                place = f"{where} at checkpoint {each.checkpoint!r}, layer {layer.layer!r}"
                yield from _top_problems(place, bundle, layer, survey.images)
    images = {survey.id: survey.images for survey in manifest.surveys}
    for embedding in manifest.embeddings:
        where = f"embedding {embedding.id!r}"
        yield from _row_problems(where, bundle, embedding.tensors, "images", images[embedding.survey])
        for name in sorted({"points", "input_points"} & embedding.tensors.keys()):
            if not np.isfinite(bundle.load(embedding.tensors[name])).all():
                yield f"{where}: {name!r} has numbers that are not finite"
    for near in manifest.neighbours:
        where = f"neighbours {near.id!r}"
        rows = bundle.load(near.tensors["images"])
        if rows.size and not (rows.min() >= 0 and rows.max() < images[near.survey]):
            yield f"{where}: 'images' name images that are not there"


def _name_problems(where: str, bundle: Bundle, survey: Survey) -> Iterator[str]:
    ends, text = (bundle.load(survey.tensors[name]) for name in ("name_ends", "names"))
    bounds = (0, *ends.tolist())
    if any(one > next_ for one, next_ in pairwise(bounds)) or bounds[-1] != len(text):
        yield f"{where}: 'name_ends' do not share the text out among the images"


def _row_problems(
    where: str, bundle: Bundle, tensors: Mapping[str, TensorRef], name: str, images: int
) -> Iterator[str]:
    """Rows of images must rise, and be of images that are there."""
    if name not in tensors:
        return
    rows = bundle.load(tensors[name])
    if rows.size and not (rows[0] >= 0 and rows[-1] < images and (np.diff(rows) > 0).all()):
        yield f"{where}: {name!r} do not rise from 0 to below {images}"


def _top_problems(where: str, bundle: Bundle, layer: SurveyLayer, images: int) -> Iterator[str]:
    rows, places = bundle.load(layer.tensors["top_images"]), bundle.load(layer.tensors["top_places"])
    if rows.size and not (rows.min() >= -1 and rows.max() < images):
        yield f"{where}: 'top_images' name images that are not there"
    shape = bundle.layer(layer.layer).outputs[0].shape
    sizes = [np.inf if size is None else size for size in shape[:-1]]
    if places.size and not ((places >= 0).all() and (places < np.array(sizes)).all()):
        yield f"{where}: 'top_places' lie beside the layer"
