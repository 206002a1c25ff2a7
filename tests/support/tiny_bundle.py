"""A small whole bundle, computed in numpy: three classes, three checkpoints, two clean inputs and an attack.

The network: input 6x6x1, conv 6x6x4 (3x3, same, pre-activation), relu, max pool 3x3x4, flatten 36, dense softmax 3.
Every stored output really is what the stored weights make of the stored input.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np

from exporter.bundle import BundleWriter
from exporter.bundle.schema import (
    Capture,
    Checkpoint,
    Derived,
    Edge,
    Group,
    Input,
    Layer,
    Manifest,
    Model,
    Output,
    Preprocessing,
    Producer,
    Run,
    TensorRef,
)

Array = np.ndarray[Any, Any]

CLASS_NAMES = ("zero", "one", "two")
LAYER_NAMES = ("picture", "conv", "relu", "pool", "flatten", "scores")
CHECKPOINT_IDS = ("000", "001", "002")
CLEAN_IDS = ("clean-0", "clean-1")
ATTACKED_IDS = ("attack-1", "attack-2", "attack-3")
RUN_ID = "attack"
EPSILONS = (0.0625, 0.125, 0.25)


def make_tiny_bundle(
    path: Path | str,
    *,
    attack: bool = True,
    statistics: bool = True,
    groups: tuple[Group, ...] = (),
    overwrite: bool = False,
    seed: int = 7,
) -> Path:
    """The path of a bundle that was written there.

    Parameters
    ----------
    path : the folder of the bundle.
    attack : whether there is a run with three attacked inputs of `clean-0` (growing epsilon, captured at the last
        checkpoint; only the last one is classified differently).
    groups : layers that may be folded.
    statistics : whether there are statistics of every layer at every checkpoint.
    overwrite : whether an earlier bundle is replaced.
    seed : chooses the weights and the pictures.
    """
    pictures = dict(zip(CLEAN_IDS, _pictures(seed), strict=True))
    weights = dict(zip(CHECKPOINT_IDS, _trainings(pictures, seed), strict=True))
    with BundleWriter.create(path, overwrite=overwrite) as writer:
        checkpoints = _write_checkpoints(writer, weights)
        fed = {**pictures, **(_attacked(pictures["clean-0"], weights["002"]) if attack else {})}
        inputs, captures = _write_inputs(writer, fed, weights)
        derived = _write_statistics(writer, pictures, weights) if statistics else ()
        writer.commit(
            Manifest(
                format="kerascope-bundle",
                version=1,
                producer=Producer(name="tiny_bundle", version="0", keras="none", backend="numpy"),
                model=Model(
                    name="tiny",
                    class_name="Functional",
                    inputs=("picture",),
                    outputs=("scores",),
                    parameters=40 + 111,
                    class_names=CLASS_NAMES,
                ),
                layers=tiny_layers(),
                edges=tuple(Edge(source=a, target=b) for a, b in itertools.pairwise(LAYER_NAMES)),
                checkpoints=checkpoints,
                preprocessing=Preprocessing(scale=1 / 255, colour_order="grey", low=0.0, high=1.0),
                inputs=inputs,
                captures=captures,
                groups=groups,
                runs=(_run(captures),) if attack else (),
                derived=derived,
            )
        )
    return Path(path)


def tiny_layers() -> tuple[Layer, ...]:
    """The layers of the network, in order."""

    def output(*shape: int) -> tuple[Output, ...]:
        return (Output(shape=shape, dtype="float32"),)

    windows: dict[str, Any] = {"kernel_size": (3, 3), "strides": (1, 1), "dilation": (1, 1), "padding": "same"}
    names = ("kernel", "bias")
    return (
        Layer(name="picture", kind="input", class_name="InputLayer", outputs=output(6, 6, 1), value="input"),
        Layer(
            name="conv",
            kind="conv",
            class_name="Conv2D",
            outputs=output(6, 6, 4),
            value="pre-activation",
            parameters=40,
            variables=names,
            activation="linear",
            filters=4,
            groups=1,
            **windows,
        ),
        Layer(
            name="relu",
            kind="activation",
            class_name="ReLU",
            outputs=output(6, 6, 4),
            value="post-activation",
            activation="relu",
            settings={"computed_by": "ReLU", "max_value": None, "negative_slope": 0.0, "threshold": 0.0},
        ),
        Layer(
            name="pool",
            kind="pool",
            class_name="MaxPooling2D",
            outputs=output(3, 3, 4),
            value="value",
            pool_size=(2, 2),
            strides=(2, 2),
            padding="valid",
            mode="max",
        ),
        Layer(name="flatten", kind="flatten", class_name="Flatten", outputs=output(36), value="value"),
        Layer(
            name="scores",
            kind="dense",
            class_name="Dense",
            outputs=output(3),
            value="post-activation",
            parameters=111,
            variables=names,
            activation="softmax",
            units=3,
        ),
    )


def forward(fed: Array, weights: dict[str, Array]) -> dict[str, Array]:
    """What each layer puts out for one fed picture (6, 6, 1) float32 in 0..1: float32, without a batch axis."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(fed[..., 0], 1), (3, 3))
    conv = np.einsum("yxij,ijf->yxf", windows, weights["conv/kernel"][:, :, 0]) + weights["conv/bias"]
    relu = np.maximum(conv, 0)
    pool = relu.reshape(3, 2, 3, 2, 4).max(axis=(1, 3))
    logits = pool.reshape(36) @ weights["scores/kernel"] + weights["scores/bias"]
    scores = np.exp(logits - logits.max())
    values = (fed, conv, relu, pool, pool.reshape(36), scores / scores.sum())
    return {name: value.astype(np.float32) for name, value in zip(LAYER_NAMES, values, strict=True)}


def _pictures(seed: int) -> list[Array]:
    """A ring and a bar with some noise, (6, 6, 1) float32 in steps of 1/255."""
    noise = np.random.default_rng(seed).integers(0, 40, (2, 6, 6))
    ring, bar = np.zeros((6, 6)), np.zeros((6, 6))
    ring[1:5, 1:5], bar[1:5, 2:4] = 200, 200
    ring[2:4, 2:4] = 0
    return [((shape + n)[..., None] / 255).astype(np.float32) for shape, n in zip((ring, bar), noise, strict=True)]


def _trainings(pictures: dict[str, Array], seed: int) -> list[dict[str, Array]]:
    """The weights at three moments: random, half way, and those that tell the pictures apart."""
    rng = np.random.default_rng(seed + 1)
    start = {
        "conv/kernel": rng.normal(0, 0.4, (3, 3, 1, 4)),
        "conv/bias": np.zeros(4),
        "scores/kernel": rng.normal(0, 0.1, (36, 3)),
        "scores/bias": np.zeros(3),
    }
    features = [forward(picture, start)["flatten"] for picture in pictures.values()]
    direction = features[0] - features[1]
    kernel = np.stack([direction, -direction, np.zeros(36)], axis=1) * 2 / (direction @ direction)
    middle = (features[0] + features[1]) @ kernel / 2
    end = {**start, "conv/bias": start["conv/bias"] + 0.01, "scores/kernel": kernel}
    end["scores/bias"] = np.array([-middle[0], -middle[1], -0.5])
    half = {name: (start[name] + end[name]) / 2 for name in start}
    return [{name: value.astype(np.float32) for name, value in moment.items()} for moment in (start, half, end)]


def _attacked(clean: Array, weights: dict[str, Array]) -> dict[str, Array]:
    """The clean picture moved against its class by each epsilon along the sign of the gradient (by differences)."""

    def margin(fed: Array) -> float:
        scores = forward(fed, weights)["scores"]
        return float(np.log(scores[0]) - np.log(scores[1:].max()))

    gradient = np.zeros_like(clean)
    for place in np.ndindex(clean.shape):
        step = np.zeros_like(clean)
        step[place] = 0.02
        gradient[place] = margin(clean + step) - margin(clean - step)
    return {
        name: np.clip(clean - np.float32(epsilon) * np.sign(gradient), 0, 1).astype(np.float32)
        for name, epsilon in zip(ATTACKED_IDS, EPSILONS, strict=True)
    }


def _write_checkpoints(writer: BundleWriter, weights: dict[str, dict[str, Array]]) -> tuple[Checkpoint, ...]:
    losses = (1.5, 0.75, 0.25)
    return tuple(
        Checkpoint(
            id=name,
            label="untrained" if name == "000" else f"epoch {int(name)}",
            weights=writer.write(f"weights/{name}.npz", values),
            epoch=int(name),
            metrics={"loss": losses[int(name)]},
        )
        for name, values in weights.items()
    )


def _write_inputs(
    writer: BundleWriter, fed: dict[str, Array], weights: dict[str, dict[str, Array]]
) -> tuple[tuple[Input, ...], tuple[Capture, ...]]:
    """One file per input, with its picture and what every layer made of it at each checkpoint it is captured at."""
    inputs, captures = [], []
    for shown, value in fed.items():
        clean = shown in CLEAN_IDS
        outputs = {moment: forward(value, weights[moment]) for moment in (CHECKPOINT_IDS if clean else ("002",))}
        arrays = {f"{moment}/{name}": out for moment, outs in outputs.items() for name, out in outs.items()}
        arrays["image"] = np.rint(value * 255).astype(np.uint8)
        refs = writer.write(f"inputs/{shown}.npz", arrays)
        inputs.append(_input(shown, refs["image"]))
        for moment, outs in outputs.items():
            captures.append(
                Capture(
                    input=shown,
                    checkpoint=moment,
                    outputs={name: refs[f"{moment}/{name}"] for name in outs},
                    scores=tuple(float(score) for score in outs["scores"]),
                    predicted=int(outs["scores"].argmax()),
                )
            )
    return tuple(inputs), tuple(captures)


def _input(name: str, image: TensorRef) -> Input:
    if name in CLEAN_IDS:
        return Input(
            id=name, label=("ring", "bar")[CLEAN_IDS.index(name)], image=image, true_class=CLEAN_IDS.index(name)
        )
    step = ATTACKED_IDS.index(name)
    return Input(
        id=name,
        label=f"ring, attacked with epsilon {EPSILONS[step]}",
        kind="attacked",
        image=image,
        true_class=0,
        parent="clean-0",
        run=RUN_ID,
        step=step + 1,
        epsilon=EPSILONS[step],
    )


def _run(captures: tuple[Capture, ...]) -> Run:
    last = captures[-1]
    return Run(
        id=RUN_ID,
        kind="attack",
        method="fgsm",
        checkpoint="002",
        options={"steps": len(EPSILONS), "epsilon": EPSILONS[-1]},
        result={"succeeded": last.predicted != 0, "predicted": last.predicted},
        parent="clean-0",
        inputs=ATTACKED_IDS,
    )


def _write_statistics(
    writer: BundleWriter, pictures: dict[str, Array], weights: dict[str, dict[str, Array]]
) -> tuple[Derived, ...]:
    derived = []
    for moment, values in weights.items():
        outputs = [forward(picture, values) for picture in pictures.values()]
        arrays = {
            f"{layer}/{name}": array
            for layer in LAYER_NAMES
            for name, array in _statistics(np.stack([out[layer] for out in outputs])).items()
        }
        refs = writer.write(f"derived/statistics-{moment}.npz", arrays)
        for layer in LAYER_NAMES:
            tensors = {key.removeprefix(f"{layer}/"): ref for key, ref in refs.items() if key.startswith(f"{layer}/")}
            derived.append(
                Derived(kind="statistics", layer=layer, checkpoint=moment, tensors=tensors, inputs=CLEAN_IDS)
            )
    return tuple(derived)


def _statistics(values: Array) -> dict[str, Array]:
    """The arrays that SPEC.md asks for, of outputs (inputs, ..., channels) that are finite."""
    flat = values.reshape(-1, values.shape[-1])
    edges = np.linspace(flat.min(), max(flat.max(), flat.min() + 1e-6), 33)
    return {
        **{name: getattr(flat, name)(axis=0).astype(np.float32) for name in ("min", "max", "mean", "std")},
        "percentiles": np.percentile(flat, (1, 5, 25, 50, 75, 95, 99), axis=0).T.astype(np.float32),
        "histogram": np.stack([np.histogram(column, edges)[0] for column in flat.T]).astype(np.int64),
        "histogram_edges": edges.astype(np.float32),
        "zero_fraction": (flat == 0).mean(axis=0).astype(np.float32),
        "nan_count": np.zeros(flat.shape[1], np.int64),
        "abs_p99": np.float32(np.percentile(np.abs(flat), 99)),
    }
