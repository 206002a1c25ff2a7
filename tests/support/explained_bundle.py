"""Explanations for a bundle with maps of one's own making: what they say is not what any method found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from exporter.bundle import BundleWriter, read_bundle
from exporter.bundle.schema import Overlay, Run

Array = np.ndarray[Any, Any]


def add_explanation(
    path: Path, run: str, maps: Mapping[str, tuple[str, Array]], *, input_id: str = "clean-0", **options: Any
) -> Path:
    """The path of a bundle that now has a run with an overlay for each layer of `maps`, each of a kind and with values.

    Ids are as `kerascope explain` gives them: that over the picture has the run's, the others RUN@LAYER.
    """
    bundle = read_bundle(path)
    manifest, pictures = bundle.manifest, bundle.manifest.model.inputs
    checkpoint = bundle.final_checkpoint.id
    predicted = bundle.capture(input_id, checkpoint).predicted
    with BundleWriter.append(path) as writer:
        ids = {layer: run if layer in pictures else f"{run}@{layer}" for layer in maps}
        refs = writer.write(
            f"derived/overlays-{run}.npz",
            {ids[layer]: np.asarray(values, np.float32) for layer, (_, values) in maps.items()},
        )
        overlays = tuple(
            Overlay(id=ids[layer], run=run, input=input_id, layer=layer, kind=kind, values=refs[ids[layer]])  # type: ignore[arg-type]
            for layer, (kind, _) in maps.items()
        )
        made = Run(
            id=run,
            kind="explain",
            method=run.rpartition("-")[0],
            checkpoint=checkpoint,
            options={"layer": None, "class": predicted, "seed": 0, **options},
            result={"score": 1.5, "predicted": predicted},
            parent=input_id,
        )
        new = msgspec.structs.replace(manifest, runs=(*manifest.runs, made), overlays=(*manifest.overlays, *overlays))
        writer.commit(new)
    return path
