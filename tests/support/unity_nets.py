"""Small Keras networks of every sort that Unity can show, and what of each has to be in the folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from zoo_feeds import numbers, pictures

from exporter.backend import keras
from exporter.capture import Moment
from exporter.capture.weights import read_weights
from exporter.models import demo_cnn, open_model

DATA = Path(os.environ.get("KERASCOPE_DATA", Path(__file__).parents[3] / "shared" / "data"))
layers = keras.layers
Chain = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Fed:
    """Pictures that are not fed as they are: `fed = 255 * drawn + shift`, where pictures are drawn in 0..1.

    Attributes
    ----------
    pictures : (n, rows, columns, 3) uint8.
    shift : of each channel, in the order in which it is fed.
    is_reversed : whether blue is fed first.
    options : of the export.
    """

    pictures: NDArray[np.uint8]
    shift: tuple[float, ...]
    is_reversed: bool
    options: dict[str, Any]


@dataclass(frozen=True)
class Net:
    """A model, what it is fed, and the chain that it becomes.

    Attributes
    ----------
    x : what is fed; also what is drawn of the input, unless `fed` tells how it was made.
    chain : the folder's layers in order, and the Keras layers that each of them stands for: what is computed, with what
        is folded into it; the values are those of the last one. A convolution with strides is two layers of the folder.
    notes : words that one line of the report has, with the name of a layer.
    moments : weights before the model's own.
    """

    model: Any
    x: NDArray[np.float32]
    chain: Chain
    notes: tuple[tuple[str, str], ...] = ()
    moments: tuple[Moment, ...] = ()
    classes: tuple[int, ...] = (0, 2, 1)
    labels: tuple[str, ...] = ("cat", "dög", "owl")
    fed: Fed | None = None


NETS: dict[str, Callable[[], Net]] = {}


def seeded(build: Callable[[], Any], into: dict[str, Callable[[], Any]]) -> Callable[[], Any]:
    """Put a builder into a table; what it builds is the same each time."""

    def same() -> Any:
        keras.utils.clear_session(free_memory=False)
        keras.utils.set_random_seed(23)
        return build()

    into[build.__name__] = same
    return same


def net(build: Callable[[], Net]) -> Callable[[], Net]:
    """Put a builder into `NETS`."""
    return seeded(build, NETS)


def chained(name: str, shape: tuple[int, ...], *parts: Any) -> Any:
    """A Sequential model that has learned something: its biases and statistics are no zeros and ones."""
    return learned(keras.Sequential([keras.Input(shape, name="x"), *parts], name=name))


def learned(model: Any) -> Any:
    """The model with biases and batch statistics as they are after training, some scales negative."""
    random = np.random.default_rng(9)
    for layer in model.layers:
        for variable in layer.weights:
            size = variable.shape
            values = {
                "bias": random.normal(0, 0.2, size),
                "beta": random.normal(0, 0.3, size),
                "moving_mean": random.normal(0, 0.3, size),
                "moving_variance": random.uniform(0.3, 2, size),
                "gamma": random.uniform(0.5, 1.5, size) * random.choice((-1, 1), size),
            }.get(variable.name)
            if values is not None:
                variable.assign(values.astype(np.float32))
    return model


def norm(name: str) -> Any:
    return layers.BatchNormalization(name=name, epsilon=0.01)


def scores(name: str = "scores", units: int = 3) -> Any:
    return layers.Dense(units, activation="softmax", name=name)


@net
def demo() -> Net:
    chain: Chain = {
        "input": ("digit",), "conv0": ("conv_1", "relu_1"), "maxpool0": ("pool_1",), "conv1": ("conv_2", "relu_2"),
        "maxpool1": ("pool_2",), "fc0": ("dense",), "fc_out": ("output",),
    }  # fmt: skip
    labels = tuple(f"digit {number}" for number in range(10))
    return Net(learned(demo_cnn()), pictures(28, 28, 1), chain, (("output", "logit"),), labels=labels)


@net
def image_mlp() -> Net:
    hidden = layers.Dense(9, activation="tanh", name="hidden"), layers.Dense(5, activation="relu", name="small")
    model = chained("image_mlp", (7, 7, 3), layers.Flatten(name="flat"), *hidden, scores())
    chain: Chain = {"input": ("x",), "fc0": ("hidden",), "fc1": ("small",), "fc_out": ("scores",)}
    return Net(model, pictures(7, 7, 3), chain)


@net
def tabular_mlp() -> Net:
    parts = (
        layers.Dense(10, use_bias=False, name="first"), norm("norm_1"), layers.ReLU(name="relu"),
        layers.Dropout(0.3, name="dropped"), layers.Dense(6, activation="relu", name="second"), norm("norm_2"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "fc0": ("first", "norm_1", "relu"), "fc1": ("second",), "fc_out": ("norm_2", "scores"),
    }  # fmt: skip
    return Net(chained("tabular_mlp", (7,), *parts, scores()), numbers(7), chain)


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
def strided() -> Net:
    parts = (
        layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="half"),
        layers.Conv2D(5, 3, padding="same", activation="relu", name="plain"),
        layers.Conv2D(6, 3, strides=2, activation="relu", name="less"), layers.Flatten(name="flat"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("half",), "maxpool0": ("half",), "conv1": ("plain",), "conv2": ("less",),
        "maxpool1": ("less",), "fc_out": ("scores",),
    }  # fmt: skip
    return Net(chained("strided", (13, 13, 3), *parts, scores()), pictures(13, 13, 3), chain)


@net
def depthwise() -> Net:
    parts = (
        layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="each"), norm("norm_1"),
        layers.ReLU(6.0, name="relu6"), layers.Conv2D(5, 1, use_bias=False, name="mix"), norm("norm_2"),
        layers.Activation("relu", name="relu"),
        layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding="same", activation="relu", name="two_each"),
        layers.GlobalAveragePooling2D(name="mean"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("each", "norm_1", "relu6"), "conv1": ("mix", "norm_2", "relu"),
        "conv2": ("two_each",), "maxpool0": ("two_each",), "fc_out": ("mean", "scores"),
    }  # fmt: skip
    return Net(chained("depthwise", (8, 8, 3), *parts, scores()), pictures(8, 8, 3), chain)


@net
def separable() -> Net:
    parts = (
        layers.SeparableConv2D(6, 3, padding="same", activation="relu", name="apart"),
        layers.MaxPooling2D(name="pool"), layers.SeparableConv2D(5, 3, depth_multiplier=2, name="twice"),
        norm("norm"), layers.ReLU(name="relu"), layers.Flatten(name="flat"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("apart",), "maxpool0": ("pool",), "conv1": ("twice", "norm", "relu"),
        "fc_out": ("scores",),
    }  # fmt: skip
    return Net(chained("separable", (8, 8, 3), *parts, scores()), pictures(8, 8, 3), chain)


@net
def residual() -> Net:
    picture = keras.Input((8, 8, 3), name="x")
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="stem")(picture)
    y = layers.ReLU(name="relu_1")(norm("norm_1")(layers.Conv2D(4, 3, padding="same", name="conv_1")(x)))
    y = norm("norm_2")(layers.Conv2D(4, 3, padding="same", name="conv_2")(y))
    x = layers.ReLU(name="relu_2")(layers.Add(name="sum_1")([y, x]))
    y = layers.Conv2D(6, 3, strides=2, padding="same", activation="relu", name="conv_3")(x)
    y = norm("norm_4")(layers.Conv2D(6, 3, padding="same", name="conv_4")(y))
    short = norm("side_norm")(layers.Conv2D(6, 1, strides=2, name="side")(x))
    x = layers.ReLU(name="relu_3")(layers.Add(name="sum_2")([short, y]))
    x = scores()(layers.GlobalAveragePooling2D(name="mean")(x))
    chain: Chain = {
        "input": ("x",), "conv0": ("stem",), "conv1": ("conv_1", "norm_1", "relu_1"),
        "conv2": ("conv_2", "norm_2", "sum_1", "relu_2"), "conv3": ("conv_3",), "maxpool0": ("conv_3",),
        "conv4": ("conv_4", "norm_4", "sum_2", "relu_3"), "fc_out": ("mean", "scores"),
    }  # fmt: skip
    notes = (("side", "left out"), ("side_norm", "left out"), ("sum_1", ""), ("sum_2", ""))
    return Net(learned(keras.Model(picture, x, name="residual")), pictures(8, 8, 3), chain, notes)


@net
def signal() -> Net:
    parts = (
        layers.Conv1D(4, 5, padding="same", activation="relu", name="listen"), layers.MaxPooling1D(2, name="pool_1"),
        layers.Conv1D(6, 3, name="again"), norm("norm"), layers.ReLU(name="relu"),
        layers.MaxPooling1D(2, name="pool_2"), layers.Flatten(name="flat"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("listen",), "maxpool0": ("pool_1",), "conv1": ("again", "norm", "relu"),
        "maxpool1": ("pool_2",), "fc_out": ("scores",),
    }  # fmt: skip
    return Net(chained("signal", (17, 3), *parts, scores()), numbers(17, 3), chain)


@net
def wide() -> Net:
    parts = (
        layers.Conv2D(4, (3, 5), padding="same", activation="relu", name="flat_kernel"),
        layers.MaxPooling2D(name="pool"), layers.Conv2D(5, (3, 2), activation="relu", name="inside"),
        layers.Flatten(name="flat"), layers.Dense(6, activation="relu", name="dense"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("flat_kernel",), "maxpool0": ("pool",), "conv1": ("inside",), "fc0": ("dense",),
        "fc_out": ("scores",),
    }  # fmt: skip
    return Net(chained("wide", (7, 10, 2), *parts, scores()), pictures(7, 10, 2), chain)


@net
def even() -> Net:
    parts = (
        layers.Conv2D(4, 2, padding="same", activation="relu", name="two"),
        layers.Conv2D(4, 4, padding="same", activation="relu", name="four"),
        layers.Conv2D(3, 2, activation="relu", name="inside"), layers.MaxPooling2D(name="pool"),
        layers.Flatten(name="flat"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("two",), "conv1": ("four",), "conv2": ("inside",), "maxpool0": ("pool",),
        "fc_out": ("scores",),
    }  # fmt: skip
    return Net(chained("even", (9, 9, 1), *parts, scores()), pictures(9, 9, 1), chain)


@net
def normalised() -> Net:
    parts = (
        norm("norm_1"), layers.Conv2D(4, 3, padding="same", name="conv_1"), norm("norm_2"), layers.ReLU(name="relu_1"),
        layers.Conv2D(5, 3, activation="relu", name="conv_2"), norm("norm_3"),
        layers.Conv2D(4, 3, activation="relu", name="conv_3"), layers.Flatten(name="flat"),
        layers.Dense(6, activation="relu", name="dense"), norm("norm_4"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("norm_1", "conv_1", "norm_2", "relu_1"), "conv1": ("conv_2",),
        "conv2": ("norm_3", "conv_3"), "fc0": ("dense",), "fc_out": ("norm_4", "scores"),
    }  # fmt: skip
    return Net(chained("normalised", (8, 8, 2), *parts, scores()), pictures(8, 8, 2), chain)


@net
def averaged() -> Net:
    parts = (
        layers.Conv2D(4, 3, padding="same", activation="tanh", name="conv_1"), layers.AveragePooling2D(2, name="pool"),
        layers.Dropout(0.2, name="dropped"), layers.Conv2D(5, 3, padding="same", name="conv_2"),
        layers.LeakyReLU(negative_slope=0.2, name="leaky"), layers.GlobalAveragePooling2D(name="mean"),
        layers.Dense(3, name="logits"), layers.Softmax(name="softmax"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("conv_1",), "maxpool0": ("pool",), "conv1": ("conv_2", "leaky"),
        "fc_out": ("mean", "logits"),
    }  # fmt: skip
    return Net(chained("averaged", (10, 10, 1), *parts), pictures(10, 10, 1), chain, (("pool", "average"),))


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
def dilated() -> Net:
    parts = (
        layers.Conv2D(4, 3, dilation_rate=2, padding="same", activation="relu", name="holes"),
        layers.Conv2D(4, 3, groups=2, padding="same", activation="relu", name="groups"),
        layers.Conv2D(5, 3, dilation_rate=2, name="inside"), layers.MaxPooling2D(2, name="pool"),
        layers.Flatten(name="flat"),
    )  # fmt: skip
    chain: Chain = {
        "input": ("x",), "conv0": ("holes",), "conv1": ("groups",), "conv2": ("inside",), "maxpool0": ("pool",),
        "fc_out": ("scores",),
    }  # fmt: skip
    notes = (("holes", "dilat"), ("inside", "dilat"))
    return Net(chained("dilated", (8, 8, 2), *parts, scores()), pictures(8, 8, 2), chain, notes)


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
