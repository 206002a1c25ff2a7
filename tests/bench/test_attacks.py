"""FGSM and PGD beside foolbox, ART and a bare gradient, on the demo's network."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from taking_turns import Work, in_turns
from victims import batch_of, victim_of

BATCH, STEPS, EPSILON = 64, 10, 0.1
ROUNDS = {"fgsm": 61, "pgd": 21}
AT_LEAST_FASTER, OVERHEAD_AT_MOST = 3.0, 0.10


@pytest.fixture(scope="module")
def victim() -> Any:
    """The demo's network, trained for one pass: what it has learned changes no times."""
    from exporter.backend import keras
    from exporter.inputs.digits import digit_split
    from exporter.models import demo_cnn
    from exporter.training import fed

    keras.utils.set_random_seed(1)
    model = demo_cnn()
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    model.fit(*fed(digit_split().training), batch_size=64, epochs=1, verbose=0)
    return victim_of(model, (28, 28, 1))


@pytest.fixture(scope="module")
def batch(victim: Any) -> Any:
    from exporter.inputs.digits import balanced_digits
    from exporter.training import fed

    return batch_of(victim, fed(balanced_digits(BATCH))[0])


def ours(victim: Any, batch: Any, name: str, **options: Any) -> Work:
    from exporter.attacks import attack_named, crafted

    attack = attack_named(name)
    chosen = attack.chosen(epsilon=EPSILON, **options)
    return lambda: np.asarray(crafted(attack, victim, batch, chosen))


def gradients(victim: Any, batch: Any, count: int) -> Work:
    """So many gradients of the cross-entropy by the pixels, and nothing else."""
    from exporter.backend import tf

    @tf.function
    def gradient(pixels: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, victim.logits(pixels))
        return tape.gradient(loss, pixels)

    def work() -> Any:
        found, labels = tf.constant(batch.pixels), tf.constant(batch.labels)
        for _ in range(count):
            found = gradient(found, labels)
        return np.asarray(found)

    return work


def of_foolbox(victim: Any, batch: Any, name: str, **options: Any) -> Work:
    """Only its attack is run: calling it would also ask the model twice how it went."""
    import foolbox

    from exporter.backend import tf

    attack = getattr(foolbox.attacks, name)(**options)
    model = foolbox.TensorFlowModel(victim.logits, bounds=(0, 1), device="/cpu:0")

    def work() -> Any:
        criterion = foolbox.criteria.Misclassification(tf.constant(batch.labels))
        return np.asarray(attack.run(model, tf.constant(batch.pixels), criterion, epsilon=EPSILON))

    return work


def of_art(victim: Any, batch: Any, name: str, **options: Any) -> Work:
    from art.attacks import evasion
    from art.estimators.classification import TensorFlowV2Classifier

    from exporter.backend import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    size = batch.pixels.shape[1:]
    model = TensorFlowV2Classifier(
        lambda pixels, training=False: victim.logits(pixels), 10, size, loss_object=loss, clip_values=(0.0, 1.0)
    )
    attack = getattr(evasion, name)(model, eps=EPSILON, batch_size=BATCH, **options)
    return lambda: attack.generate(batch.pixels, batch.labels)


def peers_of(victim: Any, batch: Any, name: str) -> dict[str, Work]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("foolbox")
        pytest.importorskip("art")
        if name == "fgsm":
            art = of_art(victim, batch, "FastGradientMethod")
            return {"foolbox": of_foolbox(victim, batch, "FGSM"), "ART": art}
        step_size = EPSILON / 10
        of_one = {"rel_stepsize": 0.1, "steps": STEPS, "random_start": False}
        art = of_art(
            victim, batch, "ProjectedGradientDescentTensorFlowV2", eps_step=step_size, max_iter=STEPS, verbose=False
        )
        return {"foolbox": of_foolbox(victim, batch, "LinfPGD", **of_one), "ART": art}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["fgsm", "pgd"])
def test_an_attack_beside_its_peers(
    victim: Any, batch: Any, name: str, benchmark: BenchmarkFixture, timings: list[str]
) -> None:
    options = {} if name == "fgsm" else {"steps": STEPS, "step_size": EPSILON / 10, "random_start": False}
    work = ours(victim, batch, name, **options)
    works = {"ours": work, "bare": gradients(victim, batch, 1 if name == "fgsm" else STEPS)}
    walls, processors, results = in_turns({**works, **peers_of(victim, batch, name)}, ROUNDS[name])
    for peer in ("foolbox", "ART"):
        np.testing.assert_allclose(results["ours"], results[peer], rtol=0, atol=1e-6)
        timings.append(
            f"{name}, batch {BATCH}: ours {walls['ours'] * 1e3:.1f} ms, {peer} {walls[peer] * 1e3:.1f} ms, "
            f"{walls[peer] / walls['ours']:.1f} times (processor {processors[peer] / processors['ours']:.1f})"
        )
        assert processors[peer] / processors["ours"] >= AT_LEAST_FASTER
    overhead = {"wall": walls["ours"] / walls["bare"] - 1, "processor": processors["ours"] / processors["bare"] - 1}
    timings.append(f"{name} above a bare gradient: {overhead['wall']:.1%} (processor {overhead['processor']:.1%})")
    assert overhead["processor"] < OVERHEAD_AT_MOST
    benchmark.extra_info.update(walls)
    benchmark.pedantic(work, rounds=3)
