"""What cannot be attacked, and what is said then: one line each; and that its neighbours are attacked all the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from victims import attacked, batch_of, dense_softmax, victim_of

pytestmark = pytest.mark.tf

X = np.random.default_rng(50).uniform(0.3, 0.7, (4, 6)).astype(np.float32)


@pytest.fixture(scope="module")
def victim(keras: Any) -> Any:
    return victim_of(dense_softmax(keras, np.random.default_rng(51).normal(size=(6, 3)).astype(np.float32)), (6,))


def with_layer(keras: Any, call: Any) -> Any:
    """Scores of two classes of what `call` makes of six numbers."""

    class Bent(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return call(x)

        def compute_output_shape(self, shape: Any) -> Any:
            return shape

    last = keras.layers.Dense(2, use_bias=False, activation="softmax")
    model = keras.Sequential([keras.Input((6,)), Bent(), last])
    last.set_weights([np.random.default_rng(52).normal(size=(6, 2)).astype(np.float32)])
    return victim_of(model, (6,))


def error_of(name: str, victim: Any, batch: Any, **options: Any) -> str:
    from exporter.attacks import AttackError

    with pytest.raises(AttackError) as caught:
        attacked(name, victim, batch, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_input_that_is_misread_already(victim: Any) -> None:
    from exporter.attacks import Batch

    (said,) = victim.judged(X[:1]).argmax(axis=1)
    label = (said + 1) % 3
    assert error_of("fgsm", victim, Batch(X[:1], np.array([label]))) == (
        f"there is nothing to attack: the model is wrong already: expected class {label}, got class {said}"
    )


def test_targets_that_make_no_sense(victim: Any) -> None:
    from exporter.attacks import Batch

    label = victim.judged(X[:1]).argmax(axis=1)

    def said(name: str, target: int) -> str:
        return error_of(name, victim, Batch(X[:1], label, np.array([target])))

    same = f"the target is what the model says already: expected another class, got class {label[0]} for both"
    assert said("pgd", int(label[0])) == same
    for target in (3, -1):
        assert said("pgd", target) == f"the model has no such class: expected a target of 0 to 2, got {target}"
    assert "deepfool takes no target" in said("deepfool", 0)
    assert "targeted-l2 needs a class to reach" in error_of("targeted-l2", victim, Batch(X[:1], label))


@pytest.mark.parametrize("name", ["fgsm", "ifgsm", "pgd", "noise"])
def test_a_budget_of_zero(name: str, victim: Any) -> None:
    said = error_of(name, victim, batch_of(victim, X[:1]), epsilon=0.0)
    assert said.startswith("a budget of zero changes nothing: expected ")


def test_inputs_outside_the_stated_range(keras: Any, victim: Any) -> None:
    from exporter.attacks import AttackError, Batch

    wide = victim_of(dense_softmax(keras, np.eye(6, 3, dtype=np.float32)), (6,), low=-1, high=2)
    for value, got in ((2.5, "got -1 to 2.5"), (float("nan"), "got nan to nan"), (float("inf"), "got -1 to inf")):
        with pytest.raises(AttackError, match=rf"outside the range .*expected -1 to 2, {got}; export it with"):
            wide.pixels(np.array([-1, 0, 0, 0, 0, value]))
        pixels = np.array([[0, 0, 0, 0, 0, value]], np.float32)
        assert "expected numbers of 0 to 1" in error_of("fgsm", victim, Batch(pixels, np.array([0])))
    with pytest.raises(AttackError, match="expected low < high, got 1 to 1"):
        victim_of(dense_softmax(keras, np.eye(6, 3, dtype=np.float32)), (6,), low=1, high=1)
    assert "there is nothing to attack" in error_of("fgsm", victim, Batch(X[:0], np.zeros(0, np.int64)))


MASKS = {
    "rounded": lambda ops: lambda x: ops.round(x * 8),
    "no gradient": lambda ops: lambda x: ops.stop_gradient(x),
    "saturated": lambda ops: lambda x: ops.sigmoid((x - 0.5) * 1e6),
    "whole numbers": lambda ops: lambda x: ops.cast(ops.cast(x * 8, "int32"), "float32"),
}


@pytest.mark.parametrize("mask", sorted(MASKS))
def test_masked_gradients_are_named_and_what_needs_none_is_advised(mask: str, keras: Any) -> None:
    victim = with_layer(keras, MASKS[mask](keras.ops))
    for name in ("fgsm", "deepfool"):
        said = error_of(name, victim, batch_of(victim, X[:1]))
        assert said.startswith("masked gradients: expected a ")
        assert "got zero for every pixel" in said or "got none" in said
        assert "boundary or hopskipjump" in said
    of_all = "none of the 4 inputs can be attacked: " if mask == "saturated" else ""  # the others have none at all
    assert error_of("pgd", victim, batch_of(victim, X)).startswith(f"{of_all}masked gradients: ")
    attacked("noise", victim, batch_of(victim, X[:1]), epsilon=0.3)  # what follows no gradient is not refused


@pytest.mark.slow
def test_what_needs_no_gradient_fools_a_model_that_masks_them(keras: Any) -> None:
    pytest.importorskip("foolbox", reason="foolbox is not installed", exc_type=ImportError)
    victim = with_layer(keras, MASKS["rounded"](keras.ops))
    for result in attacked("hopskipjump", victim, batch_of(victim, X), steps=2, evaluations=30):
        assert result.success


def test_gradients_and_scores_that_are_no_numbers(keras: Any) -> None:
    rooted = with_layer(keras, lambda x: keras.ops.sqrt(keras.ops.maximum(x - 0.5, 0.0)))  # infinitely steep at 0.5
    said = error_of("fgsm", rooted, batch_of(rooted, np.full((1, 6), 0.5, np.float32)))
    assert said.startswith("masked gradients: expected a gradient to follow, got NaN or infinite for some pixels; ")
    broken = with_layer(keras, lambda x: keras.ops.log(x - 0.5))  # NaN below 0.5
    said = error_of("noise", broken, batch_of(broken, np.full((1, 6), 0.2, np.float32)))
    assert said == "the model cannot read the input: expected logits that are numbers, got NaN or infinite ones"


def test_the_others_of_a_batch_are_attacked_all_the_same(keras: Any) -> None:
    """And come to what they come to without the ones that are left alone."""
    from dataclasses import replace

    from exporter.attacks import Batch

    broken = with_layer(keras, lambda x: keras.ops.log(x - 0.25) + keras.ops.relu(x - 0.9) * 0)
    pixels = np.concatenate([X, np.full((1, 6), 0.1, np.float32)])[[0, 4, 1]]
    labels = broken.judged(pixels).argmax(axis=1)
    batch = Batch(pixels, labels, seed=3)
    first, bad, last = attacked("pgd", broken, batch, epsilon=0.02)
    assert not bad.success
    assert (bad.tried, bad.linf) == (0, 0.0)
    assert "the model cannot read the input" in str(bad.details["refused"])
    rows = np.array([0, 2])
    alone = attacked("pgd", broken, replace(batch, pixels=pixels[rows], labels=labels[rows], places=rows), epsilon=0.02)
    for result, expected in zip((first, last), alone, strict=True):
        assert "refused" not in result.details
        np.testing.assert_array_equal(result.last.pixels, expected.last.pixels)


def test_models_that_put_out_no_vector_of_scores(keras: Any) -> None:
    from exporter.attacks import AttackError

    layers = keras.layers
    picture = keras.Input((8, 8, 3))
    models = {
        r"at least two scores, got an output \(1,\)": keras.Sequential(
            [picture, layers.Flatten(), layers.Dense(1, activation="sigmoid")]
        ),
        r"at least two scores, got an output \(6, 6, 4\)": keras.Sequential([picture, layers.Conv2D(4, 3)]),
        "an end in softmax or in logits, got 'sigmoid'": keras.Sequential(
            [picture, layers.Flatten(), layers.Dense(4, activation="sigmoid", name="many")]
        ),
    }
    for said, model in models.items():
        with pytest.raises(AttackError, match=f"the model cannot be attacked: expected .*{said}"):
            victim_of(model, (8, 8, 3))
    words = keras.Sequential([keras.Input((6,)), layers.Embedding(9, 2), layers.Flatten(), layers.Dense(3)])
    victim = victim_of(words, (6,), low=0, high=8)
    said = error_of("fgsm", victim, batch_of(victim, X[:1]))
    assert said.startswith("masked gradients: expected a way from the scores back to the input, got none")
