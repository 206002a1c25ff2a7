"""Embeddings added to a bundle: images of a survey as points, by what a layer makes of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec import structs

from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.free_names import free_derived_file
from exporter.bundle.npz_write import Storable
from exporter.bundle.schema import Embedding, Manifest, Survey
from exporter.chosen import method_named
from exporter.embedding.by_pca import place_by_pca
from exporter.embedding.by_tsne import perplexity_of, place_by_tsne
from exporter.embedding.by_umap import neighbours_of, place_by_umap
from exporter.embedding.chain import Link, chain_of, links_of
from exporter.embedding.landed import inputs_asked
from exporter.embedding.methods import Method, Scalars, Task
from exporter.surveyed.origins import Origin, origins_of, survey_named
from exporter.surveyed.rows import Places, evenly_spread, rows_of, words_of
from exporter.telling import in_silence, untold

METHODS: Mapping[str, Method] = {"tsne": place_by_tsne, "umap": place_by_umap, "pca": place_by_pca}
NAMES: Mapping[str, str] = {"tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"}
MOST_IMAGES = 10_000
_NAMED_MOST = 4
_SEEDS = 2**32
_SECS_PER_ROW: Mapping[str, float] = {"tsne": 4e-4, "umap": 3e-4, "pca": 2e-5}
"""For each doubling of their number; of two processors, in a plane."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What is to be embedded, found in the bundle and checked."""

    survey: Survey
    method: str
    task: Task
    chain: tuple[tuple[Origin, Origin | None], ...]
    images: Places | None
    input_ids: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many images."""
        return self.survey.images if self.images is None else len(self.images)


def embed_bundle(
    bundle: Path | str,
    *,
    survey_id: str | None = None,
    method: str = "tsne",
    layers: Sequence[str] = (),
    checkpoint_ids: Sequence[str] = (),
    task: Task | None = None,
    inputs: Sequence[str] = ("all",),
    most: int = MOST_IMAGES,
    progress: Callable[[str, int, int], None] = in_silence,
    tell: Callable[[str], None] = untold,
) -> tuple[str, ...]:
    """The ids of the embeddings that were added to a bundle; one of the same id that was there is replaced.

    Each is added as soon as it is made, so that what was made stays when the work is ended.

    Parameters
    ----------
    bundle : its folder.
    survey_id : of which data set; `None`: the last survey.
    method : tsne, umap or pca.
    layers, checkpoint_ids : of what, as `exporter.surveyed.origins.origins_of` takes them.
    task : dimensions, seed and the like; `None`: the plane, seed 0.
    inputs : which inputs of the bundle are placed among the images, as `exporter.embedding.landed.inputs_asked` takes
        them.
    most : how many images at most; of more, evenly spread ones.
    progress : is told what is done, how much of it and of how much.
    tell : is told what is left out, how long it takes, and what was measured, a line each.

    Raises
    ------
    KerascopeError
        anything that is not as it should be; found before the work begins.
    ModuleNotFoundError
        scikit-learn or umap-learn is not installed.
    """
    opened = read_bundle(bundle)
    asked = _asked(opened, survey_id, method, (layers, checkpoint_ids), task or Task(), inputs, most)
    for words in (*_thinned(asked), _estimate(asked)):
        tell(words)
    made: list[str] = []
    left_out: dict[str, tuple[str, ...]] = {}
    links = links_of(
        opened,
        asked.survey,
        asked.chain,
        METHODS[method],
        asked.task,
        images=asked.images,
        input_ids=asked.input_ids,
        told=lambda done: progress(NAMES[method], done, len(asked.chain)),
    )
    for link in links:
        made.append(_write(opened.path, asked, link))
        tell(f"{made[-1]}: {words_of(asked.survey, link.origin)}{_measures(link.result)}")
        if link.landed.left_out:
            left_out[link.origin.name] = link.landed.left_out
    for words in _left_out(left_out):
        tell(words)
    return tuple(made)


def _asked(
    bundle: Bundle,
    survey_id: str | None,
    method: str,
    where: tuple[Sequence[str], Sequence[str]],
    task: Task,
    inputs: Sequence[str],
    most: int,
) -> Asked:
    method_named(method, METHODS, "method", KerascopeError)
    survey = survey_named(bundle, survey_id)
    origins = origins_of(bundle, survey, *where)
    if task.dimensions not in (2, 3):
        raise KerascopeError("points lie in a plane or in space", expected="2 or 3 dimensions", got=task.dimensions)
    if not 0 <= task.seed < _SEEDS:
        raise KerascopeError("no such seed", expected=f"0 to {_SEEDS - 1}", got=task.seed)
    if most < 2:
        raise KerascopeError("so few images cannot be compared", expected="--most of 2 or more", got=most)
    images = evenly_spread(survey.images, most)
    count = min(survey.images, most)
    if method == "tsne":
        perplexity_of(count, task)
    if method == "umap":
        neighbours_of(count, task)
    for origin in origins:
        rows_of(bundle, survey, origin, images)
    return Asked(survey, method, task, chain_of(origins), images, inputs_asked(bundle.manifest, inputs))


def _write(path: Path, asked: Asked, link: Link) -> str:
    """The id of an embedding that is in the bundle now, in place of one of the same id."""
    arrays: dict[str, Storable] = {"points": link.points.astype(np.float32)}
    if asked.images is not None:
        arrays["images"] = asked.images
    if link.landed.ids:
        arrays["input_points"] = link.input_points.astype(np.float32)
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(writer.path).manifest
        id_ = _id(manifest, asked, link.origin)
        entry = Embedding(
            id=id_,
            survey=asked.survey.id,
            method=asked.method,  # type: ignore[arg-type] # one of METHODS
            tensors=writer.write(free_derived_file(manifest, "embedding"), arrays),
            layer=link.origin.layer,
            checkpoint=link.origin.checkpoint,
            inputs=link.landed.ids,
            options=_options(asked, link, manifest),
            result=link.result,
        )
        others = tuple(each for each in manifest.embeddings if each.id != id_)
        writer.commit(structs.replace(manifest, embeddings=(*others, entry)))
    return id_


def _id(manifest: Manifest, asked: Asked, origin: Origin) -> str:
    """`METHOD[3]-LAYER@CHECKPOINT`, and where another survey has that the survey behind it."""
    name = _plain_id(asked, origin)
    others = {each.id for each in manifest.embeddings if each.survey != asked.survey.id}
    return f"{name}-{asked.survey.id}" if name in others else name


def _plain_id(asked: Asked, origin: Origin) -> str:
    return f"{asked.method}{'3' if asked.task.dimensions == 3 else ''}-{origin.name}"


def _options(asked: Asked, link: Link, manifest: Manifest) -> Scalars:
    from sklearn import __version__ as version  # noqa: PLC0415 - of an extra

    options: Scalars = {"dimensions": asked.task.dimensions, "seed": asked.task.seed, "most": asked.count}
    before = None if link.before is None else _id(manifest, asked, link.before)
    return {**options, **link.options, "after": before, "scikit_learn": version}


def _thinned(asked: Asked) -> tuple[str, ...]:
    if asked.images is None:
        return ()
    return (f"{asked.count:,} of {asked.survey.images:,} images are placed, evenly spread; --most says how many",)


def _estimate(asked: Asked) -> str:
    each_secs = _SECS_PER_ROW[asked.method] * asked.count * math.log2(asked.count) * (asked.task.dimensions - 1)
    secs = each_secs * len(asked.chain)
    long = f"about {secs / 60:.0f} minutes" if secs > 90 else f"about {max(secs, 1):.0f} s"
    among = f" and {len(asked.input_ids):,} inputs" if asked.input_ids else ""
    plural = "s" if len(asked.chain) > 1 else ""
    return f"{len(asked.chain)} embedding{plural} by {NAMES[asked.method]} of {asked.count:,} images{among}: {long}"


def _measures(result: Scalars) -> str:
    """What was measured, in words."""
    forms = {
        "trustworthiness": ", trustworthiness {:.3f}",
        "kl_divergence": ", divergence {:.3f}",
        "explained_variance": ", {:.1%} of the variance",
    }
    return "".join(form.format(result[name]) for name, form in forms.items() if result.get(name) is not None)


def _left_out(left_out: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A line for all embeddings that lack the same inputs."""
    where: dict[tuple[str, ...], list[str]] = {}
    for name, ids in left_out.items():
        where.setdefault(ids, []).append(name)
    lines = []
    for ids, names in where.items():
        few = ", ".join(names[:_NAMED_MOST]) + (f" and {len(names) - _NAMED_MOST} more" * (len(names) > _NAMED_MOST))
        plural = "inputs are" if len(ids) > 1 else "input is"
        lines.append(f"{len(ids):,} {plural} not among the images of {few}: not captured there, or not whole")
    return tuple(lines)
