"""A forward pass in numpy beside Keras' own, and what it costs to audit a value and to switch a part off."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from forward_bundle import forward_bundle
from paper_bundle import KEY, PaperBundle
from pytest_benchmark.fixture import BenchmarkFixture

from viewer.forward import answers, audit, formula
from viewer.forward.answers import outputs
from viewer.state import CaptureKey, Mute
from viewer.study import Place

ROUNDS = 5


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    """The demo's network and MobileNetV2, with random weights."""
    from exporter.backend import keras
    from exporter.models import demo_cnn

    keras.utils.set_random_seed(1)
    return {"demo": demo_cnn(), "MobileNetV2": keras.applications.MobileNetV2(weights=None)}


def median_secs(work: Callable[[int], object]) -> float:
    """The median time of a few runs, after one that does not count."""
    work(0)
    taken = []
    for number in range(1, ROUNDS + 1):
        began = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def passes_without(bundle: PaperBundle, layer: str) -> Callable[[int], object]:
    """Runs all after a layer, with another channel off each time, so that nothing is found kept."""
    return lambda number: outputs(bundle, CaptureKey(*KEY, (Mute(layer, number),)))


@pytest.mark.parametrize(("name", "first"), [("demo", "conv_1"), ("MobileNetV2", "Conv1")])
def test_a_pass_beside_keras(
    models: dict[str, Any],
    name: str,
    first: str,
    benchmark: BenchmarkFixture,
    timings: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = models[name]
    bundle = forward_bundle(model)
    fed = np.asarray(bundle.output(*KEY, bundle.manifest.model.inputs[0]))[None]
    monkeypatch.setattr(answers, "_KEPT", answers._Kept())
    theirs_secs = median_secs(lambda number: model.predict(fed, verbose=0))
    ours_secs = median_secs(passes_without(bundle, first))
    benchmark.extra_info["ratio_to_keras_predict"] = ours_secs / theirs_secs
    timings.append(
        f"{name}: numpy forward {ours_secs * 1e3:.1f} ms, keras predict {theirs_secs * 1e3:.1f} ms, "
        f"ratio {ours_secs / theirs_secs:.2f}"
    )
    benchmark.pedantic(passes_without(bundle, first), args=(ROUNDS + 1,), rounds=1)


def test_one_value_beside_its_whole_layer(
    models: dict[str, Any], benchmark: BenchmarkFixture, timings: list[str]
) -> None:
    bundle = forward_bundle(models["MobileNetV2"])
    key, place = CaptureKey(*KEY), Place("block_1_expand", 0, 5, (50, 50))
    audit_secs = median_secs(lambda number: audit(bundle, key, place))
    formula_secs = median_secs(lambda number: formula(bundle, key, place))
    timings.append(f"a value of MobileNetV2: audit {audit_secs * 1e3:.2f} ms, formula {formula_secs * 1e3:.2f} ms")
    benchmark.pedantic(audit, args=(bundle, key, place), rounds=ROUNDS)
