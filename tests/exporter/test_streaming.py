"""An export holds one tensor at a time, and keeps what was asked for."""

from __future__ import annotations

import gc
import json
import shutil
import tracemalloc
import weakref
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import Bundle, KerascopeError, read_bundle, validate_bundle
from exporter.bundle.tensors import tensor_bytes, tensor_refs

pytestmark = pytest.mark.tf

UNITS, DEPTH = 1000, 10
KERNEL_BYTES = 4 * UNITS * UNITS


@pytest.fixture(scope="module")
def deep(keras: Any) -> Any:
    """Ten kernels of 4 MB."""
    keras.utils.set_random_seed(8)
    layers = [keras.layers.Dense(UNITS, activation="relu", name=f"dense_{place}") for place in range(DEPTH)]
    return keras.Sequential([keras.Input((UNITS,), name="numbers"), *layers])


def numpys_peak_bytes(work: Callable[[], Any]) -> int:
    """The most that NumPy held at a time."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_no_copy_of_the_weights_is_made(deep: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keras: Any) -> None:
    from exporter.capture import read_weights
    from exporter.pipeline import export_model

    def export(**options: Any) -> None:
        export_model(deep, np.ones((2, UNITS), np.float32), tmp_path / "b.bundle", overwrite=True, **options)

    export()  # what is imported or traced once is not meant
    assert numpys_peak_bytes(lambda: read_weights(deep)) > DEPTH * KERNEL_BYTES  # a copy would be seen
    assert numpys_peak_bytes(lambda: export(dtype="float16")) < 2 * KERNEL_BYTES
    monkeypatch.setattr(keras.Variable, "assign", None)  # nor are TensorFlow's changed, which NumPy does not see
    assert numpys_peak_bytes(export) < 2 * KERNEL_BYTES


def test_checkpoints_lend_their_memory_and_are_dropped_one_by_one(branching: Any, tmp_path: Path) -> None:
    from exporter.capture.weights import held_tensor, seen_array, variables_of, weights_as
    from exporter.models import untrained_twin
    from exporter.moments import Sources, moments_of

    for seed in (1, 2):
        untrained_twin(branching, seed).save_weights(tmp_path / f"{seed}.weights.h5")
    files = [str(tmp_path / f"{seed}.weights.h5") for seed in (1, 2)]
    kernel = variables_of(branching)["shared/kernel"]
    own = np.asarray(held_tensor(kernel))
    lent = []
    for moment in moments_of(branching, Sources(files), untrained=True, seed=3):
        assert all(tensor() is None for tensor in lent)
        if isinstance(moment.source, dict):
            with weights_as(branching, moment.source):
                assert np.shares_memory(seen_array(kernel), np.asarray(moment.source["shared/kernel"]))
            lent.append(weakref.ref(moment.source["shared/kernel"]))
        del moment
    assert len(lent) == 3
    assert np.shares_memory(own, seen_array(kernel))


# --- Bounds -----------------------------------------------------------------------------------------------------------


def exported(model: Any, out: Path, **options: Any) -> tuple[Bundle, str]:
    """A bundle, and what was told before it was written."""
    from exporter.pipeline import export_model

    told: list[str] = []
    bundle = read_bundle(export_model(model, "mnist:3", out, tell=told.append, **options))
    assert validate_bundle(bundle.path) == []
    assert len(told) == 1
    return bundle, told[0]


@pytest.fixture(scope="module")
def bounded(learned: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two layers, three channels, no weights. Do not change."""
    out = tmp_path_factory.mktemp("bounded") / "b.bundle"
    return exported(learned[0], out, layers="conv_?", channels=3, weights="none")[0].path


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"untrained": True, "weights": "000", "dtype": "float16"},
        {"layers": ["pool_*", "dense"], "channels": 2, "weights": "none"},
    ],
    ids=str,
)
def test_what_is_told_is_what_is_written(learned: tuple[Any, Any], tmp_path: Path, options: dict[str, Any]) -> None:
    from exporter.extent import size_text

    bundle, told = exported(learned[0], tmp_path / "b.bundle", **options)
    written = sum(tensor_bytes(ref) for _, ref in tensor_refs(bundle.manifest))
    assert told.startswith(f"about {size_text(written)}: ")
    assert "of 3 inputs" in told


def test_bounded_captures_are_a_part_of_the_whole_ones(bounded: Path, learned: tuple[Any, Any], tmp_path: Path) -> None:
    bundle, (whole, _) = read_bundle(bounded), exported(learned[0], tmp_path / "w.bundle")
    assert [checkpoint.weights for checkpoint in bundle.manifest.checkpoints] == [{}]
    for shown in bundle.manifest.inputs:
        assert set(bundle.capture(shown.id, "001").outputs) == {"digit", "conv_1", "conv_2", "output"}
        for name, channels in (("digit", 1), ("conv_1", 3), ("conv_2", 3), ("output", 10)):
            kept = bundle.output(shown.id, "001", name)
            np.testing.assert_array_equal(kept, whole.output(shown.id, "001", name)[..., :channels])
    found, expected = bundle.statistics("conv_2"), whole.statistics("conv_2")
    assert found is not None
    assert expected is not None
    np.testing.assert_array_equal(found["percentiles"], expected["percentiles"][:3])
    assert bundle.statistics("relu_1") is None


def test_weights_of_some_checkpoints_only(learned: tuple[Any, Any], tmp_path: Path) -> None:
    model, recorder = learned
    bundle, told = exported(model, tmp_path / "b.bundle", checkpoints=recorder, weights="000,003")
    assert [bool(each.weights) for each in bundle.manifest.checkpoints] == [True, False, False, True]
    assert "of 2 checkpoints" in told
    assert not (bundle.path / "weights/001.npz").exists()


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        ({"layers": "conv_9"}, "no layer .* such as conv_"),
        ({"channels": -1}, "at least 1"),
        ({"weights": "009"}, "expected none, full, or some of 000, 001, 002, 003, 004, got 009"),
        ({"weights": "004"}, "some of 000, 001, 002, 003, got 004"),  # the last checkpoint is the model as it is
    ],
    ids=str,
)
def test_bounds_that_make_no_sense_leave_nothing(
    learned: tuple[Any, Any], tmp_path: Path, options: dict[str, Any], pattern: str
) -> None:
    with pytest.raises(KerascopeError, match=pattern):
        exported(learned[0], tmp_path / "b.bundle", checkpoints=learned[1], **options)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_before_anything_is_written(
    learned: tuple[Any, Any], bounded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.pipeline import attack_bundle

    path = shutil.copytree(bounded, tmp_path / "b.bundle")
    before = sorted(path.rglob("*"))
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 4096, 4096))
    with pytest.raises(KerascopeError, match=r"too little room .* got 4.10 kB free"):
        exported(learned[0], tmp_path / "new" / "c.bundle")
    with pytest.raises(KerascopeError, match="too little room"):
        attack_bundle(path, learned[0], "fgsm", keep=1, warn=lambda line: None)
    assert list(tmp_path.iterdir()) == [path]
    assert sorted(path.rglob("*")) == before


# --- Attacks on bounded bundles ---------------------------------------------------------------------------------------


def test_an_attack_keeps_as_little_as_the_bundle(bounded: Path, learned: tuple[Any, Any], tmp_path: Path) -> None:
    from exporter.pipeline import attack_bundle

    path, told = shutil.copytree(bounded, tmp_path / "b.bundle"), list[str]()
    attack_bundle(path, learned[0], "fgsm", keep=2, warn=told.append)
    assert validate_bundle(path) == []
    assert told[0] == "checkpoint 001 keeps no weights: the scores of input 000 tell that it is it"
    bundle = read_bundle(path)
    parent, attacked = (bundle.manifest.captures[place] for place in (0, -1))
    assert {name: ref.shape for name, ref in attacked.outputs.items()} == {
        name: ref.shape for name, ref in parent.outputs.items()
    }


def test_another_model_is_told_from_its_scores(bounded: Path, keras: Any, tmp_path: Path) -> None:
    from exporter.models import demo_cnn
    from exporter.pipeline import attack_bundle

    path = shutil.copytree(bounded, tmp_path / "b.bundle")
    with pytest.raises(KerascopeError, match="in no checkpoint"):
        attack_bundle(path, demo_cnn(), "fgsm")
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    for capture in manifest["captures"]:
        capture.update(scores=[], predicted=None)
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(KerascopeError, match=r"does not tell which model.*neither at any checkpoint.*--weights full"):
        attack_bundle(path, demo_cnn(), "fgsm")
