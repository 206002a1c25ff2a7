"""The logits of models that end in different ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from victims import attacked, batch_of, crafted_pixels, victim_of

pytestmark = pytest.mark.tf


def ends(keras: Any) -> dict[str, list[Any]]:
    """Layers after a Dense(6), all of which end in the same softmax over three classes, or in its logits."""
    layers = keras.layers
    return {
        "fused": [layers.Dense(3, activation="softmax", name="last")],
        "layer": [layers.Dense(3, name="last"), layers.Softmax()],
        "activation": [layers.Dense(3, name="last"), layers.Activation("softmax")],
        "logits": [layers.Dense(3, name="last")],
        "reshaped": [layers.Dense(3, name="last"), layers.Softmax(), layers.Reshape((3,)), layers.Activation("linear")],
        "dropped": [layers.Dense(3, activation="softmax", name="last"), layers.Dropout(0.3)],
        "convolution": [
            layers.Reshape((1, 1, 6)), layers.Conv2D(3, 1, activation="softmax", name="last"), layers.Flatten(),
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["fused", "layer", "activation", "logits", "reshaped", "dropped", "convolution", "nested"]
)
def test_logits_before_any_softmax(keras: Any, name: str) -> None:
    from exporter.attacks.logits import logits_model

    keras.utils.set_random_seed(10)
    first = keras.layers.Dense(6, activation="relu")
    if name == "nested":
        inner = keras.Sequential([keras.Input((6,)), *ends(keras)["fused"]])
        model, last = keras.Sequential([keras.Input((4,)), first, inner]), inner.get_layer("last")
    else:
        model = keras.Sequential([keras.Input((4,)), first, *ends(keras)[name]])
        last = model.get_layer("last")
    x = np.random.default_rng(11).normal(size=(5, 4)).astype(np.float32)
    kernel, bias = last.get_weights()
    expected = np.asarray(first(x)) @ kernel.reshape(6, 3) + bias
    np.testing.assert_allclose(np.asarray(logits_model(model)(x)), expected, atol=1e-6)
    probabilities = np.asarray(keras.ops.softmax(expected))
    np.testing.assert_allclose(np.asarray(model(x)), expected if name == "logits" else probabilities, atol=1e-6)


def test_the_model_itself_keeps_its_softmax(keras: Any) -> None:
    from exporter.attacks.logits import logits_model

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    logits_model(model)
    np.testing.assert_allclose(np.asarray(model(np.ones((1, 4), np.float32))).sum(), 1, rtol=1e-6)


def test_what_has_no_logits_is_refused(keras: Any, branching: Any) -> None:
    from exporter.attacks import AttackError
    from exporter.attacks.logits import logits_model

    layers = keras.layers
    with pytest.raises(AttackError, match=r"an end in softmax or in logits, got 'sigmoid' at 'several'"):
        logits_model(keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="sigmoid", name="several")]))
    with pytest.raises(AttackError, match="at least two scores"):
        logits_model(keras.Sequential([keras.Input((4,)), layers.Dense(1)]))
    with pytest.raises(AttackError, match="at least two scores"):
        logits_model(keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(3, 3)]))
    with pytest.raises(AttackError, match="expected one input, got 2 inputs"):
        logits_model(branching)


def test_classes_have_logits_too(keras: Any) -> None:
    from containers import classifier_class

    from exporter.attacks import AttackError, Batch
    from exporter.attacks.logits import logits_model, scores_model

    model = classifier_class(keras)  # ends in a bare softmax
    x = np.random.default_rng(12).random((5, 6, 6, 1), np.float32)
    logits = np.asarray(logits_model(model)(x))
    np.testing.assert_allclose(keras.ops.softmax(logits), model(x), atol=1e-6)
    assert np.abs(logits.sum(axis=1) - 1).min() > 1e-3
    np.testing.assert_array_equal(scores_model(model)(x), model(x, training=False))

    fed = keras.Input((6, 6, 1))
    around = keras.Model(fed, keras.layers.Reshape((3,))(model(fed)))  # a class at the end of a functional model
    np.testing.assert_allclose(logits_model(around)(x), logits, atol=1e-6)

    victim = victim_of(model, (6, 6, 1))
    moved = crafted_pixels("fgsm", victim, Batch(x, np.ones(5, np.int64)), epsilon=1e-3)
    before, after = (-np.log(np.asarray(model(pixels))[:, 1]) for pixels in (x, moved))
    assert (after > before).all()
    (result,) = attacked("fgsm", victim, batch_of(victim, x[:1]), limit=0.05)
    np.testing.assert_allclose(keras.ops.softmax(result.last.logits), model(result.last.pixels[None])[0], atol=1e-6)

    class Sure(keras.Model):
        def call(self, x: Any) -> Any:
            return keras.ops.sigmoid(x)

    sure = Sure()
    sure(np.zeros((1, 3), np.float32))
    with pytest.raises(AttackError, match=r"an end in softmax or in logits, got 'sigmoid'"):
        victim_of(sure, (3,))


@pytest.mark.parametrize("policy", ["mixed_float16", "bfloat16", "mixed_bfloat16"])
def test_attacks_take_every_policy(keras: Any, policy: str) -> None:
    layers = keras.layers
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(3, activation="softmax", dtype=policy)])
    model = keras.Sequential([keras.Input((4,)), layers.Dense(6, activation="relu", dtype=policy), inner])
    victim = victim_of(model, (4,))
    (result,) = attacked("fgsm", victim, batch_of(victim, np.random.default_rng(13).random((1, 4), np.float32)))
    assert result.last.logits.dtype == result.last.pixels.dtype == np.float32
    assert np.isfinite(result.last.logits).all()
    assert result.linf > 0
