"""A bundle without files of a Keras model: its graph and its weights, and no inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from paper_bundle import PaperBundle, noise

from exporter.bundle.schema import Checkpoint, Manifest, Model, Preprocessing, Producer, TensorRef

CHECKPOINT = "000"


def model_bundle(model: Any) -> PaperBundle:
    """The model as a bundle has it, with one checkpoint, `000`."""
    from exporter.capture import graph_of, read_weights  # it loads TensorFlow

    graph, weights = graph_of(model), read_weights(model)
    refs = {
        name: TensorRef(file="weights/000.npz", key=name, shape=values.shape, dtype=values.dtype.name)
        for name, values in weights.items()
    }
    manifest = Manifest(
        format="kerascope-bundle",
        version=1,
        producer=Producer(name="test", version="0", keras="none", backend="none"),
        model=Model(name=model.name, class_name="Functional", inputs=graph.inputs, outputs=graph.outputs, parameters=0),
        layers=graph.layers,
        edges=graph.edges,
        checkpoints=(Checkpoint(id=CHECKPOINT, label="start", weights=refs),),
        preprocessing=Preprocessing(),
    )
    return PaperBundle(manifest, {name: np.asarray(values) for name, values in weights.items()}, noise)
