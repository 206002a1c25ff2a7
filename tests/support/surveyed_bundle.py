"""A survey by brute force: every output of every image is held at once, and each number is what its words say.

What the exporter writes is compared with this; scenes and the window are shown it where no TensorFlow is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.schema import Embedding, Neighbours, Survey, SurveyLayer, SurveyPass, TensorRef
from exporter.bundle.statistics import HISTOGRAM_BINS, PERCENTILES

Array = np.ndarray[Any, Any]
Outputs = Callable[[Bundle, str, Array], Mapping[str, Array]]
"""(bundle, checkpoint id, pictures (N, H, W, c) uint8) to the outputs (N, ...) of layers, the scores among them."""


def by_numpy(bundle: Bundle, checkpoint_id: str, pictures: Array) -> dict[str, Array]:
    """The outputs of all layers, computed from the bundle's weights."""
    from viewer.live.fed import fed_of
    from viewer.live.whole_pass import whole_pass

    each = [whole_pass(bundle, checkpoint_id, fed_of(bundle, picture)) for picture in pictures]
    return {name: np.stack([made[name] for made in each]) for name in each[0]}


def add_survey(
    path: Path,
    pictures: Array,
    true_class: Array | None = None,
    *,
    outputs: Outputs = by_numpy,
    checkpoints: Sequence[str] = (),
    layers: Sequence[str] = (),
    features: Sequence[str] | None = None,
    top: int = 9,
    id_: str = "000",
    names: Sequence[str] = (),
) -> Path:
    """The path of a bundle that now has a survey of pictures (N, H, W, c) uint8: they are their own thumbnails."""
    bundle = read_bundle(path)
    manifest, count = bundle.manifest, len(pictures)
    texts = [name.encode() for name in names or [f"image {row}" for row in range(count)]]
    whole: dict[str, Any] = {
        "names": np.frombuffer(b"".join(texts), np.uint8),
        "name_ends": np.cumsum([len(text) for text in texts], dtype=np.int64),
        "thumbnails": pictures,
        "pictures": pictures,
        "picture_images": np.arange(count, dtype=np.int64),
    }
    if true_class is not None:
        whole["true_class"] = true_class.astype(np.int64)
    with BundleWriter.append(path) as writer:
        refs = writer.write(f"surveys/{id_}/images.npz", whole)
        passes = tuple(
            _pass(writer, bundle, at, outputs(bundle, at, pictures), true_class, layers, features, top, id_)
            for at in checkpoints or (bundle.final_checkpoint.id,)
        )
        survey = Survey(
            id=id_, source="made", images=count, tensors=refs, passes=passes, options={"top": top, "seed": 0}
        )
        writer.commit(structs.replace(manifest, surveys=(*manifest.surveys, survey)))
    return path


def _pass(
    writer: BundleWriter,
    bundle: Bundle,
    at: str,
    made: Mapping[str, Array],
    true_class: Array | None,
    layers: Sequence[str],
    features: Sequence[str] | None,
    top: int,
    id_: str,
) -> SurveyPass:
    scores = made[bundle.manifest.model.outputs[0]].astype(np.float64)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :5]
    counted = order[:, 0] if true_class is None else true_class
    classes = sorted({int(each) for each in counted if each >= 0})
    arrays: dict[str, Any] = {
        "top_classes": order.astype(np.int32),
        "top_scores": np.take_along_axis(scores, order, axis=1).astype(np.float32),
        "class_counts": np.array([(counted == each).sum() for each in classes], np.int64),
    }
    wanted = layers or [layer.name for layer in bundle.manifest.layers if layer.kind != "input"]
    found = {name: layer_arrays(made[name], counted, classes, top) for name in wanted}
    for name, tensors in found.items():
        if features is not None and name not in features:
            del tensors["features"]
    refs = writer.write(f"surveys/{id_}/{at}.npz", arrays)
    flat = {f"{name}/{key}": array for name, tensors in found.items() for key, array in tensors.items()}
    made_refs = writer.write(f"surveys/{id_}/{at}-layers.npz", flat)
    entries = [SurveyLayer(layer=name, tensors=_of(made_refs, name, found[name])) for name in found]
    by = "predicted" if true_class is None else "true"
    return SurveyPass(checkpoint=at, tensors=refs, layers=tuple(entries), classes=tuple(classes), classes_by=by)


def _of(refs: Mapping[str, TensorRef], name: str, tensors: Mapping[str, Array]) -> dict[str, TensorRef]:
    return {key: refs[f"{name}/{key}"] for key in tensors}


def layer_arrays(values: Array, counted: Array, classes: Sequence[int], top: int) -> dict[str, Array]:
    """All tensors of a layer whose outputs are (N, ..., C), by the words of SPEC.md."""
    flat = values.reshape(len(values), -1, values.shape[-1]).astype(np.float64)
    spread = spread_of(flat.reshape(-1, flat.shape[-1]))
    features = np.nanmean(np.where(np.isfinite(flat), flat, np.nan), axis=1)
    means = [features[counted == each].mean(axis=0) for each in classes]
    stds = [features[counted == each].std(axis=0) for each in classes]
    return {
        **spread,
        **top_of(values, top),
        "class_mean": np.array(means, np.float32).reshape(len(classes), flat.shape[-1]),
        "class_std": np.array(stds, np.float32).reshape(len(classes), flat.shape[-1]),
        "features": features.astype(np.float32),
    }


def top_of(values: Array, top: int) -> dict[str, Array]:
    """The strongest images of each channel of (N, ..., C), one place of each, sorted one by one."""
    places, channels, most = values.shape[1:-1], values.shape[-1], min(top, len(values))
    found = {
        "top_values": np.zeros((channels, most), np.float32),
        "top_images": np.full((channels, most), -1, np.int64),
        "top_places": np.zeros((channels, most, len(places)), np.int32),
    }
    for channel in range(channels):
        best = []
        for row in range(len(values)):
            ranked = [(-float(v), at) for at, v in np.ndenumerate(values[row, ..., channel]) if np.isfinite(v)]
            best += [(min(ranked)[0], row, min(ranked)[1])] if ranked else []
        for rank, (value, row, at) in enumerate(sorted(best)[:most]):
            found["top_values"][channel, rank] = -value
            found["top_images"][channel, rank] = row
            found["top_places"][channel, rank] = at
    return found


def spread_of(table: Array) -> dict[str, Array]:
    """The statistics of (values, channels), each channel for itself, all of them finite or not."""
    finite = [column[np.isfinite(column)] for column in table.T]
    every = np.concatenate(finite)
    edges = np.histogram_bin_edges(every, HISTOGRAM_BINS).astype(np.float32)

    def of(measure: Callable[[Array], Any]) -> Array:
        return np.array([measure(column) if column.size else 0.0 for column in finite], np.float32)

    return {
        "min": of(np.min),
        "max": of(np.max),
        "mean": of(np.mean),
        "std": of(np.std),
        "zero_fraction": of(lambda column: (column == 0).mean()),
        "percentiles": np.array([np.percentile(each, PERCENTILES) for each in finite], np.float32),
        "histogram": np.array([np.histogram(each, edges)[0] for each in finite], np.int64),
        "histogram_edges": edges,
        "nan_count": np.array([len(table) - len(each) for each in finite], np.int64),
        "abs_p99": np.asarray(np.percentile(np.abs(every), 99), np.float32),
    }


def add_embedding(
    path: Path,
    points: Array,
    *,
    id_: str = "pca-pixels",
    layer: str | None = None,
    checkpoint: str | None = None,
    inputs: Mapping[str, Sequence[float]] | None = None,
    method: str = "pca",
) -> Path:
    """The path of a bundle whose last survey now has these points (N, 2 or 3), and some of its inputs theirs."""
    bundle = read_bundle(path)
    arrays = {"points": points.astype(np.float32)}
    if inputs:
        arrays["input_points"] = np.array(list(inputs.values()), np.float32)
    with BundleWriter.append(path) as writer:
        made = Embedding(
            id=id_,
            survey=bundle.manifest.surveys[-1].id,
            method=method,  # type: ignore[arg-type]
            tensors=writer.write(f"derived/embedding-{len(bundle.manifest.embeddings)}.npz", arrays),
            layer=layer,
            checkpoint=checkpoint,
            inputs=tuple(inputs or ()),
            options={"seed": 0, "dimensions": points.shape[1]},
            result={"trustworthiness": 1.0},
        )
        writer.commit(structs.replace(bundle.manifest, embeddings=(*bundle.manifest.embeddings, made)))
    return path


def add_neighbours(
    path: Path, rows: Array, k: int, *, id_: str, layer: str | None = None, checkpoint: str | None = None
) -> Path:
    """The path of a bundle whose last survey now has the k nearest of each of `rows` (N, F), by brute force."""
    bundle = read_bundle(path)
    survey = bundle.manifest.surveys[-1]
    flat = rows.reshape(len(rows), -1).astype(np.float64)
    apart = np.sqrt(((flat[:, None] - flat[None]) ** 2).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1, kind="stable")[:, :k]
    arrays = {"images": near, "distances": np.take_along_axis(apart, near, axis=1).astype(np.float32)}
    with BundleWriter.append(path) as writer:
        refs = writer.write(f"derived/neighbours-{len(bundle.manifest.neighbours)}.npz", arrays)
        accuracy = None
        if "true_class" in survey.tensors:
            true = bundle.load(survey.tensors["true_class"])
            votes = [np.bincount(true[row][true[row] >= 0], minlength=true.max() + 1).argmax() for row in near]
            accuracy = float((np.array(votes) == true)[true >= 0].mean())
        made = Neighbours(
            id=id_,
            survey=survey.id,
            tensors=refs,
            layer=layer,
            checkpoint=checkpoint,
            result={"k": k, "accuracy": accuracy},
        )
        writer.commit(structs.replace(bundle.manifest, neighbours=(*bundle.manifest.neighbours, made)))
    return path
