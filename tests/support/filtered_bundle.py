"""The small bundle with pictures for channels, that is: stripes, answered in numpy; one of the channels is dead."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from msgspec.structs import replace
from tiny_bundle import forward, make_tiny_bundle

from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.schema import Capture, Input, Run

DEAD = 2


def add_filters(path: Path, layer: str, channels: tuple[int, ...], *, first: int = 0, steps: int = 40) -> None:
    """Add a run for each channel, with its last picture alone and the scores alone, as of many made at once."""
    bundle = read_bundle(path)
    weights = {key: bundle.load(ref) for key, ref in bundle.checkpoint("002").weights.items()}
    inputs, captures, runs = [], [], []
    with BundleWriter.append(path) as writer:
        for number, channel in enumerate(channels, first):
            run, name = f"filter-{number}", f"filter-{number}-picture"
            picture = stripes(layer, channel)
            refs = writer.write(f"inputs/{name}.npz", {"image": picture})
            scores = forward((picture / 255).astype(np.float32), weights)["scores"]
            kind: Any = "synthesised"
            label = f"{layer} channel {channel}, step {steps}"
            inputs.append(Input(id=name, label=label, kind=kind, image=refs["image"], run=run, step=steps))
            answer = {"scores": tuple(map(float, scores)), "predicted": int(scores.argmax())}
            captures.append(Capture(input=name, checkpoint="002", outputs={}, **answer))  # type: ignore[arg-type]
            runs.append(
                Run(
                    id=run,
                    kind="synthesise",
                    method="filter",
                    checkpoint="002",
                    options={"steps": steps, "layer": layer, "channel": channel, "class": None, "at": None, "seed": 0},
                    result={"first_loss": 0.0, "last_loss": 2.0, "steps": steps, "kept": 1, "dead": channel == DEAD},
                    inputs=(name,),
                )
            )
        old = bundle.manifest
        more = {"inputs": (*old.inputs, *inputs), "captures": (*old.captures, *captures), "runs": (*old.runs, *runs)}
        writer.commit(replace(old, **more))


def stripes(layer: str, channel: int) -> np.ndarray[Any, Any]:
    """A picture of 6 x 6 grey levels: stripes of a direction and a width that go by the channel."""
    rows, columns = np.mgrid[:6, :6]
    angle = np.pi * (channel + (layer == "pool") / 2) / 4
    levels = 127.5 + 127.5 * np.sin(2.1 * (rows * np.sin(angle) + columns * np.cos(angle)))
    return (levels if channel != DEAD else np.full((6, 6), 128.0)).astype(np.uint8)[..., None]


@cache
def filtered_bundle() -> Bundle:
    """The small bundle with pictures for all channels of one layer and some of another. Nobody may change it."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = make_tiny_bundle(Path(folder.name) / "filtered.bundle")
    add_filters(path, "relu", (0, 1, 2, 3))
    add_filters(path, "pool", (1, 3), first=4, steps=20)
    return read_bundle(path)
