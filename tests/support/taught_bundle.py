"""A small network, computed in numpy, with a layer of each kind that a step scene is about, and which bundle a scene is
tried with.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from clouded_bundle import clouded_bundle
from drawn_bundle import drawn_bundle
from explained_pictures import explained_bundle
from filtered_bundle import filtered_bundle
from near_bundle import near_bundle
from paper_bundle import KEY, PaperBundle, layer, noise, paper_bundle
from patched_bundle import patched_bundle
from synthesised_bundle import synthesised_bundle

from exporter.bundle import Bundle
from exporter.bundle.schema import Capture, Input, Layer, Model, Preprocessing, TensorRef
from viewer.forward.node import Node
from viewer.forward.registry import compute

Array = np.ndarray[Any, Any]

CLASS_NAMES = ("zero", "one", "two")
WEIGHTS: dict[str, tuple[int, ...]] = {
    "conv/kernel": (3, 3, 1, 4), "conv/bias": (4,),
    "norm/gamma": (4,), "norm/beta": (4,), "norm/moving_mean": (4,), "norm/moving_variance": (4,),
    "attention/query.kernel": (4, 2, 3), "attention/query.bias": (2, 3),
    "attention/key.kernel": (4, 2, 3), "attention/key.bias": (2, 3),
    "attention/value.kernel": (4, 2, 3), "attention/value.bias": (2, 3),
    "attention/attention_output.kernel": (2, 3, 4), "attention/attention_output.bias": (4,),
    "scores/kernel": (36, 3), "scores/bias": (3,),
}  # fmt: skip


def bundle_for(name: str, usual: Bundle) -> Bundle:
    """The bundle that a scene of the gallery is tried with: the `usual` one, wherever that has what it needs."""
    own = OWN.get(name)
    return usual if own is None else own()


def taught_layers() -> tuple[Layer, ...]:
    """Picture 6x6x1, convolution 6x6x4, batch normalisation, relu, mean pool 3x3x4, nine tokens of 4, attention with
    two heads of 3, flatten 36, dense softmax 3.
    """

    def of(name: str, kind: str, *shape: int, variables: tuple[str, ...] = (), **more: Any) -> Layer:
        return layer(name, kind, *shape, variables=variables, **more)

    def named(start: str) -> tuple[str, ...]:
        return tuple(key.partition("/")[2] for key in WEIGHTS if key.startswith(f"{start}/"))

    same: dict[str, Any] = {"strides": (1, 1), "dilation": (1, 1), "padding": "same"}
    relu = {"computed_by": "ReLU", "max_value": None, "negative_slope": 0.0, "threshold": 0.0}
    norm = {"computed_by": "BatchNormalization", "axis": 3, "epsilon": 1e-3}
    tokens = {"computed_by": "Reshape", "target_shape": (9, 4)}
    attention = {"computed_by": "MultiHeadAttention", "use_causal_mask": False}
    return (
        of("picture", "input", 6, 6, 1, class_name="InputLayer", value="input"),
        of("conv", "conv", 6, 6, 4, variables=named("conv"), class_name="Conv2D", value="pre-activation",
           kernel_size=(3, 3), filters=4, groups=1, activation="linear", **same),
        of("norm", "normalisation", 6, 6, 4, variables=named("norm"), class_name="BatchNormalization", settings=norm),
        of("relu", "activation", 6, 6, 4, class_name="ReLU", value="post-activation", activation="relu", settings=relu),
        of("pool", "pool", 3, 3, 4, class_name="AveragePooling2D", pool_size=(2, 2), strides=(2, 2), padding="valid",
           mode="average"),
        of("tokens", "reshape", 9, 4, class_name="Reshape", settings=tokens),
        of("attention", "attention", 9, 4, variables=named("attention"), class_name="MultiHeadAttention",
           mode="2 heads of 3", settings=attention),
        of("flatten", "flatten", 36, class_name="Flatten"),
        of("scores", "dense", 3, variables=named("scores"), class_name="Dense", value="post-activation", units=3,
           activation="softmax"),
    )  # fmt: skip


@cache
def taught_bundle() -> PaperBundle:
    """A bundle that was never written, of one picture at one checkpoint. Every output really is what the weights make
    of what is before it. Nobody may change it.
    """
    layers = taught_layers()
    arrays = {key: noise(key, shape) for key, shape in WEIGHTS.items()}
    arrays["norm/moving_variance"] = np.square(arrays["norm/moving_variance"]) + np.float32(0.5)
    picture = np.random.default_rng(5).integers(0, 256, (6, 6, 1), np.uint8)
    values = {"picture": picture.astype(np.float32) / np.float32(255)}
    for before, here in itertools.pairwise(layers):
        own = {key.partition("/")[2]: array for key, array in arrays.items() if key.startswith(f"{here.name}/")}
        values[here.name] = compute(Node(here, own.__getitem__), [values[before.name][None]])[0][0]
    scores = tuple(float(score) for score in values["scores"])
    capture = Capture(
        input=KEY[0],
        checkpoint=KEY[1],
        outputs={name: _ref(name, array) for name, array in values.items()},
        scores=scores,
        predicted=int(np.argmax(scores)),
    )
    model = Model(
        name="taught",
        class_name="Functional",
        inputs=("picture",),
        outputs=("scores",),
        parameters=sum(array.size for array in arrays.values()),
        class_names=CLASS_NAMES,
    )
    return paper_bundle(
        layers,
        arrays={**arrays, **values, "image": picture},
        model=model,
        preprocessing=Preprocessing(scale=1 / 255, colour_order="grey", low=0.0, high=1.0),
        inputs=(Input(id=KEY[0], label="one", image=_ref("image", picture), true_class=capture.predicted),),
        captures=(capture,),
    )


def _ref(key: str, values: Array) -> TensorRef:
    return TensorRef(file="inputs/000.npz", key=key, shape=values.shape, dtype=str(values.dtype))


OWN: dict[str, Callable[[], Bundle]] = {
    "attention": taught_bundle,
    "drawing": drawn_bundle,
    "embedding": clouded_bundle,
    "explain": explained_bundle,
    "filters": filtered_bundle,
    "neighbours": near_bundle,
    "normalisation": taught_bundle,
    "optimise": synthesised_bundle,
    "patches": patched_bundle,
}
"""The scenes that the usual small bundle has nothing for, and what makes theirs."""
