"""Links against what Keras itself computes: the Jacobian of linear models, and what a single lit cell brings about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from model_bundle import CHECKPOINT, model_bundle

from exporter.bundling.net import UnitNet, unit_net

pytestmark = [pytest.mark.tf, pytest.mark.slow]

Array = np.ndarray[Any, Any]


@pytest.fixture(autouse=True)
def seeded(keras: Any) -> None:
    """Each test has the same weights whatever ran before."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(11)


def ways(net: UnitNet, source: str) -> dict[str, Array]:
    """What every layer gets of each unit of `source`, summed over all ways: products of links along each."""
    start = next(index for index, layer in enumerate(net.layers) if layer.name == source)
    sums = {start: np.eye(net.layers[start].units)}
    for index in range(len(net.layers)):
        arriving = [
            sums[link.source] @ link.weights for link in net.links if link.target == index and link.source in sums
        ]
        if arriving:
            sums[index] = np.sum(arriving, axis=0)
    return {net.layers[index].name: values for index, values in sums.items()}


def jacobian(model: Any, shape: tuple[int, ...]) -> Array:
    """(cells, *output) of a linear model: what each cell of its input alone makes of 0, beyond what 0 makes."""
    cells = int(np.prod(shape))
    lit = np.concatenate([np.zeros((1, cells)), np.eye(cells)]).reshape(-1, *shape).astype(np.float32)
    made = np.asarray(model(lit))
    return made[1:] - made[0]


def signed_norm(parts: Array) -> Array:
    """(n, m) of (positions, n, m): the norm over positions with the sign of the sum."""
    return np.sqrt((parts.astype(np.float64) ** 2).sum(axis=0)) * np.where(parts.sum(axis=0) < 0, -1, 1)


def chain(k: Any, *parts: Any) -> Callable[[Any], Any]:
    """A call of all parts in order."""

    def call(x: Any) -> Any:
        for part in parts:
            x = part(x)
        return x

    return call


def plain(k: Any) -> Callable[[Any], Any]:
    return chain(k, k.Dense(5), k.Dense(4), k.Dense(3))


def skipped(k: Any) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        y = k.Dense(6)(x)
        z = k.Add()([k.Dense(6)(y), y])
        return k.Dense(3)(k.Add()([k.Dense(6)(z), z]))

    return call


def joined(k: Any) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        one, two = k.Dense(2)(x), k.Dense(5)(x)
        return k.Dense(4)(k.Concatenate()([two, x, one]))

    return call


def shared(k: Any) -> Callable[[Any], Any]:
    same = k.Dense(6)
    return chain(k, same, same, k.Dense(2))


def looked_through(k: Any) -> Callable[[Any], Any]:
    return chain(
        k, k.Dense(8), k.Dropout(0.5), k.Reshape((1, 1, 8)), k.ZeroPadding2D(1), k.Cropping2D(1), k.MaxPooling2D(1),
        k.Conv2D(3, 1), k.GlobalAveragePooling2D(), k.Activation("linear"), k.Dense(4),
    )  # fmt: skip


def grouped(k: Any) -> Callable[[Any], Any]:
    return chain(k, k.Reshape((1, 1, 6)), k.Conv2D(4, 1, groups=2), k.Conv2D(6, 1, groups=2), k.Flatten(), k.Dense(3))


def apart(k: Any) -> Callable[[Any], Any]:
    return chain(
        k, k.Reshape((1, 1, 6)), k.DepthwiseConv2D(1, depth_multiplier=3), k.SeparableConv2D(5, 1, depth_multiplier=2),
        k.Conv2DTranspose(4, 1), k.Flatten(), k.Dense(3),
    )  # fmt: skip


def in_time(k: Any) -> Callable[[Any], Any]:
    return chain(k, k.RepeatVector(1), k.Conv1D(4, 1), k.Conv1DTranspose(5, 1), k.SeparableConv1D(3, 1), k.Flatten())


def inside(k: Any) -> Callable[[Any], Any]:
    import keras

    def encoder() -> Any:
        x = keras.Input((6,), name="entry")
        return keras.Model(x, k.Dense(6)(k.Add()([k.Dense(6)(x), x])), name="encoder")

    model = encoder()
    return chain(k, model, model, k.Dense(3))


def sliced(k: Any) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        y = k.Dense(8)(x)
        return k.Dense(3)(k.Concatenate()([y[:, 5:], y[:, :3]]))

    return call


def split(k: Any) -> Callable[[Any], Any]:
    import keras

    def call(x: Any) -> Any:
        one, two, three = keras.ops.split(k.Dense(9)(x), 3, axis=-1)
        return k.Dense(4)(k.Concatenate()([three, one, two]))

    return call


MODELS = (plain, skipped, joined, shared, looked_through, grouped, apart, in_time, inside, sliced, split)


@pytest.mark.parametrize("build", MODELS)
def test_the_sum_over_all_ways_is_the_jacobian_of_a_linear_model(keras: Any, build: Any) -> None:
    x = keras.Input((6,), name="x")
    y = build(keras.layers)(x)
    model = keras.Model(x, y)
    net = unit_net(model_bundle(model), CHECKPOINT)
    assert net.layers[0].name == "x"
    expected = jacobian(model, (6,))
    made = ways(net, "x")[net.layers[-1].name]
    np.testing.assert_allclose(made, expected.reshape(made.shape), rtol=1e-4, atol=1e-5)
    assert np.abs(expected).max() > 0.01


KERNELS = {
    "conv": lambda k: k.Conv2D(5, 3, padding="same", use_bias=False),
    "dilated": lambda k: k.Conv2D(5, 3, dilation_rate=2, padding="same"),
    "groups": lambda k: k.Conv2D(6, 3, groups=2, padding="same"),
    "depthwise": lambda k: k.DepthwiseConv2D(3, depth_multiplier=2, padding="same"),
    "separable": lambda k: k.SeparableConv2D(5, 3, depth_multiplier=2, padding="same"),
    "transposed": lambda k: k.Conv2DTranspose(5, 3, padding="same"),
    "upscaling": lambda k: k.Conv2DTranspose(5, 2, strides=2, padding="same"),
}


@pytest.mark.parametrize("name", KERNELS)
def test_a_convolution_is_the_norm_of_what_one_lit_cell_brings_about(keras: Any, name: str) -> None:
    x = keras.Input((9, 9, 4), name="x")
    model = keras.Model(x, KERNELS[name](keras.layers)(x))
    (link,) = unit_net(model_bundle(model), CHECKPOINT).links
    response = jacobian(model, (9, 9, 4)).reshape(9, 9, 4, -1, link.weights.shape[1])[4, 4]
    np.testing.assert_allclose(link.weights, signed_norm(response.transpose(1, 0, 2)), rtol=1e-4, atol=1e-6)


def test_a_dense_layer_behind_flattened_maps_is_joined_over_the_cells_of_each_channel(keras: Any) -> None:
    k, x = keras.layers, keras.Input((2, 3, 4), name="x")
    y = k.Flatten(name="flat")(k.Conv2D(5, 1, name="maps")(x))
    dense = k.Dense(7, name="dense")
    net = unit_net(model_bundle(keras.Model(x, dense(y))), CHECKPOINT)
    assert [layer.name for layer in net.layers] == ["x", "maps", "dense"]
    own = keras.Input((2, 3, 5))
    behind = jacobian(keras.Model(own, dense(k.Flatten()(own))), (2, 3, 5))
    np.testing.assert_allclose(net.links[-1].weights, signed_norm(behind.reshape(6, 5, 7)), rtol=1e-4)


def test_units_that_become_maps_are_joined_as_their_channel_is(keras: Any) -> None:
    k, x = keras.layers, keras.Input((3,), name="x")
    y = k.Conv2D(2, 1, name="maps")(k.Reshape((2, 2, 5))(k.Dense(20, name="wide")(x)))
    model = keras.Model(x, k.GlobalAveragePooling2D()(y))
    net = unit_net(model_bundle(model), CHECKPOINT)
    np.testing.assert_allclose(ways(net, "x")["maps"], jacobian(model, (3,)) * 4, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(net.links[-1].weights[:5], net.links[-1].weights[5:10])


def test_a_plain_picture_laid_flat_has_a_unit_a_pixel(keras: Any) -> None:
    k, x = keras.layers, keras.Input((4, 3, 2), name="x")
    model = keras.Model(x, k.Dense(5)(k.Flatten(name="flat")(k.Rescaling(1.0)(x))))
    net = unit_net(model_bundle(model), CHECKPOINT)
    assert [(layer.name, layer.units, layer.plane) for layer in net.layers] == [("flat", 24, 0), ("dense", 5, 1)]
    np.testing.assert_allclose(net.links[0].weights, jacobian(model, (4, 3, 2)), rtol=1e-4, atol=1e-6)


def test_a_recurrent_layer_is_joined_over_its_gates_and_both_ways_stand_side_by_side(keras: Any) -> None:
    k, x = keras.layers, keras.Input((7, 3), name="x")
    both = k.Bidirectional(k.LSTM(4, return_sequences=True), name="both")
    model = keras.Model(x, k.Dense(2)(k.GRU(5, name="gru")(both(x))))
    first, second, _ = unit_net(model_bundle(model), CHECKPOINT).links
    ahead, back = (np.asarray(way.cell.kernel).reshape(3, 4, 4) for way in (both.forward_layer, both.backward_layer))
    gates = np.concatenate([ahead, back], axis=2).transpose(1, 0, 2)
    np.testing.assert_allclose(first.weights, signed_norm(gates), rtol=1e-4)
    kernel = np.asarray(model.get_layer("gru").cell.kernel).reshape(8, 3, 5)
    np.testing.assert_allclose(second.weights, signed_norm(kernel.transpose(1, 0, 2)), rtol=1e-4)


def test_attention_is_what_becomes_of_a_value_where_all_attention_is_on_it(keras: Any) -> None:
    k, x = keras.layers, keras.Input((1, 6), name="x")  # of a single word all attention is on it
    model = keras.Model(x, k.Flatten()(k.MultiHeadAttention(3, 2, value_dim=4)(x, x)))
    (link,) = unit_net(model_bundle(model), CHECKPOINT).links
    np.testing.assert_allclose(link.weights, jacobian(model, (1, 6)), rtol=1e-4, atol=1e-5)


def test_an_einsum_dense_goes_by_its_equation(keras: Any) -> None:
    k, x = keras.layers, keras.Input((1, 6), name="x")
    model = keras.Model(x, k.EinsumDense("abc,dc->abd", output_shape=(None, 4))(x))
    (link,) = unit_net(model_bundle(model), CHECKPOINT).links
    np.testing.assert_allclose(link.weights, jacobian(model, (1, 6)).reshape(6, 4), rtol=1e-4, atol=1e-6)
