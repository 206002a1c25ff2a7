"""Networks that Unity can show, unusual in how they are fed, padded, pooled, watched, or in what they answer."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image
from unity_net import Chain, Fed, Net, chained, layers, net, norm, scores
from zoo_feeds import numbers, pictures

from exporter.capture import Moment
from exporter.capture.weights import read_weights
from exporter.models import open_model

DATA = Path(os.environ.get("KERASCOPE_DATA", Path(__file__).parents[3] / "shared" / "data"))


@net
def one_number() -> Net:
    model = chained(
        "one_number", (4,), layers.Dense(5, activation="relu", name="hidden"), layers.Dense(1, name="price")
    )
    return Net(model, numbers(4), {"input": ("x",), "fc0": ("hidden",), "fc_out": ("price",)}, classes=(), labels=())


@net
def one_chance() -> Net:
    hidden = layers.Dense(5, activation="relu", name="hidden"), layers.Dense(1, activation="sigmoid", name="chance")
    chain: Chain = {"input": ("x",), "fc0": ("hidden",), "fc_out": ("chance",)}
    return Net(chained("one_chance", (4,), *hidden), numbers(4), chain, (("chance", "logit"),), classes=(), labels=())


@net
def rescaled() -> Net:
    """A model that scales pictures itself."""
    parts = (
        layers.Rescaling(1 / 127.5, offset=-1, name="norm_in"),
        layers.Conv2D(4, 3, padding="same", activation="relu", name="conv"), layers.Flatten(name="flat"),
    )  # fmt: skip
    shown = np.uint8(pictures(8, 8, 3) * 255)
    chain: Chain = {"input": ("x",), "conv0": ("norm_in", "conv"), "fc_out": ("scores",)}
    fed = Fed(shown, (0.0, 0.0, 0.0), is_reversed=False, options={})
    return Net(chained("rescaled", (8, 8, 3), *parts, scores()), shown.astype(np.float32), chain, fed=fed)


@net
def mean_and_bgr() -> Net:
    """A model that is fed as those were that Caffe trained: blue first, less the mean."""
    parts = layers.Conv2D(4, 3, name="conv"), norm("norm"), layers.ReLU(name="relu"), layers.Flatten(name="flat")
    mean, shown = (104.0, 117.0, 124.0), np.uint8(pictures(8, 8, 3) * 255)
    chain: Chain = {"input": ("x",), "conv0": ("conv", "norm", "relu"), "fc_out": ("scores",)}
    options = {"mean": mean, "colour_order": "bgr", "scale": 1.0}
    fed = Fed(shown, tuple(-each for each in mean), is_reversed=True, options=options)
    x = shown[..., ::-1].astype(np.float32) - np.float32(mean)
    return Net(chained("mean_and_bgr", (8, 8, 3), *parts, scores()), x, chain, (("x", "0..1"), ("x", "blue")), fed=fed)


@net
def padded() -> Net:
    parts = (
        layers.ZeroPadding2D(1, name="around"), layers.Conv2D(4, 3, activation="relu", name="conv_1"),
        layers.MaxPooling2D(3, 2, padding="same", name="pool_1"), layers.Conv2D(4, 3, name="conv_2"),
        layers.ReLU(name="relu"), layers.Cropping2D(((0, 1), (1, 0)), name="cut"),
        layers.Conv2D(3, 1, activation="relu", name="conv_3"), layers.Flatten(name="flat"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("conv_1",), "maxpool0": ("pool_1",), "conv1": ("conv_2", "relu"),
        "conv2": ("conv_3",), "fc_out": ("scores",),
    }  # fmt: skip
    return Net(chained("padded", (11, 11, 1), *parts, scores()), pictures(11, 11, 1), chain)


@net
def pools_in_a_row() -> Net:
    """The loader's pools follow a convolution: one of ones is put between."""
    parts = (
        layers.MaxPooling2D(2, name="pool_1"), layers.Conv2D(4, 3, padding="same", name="conv"), norm("norm"),
        layers.MaxPooling2D(2, name="pool_2"), layers.ReLU(name="relu"), layers.AveragePooling2D(2, name="pool_3"),
        layers.Flatten(name="flat"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("x",), "maxpool0": ("pool_1",), "conv1": ("conv", "norm"),
        "maxpool1": ("pool_2", "relu"), "conv2": ("relu",), "maxpool2": ("pool_3",), "fc_out": ("scores",),
    }  # fmt: skip
    notes = (("pool_1", "of ones"), ("pool_3", "of ones"), ("pool_3", "average"))
    return Net(chained("pools_in_a_row", (16, 16, 2), *parts, scores()), pictures(16, 16, 2), chain, notes)


@net
def watched() -> Net:
    """Twelve checkpoints: the names of files need two digits."""
    parts = layers.Conv2D(2, 3, padding="same", name="conv"), norm("norm"), layers.ReLU(name="relu")
    model = chained("watched", (5, 5, 1), *parts, layers.Flatten(name="flat"), scores())
    random = np.random.default_rng(3)
    moments = []
    for epoch in range(11):
        moments.append(Moment(f"epoch {epoch}", read_weights(model)))
        for variable in model.weights:
            variable.assign(variable * random.uniform(0.7, 1.3, variable.shape).astype(np.float32))
    chain: Chain = {"input": ("x",), "conv0": ("conv", "norm", "relu"), "fc_out": ("scores",)}
    return Net(model, pictures(5, 5, 1), chain, moments=tuple(moments))


@net
def tiny_vgg() -> Net:
    """A published network; it raises FileNotFoundError where it is not at hand."""
    folder = DATA / "tiny_vgg"
    if not (folder / "model.json").is_file():
        raise FileNotFoundError("tiny_vgg is not here: set KERASCOPE_DATA to the folder that has it")
    shown = [Image.open(folder / "images" / f"{name}_1.jpeg").convert("RGB") for name in ("panda", "koala")]
    chain: Chain = {
        "input": ("x",), "conv0": ("conv_1_1", "relu_1_1"), "conv1": ("conv_1_2", "relu_1_2"),
        "maxpool0": ("max_pool_1",), "conv2": ("conv_2_1", "relu_2_1"), "conv3": ("conv_2_2", "relu_2_2"),
        "maxpool1": ("max_pool_2",), "fc_out": ("output",),
    }  # fmt: skip
    x = np.stack([np.asarray(picture, np.float32) / 255 for picture in shown])
    labels = "lifeboat ladybug pizza pepper bus koala espresso red_panda orange car"
    return Net(open_model(folder / "model.json"), x, chain, classes=(7, 5), labels=tuple(labels.split()))
