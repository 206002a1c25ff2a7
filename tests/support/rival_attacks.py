"""More attacks for the tiny bundle, computed in numpy: what its stored weights make of any pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs
from tiny_bundle import ATTACKED_IDS, forward

from exporter.bundle import Bundle, BundleWriter, read_bundle
from exporter.bundle.schema import Capture, Input, Run

Array = np.ndarray[Any, Any]

RIVAL_ID = "pgd-1"


def add_attack(
    path: Path,
    run_id: str,
    method: str,
    pictures: Sequence[Array],
    *,
    steps: Sequence[int] | None = None,
    tried: int | None = None,
    parent: str = "clean-0",
    checkpoint: str = "002",
    also: Sequence[str] = (),
) -> Path:
    """`path`, to whose bundle a run was added with `pictures` (6, 6, 1) float32 as its kept steps.

    `steps` are their numbers, counted from 0; `tried` is how many there were. They are captured at the run's
    checkpoint, and at those of `also`.
    """
    bundle = read_bundle(path)
    steps = range(len(pictures)) if steps is None else steps
    clean = bundle.output(parent, checkpoint, "picture")
    with BundleWriter.append(path) as writer:
        inputs, captures = [], []
        for number, fed in zip(steps, pictures, strict=True):
            name = f"{run_id}-{number}"
            arrays, made = _outputs(bundle, fed, (checkpoint, *also))
            refs = writer.write(f"inputs/{name}.npz", {**arrays, "image": np.rint(fed * 255).astype(np.uint8)})
            inputs.append(
                Input(
                    id=name, label=f"ring + {run_id}", kind="attacked", image=refs["image"], true_class=0,
                    parent=parent, run=run_id, step=number, epsilon=float(np.abs(fed - clean).max()),
                )
            )  # fmt: skip
            captures += [_capture(name, moment, outputs, refs) for moment, outputs in made.items()]
        run = Run(
            id=run_id, kind="attack", method=method, checkpoint=checkpoint, options={}, parent=parent,
            result={"steps": max(steps) + 1 if tried is None else tried}, inputs=tuple(each.id for each in inputs),
        )  # fmt: skip
        _commit(writer, bundle, inputs, captures, (run,))
    return path


def also_captured(path: Path, inputs: Sequence[str], checkpoint: str) -> Path:
    """`path`, whose `inputs` were also captured at another checkpoint."""
    bundle = read_bundle(path)
    with BundleWriter.append(path) as writer:
        captures = []
        for name in inputs:
            fed = bundle.load(next(c for c in bundle.manifest.captures if c.input == name).outputs["picture"])
            arrays, made = _outputs(bundle, fed, (checkpoint,))
            refs = writer.write(f"inputs/{name}-{checkpoint}.npz", arrays)
            captures.append(_capture(name, checkpoint, made[checkpoint], refs))
        _commit(writer, bundle, [], captures, ())
    return path


def add_rivals(path: Path) -> Path:
    """`path`: a second attack on the input that was attacked, and the first one's pictures at an earlier checkpoint."""
    bundle = read_bundle(path)
    two, three = (bundle.output(name, "002", "picture") for name in ATTACKED_IDS[1:])
    add_attack(path, RIVAL_ID, "pgd", [(two + three) / 2, three])
    return also_captured(path, ATTACKED_IDS, "001")


def _outputs(
    bundle: Bundle, fed: Array, checkpoints: Sequence[str]
) -> tuple[dict[str, Array], dict[str, dict[str, Array]]]:
    """The arrays of a file, and what each layer puts out by checkpoint."""
    made = {}
    for moment in checkpoints:
        weights = {name: bundle.load(ref) for name, ref in bundle.checkpoint(moment).weights.items()}
        made[moment] = forward(fed, weights)
    return {f"{moment}/{name}": value for moment, outputs in made.items() for name, value in outputs.items()}, made


def _capture(name: str, checkpoint: str, outputs: dict[str, Array], refs: dict[str, Any]) -> Capture:
    return Capture(
        input=name,
        checkpoint=checkpoint,
        outputs={layer: refs[f"{checkpoint}/{layer}"] for layer in outputs},
        scores=tuple(map(float, outputs["scores"])),
        predicted=int(outputs["scores"].argmax()),
    )


def _commit(
    writer: BundleWriter, bundle: Bundle, inputs: Sequence[Input], captures: Sequence[Capture], runs: tuple[Run, ...]
) -> None:
    manifest = bundle.manifest
    writer.commit(
        structs.replace(
            manifest,
            inputs=(*manifest.inputs, *inputs),
            captures=(*manifest.captures, *captures),
            runs=(*manifest.runs, *runs),
        )
    )
