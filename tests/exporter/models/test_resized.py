"""Models at another picture size: the same numbers from the same weights, or a line that names what stops it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def pooled(keras: Any) -> Any:
    """A branch, a model in the model, a layer that is used twice, a bare operation, global pooling."""
    layers = keras.layers
    keras.utils.set_random_seed(1)
    inner = keras.Sequential([keras.Input((8, 8, 4)), layers.Conv2D(4, 3, padding="same", name="deep")], name="inner")
    x = inputs = keras.Input((8, 8, 3), name="picture")
    norm = layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0], name="norm")
    x = layers.Conv2D(4, 3, strides=2, padding="same", name="stem")(norm(x))
    x = inner(layers.UpSampling2D(name="up")(x))
    twice = layers.Conv2D(4, 1, activation="relu", name="twice")
    x = layers.Add(name="sum")([twice(x), twice(x * 0.5)])
    return keras.Model(inputs, layers.Softmax(name="end")(layers.GlobalAveragePooling2D(name="pool")(x)), name="pooled")


@pytest.fixture(scope="module")
def connected(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1), name="picture"),
            layers.Conv2D(2, 3, name="conv"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Flatten(name="flat"),
            layers.Dense(5, name="dense"),
        ],
        name="connected",
    )


def test_layers_names_and_weights_stay_at_another_size(pooled: Any) -> None:
    from exporter.models.resized import resized
    from exporter.probing import Probe

    found = resized(pooled, (12, 16))
    assert found.input_shape == (None, 12, 16, 3)
    assert Probe(found).layers == Probe(pooled).layers
    assert found.get_layer("inner").layers[-1].output.shape == (None, 12, 16, 4)
    for old, new in zip(pooled.weights, found.weights, strict=True):
        assert old is not new
        np.testing.assert_array_equal(old.numpy(), new.numpy())


def test_the_way_there_and_back_gives_the_same_numbers(pooled: Any) -> None:
    from exporter.models.resized import resized

    x = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)
    back = resized(resized(pooled, (12, 16)), (8, 8))
    assert back is not pooled
    np.testing.assert_allclose(back(x), pooled(x), rtol=1e-5)


def test_a_picture_twice_as_large_that_repeats_itself_has_the_same_answer(keras: Any) -> None:
    from exporter.models.resized import resized

    layers = keras.layers
    pixelwise = [layers.Conv2D(3, 1, activation="relu"), layers.GlobalAveragePooling2D(), layers.Dense(2)]
    model = keras.Sequential([keras.Input((4, 4, 3)), *pixelwise])
    x = np.random.default_rng(1).random((1, 4, 4, 3), np.float32)
    larger = np.tile(x, (1, 2, 2, 1))
    np.testing.assert_allclose(resized(model, (8, 8))(larger), model(x), rtol=1e-5)
    assert not np.allclose(resized(model, (8, 8))(larger + 1), model(x))


def test_a_model_of_that_size_is_itself(pooled: Any) -> None:
    from exporter.models.resized import resized

    assert resized(pooled, (8, 8)) is pooled


def test_the_layer_that_stops_it_is_named(connected: Any) -> None:
    from exporter.models.errors import ModelError
    from exporter.models.resized import resized

    with pytest.raises(ModelError, match="'dense': takes 18 values, not 50") as caught:
        resized(connected, (12, 12))
    assert "\n" not in str(caught.value)


def test_a_cut_model_ends_in_its_last_feature_maps(connected: Any) -> None:
    from exporter.models.resized import resized

    found = resized(connected, (12, 12), is_cut=True)
    assert [each.name for each in found.layers] == ["picture", "conv", "pool"]
    assert found.output_shape == (None, 5, 5, 2)
    x = np.random.default_rng(2).random((1, 12, 12, 1), np.float32)
    np.testing.assert_allclose(found(x), connected.layers[1](connected.layers[0](x)), rtol=1e-5)


@pytest.mark.parametrize(("size", "said"), [((0, 8), "at least 1x1"), ((2, 2), "'conv'")])
def test_sizes_that_cannot_be(connected: Any, size: tuple[int, int], said: str) -> None:
    from exporter.models.errors import ModelError
    from exporter.models.resized import resized

    with pytest.raises(ModelError, match=said):
        resized(connected, size, is_cut=True)


def test_models_without_one_picture_are_refused(keras: Any, branching: Any) -> None:
    from exporter.models.errors import ModelError
    from exporter.models.resized import resized

    with pytest.raises(ModelError, match=r"got \(8, 8, 1\), \(4,\)"):
        resized(branching, (9, 9))
    with pytest.raises(ModelError, match=r"got \(4,\)"):
        resized(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]), (9, 9))
