"""`kerascope generate`: a bundle of a dense network with random weights, sculpted. Numpy does it, without Keras."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exporter.bundle import BundleWriter
from exporter.bundle.producer import producer
from exporter.bundle.schema import (
    FORMAT_NAME,
    FORMAT_VERSION,
    Capture,
    Checkpoint,
    Input,
    Manifest,
    Model,
    Preprocessing,
    Sculpture,
    TensorRef,
    UnitLayer,
)
from exporter.bundling.importances import WEIGHT, Chosen, shown_classes
from exporter.bundling.net import Link, UnitNet
from exporter.bundling.norms import weight_importance
from exporter.bundling.parameters import Parameters
from exporter.generated import Floats, check_sizes, dense_layers, forward, made_inputs, names_of, random_weights
from exporter.sculpting import DEFAULTS, Progress, Say, Task, named, silent, unsaid, write_sculpture

INPUTS = 3
CHECKPOINT = "000"
_LEAST_PICTURE = 4
"""Inputs of fewer cells a side are no picture."""


def generate_bundle(
    sizes: Sequence[int],
    out: Path | str,
    *,
    seed: int = 0,
    parameters: Parameters = DEFAULTS,
    overwrite: bool = False,
    progress: Progress = silent,
    warn: Say = unsaid,
) -> Path:
    """The path of a new bundle of a random dense network: weights, made-up inputs and captures of them, a sculpture.

    Parameters
    ----------
    sizes : units of each layer, the input first; 2 to 100 layers of 1 to 1,000,000 units, 20,000,000 weights at most.
    out : where; nothing may be there without `overwrite`.
    seed : of weights and inputs; the same one gives the same bundle.
    parameters : of the bundling; importance is by weight.
    progress, warn : are told how far it is, and what was left out.

    Raises
    ------
    KerascopeError
        sizes or parameters out of their range, or a place that cannot be written to; nothing is left then.
    """
    sizes = tuple(sizes)
    check_sizes(sizes)
    task = Task(parameters, progress=progress, warn=warn)
    task.check()
    weights = random_weights(sizes, seed)
    with BundleWriter.create(out, overwrite=overwrite) as writer:
        checkpoint = Checkpoint(
            id=CHECKPOINT, label="random", weights=writer.write(f"weights/{CHECKPOINT}.npz", weights), epoch=0
        )
        inputs, captures = _write_inputs(writer, sizes, weights, made_inputs(sizes[0], INPUTS, seed))
        net = _net(sizes, weights)
        chosen = _importance(net, captures, warn)
        entry = named(f"{CHECKPOINT}-{WEIGHT}", CHECKPOINT, WEIGHT)
        sculpture = write_sculpture(writer, "derived/sculpture.npz", entry, net, chosen, task)
        writer.commit(_manifest(sizes, checkpoint, inputs, captures, (sculpture,)))
    return writer.path


def _net(sizes: Sequence[int], weights: dict[str, Floats]) -> UnitNet:
    names = names_of(sizes)
    layers = tuple(UnitLayer(name=names[at], units=units, plane=at) for at, units in enumerate(sizes))
    links = tuple(Link(at, at + 1, weights[f"{name}/kernel"]) for at, name in enumerate(names[1:]))
    return UnitNet(layers, names, links)


def _importance(net: UnitNet, captures: Sequence[Capture], warn: Say) -> Chosen:
    count = net.layers[-1].units
    chosen = shown_classes(count, (), captures, (), warn)
    return Chosen(weight_importance(net, count, chosen or None), chosen)


def _write_inputs(
    writer: BundleWriter, sizes: Sequence[int], weights: dict[str, Floats], made: NDArray[np.uint8]
) -> tuple[tuple[Input, ...], tuple[Capture, ...]]:
    """The entries of the inputs and their captures, which have been written; a square input is a picture, too."""
    inputs, captures = [], []
    side = isqrt(sizes[0])
    for at, values in enumerate(made):
        id_ = f"{at:03}"
        outputs = forward((values / np.float32(255)).astype(np.float32), sizes, weights)
        arrays: dict[str, Floats | NDArray[np.uint8]] = {f"outputs/{name}": value for name, value in outputs.items()}
        if side >= _LEAST_PICTURE and side * side == sizes[0]:
            arrays["image"] = values.reshape(side, side, 1)
        refs = writer.write(f"inputs/{id_}.npz", arrays)
        inputs.append(Input(id=id_, label=f"made up {at + 1}", image=refs.get("image")))
        captures.append(_capture(id_, refs, outputs))
    return tuple(inputs), tuple(captures)


def _capture(id_: str, refs: dict[str, TensorRef], outputs: dict[str, Floats]) -> Capture:
    answer = list(outputs.values())[-1]
    return Capture(
        input=id_,
        checkpoint=CHECKPOINT,
        outputs={name: refs[f"outputs/{name}"] for name in outputs},
        scores=tuple(map(float, answer)) if len(answer) <= 10_000 else (),
        predicted=int(answer.argmax()) if len(answer) > 1 else None,
    )


def _manifest(
    sizes: Sequence[int],
    checkpoint: Checkpoint,
    inputs: tuple[Input, ...],
    captures: tuple[Capture, ...],
    sculptures: tuple[Sculpture, ...],
) -> Manifest:
    layers, edges = dense_layers(sizes)
    model = Model(
        name="-".join(map(str, sizes)),
        class_name="Sequential",
        inputs=(layers[0].name,),
        outputs=(layers[-1].name,),
        parameters=sum((one + 1) * two for one, two in pairwise(sizes)),
    )
    return Manifest(
        format=FORMAT_NAME,
        version=FORMAT_VERSION,
        producer=producer(backend=f"numpy {np.__version__}"),
        model=model,
        layers=layers,
        edges=edges,
        checkpoints=(checkpoint,),
        preprocessing=Preprocessing(scale=1 / 255, colour_order="grey", low=0.0, high=1.0),
        inputs=inputs,
        captures=captures,
        sculptures=sculptures,
    )
