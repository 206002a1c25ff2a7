"""Tensors are read when they are asked for, once, and found by what they are."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from plain_bundle import plain_manifest, write_plain
from tiny_bundle import LAYER_NAMES, forward

from exporter.bundle import BundleError, BundleWriter, npz_read, read_bundle, store
from exporter.bundle.schema import Edge, Layer, Output


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the array files that are opened from now on."""
    names: list[str] = []

    def note(path: Path) -> ZipFile:
        names.append(path.name)
        return npz_read.open_npz(path)

    monkeypatch.setattr(store, "open_npz", note)
    return names


def test_opening_a_bundle_opens_no_array_file(tiny: Path, opened: list[str]) -> None:
    bundle = read_bundle(tiny)
    assert opened == []
    bundle.output("clean-0", "000", "conv")
    bundle.output("clean-0", "002", "relu")
    assert opened == ["clean-0.npz"]
    bundle.weight("001", "scores", "bias")
    assert opened == ["clean-0.npz", "001.npz"]


def test_an_array_that_was_loaded_is_kept(tiny: Path) -> None:
    bundle = read_bundle(tiny)
    first = bundle.output("clean-0", "000", "conv")
    assert bundle.output("clean-0", "000", "conv") is first
    bundle.close()
    again = bundle.output("clean-0", "000", "conv")
    assert again is not first
    np.testing.assert_array_equal(again, first)


def test_only_so_much_is_kept(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CACHED_BYTES", 2 * (6 * 6 * 4 * 4 + store.ENTRY_BYTES))
    bundle = read_bundle(tiny)
    conv, relu = (bundle.output("clean-0", "000", name) for name in ("conv", "relu"))
    assert bundle.output("clean-0", "000", "conv") is conv
    bundle.output("clean-0", "001", "conv")  # pushes out the one that was used longest ago
    assert bundle.output("clean-0", "000", "conv") is conv
    assert bundle.output("clean-0", "000", "relu") is not relu


def test_only_so_many_files_stay_open(tmp_path: Path) -> None:
    with BundleWriter.create(tmp_path / "x.bundle") as writer:
        refs = {f"k{i}": writer.write(f"{i}.npz", {f"k{i}": np.full(2, i)})[f"k{i}"] for i in range(40)}
        writer.commit(plain_manifest(refs))
    bundle = read_bundle(tmp_path / "x.bundle")
    for _ in range(2):
        assert [int(bundle.weight("000", "a", key)[0]) for key in refs] == list(range(40))
        bundle._store._kept.clear()
    assert len(bundle._store._open) == 16


def test_threads_can_share_a_bundle(tiny: Path) -> None:
    bundle = read_bundle(tiny)
    expected = {name: bundle.output("clean-1", "002", name).sum() for name in LAYER_NAMES}
    found: list[bool] = []

    def work() -> None:
        for _ in range(20):
            bundle.close()
            found.extend(bundle.output("clean-1", "002", name).sum() == expected[name] for name in LAYER_NAMES)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 * 20 * 6
    assert all(found)


def test_an_opened_bundle_outlives_its_replacement(plain: Path) -> None:
    bundle = read_bundle(plain)
    first = bundle.weight("000", "a", "k")
    write_plain(plain, {"k": np.zeros(9)}, overwrite=True)
    assert bundle.weight("000", "a", "k") is first


def test_the_tiny_bundle_is_found_by_names(tiny: Path) -> None:
    bundle = read_bundle(str(tiny))
    assert bundle.path == tiny
    assert bundle.layer("conv").kind == "conv"
    assert bundle.input("attack-3").parent == "clean-0"
    assert bundle.checkpoint("001").label == "epoch 1"
    assert bundle.final_checkpoint.id == "002"
    assert bundle.capture("clean-1", "002").predicted == 1
    assert bundle.weight("002", "conv", "kernel").shape == (3, 3, 1, 4)
    image = bundle.image("clean-0")
    assert image is not None
    assert (image.shape, image.dtype) == ((6, 6, 1), np.uint8)
    assert repr(bundle) == f"Bundle('{tiny}')"


@pytest.mark.parametrize(
    ("look", "line"),
    [
        (
            lambda b: b.layer("nothing"),
            "no such layer: expected one of picture, conv, relu, pool, flatten, scores, got",
        ),
        (lambda b: b.input("nothing"), "no such input"),
        (lambda b: b.checkpoint("nothing"), "no such checkpoint"),
        (lambda b: b.capture("attack-1", "000"), "no such capture"),
        (lambda b: b.output("clean-0", "000", "nothing"), "no such captured output"),
        (lambda b: b.output("clean-0", "000", "conv", 1), "got 'conv#1'"),
        (lambda b: b.weight("000", "conv", "gamma"), "no such weight"),
        (lambda b: b.weight("000", "pool", "kernel"), "got 'pool/kernel'"),
        (lambda b: b.statistics("nothing"), "no such layer"),
        (lambda b: b.statistics("conv", "nothing"), "no such checkpoint"),
        (lambda b: b.image("nothing"), "no such input"),
    ],
)
def test_what_is_not_there_is_told(tiny: Path, look: Any, line: str) -> None:
    with pytest.raises(BundleError) as caught:
        look(read_bundle(tiny))
    assert line in str(caught.value)
    assert str(caught.value).endswith(f"({tiny})")


def test_an_input_without_picture_has_none(edit_tiny: Any) -> None:
    assert read_bundle(edit_tiny(lambda m: m["inputs"][0].update(image=None))).image("clean-0") is None


def test_statistics_are_those_of_the_latest_checkpoint_that_has_some(edit_tiny: Any) -> None:
    def forget_the_last(manifest: Any) -> None:
        manifest["derived"] = [d for d in manifest["derived"] if (d["layer"], d["checkpoint"]) != ("conv", "002")]
        manifest["derived"].reverse()

    bundle = read_bundle(edit_tiny(forget_the_last))
    latest, named = bundle.statistics("conv"), bundle.statistics("conv", "001")
    assert latest is not None
    assert named is not None
    assert all(latest[name] is named[name] for name in latest)
    assert bundle.statistics("conv", "002") is None


def test_without_statistics_there_are_none(edit_tiny: Any) -> None:
    assert read_bundle(edit_tiny(lambda m: m.update(derived=[]))).statistics("conv") is None


def test_a_layer_that_shares_weights_finds_them_where_they_are(tmp_path: Path) -> None:
    outputs = (Output(shape=(2,), dtype="float32"), Output(shape=(None,), dtype="float32"))
    first = Layer(name="a", kind="dense", class_name="Dense", outputs=outputs, value="value", variables=("k",))
    again = Layer(name="a:1", kind="dense", class_name="Dense", outputs=outputs, value="value", shares_weights_with="a")
    with BundleWriter.create(tmp_path / "x.bundle") as writer:
        refs = writer.write("weights/000.npz", {"k": np.arange(3)})
        edges = (Edge(source="a", target="a:1", source_output=1),)
        writer.commit(plain_manifest(refs, layers=(first, again), edges=edges))
    bundle = read_bundle(tmp_path / "x.bundle")
    assert bundle.weight("000", "a:1", "k") is bundle.weight("000", "a", "k")


def test_every_output_follows_from_the_weights_and_what_was_fed(tiny: Path) -> None:
    """The tiny bundle is what others test with, so it has to be true."""
    bundle = read_bundle(tiny)
    for capture in bundle.manifest.captures:
        weights = {key: bundle.load(ref) for key, ref in bundle.checkpoint(capture.checkpoint).weights.items()}
        fed = bundle.output(capture.input, capture.checkpoint, "picture")
        for name, value in forward(fed, weights).items():
            np.testing.assert_allclose(bundle.output(capture.input, capture.checkpoint, name), value, atol=1e-6)
        assert capture.predicted == int(np.argmax(np.array(capture.scores, float)))


def test_training_and_the_attack_of_the_tiny_bundle_tell_a_story(tiny: Path) -> None:
    bundle = read_bundle(tiny)
    predicted = {(c.input, c.checkpoint): c.predicted for c in bundle.manifest.captures}
    assert [predicted[name, "002"] for name in ("clean-0", "clean-1")] == [0, 1]
    assert [predicted[name, "002"] for name in bundle.manifest.runs[0].inputs] == [0, 0, 1]
    clean = bundle.output("clean-0", "002", "picture")
    for name in bundle.manifest.runs[0].inputs:
        change = np.abs(bundle.output(name, "002", "picture") - clean).max()
        assert change == pytest.approx(bundle.input(name).epsilon, abs=1e-6)


def test_reading_a_bundle_needs_neither_tensorflow_nor_much_else(tiny: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['tensorflow', 'keras', 'h5py', 'PIL', 'vispy', 'scipy']))\n"
        "from exporter.bundle import read_bundle\n"
        f"print(read_bundle({str(tiny)!r}).output('clean-0', '002', 'scores').argmax())\n"
    )
    root = Path(store.__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout == "0\n"
