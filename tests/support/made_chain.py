"""Bundles of chains of layers whose weights and outputs are any numbers: for what only lays them out."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from exporter.bundle import BundleWriter
from exporter.bundle.read import Bundle, read_bundle
from exporter.bundle.schema import (
    Capture,
    Checkpoint,
    Edge,
    Input,
    Layer,
    Manifest,
    Model,
    Output,
    Preprocessing,
    Producer,
)

Array = np.ndarray[Any, Any]


def layer(name: str, kind: str, class_name: str, shape: tuple[int | None, ...], **more: Any) -> Layer:
    """A layer with one output; `settings` as Keras' own classes have them."""
    more.setdefault("settings", {"computed_by": class_name})
    more.setdefault("value", "value")
    return Layer(name=name, kind=kind, class_name=class_name, outputs=(Output(shape=shape, dtype="float32"),), **more)


def entry(*shape: int | None, name: str = "x") -> Layer:
    """An input."""
    return layer(name, "input", "InputLayer", shape, value="input")


def conv(name: str, shape: tuple[int | None, ...], size: int | tuple[int, ...] = 3, **more: Any) -> Layer:
    """A convolution with a bias: 3x3, `same`, stride 1, linear, unless told otherwise."""
    axes = len(shape) - 1
    sizes = (size,) * axes if isinstance(size, int) else size
    told: dict[str, Any] = {
        "kernel_size": sizes,
        "strides": (1,) * axes,
        "dilation": (1,) * axes,
        "padding": "same",
        "activation": "linear",
        "filters": shape[-1],
        "groups": 1,
        "variables": ("kernel", "bias"),
        **more,
    }
    return layer(name, told.pop("kind", "conv"), told.pop("class_name", f"Conv{axes}D"), shape, **told)


def pool(name: str, shape: tuple[int | None, ...], size: int = 2, stride: int = 2, **more: Any) -> Layer:
    """A max pool, `valid`, unless told otherwise."""
    axes = len(shape) - 1
    told: dict[str, Any] = {
        "pool_size": (size,) * axes, "strides": (stride,) * axes, "padding": "valid", "mode": "max", **more,
    }  # fmt: skip
    return layer(name, "pool", f"MaxPooling{axes}D", shape, **told)


def dense(name: str, units: int, activation: str = "linear", *before: int) -> Layer:
    """A dense layer with a bias; `before` are the axes that it leaves as they are."""
    more = {"variables": ("kernel", "bias"), "units": units, "activation": activation}
    return layer(name, "dense", "Dense", (*before, units), **more)


def flatten(name: str, length: int) -> Layer:
    """A flatten."""
    return layer(name, "flatten", "Flatten", (length,))


def relu(name: str, *shape: int) -> Layer:
    """A layer that is nothing but a relu."""
    return layer(name, "activation", "ReLU", shape, activation="relu", value="post-activation")


def batch_norm(name: str, *shape: int, **settings: Any) -> Layer:
    """A batch normalisation along the last axis."""
    told = {"computed_by": "BatchNormalization", "epsilon": 0.001, "axis": -1, **settings}
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    return layer(name, "normalisation", "BatchNormalization", shape, variables=names, settings=told)


def in_a_row(layers: Sequence[Layer]) -> tuple[Edge, ...]:
    """The edges of layers that follow each other."""
    return tuple(Edge(source=a.name, target=b.name) for a, b in itertools.pairwise(layers))


def made_weights(layers: Sequence[Layer], edges: Sequence[Edge], rng: np.random.Generator) -> dict[str, Array]:
    """Any numbers for the variables of dense layers, convolutions and batch normalisations."""
    shapes = {each.name: tuple(n or 8 for n in each.outputs[0].shape) for each in layers}
    feeds = {edge.target: edge.source for edge in reversed(edges)}
    weights = {}
    for each in layers:
        for variable in each.variables:
            taken, given = shapes[feeds[each.name]][-1], shapes[each.name][-1]
            shape: tuple[int, ...] = (given,)
            if "kernel" in variable:
                shape = (*(each.kernel_size or ()), taken // (each.groups or 1), given)
            if each.kind == "depthwise" and variable == "kernel":
                shape = (*(each.kernel_size or ()), taken, given // taken)
            low = 0.5 if variable in ("moving_variance", "gamma") else -1.0
            weights[f"{each.name}/{variable}"] = rng.uniform(low, 1, shape).astype(np.float32)
    return weights


def make_chain(
    path: Path,
    layers: Sequence[Layer],
    *,
    edges: Sequence[Edge] | None = None,
    samples: int = 2,
    checkpoints: int = 1,
    weights: Mapping[str, Array] | None = None,
    preprocessing: Preprocessing | None = None,
    class_names: tuple[str, ...] = (),
    without: Sequence[str] = (),
    outputs: Sequence[str] = (),
    odd: Mapping[str, Array] | None = None,
) -> Bundle:
    """The bundle of a network, opened; weights and outputs are any numbers from -1 to 1, those of the input from 0.

    `weights` replace made ones of these names, `odd` outputs; `without` are layers whose output is not stored;
    `outputs` those of the model, the last layer by default.
    """
    rng = np.random.default_rng(5)
    edges = in_a_row(layers) if edges is None else edges
    with BundleWriter.create(path, overwrite=True) as writer:
        moments = []
        for place in range(checkpoints):
            arrays = {**made_weights(layers, edges, rng), **(weights or {})}
            refs = writer.write(f"weights/{place:03d}.npz", arrays) if arrays else {}
            moments.append(Checkpoint(id=f"{place:03d}", label=f"moment {place}", weights=refs, epoch=place))
        inputs, captures = [], []
        for sample in range(samples):
            inputs.append(Input(id=f"s{sample}", label=f"sample {sample}", true_class=sample if class_names else None))
            for moment in moments:
                values = {each.name: _any_output(each, rng) for each in layers if each.name not in without}
                values |= odd or {}
                refs = writer.write(f"inputs/{sample}-{moment.id}.npz", values)
                scores = values[layers[-1].name].ravel()
                best = int(scores.argmax()) if scores.size < 100 else None
                captures.append(Capture(input=f"s{sample}", checkpoint=moment.id, outputs=refs, predicted=best))
        entries = tuple(each.name for each in layers if each.kind == "input")
        writer.commit(
            Manifest(
                format="kerascope-bundle",
                version=1,
                producer=Producer(name="made_chain", version="0", keras="none", backend="numpy"),
                model=Model(
                    name="made", class_name="Functional", inputs=entries,
                    outputs=tuple(outputs) or (layers[-1].name,), parameters=0, class_names=class_names,
                ),
                layers=tuple(layers),
                edges=tuple(edges),
                checkpoints=tuple(moments),
                preprocessing=preprocessing or Preprocessing(low=0.0, high=1.0),
                inputs=tuple(inputs),
                captures=tuple(captures),
            )
        )  # fmt: skip
    return read_bundle(path)


def _any_output(each: Layer, rng: np.random.Generator) -> Array:
    shape = [n or 8 for n in each.outputs[0].shape]
    return rng.uniform(0 if each.kind == "input" else -1, 1, shape).astype(np.float32)
