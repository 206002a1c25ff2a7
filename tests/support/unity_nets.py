"""Small Keras networks of every sort that Unity can show, and what of each has to be in the folder."""

from __future__ import annotations

from unity_net import Chain, Net, chained, layers, learned, net, norm, scores
from zoo_feeds import numbers, pictures

from exporter.backend import keras
from exporter.models import demo_cnn


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
