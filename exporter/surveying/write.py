"""A survey written into a bundle, its rows streamed from the shards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from exporter.bundle import BundleWriter
from exporter.bundle.npz_write import NpzWriter
from exporter.bundle.schema import Survey, SurveyLayer, SurveyPass, TensorRef
from exporter.surveying.folder import WorkFolder
from exporter.surveying.merge import Merged
from exporter.surveying.plan import Plan
from exporter.surveying.shard import BEST_CLASSES

Array = NDArray[Any]
Refs = dict[str, TensorRef]


@dataclass(frozen=True)
class Images:
    """What is known of the images themselves.

    Attributes
    ----------
    places : of each in the data set, rising.
    true : the class of each, -1 where it is not known.
    name_bytes : how long their names are together.
    skipped : names of those that could not be read, and why.
    """

    places: NDArray[np.int64]
    true: NDArray[np.int64]
    name_bytes: int
    skipped: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Found:
    """A survey whose shards are all done: of the images, and of each pass."""

    plan: Plan
    folder: WorkFolder
    images: Images
    passes: tuple[Merged, ...]


def found_in(folder: WorkFolder, plan: Plan) -> Found:
    """What all shards together say."""
    places, true, skipped, name_bytes = [], [], [], 0
    for number in plan.of_pass(0):
        shard = folder.get(number)
        places.append(shard.arrays["places"])
        true.append(shard.arrays["true_class"])
        skipped += shard.bad()
        name_bytes += len(shard.arrays["names"])
    images = Images(np.concatenate(places), np.concatenate(true), name_bytes, tuple(skipped))
    passes = tuple(Merged(plan, map(folder.get, plan.of_pass(nth))) for nth in range(len(plan.passes)))
    return Found(plan, folder, images, passes)


def write_survey(
    writer: BundleWriter, found: Found, id_: str, pictures: NDArray[np.int64], options: Mapping[str, Any]
) -> Survey:
    """The entry of a survey that was written, `pictures` being the images (rising) that are kept as they were seen."""
    plan = found.plan
    tensors = _write_images(writer, found, id_, pictures)
    passes = tuple(_write_pass(writer, found, id_, nth) for nth in range(len(plan.passes)))
    return Survey(
        id=id_,
        source=plan.data.source,
        images=len(found.images.places),
        tensors=tensors,
        passes=passes,
        skipped=tuple(name for name, _ in found.images.skipped),
        options={"top": plan.top, "thumbnails_px": plan.thumbnail_px, **options},
    )


def _write_images(writer: BundleWriter, found: Found, id_: str, pictures: NDArray[np.int64]) -> Refs:
    images, numbers, folder = found.images, found.plan.of_pass(0), found.folder
    count = len(images.places)
    with writer.open(f"surveys/{id_}/images.npz") as stream:
        refs = {"name_ends": stream.add_rows("name_ends", (count,), np.dtype(np.int64), _ends(folder, numbers))}
        refs["names"] = _add(stream, "names", (images.name_bytes,), np.uint8, folder.column(numbers, "names"))
        if len(pictures):
            refs["picture_images"] = stream.add("picture_images", pictures)
            shown = _pictures(found, pictures)
            first = next(shown)
            refs["pictures"] = _add(stream, "pictures", (len(pictures), *first.shape), np.uint8, _after(first, shown))
        if found.plan.thumbnail_px and found.plan.shows_pictures:
            small = folder.column(numbers, "thumbnails")
            first = next(small)
            refs["thumbnails"] = _add(stream, "thumbnails", (count, *first.shape[1:]), np.uint8, _after(first, small))
        if (images.true >= 0).any():
            refs["true_class"] = stream.add("true_class", images.true)
    return dict(sorted(refs.items()))


def _ends(folder: WorkFolder, numbers: Sequence[int]) -> Iterator[Array]:
    """Where each name ends, shard by shard."""
    last = 0
    for ends in folder.column(numbers, "name_ends"):
        yield ends + last
        last += int(ends[-1]) if len(ends) else 0


def _pictures(found: Found, wanted: NDArray[np.int64]) -> Iterator[Array]:
    """The pictures of these images: out of the shards where all were kept, else read once more."""
    plan, places = found.plan, found.images.places
    if plan.keeps_pictures:
        for shard in found.folder.column(plan.of_pass(0), "pictures"):
            yield from shard
        return
    for image in wanted.tolist():
        place = int(places[image])
        (sample,) = plan.data.read(place, place + 1).samples
        if sample.picture is not None:
            yield sample.picture


def _after(first: Array, rest: Iterator[Array]) -> Iterator[Array]:
    yield first
    yield from rest


def _write_pass(writer: BundleWriter, found: Found, id_: str, nth: int) -> SurveyPass:
    plan, merged, checkpoint = found.plan, found.passes[nth], found.plan.passes[nth]
    numbers, count = plan.of_pass(nth), merged.images
    refs: Refs = {}
    with writer.open(f"surveys/{id_}/{checkpoint}.npz") as stream:
        if merged.classes:
            refs["class_counts"] = stream.add("class_counts", merged.class_counts)
        if plan.classes is not None:
            shape = count, min(BEST_CLASSES, plan.classes)
            for name, dtype in (("top_classes", np.int32), ("top_scores", np.float32)):
                refs[name] = _add(stream, name, shape, dtype, found.folder.column(numbers, name))
    with writer.open(f"surveys/{id_}/{checkpoint}-layers.npz") as stream:
        layers = tuple(_write_layer(stream, found, nth, layer) for layer in range(len(plan.layers)))
    by: Literal["true", "predicted"] = "true" if plan.by_true else "predicted"
    return SurveyPass(
        checkpoint=checkpoint,
        tensors=refs,
        layers=layers,
        classes=merged.classes,
        classes_by=by if merged.classes else None,
    )


def _write_layer(stream: NpzWriter, found: Found, nth: int, layer: int) -> SurveyLayer:
    plan, merged = found.plan, found.passes[nth]
    name = plan.layers[layer]
    tensors, sampled = merged.layer(layer)
    refs = {key: stream.add(f"{name}/{key}", tensors[key]) for key in sorted(tensors)}
    if name in plan.features:
        rows = found.folder.column(plan.of_pass(nth), f"features/{plan.features.index(name)}")
        refs["features"] = _add(stream, f"{name}/features", (merged.images, plan.channels[layer]), np.float32, rows)
    return SurveyLayer(layer=name, tensors=dict(sorted(refs.items())), sampled=sampled)


def _add(stream: NpzWriter, key: str, shape: tuple[int, ...], dtype: Any, pieces: Iterator[Array]) -> TensorRef:
    return stream.add_rows(key, shape, np.dtype(dtype), pieces)
