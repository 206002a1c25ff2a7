"""The small bundle with images made by optimisation, that is: blends of its pictures, answered in numpy."""

from __future__ import annotations

import atexit
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from msgspec.structs import replace
from tiny_bundle import forward, make_tiny_bundle

from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.schema import Capture, Input, Run

Array = np.ndarray[Any, Any]

STEPS = (0, 10, 20, 30, 40)
ASKED: dict[str, dict[str, Any]] = {
    "class_image": {"class": 1},
    "filter": {"layer": "conv", "channel": 2},
    "deepdream": {"layer": "pool"},
    "style": {"content": "clean-0", "style": "clean-1"},
}


def add_images(
    path: Path, method: str, *, steps: tuple[int, ...] = STEPS, keeps_layers: bool = True, **result: Any
) -> str:
    """The id of a run that has been added to a bundle: noise becomes its second picture, in so many steps."""
    bundle = read_bundle(path)
    weights = {key: bundle.load(ref) for key, ref in bundle.checkpoint("002").weights.items()}
    run_id, inputs, captures = f"{method}-0", [], []
    noise = np.random.default_rng(3).integers(0, 256, (6, 6, 1)) / 255
    with BundleWriter.append(path) as writer:
        for step in steps:
            name, share = f"{run_id}-{step}", step / max(steps[-1], 1)
            levels = np.rint((noise * (1 - share) + bundle.output("clean-1", "002", "picture") * share) * 255)
            outputs = forward((levels / 255).astype(np.float32), weights)
            kept = outputs if keeps_layers else {"picture": outputs["picture"]}
            refs = writer.write(f"inputs/{name}.npz", {**kept, "image": levels.astype(np.uint8)})
            kind: Any = "synthesised"
            inputs.append(Input(id=name, label=name, kind=kind, image=refs["image"], run=run_id, step=step))
            scores = outputs["scores"]
            captures.append(
                Capture(
                    input=name,
                    checkpoint="002",
                    outputs={layer: refs[layer] for layer in kept},
                    scores=tuple(map(float, scores)),
                    predicted=int(scores.argmax()),
                )
            )
        losses = [-1.5 + 0.25 * step for step in steps]
        ends = {"first_loss": -1.5, "last_loss": losses[-1], "losses": json.dumps(losses), "steps": steps[-1]}
        run = Run(
            id=run_id,
            kind="synthesise",
            method=method,
            checkpoint="002",
            options={"class": None, "layer": None, "channel": None, "at": None, **ASKED[method]},
            result={**ends, "kept": len(steps), "dead": False, "stopped": None, **result},
            inputs=tuple(each.id for each in inputs),
        )
        manifest = bundle.manifest
        writer.commit(
            replace(
                manifest,
                inputs=(*manifest.inputs, *inputs),
                captures=(*manifest.captures, *captures),
                runs=(*manifest.runs, run),
            )
        )
    return run_id


@cache
def synthesised_bundle(method: str = "class_image", *, one: bool = False) -> Bundle:
    """The small bundle with one run of a method; with `one` it kept the last image and its answer alone. Nobody may
    change it.
    """
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = make_tiny_bundle(Path(folder.name) / "made.bundle", statistics=False)
    terms = {"content": [0.0, 2.0, 3.0, 3.5, 3.75], "style": [800.0, 90.0, 20.0, 9.0, 7.5]}
    more = {"terms": json.dumps(terms)} if method == "style" else {}
    add_images(path, method, steps=STEPS[-1:] if one else STEPS, keeps_layers=not one, **more)
    return read_bundle(path)
