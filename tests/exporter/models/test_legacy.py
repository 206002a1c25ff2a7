"""Models of Keras 1, Keras 2 and tf.keras, in files laid out as those wrote them, against plain numpy."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy_network as net
import pytest
from hypothesis import given as example_of
from hypothesis import settings
from hypothesis import strategies as st
from old_models import functional, given, layer, sequential, write_h5, write_keras_2

pytestmark = pytest.mark.tf
RNG = np.random.default_rng(8)
X = RNG.normal(size=(3, 9, 8, 2))
CONV, CONV_BIAS = RNG.normal(size=(3, 2, 2, 4)), RNG.normal(size=4)
WIDE, WIDE_BIAS = RNG.normal(size=(48, 5)), RNG.normal(size=5)


def run(path: Path, *inputs: np.ndarray) -> Any:
    from exporter.models import open_model

    given = [each.astype(np.float32) for each in inputs]
    found = open_model(path)(given if len(given) > 1 else given[0], training=False)
    return [np.asarray(each) for each in found] if isinstance(found, list | tuple) else np.asarray(found)


def refused(path: Path) -> str:
    from exporter.models import ModelError, open_model

    before = sorted(path.parent.iterdir())
    with pytest.raises(ModelError) as caught:
        open_model(path)
    assert sorted(path.parent.iterdir()) == before
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    return str(caught.value)


def small_cnn(x: np.ndarray) -> np.ndarray:
    y = net.max_pool(net.relu(net.conv2d(x, CONV, CONV_BIAS)))
    return net.softmax(net.dense(y.reshape(len(y), -1)[:, :48], WIDE[: y[0].size], WIDE_BIAS))


KERAS_1_CONV = {"name": "c", "nb_filter": 4, "nb_row": 3, "nb_col": 2, "init": "glorot_uniform", "activation": "relu",
                "border_mode": "valid", "subsample": [1, 1], "bias": True, "W_regularizer": None, "b_constraint": None,
                "W_constraint": {"name": "MaxNorm", "m": 2}, "input_dtype": "float32", "trainable": True}  # fmt: skip
KERAS_1_POOL = {"name": "p", "pool_size": [2, 2], "strides": [2, 2], "border_mode": "valid", "trainable": True}
KERAS_1_DENSE = {"name": "d", "output_dim": 5, "init": "uniform", "activation": "softmax", "bias": True,
                 "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.1}, "input_dim": 36}  # fmt: skip


@pytest.mark.parametrize("backend", ["tensorflow", "theano"])
@pytest.mark.parametrize("order", ["tf", "th"])
def test_keras_1_convolutions_of_both_backends_and_orders(tmp_path: Path, backend: str, order: str) -> None:
    shape = [None, 9, 8, 2] if order == "tf" else [None, 2, 9, 8]
    config = sequential(
        ("Convolution2D", {**KERAS_1_CONV, "dim_ordering": order, "batch_input_shape": shape}),
        ("ZeroPadding2D", {"name": "z", "padding": [1, 0], "dim_ordering": order}),
        bare=True,
    )
    kernel = CONV if order == "tf" else CONV.transpose(3, 2, 0, 1)
    if backend == "theano":
        kernel = kernel[::-1, ::-1] if order == "tf" else kernel[:, :, ::-1, ::-1]
    weights = {"c": {"c_W": kernel, "c_b": CONV_BIAS}, "z": {}}
    path = write_h5(tmp_path / "m.h5", config, weights, version="1.2.2", backend=backend)
    expected = np.pad(net.relu(net.conv2d(X, CONV, CONV_BIAS)), ((0, 0), (1, 1), (0, 0), (0, 0)))
    found = run(path, X if order == "tf" else X.transpose(0, 3, 1, 2))
    np.testing.assert_allclose(found if order == "tf" else found.transpose(0, 2, 3, 1), expected, atol=1e-4)


@pytest.mark.parametrize("version", ["1.2.2", None])
def test_a_stack_of_keras_1(tmp_path: Path, version: str | None) -> None:
    config = sequential(
        ("Convolution2D", {**KERAS_1_CONV, "dim_ordering": "tf", "batch_input_shape": [None, 9, 8, 2]}),
        ("MaxPooling2D", {**KERAS_1_POOL, "dim_ordering": "tf"}),
        ("Dropout", {"name": "drop", "p": 0.5, "trainable": True}),
        ("Flatten", {"name": "f"}),
        ("Dense", KERAS_1_DENSE),
        ("BatchNormalization", {"name": "bn", "mode": 0, "axis": -1, "epsilon": 1e-5, "momentum": 0.9,
                                "gamma_regularizer": None}),
        bare=True,
    )  # fmt: skip
    norm = {"bn_gamma": RNG.random(5), "bn_beta": RNG.random(5), "bn_running_mean": RNG.random(5),
            "bn_running_std": RNG.random(5)}  # fmt: skip
    weights = {"c": {"c_W": CONV, "c_b": CONV_BIAS}, "d": {"d_W": WIDE[:36], "d_b": WIDE_BIAS}, "bn": norm}
    path = write_h5(tmp_path / "m.h5", config, weights, version=version)
    y = net.max_pool(net.relu(net.conv2d(X, CONV, CONV_BIAS))).reshape(3, -1)
    expected = net.batch_norm(net.softmax(net.dense(y, WIDE[:36], WIDE_BIAS)), *norm.values(), epsilon=1e-5)
    np.testing.assert_allclose(run(path, X), expected, atol=1e-4)


def test_keras_1_merges_and_recurrent_layers_with_an_array_a_gate(tmp_path: Path) -> None:
    """Gates lie as input, cell, forget, output for LSTM; three arrays each."""

    def called(class_name: str, name: str, *inbound: str, **config: Any) -> dict[str, Any]:
        entry = layer(class_name, name, *inbound, **config)
        return {**entry, "inbound_nodes": [[each[:3] for each in node] for node in entry["inbound_nodes"]]}

    cell = {"output_dim": 3, "inner_init": "orthogonal", "forget_bias_init": "one", "inner_activation": "hard_sigmoid",
            "activation": "tanh", "consume_less": "cpu", "dropout_W": 0.0, "dropout_U": 0.0, "go_backwards": False,
            "return_sequences": False, "stateful": False, "unroll": False, "input_dim": 2}  # fmt: skip
    merge = {"mode_type": "raw", "dot_axes": -1, "output_shape": None, "output_mask": None, "arguments": {}}
    config = functional(
        [
            called("InputLayer", "x", batch_input_shape=[None, 6, 2], input_dtype="float32"),
            called("LSTM", "a", "x", **cell),
            called("GRU", "b", "x", **{key: cell[key] for key in cell if key != "forget_bias_init"}),
            called("Merge", "sum", "a", "b", mode="sum", concat_axis=-1, **merge),
            called("Merge", "all", "sum", "a", mode="concat", concat_axis=1, **merge),
        ],
        ["x"],
        ["all"],
    )

    def gates(count: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return [(RNG.normal(size=(2, 3)), RNG.normal(size=(3, 3)), RNG.normal(size=3)) for _ in range(count)]

    lstm, gru = gates(4), gates(3)
    names = [f"{kind}_{gate}" for gate in "icfo" for kind in ("W", "U", "b")]
    weights = {
        "a": dict(zip(names, [part for gate in lstm for part in gate], strict=True)),
        "b": dict(zip(names, [part for gate in gru for part in gate], strict=False)),
    }
    path = write_h5(tmp_path / "m.h5", config, weights, version="1.1.0")
    x = RNG.normal(size=(2, 6, 2))
    i, c, f, o = lstm
    a = net.lstm(x, *(np.concatenate(parts, axis=-1) for parts in zip(i, f, c, o, strict=True)))
    b = net.gru(x, *(np.concatenate(parts, axis=-1) for parts in zip(*gru, strict=True)))
    np.testing.assert_allclose(run(path, x), np.concatenate([a + b, a], axis=1), atol=1e-5)


def keras_2_cnn(dtype: Any = "float32") -> dict[str, Any]:
    conv = {"name": "c", "batch_input_shape": [None, 9, 8, 2], "dtype": dtype, "filters": 4, "kernel_size": [3, 2],
            "strides": [1, 1], "padding": "same", "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1,
            "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg",
            "distribution": "uniform", "seed": None, "dtype": "float32"}}, "kernel_regularizer":
            {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.01}}}  # fmt: skip
    norm = {"name": "bn", "axis": [3], "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True,
            "renorm": False, "fused": True, "virtual_batch_size": None, "beta_constraint": None}  # fmt: skip
    return sequential(
        ("Conv2D", conv), ("BatchNormalization", norm), ("LeakyReLU", {"name": "leak", "alpha": 0.1}),
        ("MaxPooling2D", {"name": "p", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}),
        ("Flatten", {"name": "f", "data_format": "channels_last"}), ("Dropout", {"name": "o", "rate": 0.3, "seed": 1}),
        ("Dense", {"name": "d", "units": 5, "activation": "hard_sigmoid", "use_bias": True}),
    )  # fmt: skip


NORM = [RNG.random(4) + 0.5 for _ in range(4)]
CNN_ARRAYS = {"c": [CONV, CONV_BIAS], "bn": NORM, "d": [RNG.normal(size=(64, 5)) * 0.3, WIDE_BIAS]}
CNN_NAMES = {
    "c": ["kernel", "bias"],
    "bn": ["gamma", "beta", "moving_mean", "moving_variance"],
    "d": ["kernel", "bias"],
}


def keras_2_cnn_in_numpy(x: np.ndarray) -> np.ndarray:
    y = net.batch_norm(net.conv2d(x, CONV, CONV_BIAS, same=True), *NORM, epsilon=0.001)
    y = net.max_pool(net.leaky_relu(y, 0.1)).reshape(len(x), -1)
    return net.hard_sigmoid(net.dense(y, *CNN_ARRAYS["d"]))


@pytest.mark.parametrize(("version", "dtype"), [
    ("2.0.6", "float32"), ("2.2.4-tf", {"class_name": "Policy", "config": {"name": "float32"}}),
    ("2.15.0", {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}),
])  # fmt: skip
def test_a_stack_of_keras_2(tmp_path: Path, version: str, dtype: Any) -> None:
    weights = {name: {f"{name}/{part}:0": array for part, array in zip(CNN_NAMES[name], arrays, strict=True)}
               for name, arrays in CNN_ARRAYS.items()}  # fmt: skip
    path = write_h5(tmp_path / "m.h5", keras_2_cnn(dtype), weights, version=version)
    np.testing.assert_allclose(run(path, X), keras_2_cnn_in_numpy(X), atol=1e-5)


@pytest.mark.parametrize("root", ["layers", "_layer_checkpoint_dependencies"])
def test_a_keras_file_of_keras_2(tmp_path: Path, root: str) -> None:
    groups = {"c": "conv2d", "bn": "batch_normalization", "d": "dense"}
    weights = {f"{root}/{groups[name]}": arrays for name, arrays in CNN_ARRAYS.items()}
    path = write_keras_2(tmp_path / "m.keras", keras_2_cnn(), weights)
    np.testing.assert_allclose(run(path, X), keras_2_cnn_in_numpy(X), atol=1e-5)


def test_groups_of_a_keras_2_file_are_numbered_in_the_order_of_the_configuration(tmp_path: Path) -> None:
    one, two = RNG.normal(size=(2, 2)), RNG.normal(size=(2, 2))
    # `late` comes first in the file, though its input comes to be last.
    config = functional(
        [given("x", 2), layer("Dense", "late", "early", units=2, use_bias=False),
         layer("Dense", "early", "x", units=2, use_bias=False)], ["x"], ["late"])  # fmt: skip
    path = write_keras_2(tmp_path / "m.keras", config, {"layers/dense": [one], "layers/dense_1": [two]})
    x = RNG.normal(size=(3, 2))
    np.testing.assert_allclose(run(path, x), x @ two @ one, atol=1e-5)


def test_shared_layers_nested_models_operations_and_two_outputs_of_tf_keras(tmp_path: Path) -> None:
    encoder = functional(
        [given("at", 4), layer("Dense", "e1", "at", units=4, activation="tanh"),
         layer("BatchNormalization", "norm", "e1", axis=[1], epsilon=0.01), layer("Add", "add", "norm", "at")],
        ["at"], ["add"], name="encoder", class_name="Functional",
    )  # fmt: skip
    stack = {"class_name": "Sequential", "config": {"name": "stack", "layers": [
        {"class_name": "Dense", "config": {"name": "s1", "units": 4, "dtype": "float32"}}]}}  # fmt: skip
    op = {"trainable": True, "dtype": "float32"}
    config = functional(
        [
            given("x", 4),
            {**encoder, "name": "encoder", "inbound_nodes": [[["x", 0, 0, {}]], [["encoder", 1, 0, {}]]]},
            {**stack, "name": "stack", "inbound_nodes": [[["encoder", 2, 0, {}]]]},
            {**layer("Dense", "shared", units=4), "inbound_nodes": [[["stack", 1, 0, {}]], [["shared", 0, 0, {}]]]},
            {**layer("TFOpLambda", "tf.math.multiply", function="math.multiply", **op),
             "inbound_nodes": [["shared", 1, 0, {"y": 2.0, "name": None}]]},
            {**layer("TFOpLambda", "tf.math.subtract", function="math.subtract", **op),
             "inbound_nodes": [["_CONSTANT_VALUE", -1, 1.0, {"y": ["tf.math.multiply", 0, 0], "name": None}]]},
            {**layer("TFOpLambda", "tf.concat", function="concat", **op),
             "inbound_nodes": [[["tf.math.subtract", 0, 0, {"axis": -1}], ["x", 0, 0, {"axis": -1}]]]},
            {**layer("SlicingOpLambda", "tf.__operators__.getitem", function="__operators__.getitem", **op),
             "inbound_nodes": [["tf.concat", 0, 0, {"slice_spec": [{"class_name": "__ellipsis__"},
                                {"start": 1, "stop": 7, "step": 2}]}]]},
            layer("Concatenate", "concatenate", "tf.__operators__.getitem", "x", axis=-1),
        ],
        ["x"], ["concatenate", "tf.math.multiply"], class_name="Functional",
    )  # fmt: skip
    e, s, h = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4))
    b, norm = RNG.normal(size=4), [RNG.random(4) + 0.5 for _ in range(4)]
    names = ["e1/kernel:0", "e1/bias:0", "norm/gamma:0", "norm/beta:0", "norm/moving_mean:0", "norm/moving_variance:0"]
    weights = {
        "encoder": dict(zip(names, [e, b, *norm], strict=True)),
        "stack": {"s1/kernel:0": s, "s1/bias:0": b},
        "shared": {"shared/kernel:0": h, "shared/bias:0": b},
    }

    def encode(x: np.ndarray) -> np.ndarray:
        return net.batch_norm(np.tanh(net.dense(x, e, b)), *norm, epsilon=0.01) + x

    x = RNG.normal(size=(5, 4))
    doubled = 2 * net.dense(net.dense(net.dense(encode(encode(x)), s, b), h, b), h, b)
    expected = np.concatenate([np.concatenate([1 - doubled, x], axis=-1)[..., 1:7:2], x], axis=-1)
    first, second = run(write_h5(tmp_path / "m.h5", config, weights, version="2.9.0"), x)
    np.testing.assert_allclose(second, doubled, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(first, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("is_named", [True, False])
def test_a_nested_model_keeps_what_trains_before_what_does_not(tmp_path: Path, is_named: bool) -> None:
    """By their names, or by the old order: kernels and gammas of all layers, then the statistics of all."""
    inner = sequential(
        ("Dense", {"name": "one", "units": 2, "use_bias": False, "batch_input_shape": [None, 2], "trainable": False}),
        ("BatchNormalization", {"name": "bn", "epsilon": 0.0, "center": False, "scale": True}),
        ("Dense", {"name": "two", "units": 2, "use_bias": False}),
    )
    config = sequential(("Sequential", inner["config"]))
    config["config"]["layers"][0]["config"]["name"] = "inner"
    one, gamma, two, mean, variance = (RNG.random(size) + 0.5 for size in ((2, 2), 2, (2, 2), 2, 2))
    arrays = {"bn/gamma:0": gamma, "two/kernel:0": two, "one/kernel:0": one, "bn/mean:0": mean, "bn/var:0": variance}
    arrays = {name.replace("mean", "moving_mean").replace("var", "moving_variance"): a for name, a in arrays.items()}
    if not is_named:
        arrays = {f"param_{place}": array for place, array in enumerate(arrays.values())}
    config["config"]["build_input_shape"] = [None, 2]
    path = write_h5(tmp_path / "m.h5", config, {"inner": arrays}, version="2.3.0")
    x = RNG.normal(size=(4, 2))
    np.testing.assert_allclose(run(path, x), ((x @ one - mean) / np.sqrt(variance) * gamma) @ two, atol=1e-4)


def test_recurrent_layers_of_keras_2(tmp_path: Path) -> None:
    """`hard_sigmoid` has the slope 0.2, a GRU resets before it multiplies if nothing is said, CuDNN has two biases."""
    kernel, recurrent, bias = RNG.normal(size=(2, 12)), RNG.normal(size=(3, 12)), RNG.normal(size=12)
    g_kernel, g_recurrent, g_bias = RNG.normal(size=(2, 9)), RNG.normal(size=(3, 9)), RNG.normal(size=9)
    halves = RNG.normal(size=12)
    cu_kernel = np.concatenate([gate.T.reshape(gate.shape) for gate in np.split(kernel, 4, axis=1)], axis=1)
    cu_recurrent = np.concatenate([gate.T for gate in np.split(recurrent, 4, axis=1)], axis=1)
    config = functional(
        [
            given("x", 6, 2),
            layer("LSTM", "a", "x", units=3, recurrent_activation="hard_sigmoid", unroll=False, implementation=2),
            layer("GRU", "b", "x", units=3, recurrent_activation="hard_sigmoid"),
            layer("CuDNNLSTM", "c", "x", units=3, unit_forget_bias=True, stateful=False),
            layer("Bidirectional", "d", "x", merge_mode="sum", layer={"class_name": "LSTM", "config": {
                "name": "lstm", "units": 3, "recurrent_activation": "hard_sigmoid"}}),
        ],
        ["x"], ["a", "b", "c", "d"],
    )  # fmt: skip
    both = [
        f"d/{way}_lstm/{part}:0" for way in ("forward", "backward") for part in ("kernel", "recurrent_kernel", "bias")
    ]
    weights = {
        "a": {"a/kernel:0": kernel, "a/recurrent_kernel:0": recurrent, "a/bias:0": bias},
        "b": {"b/kernel:0": g_kernel, "b/recurrent_kernel:0": g_recurrent, "b/bias:0": g_bias},
        "c": {"c/kernel:0": cu_kernel, "c/recurrent_kernel:0": cu_recurrent,
              "c/bias:0": np.concatenate([halves, bias - halves])},
        "d": dict(zip(both, [kernel, recurrent, bias, kernel * 0.5, recurrent, bias], strict=True)),
    }  # fmt: skip
    x = RNG.normal(size=(2, 6, 2))
    a, b, c, d = run(write_h5(tmp_path / "m.h5", config, weights, version="2.1.0"), x)
    hard = net.lstm(x, kernel, recurrent, bias)
    np.testing.assert_allclose(a, hard, atol=1e-5)
    np.testing.assert_allclose(b, net.gru(x, g_kernel, g_recurrent, g_bias), atol=1e-5)
    np.testing.assert_allclose(c, net.lstm(x, kernel, recurrent, bias, hard=False), atol=1e-5)
    np.testing.assert_allclose(d, hard + net.lstm(x[:, ::-1], kernel * 0.5, recurrent, bias), atol=1e-5)


DENSE = ("Dense", {"name": "d", "units": 3, "batch_input_shape": [None, 2]})
FIT = {"d/kernel:0": np.ones((2, 3)), "d/bias:0": np.ones(3)}


@pytest.mark.parametrize(("config", "weights", "told"), [
    (sequential(DENSE), {"d": {"d/kernel:0": np.ones((2, 3))}}, "layer 'd': expected 2 arrays, got 1"),
    (sequential(DENSE), {"d": {**FIT, "d/kernel:0": np.ones((3, 2))}}, r"expected shape \(2, 3\).*got \(3, 2\)"),
    (sequential(DENSE), {}, "stored weights|weights of the layer 'd' are missing"),
    (sequential(DENSE), {"d": FIT, "e": FIT}, "weights of the layer 'e', which the model does not have"),
    (sequential(("Dense", {**DENSE[1], "units": 10**12})), {"d": FIT}, "expected about 9 weights in all"),
    (sequential(("Conv2D", {"name": "c", "filters": 2, "kernel_size": [10**6, 10**6], "padding": "same",
                            "batch_input_shape": [None, 8, 8, 1]})), {"d": FIT}, "expected about 9 weights in all"),
    (sequential(("Wormhole", DENSE[1])), {"d": FIT}, "'Wormhole', which Keras does not know; register"),
    (sequential(("Dense", {"name": "d", "units": 3})), {"d": FIT}, "input has no shape"),
    (sequential(("LSTM", {"name": "d", "units": 3, "time_major": True, "batch_input_shape": [None, 4, 2]})),
     {"d": FIT}, "takes time before samples"),
    (sequential(("DepthwiseConv2D", {"name": "d", "groups": 2, "kernel_size": 2,
                                     "batch_input_shape": [None, 4, 4, 2]})),
     {"d": FIT},
     "setting that Keras 3 does not have: got groups=2"),
    (sequential(("Dense", {"name": "d", "units": "three", "batch_input_shape": [None, 2]})), {"d": FIT}, "'d'"),
    (functional([given("x", 2), layer("Dense", "a", "b", units=2), layer("Dense", "b", "a", units=2)], ["x"], ["a"]),
     {}, "a loop or a gap"),
    (functional([given("x", 2), {**layer("TFOpLambda", "op", function="io.read_file"),
     "inbound_nodes": [["x", 0, 0, {}]]}], ["x"], ["op"]), {}, "'io.read_file', for which Keras 3 has no layer"),
    (sequential(("TFOpLambda", {"name": "op", "function": "math.add"})), {}, "TFOpLambda"),
    ({"class_name": "Dense", "config": {"units": 3}}, {"d": FIT}, "'Dense'|configuration"),
    ([1, 2], {}, "configuration"), ({"class_name": "Model", "config": {"layers": 3}}, {}, "cannot be rebuilt"),
    (functional([given("x", 2)], ["x"], ["y"]), {}, "inputs or outputs are missing"),
])  # fmt: skip
def test_what_does_not_fit_is_one_line(tmp_path: Path, config: Any, weights: Any, told: str) -> None:
    message = refused(write_h5(tmp_path / "m.h5", config, weights))
    assert re.search(told, message), message


VALUES = [None, -1, 0, 10**12, 1e308, True, "", "x", [], {}, [1, 2], [["a", 0, 0]], {"class_name": "x", "config": None},
          {"class_name": "Dense", "config": {}}]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [place for key, part in inner for place in places(part, (*path, key))]


@settings(max_examples=40)
@example_of(st.data())
def test_a_configuration_with_any_damage_opens_or_is_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    from exporter.models import ModelError, open_model

    config = json.loads(json.dumps(keras_2_cnn()))
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(places(config)))
        spot = functools.reduce(lambda value, key: value[key], way, config)
        spot[last] = data.draw(st.sampled_from(VALUES))
    weights = {name: {f"{name}/{part}:0": array for part, array in zip(CNN_NAMES[name], arrays, strict=True)}
               for name, arrays in CNN_ARRAYS.items()}  # fmt: skip
    try:
        open_model(write_h5(tmp_path_factory.mktemp("damaged") / "m.h5", config, weights))
    except ModelError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right


def test_a_rebuilt_model_can_be_saved_and_cloned(tmp_path: Path) -> None:
    from exporter.models import open_model, untrained_twin

    weights = {name: {f"{name}/{part}:0": array for part, array in zip(CNN_NAMES[name], arrays, strict=True)}
               for name, arrays in CNN_ARRAYS.items()}  # fmt: skip
    model = open_model(write_h5(tmp_path / "m.h5", keras_2_cnn(), weights))
    model.save(tmp_path / "new.keras")
    np.testing.assert_allclose(run(tmp_path / "new.keras", X), keras_2_cnn_in_numpy(X), atol=1e-5)
    twin = untrained_twin(model, 3)
    assert [w.shape for w in twin.weights] == [w.shape for w in model.weights]
    assert not np.allclose(twin.get_weights()[0], model.get_weights()[0])
