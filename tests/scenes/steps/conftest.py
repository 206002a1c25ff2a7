"""Networks whose every layer a step scene can tell, built once."""

from __future__ import annotations

import numpy as np
import pytest
from forward_bundle import forward_bundle
from paper_bundle import PaperBundle
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, read_bundle


@pytest.fixture(scope="session")
def tiny_demo(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The small network of a demo."""
    return read_bundle(make_tiny_bundle(tmp_path_factory.mktemp("points") / "tiny.bundle"))


@pytest.fixture(scope="session")
def mixed() -> PaperBundle:
    """Fused and parametric functions, padded pools with strides, normalisations of all kinds; maps not square."""
    keras = pytest.importorskip("keras")
    from keras import layers

    keras.utils.set_random_seed(3)
    given = layers.Input((9, 7, 2), name="picture")
    x = layers.Conv2D(4, 3, padding="same", activation="gelu", name="fused")(given)
    x = layers.BatchNormalization(name="batch")(x)
    x = leaky = layers.LeakyReLU(negative_slope=0.3, name="leaky")(x)
    x = layers.PReLU(shared_axes=[1, 2], name="prelu", alpha_initializer=keras.initializers.Constant(0.2))(x)
    x = layers.LayerNormalization(name="over_channels")(x)
    x = layers.LayerNormalization(axis=(1, 2, 3), name="over_all")(x)
    x = layers.GroupNormalization(2, name="grouped")(x)
    x = layers.RMSNormalization(name="root")(x)
    x = layers.UnitNormalization(name="length")(x)
    x = layers.AveragePooling2D(3, strides=2, padding="same", name="mean_pool")(x)
    peak = layers.MaxPooling2D((3, 2), strides=(2, 1), padding="same", name="max_pool")(leaky)
    line = layers.MaxPooling1D(3, strides=2, padding="same", name="line_pool")(layers.Reshape((-1, 4))(peak))
    ends = [
        layers.GlobalAveragePooling2D(name="global_mean")(x),
        layers.GlobalMaxPooling2D(keepdims=True, name="global_max")(x),
        layers.Flatten(name="flat")(x),
        layers.Flatten(name="flat_line")(line),
    ]
    ends.append(layers.Dense(5, activation="relu", name="dense")(ends[2]))
    model = keras.Model(given, ends)
    rng = np.random.default_rng(1)
    for each in model.layers:
        if "Normalization" in type(each).__name__:  # ones and noughts would prove nothing
            each.set_weights([rng.uniform(0.4, 1.6, weight.shape) for weight in each.get_weights()])
    return forward_bundle(model)
