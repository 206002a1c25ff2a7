"""Bundles of Keras models that are never written: what the export would keep, of one sample, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from paper_bundle import KEY, PaperBundle, noise

from exporter.bundle.schema import Capture, Checkpoint, Input, Manifest, Model, Preprocessing, Producer, TensorRef

Array = np.ndarray[Any, Any]


def ref_of(key: str, values: Array) -> TensorRef:
    """The reference of an array of a bundle that is never written."""
    return TensorRef(file="inputs/000.npz", key=key, shape=values.shape, dtype=str(values.dtype))


def forward_bundle(model: Any, feeds: Mapping[str, Array] | None = None, *, dtype: str = "float32") -> PaperBundle:
    """Everything that `model` makes of one sample, as the input and checkpoint `KEY`.

    It is the first of each of `feeds`, which are in the order of the inputs, or noise. Floats are kept as `dtype`.
    """
    from exporter.capture.graph import graph_of
    from exporter.capture.outputs import LayerOutputs
    from exporter.capture.weights import read_weights

    graph = graph_of(model)
    shapes = {layer.name: layer.outputs[0].shape for layer in graph.layers}
    given = dict(zip(graph.inputs, feeds.values(), strict=True)) if feeds else {}
    fed = [np.asarray(given[name])[:1] if feeds else noise(name, (1, *shapes[name])) for name in graph.inputs]
    outputs = {name: np.asarray(values[0]) for name, values in LayerOutputs(model).run(fed).items()}
    outputs = {name: values.astype(dtype) if values.dtype.kind == "f" else values for name, values in outputs.items()}
    weights = read_weights(model)
    first = outputs[graph.outputs[0]]
    capture = Capture(
        input=KEY[0],
        checkpoint=KEY[1],
        outputs={name: ref_of(f"out:{name}", values) for name, values in outputs.items()},
        scores=tuple(map(float, first.ravel())),
        predicted=int(first.argmax()),
    )
    kept = {name: ref_of(name, values) for name, values in weights.items()}
    manifest = Manifest(
        format="kerascope-bundle",
        version=1,
        producer=Producer(name="test", version="0", keras="3", backend="tensorflow"),
        model=Model(name="m", class_name="Functional", inputs=graph.inputs, outputs=graph.outputs, parameters=0),
        layers=graph.layers,
        edges=graph.edges,
        checkpoints=(Checkpoint(id=KEY[1], label="now", weights=kept),),
        preprocessing=Preprocessing(),
        inputs=(Input(id=KEY[0], label="shown"),),
        captures=(capture,),
    )
    return PaperBundle(manifest, {**weights, **{f"out:{name}": values for name, values in outputs.items()}}, noise)
