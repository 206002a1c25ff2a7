"""What a survey stands on: the model, its graph, the images, and the plan that follows from them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.bundle import Bundle
from exporter.bundle.schema import Layer
from exporter.capture import Graph, graph_of, variables_of
from exporter.capture.takes import class_count
from exporter.capture.weights import seen_array
from exporter.inputs import InputError
from exporter.inputs.dataset import DataSet
from exporter.inputs.samples import Sample
from exporter.surveying.asked import PICTURE_BYTES, Asked
from exporter.surveying.choice import chosen_features, chosen_layers
from exporter.surveying.net import surveyable
from exporter.surveying.plan import Plan, shard_images

_BATCH_BYTES, _SMALL_BATCH_BYTES = 256 * 2**20, 16 * 2**20
_BATCH, _LARGEST_BATCH = 32, 256
_LOOKED_AT = 32


@dataclass(frozen=True)
class Ground:
    """A model that is open, and what is to be run through it.

    Attributes
    ----------
    source : where the model came from; empty: it is in memory only.
    bundle : the bundle that has the weights of the passes; `None`: they are the model's own.
    passes : ids of checkpoints.
    class_names : of the classes that the model tells apart, where they are known.
    """

    model: keras.Model
    source: str
    imports: tuple[str, ...]
    unsafe: bool
    bundle: Bundle | None
    passes: tuple[str, ...]
    data: DataSet
    class_names: tuple[str, ...]


def plan_of(ground: Ground, asked: Asked) -> Plan:
    """The plan of a survey.

    Raises
    ------
    KerascopeError
        patterns that fit no layer, or not one image that can be read.
    """
    graph = graph_of(ground.model)
    layers = chosen_layers(graph, asked.layers, surveyable(ground.model))
    features = chosen_features(graph, layers, asked.features)
    entries = {layer.name: layer for layer in graph.layers}
    samples = first_samples(ground.data)
    picture, count = samples[0].picture, ground.data.count
    classes = class_count(ground.model)
    batch = batch_of(graph, layers)
    if asked.shard is not None:
        batch = min(batch, 1 << asked.shard.bit_length() - 1)
    picture_bytes = 0 if picture is None else picture.nbytes
    shard = shard_images(batch, max(picture_bytes, samples[0].values[0].nbytes))
    plan = Plan(
        model=ground.source,
        imports=ground.imports,
        unsafe=ground.unsafe,
        bundle=None if ground.bundle is None else str(Path(ground.bundle.path).resolve()),
        passes=ground.passes,
        data=ground.data,
        layers=layers,
        channels=tuple(_channels(entries[name]) for name in layers),
        axes=tuple(max(0, len(entries[name].outputs[0].shape) - 1) for name in layers),
        features=features,
        classes=classes if classes is not None and classes > 1 else None,
        by_true=any(sample.true_class is not None for sample in samples),
        top=min(asked.top, count),
        thumbnail_px=asked.thumbnails if picture is not None else 0,
        shows_pictures=picture is not None,
        keeps_pictures=picture is not None and _keeps_all(asked, picture_bytes * count),
        batch=batch,
        shard=shard if asked.shard is None else max(1, asked.shard // batch) * batch,
    )
    return plan.with_digest(_ground_digest(ground, graph))


def first_samples(data: DataSet) -> tuple[Sample, ...]:
    """A few of the first samples that can be read. Raises `InputError` where there are none.

    Where a later one is bad, that is told when its turn comes: what is before it is not lost then.
    """
    samples: list[Sample] = []
    for place in range(data.count):
        try:
            samples += data.read(place, place + 1).samples
        except InputError:
            if not samples:
                raise
            break
        if len(samples) == _LOOKED_AT:
            break
    if samples:
        return tuple(samples)
    expected = "at least one that can be read" if data.count else "at least one"
    raise InputError("there are no images", expected=expected, got=f"{data.count} bad ones" if data.count else "none")


def batch_of(graph: Graph, layers: Sequence[str]) -> int:
    """How many images go through the model at once: 32, more where what is looked at is small, fewer where it is large.

    It is a power of two.
    """
    shapes = [layer.outputs[0].shape for layer in graph.layers if layer.name in layers]
    each = max(1, sum(4 * math.prod(size or 1 for size in shape) for shape in shapes))
    if any(None in shape for shape in shapes):
        return 1 if each * _BATCH > _SMALL_BATCH_BYTES else _BATCH
    most = min(_LARGEST_BATCH, max(_BATCH, _SMALL_BATCH_BYTES // each))
    return 1 << max(1, min(most, _BATCH_BYTES // each)).bit_length() - 1


def _channels(layer: Layer) -> int:
    shape = layer.outputs[0].shape
    return (shape[-1] or 1) if shape else 1


def _keeps_all(asked: Asked, all_bytes: int) -> bool:
    return asked.pictures == "all" or (asked.pictures is None and all_bytes <= PICTURE_BYTES)


def _ground_digest(ground: Ground, graph: Graph) -> str:
    """A digest of the graph, of the weights of all passes, and of the classes that folders are recognised by."""
    digest = hashlib.sha256(repr((graph.layers, graph.edges, ground.class_names)).encode())
    for name, values in _weights(ground):
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def _weights(ground: Ground) -> Iterator[tuple[str, NDArray[Any]]]:
    bundle = ground.bundle
    checkpoints = () if bundle is None else tuple(map(bundle.checkpoint, ground.passes))
    if bundle is not None:
        for checkpoint in checkpoints:
            for name, ref in sorted(checkpoint.weights.items()):
                yield f"{checkpoint.id}/{name}", bundle.load(ref)
    if not all(checkpoint.weights for checkpoint in checkpoints) or bundle is None:
        for name, variable in variables_of(ground.model).items():
            yield name, seen_array(variable)
