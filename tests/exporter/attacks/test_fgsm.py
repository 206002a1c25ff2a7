"""The growing-epsilon FGSM: what it promises, against foolbox and against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    from exporter.inputs.digits import balanced_digits
    from exporter.training import fed

    return fed(balanced_digits(10))


def victim(model: Any, x: np.ndarray, low: float = 0.0, high: float = 1.0) -> Any:
    from exporter.attacks import Victim

    return Victim(model, x, np.float32(low), np.float32(high))


def test_it_flips_at_epsilon_and_not_one_step_before(learned: tuple[Any, Any], digits: tuple[Any, Any]) -> None:
    from exporter.attacks import attack_named
    from exporter.attacks.fgsm import perturbed, sign_of_gradient
    from exporter.attacks.logits import logits_model

    model, _ = learned
    x = digits[0][3]
    result = attack_named("fgsm").run(victim(model, x))
    assert result.success
    assert result.options == {"start": 0.01, "step": 0.0007, "limit": 0.3}
    epsilon = result.steps[-1].epsilon
    assert epsilon == pytest.approx(0.01 + (len(result.steps) - 1) * 0.0007)
    direction, _ = sign_of_gradient(logits_model(model), x, result.original)
    before, after = model.predict(perturbed(victim(model, x), direction, [epsilon - 0.0007, epsilon]), verbose=0)
    assert before.argmax() == result.original
    assert after.argmax() == result.steps[-1].predicted != result.original
    assert [step.predicted == result.original for step in result.steps] == [True] * (len(result.steps) - 1) + [False]


def test_each_step_stays_in_reach_and_in_the_valid_range(learned: tuple[Any, Any], digits: tuple[Any, Any]) -> None:
    from exporter.attacks import attack_named

    model, _ = learned
    x = digits[0][4]
    for step in attack_named("fgsm").run(victim(model, x)).steps:
        assert np.abs(step.x - x).max() <= step.epsilon + 1e-7
        assert step.x.min() >= 0
        assert step.x.max() <= 1
        np.testing.assert_allclose(step.scores, model(step.x[None])[0], atol=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
@pytest.mark.parametrize("epsilon", [0.01, 0.2])
def test_pixels_equal_foolbox(learned: tuple[Any, Any], digits: tuple[Any, Any], epsilon: float) -> None:
    foolbox = pytest.importorskip("foolbox", reason="foolbox, the peer, is not installed", exc_type=ImportError)
    from exporter.attacks.fgsm import CROSS_ENTROPY, perturbed, sign_of_gradient
    from exporter.attacks.logits import logits_model
    from exporter.backend import tf

    logits = logits_model(learned[0])
    peer_model = foolbox.TensorFlowModel(logits, bounds=(0, 1))
    compared = 0
    for x in digits[0]:
        label = int(np.asarray(logits(x[None])).argmax())
        direction, loss = sign_of_gradient(logits, x, label)
        if loss != CROSS_ENTROPY:  # there the peer's gradient has lost the label's own logit
            continue
        labels = tf.constant([label], tf.int64)
        peer = foolbox.attacks.FGSM()(peer_model, tf.constant(x[None]), labels, epsilons=epsilon)[0].numpy()[0]
        np.testing.assert_array_equal(perturbed(victim(learned[0], x), direction, [epsilon])[0], peer)
        compared += 1
    assert compared >= 5


def dense_softmax(keras: Any, kernel: np.ndarray) -> Any:
    """softmax(x @ kernel)."""
    size, classes = kernel.shape
    layer = keras.layers.Dense(classes, use_bias=False, activation="softmax")
    model = keras.Sequential([keras.Input((size,)), layer])
    layer.set_weights([kernel])
    return model


def test_the_sign_is_that_of_the_loss_in_float64(keras: Any) -> None:
    from exporter.attacks.fgsm import CROSS_ENTROPY, sign_of_gradient
    from exporter.attacks.logits import logits_model

    rng = np.random.default_rng(8)
    kernel = rng.normal(size=(40, 4)).astype(np.float32)
    model, x = dense_softmax(keras, kernel), rng.random(40, np.float32)

    def loss(point: np.ndarray) -> float:
        z = point @ kernel.astype(np.float64)
        return float(np.log(np.exp(z - z[1]).sum()))

    small = 1e-6 * np.eye(40)
    expected = np.sign([loss(x + step) - loss(x - step) for step in small])
    direction, name = sign_of_gradient(logits_model(model), x, 1)
    assert name == CROSS_ENTROPY
    np.testing.assert_array_equal(direction, expected)


def test_where_the_softmax_rounds_to_1_the_direction_is_still_right(keras: Any) -> None:
    from exporter.attacks import attack_named
    from exporter.attacks.fgsm import LOGIT_MARGIN, sign_of_gradient
    from exporter.attacks.logits import logits_model

    kernel = np.random.default_rng(9).normal(size=(40, 2)).astype(np.float32)
    kernel[:, 0] += 4.0  # class 0 wins by about 80
    model, x = dense_softmax(keras, kernel), np.full(40, 0.5, np.float32)
    assert float(model(x[None])[0, 0]) == 1.0
    direction, name = sign_of_gradient(logits_model(model), x, 0)
    assert name == LOGIT_MARGIN
    np.testing.assert_array_equal(direction, np.sign(kernel[:, 1] - kernel[:, 0]))
    result = attack_named("fgsm").run(victim(model, x), limit=0.2)
    assert result.details == {"loss": "logit margin"}


def test_it_ends_at_the_limit_where_nothing_flips(learned: tuple[Any, Any], digits: tuple[Any, Any]) -> None:
    from exporter.attacks import attack_named

    result = attack_named("fgsm").run(victim(learned[0], digits[0][0]), start=0.001, step=0.001, limit=0.004)
    assert not result.success
    assert [step.epsilon for step in result.steps] == pytest.approx([0.001, 0.002, 0.003, 0.004])
    assert result.details == {"loss": "cross-entropy"} or result.details == {"loss": "logit margin"}


def test_defaults_follow_the_width_of_the_valid_range(keras: Any) -> None:
    from exporter.attacks import attack_named

    model = dense_softmax(keras, np.eye(3, dtype=np.float32))
    result = attack_named("fgsm").run(victim(model, np.array([200.0, 10, 10], np.float32), 0, 255))
    assert result.options == pytest.approx({"start": 2.55, "step": 0.1785, "limit": 76.5})


@pytest.mark.parametrize(
    "options",
    [{"step": 0.0}, {"start": -1.0}, {"start": 0.5, "limit": 0.4}, {"step": float("nan")}, {"limit": float("inf")}],
)
def test_options_that_make_no_sense(keras: Any, options: dict[str, float]) -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match="make no sense"):
        attack_named("fgsm").run(
            victim(dense_softmax(keras, np.eye(2, dtype=np.float32)), np.ones(2, np.float32)), **options
        )


def test_so_many_steps_that_memory_would_end_are_refused(keras: Any) -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match="take a larger step"):
        attack_named("fgsm").run(
            victim(dense_softmax(keras, np.eye(2, dtype=np.float32)), np.ones(2, np.float32)), step=1e-12
        )


def test_an_unknown_attack_tells_the_nearest() -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match=r"expected one of fgsm.*did you mean fgsm\?"):
        attack_named("fgms")
