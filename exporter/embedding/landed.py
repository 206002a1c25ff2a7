"""Inputs of the bundle among the images of a survey: where the steps of an attack land."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Manifest, Survey
from exporter.chosen import method_named
from exporter.surveyed.origins import Origin
from exporter.surveyed.rows import Places
from exporter.surveying.thumbnails import thumbnails_of

Array = NDArray[np.float32]
ALL, NONE = "all", "none"


@dataclass(frozen=True, eq=False)
class Landed:
    """Inputs as rows like those of images.

    Attributes
    ----------
    ids : (I) of the inputs that can be compared.
    values : (I, F) float32, finite.
    left_out : ids of those that cannot: they were not captured there, or not whole.
    own : (I) int64, the image that each is itself or began as, -1 where it is none of them.
    """

    ids: tuple[str, ...]
    values: Array
    left_out: tuple[str, ...]
    own: Places


def inputs_asked(manifest: Manifest, asked: Sequence[str]) -> tuple[str, ...]:
    """The ids of inputs, each once: `all` that an attack made, with the clean one before them; `none`; ids of inputs;
    or runs, all that each made with the one that it began with.

    Raises
    ------
    KerascopeError
        there is no such input and no such run.
    """
    runs = {run.id: (*((run.parent,) if run.parent else ()), *run.inputs) for run in manifest.runs}
    known = {shown.id: (shown.id,) for shown in manifest.inputs}
    found: list[str] = []
    for name in asked:
        if name in (ALL, NONE):
            attacks = [run.id for run in manifest.runs if run.kind == "attack" and name == ALL]
            found += [id_ for run in attacks for id_ in runs[run]]
        else:
            found += method_named(name, {**runs, **known}, "input or run in the bundle", KerascopeError)
    return tuple(dict.fromkeys(found))


def own_images(bundle: Bundle, survey: Survey, input_ids: Sequence[str], images: Places | None) -> dict[str, int]:
    """Which of the images, by its place among those that are placed, an input is or began as: pixel for pixel.

    Those that are none of them are left out, and where the survey keeps no thumbnails all are.
    """
    if "thumbnails" not in survey.tensors:
        return {}
    kept = bundle.load(survey.tensors["thumbnails"])
    thumbnails = kept.reshape(len(kept), -1)[slice(None) if images is None else images]
    clean = {id_: bundle.input(id_).parent or id_ for id_ in input_ids}
    found = {}
    for id_, row in _rows(bundle, survey, Origin(), tuple(dict.fromkeys(clean.values()))):
        is_same = (thumbnails == row.astype(np.uint8)).all(axis=1) if row.shape == thumbnails.shape[1:] else ()
        if np.any(is_same):
            found[id_] = int(np.argmax(is_same))
    return {id_: found[began] for id_, began in clean.items() if began in found}


def landed(
    bundle: Bundle, survey: Survey, origin: Origin, input_ids: Sequence[str], width: int, own: Mapping[str, int]
) -> Landed:
    """Inputs as rows of `width` numbers, pooled as the survey pools: the mean of the finite values of each channel."""
    rows = {id_: row for id_, row in _rows(bundle, survey, origin, input_ids) if row.shape == (width,)}
    kept = {id_: row for id_, row in rows.items() if np.isfinite(row).all()}
    values = np.array(list(kept.values()), np.float32).reshape(len(kept), width)
    left_out = tuple(id_ for id_ in input_ids if id_ not in kept)
    return Landed(tuple(kept), values, left_out, np.array([own.get(id_, -1) for id_ in kept], np.int64))


def _rows(
    bundle: Bundle, survey: Survey, origin: Origin, input_ids: Sequence[str]
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    for id_ in input_ids:
        if origin.layer is None or origin.checkpoint is None:
            picture = bundle.image(id_)
            if picture is not None:
                small = thumbnails_of((picture,), max(survey.tensors["thumbnails"].shape[1:3]))
                yield id_, small.reshape(-1).astype(np.float64)
        elif id_ in bundle.inputs_at(origin.checkpoint):
            outputs = bundle.capture(id_, origin.checkpoint).outputs
            if origin.layer in outputs:
                yield id_, _pooled(bundle.load(outputs[origin.layer]))


def _pooled(output: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """(C) float64, the mean of the finite values of each channel of (..., C); NaN where there is none."""
    table = output.reshape(-1, output.shape[-1]).astype(np.float64)
    is_finite = np.isfinite(table)
    counts = is_finite.sum(axis=0)
    means: NDArray[np.float64] = np.where(is_finite, table, 0.0).sum(axis=0) / np.where(counts, counts, np.nan)
    return means
