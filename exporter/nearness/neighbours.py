"""Neighbours added to a bundle: the nearest images of every image of a survey, by features beside by pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from msgspec import structs

from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.free_names import free_derived_file
from exporter.bundle.npz_write import Storable
from exporter.bundle.schema import Manifest, Neighbours, Survey
from exporter.nearness.agreement import accuracy
from exporter.nearness.nearest import nearest_rows
from exporter.surveyed.origins import Origin, origins_of, survey_named
from exporter.surveyed.rows import rows_of, words_of
from exporter.telling import in_silence, untold

Progress = Callable[[str, int, int], None]
USUAL_K = 5


def neighbours_bundle(
    bundle: Path | str,
    *,
    survey_id: str | None = None,
    k: int = USUAL_K,
    layers: Sequence[str] = (),
    checkpoint_ids: Sequence[str] = (),
    progress: Progress = in_silence,
    tell: Callable[[str], None] = untold,
) -> tuple[str, ...]:
    """The ids of the neighbours that were added to a bundle, `LAYER@CHECKPOINT` or `pixels`.

    One of the same id that was there is replaced.

    Parameters
    ----------
    bundle : its folder.
    survey_id : of which data set; `None`: the last survey.
    k : how many neighbours of each image, 1 to one less than there are images.
    layers, checkpoint_ids : of what, as `exporter.surveyed.origins.origins_of` takes them.
    progress : is told what is done, how much of it and of how much.
    tell : is told how often most of the neighbours are of the image's class, in one line for all that was asked.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; found before the work begins.
    """
    opened = read_bundle(bundle)
    survey = survey_named(opened, survey_id)
    if not 1 <= k < survey.images:
        expected = f"1 to {survey.images - 1:,}, one less than there are images"
        raise KerascopeError("so many neighbours cannot be found", expected=expected, got=k, path=opened.path)
    origins = origins_of(opened, survey, layers, checkpoint_ids)
    for origin in origins:
        rows_of(opened, survey, origin)
    made = [_add(opened, survey, origin, k, progress) for origin in origins]
    tell(_accuracies(survey, origins, made))
    return tuple(near.id for near in made)


def _add(bundle: Bundle, survey: Survey, origin: Origin, k: int, progress: Progress) -> Neighbours:
    """Neighbours that are in the bundle now."""
    rows = rows_of(bundle, survey, origin)
    images, distances = nearest_rows(rows.values, k, progress)
    classes = survey.tensors.get("true_class")
    share, counted = (None, 0) if classes is None else accuracy(bundle.load(classes), images)
    with BundleWriter.append(bundle.path) as writer:
        manifest = read_bundle(writer.path).manifest
        arrays: dict[str, Storable] = {"images": images, "distances": (distances * rows.unit).astype(np.float32)}
        entry = Neighbours(
            id=_id(manifest, survey, origin),
            survey=survey.id,
            tensors=writer.write(free_derived_file(manifest, "neighbours"), arrays),
            layer=origin.layer,
            checkpoint=origin.checkpoint,
            result={"k": k, "accuracy": share, "images_of_known_class": counted},
        )
        others = tuple(each for each in manifest.neighbours if each.id != entry.id)
        writer.commit(structs.replace(manifest, neighbours=(*others, entry)))
    return entry


def _id(manifest: Manifest, survey: Survey, origin: Origin) -> str:
    """The origin's name, and where another survey has that the survey behind it."""
    others = {each.id for each in manifest.neighbours if each.survey != survey.id}
    return f"{origin.name}-{survey.id}" if origin.name in others else origin.name


def _accuracies(survey: Survey, origins: Sequence[Origin], made: Sequence[Neighbours]) -> str:
    """How often most neighbours are of the image's class, side by side."""
    shares = [near.result["accuracy"] for near in made]
    words = [words_of(survey, origin) for origin in origins]
    if shares[0] is None:
        return f"{', '.join(words)}: no true classes are known, so nothing tells which neighbours are of the same class"
    sides = ", ".join(f"{what}: {share:.1%}" for what, share in zip(words, shares, strict=True))
    return f"most of the {made[0].result['k']} nearest are of the image's class: {sides}"
