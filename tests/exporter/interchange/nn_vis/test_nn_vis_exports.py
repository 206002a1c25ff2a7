"""What is written for nn_vis is what the page asks for, and every value is the bundle's."""

from __future__ import annotations

import pickletools
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nn_vis_bundles import add_importance, assert_is_the_sculpture, dense_bundle, with_sculpture
from nn_vis_reader import read_importance, read_processed

from exporter.bundle import Bundle, read_bundle
from exporter.bundling.parameters import Parameters
from exporter.interchange.nn_vis.convert import convert_nn_vis
from exporter.interchange.report import Report
from exporter.sculpting import sculpt_bundle

ALLOWED = {"numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"}


def assert_are_the_weights(edges: list[Any], kernels: list[Any]) -> None:
    for table, kernel in zip(edges, kernels, strict=True):
        sizes = np.abs(kernel.astype(np.float64))
        np.testing.assert_allclose(table, sizes / sizes.max(), rtol=1e-6)
        assert table.max() == 1


@pytest.fixture(scope="module")
def dense_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dense_bundle(tmp_path_factory.mktemp("dense") / "dense.bundle", (30, 45, 4), checkpoints=("000", "001"))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Report]:
    """The network of nn_vis's own examples, and both its files."""
    folder = tmp_path_factory.mktemp("large")
    bundle = read_bundle(dense_bundle(folder / "mlp.bundle", (784, 81, 49, 10)))
    return bundle, convert_nn_vis(bundle, folder / "out")


@pytest.mark.slow
def test_a_network_of_784_81_49_10(large: tuple[Bundle, Report]) -> None:
    bundle, report = large
    assert sorted(file.name for file in report.path.iterdir()) == ["mlp.imp.npz", "mlp.pro.npz"]
    assert (report.n_files, report.n_bytes) == (2, sum(file.stat().st_size for file in report.path.iterdir()))
    assert_is_the_sculpture(read_processed(report.path / "mlp.pro.npz"), bundle)
    read = read_importance(report.path / "mlp.imp.npz")
    assert_are_the_weights(read.edges, [bundle.weight("000", f"layer_{place}", "kernel") for place in (1, 2, 3)])
    stored = bundle.load(bundle.manifest.sculptures[0].tensors["importance"])
    np.testing.assert_array_equal(np.concatenate(read.units), stored)
    assert "mlp.pro.npz: 784-81-49-10 units, 67963 of 67963 edges" in report.notes
    assert report.advice == ("mlp.pro.npz: nn_vis loses 66 edges on loading, one at every 1000",)


@pytest.mark.slow
def test_a_network_of_convolutions_is_shown_by_its_channels(tmp_path: Path, tiny_bundle_path: Path) -> None:
    path = Path(shutil.copytree(tiny_bundle_path, tmp_path / "tiny.bundle"))
    sculpt_bundle(path, checkpoint_ids=("000", "002"))
    bundle = read_bundle(path)
    report = convert_nn_vis(bundle, tmp_path / "tiny.pro.npz")
    assert_is_the_sculpture(read_processed(report.path), bundle)
    read = read_importance(convert_nn_vis(bundle, tmp_path / "tiny.imp.npz").path)
    assert [layer.shape for layer in read.units] == [(1, 3), (4, 3), (3, 3)]
    norms = np.linalg.norm(bundle.weight("002", "conv", "kernel").astype(np.float64), axis=(0, 1))
    np.testing.assert_allclose(read.edges[0], norms / norms.max(), rtol=1e-6)
    kernel = bundle.weight("002", "scores", "kernel").reshape(9, 4, 3).astype(np.float64)
    norms = np.linalg.norm(kernel, axis=0)
    np.testing.assert_allclose(read.edges[1], norms / norms.max(), rtol=1e-6)


@pytest.mark.slow
def test_a_pruned_network_has_fewer_edges(tmp_path: Path) -> None:
    path = dense_bundle(tmp_path / "a.bundle", (12, 8, 3))
    sculpt_bundle(path, parameters=Parameters(prune_percentage=0.5))
    bundle = read_bundle(path)
    report = convert_nn_vis(bundle, tmp_path / "a.pro.npz")
    read = read_processed(report.path)
    assert sum(len(rows) for rows in read.edges) == 60
    assert_is_the_sculpture(read, bundle)
    assert "a.pro.npz: 12-8-3 units, 60 of 120 edges" in report.notes


def test_every_checkpoint_gets_files_of_its_own(tmp_path: Path, dense_path: Path) -> None:
    bundle = read_bundle(dense_path)
    report = convert_nn_vis(bundle, tmp_path / "out", checkpoint_ids=("001", "000"))
    assert {file.name for file in report.path.iterdir()} == {
        f"dense-{each}.{kind}.npz" for each in ("000", "001") for kind in ("imp", "pro")
    }
    for place, each in enumerate(("000", "001")):
        assert_is_the_sculpture(read_processed(report.path / f"dense-{each}.pro.npz"), bundle, place)
        kernels = [bundle.weight(each, f"layer_{layer}", "kernel") for layer in (1, 2)]
        assert_are_the_weights(read_importance(report.path / f"dense-{each}.imp.npz").edges, kernels)


def test_without_a_word_the_last_checkpoint_is_written(tmp_path: Path, dense_path: Path) -> None:
    bundle = read_bundle(dense_path)
    report = convert_nn_vis(bundle, tmp_path / "a.pro.npz")
    assert_is_the_sculpture(read_processed(report.path), bundle, 1)
    assert report.notes[0] == "checkpoint 001 (moment 1)"


def test_the_importance_that_was_added_last_is_written(tmp_path: Path, dense_path: Path) -> None:
    path = Path(shutil.copytree(dense_path, tmp_path / "b.bundle"))
    rng = np.random.default_rng(0)
    units = {f"layer_{place}": rng.random((size, 4)).astype(np.float32) for place, size in enumerate((30, 45))}
    add_importance(path, "001", "gradient", units)
    report = convert_nn_vis(read_bundle(path), tmp_path / "a.imp.npz")
    read = read_importance(report.path)
    for layer, values in zip(read.units, (*units.values(), np.eye(4)), strict=True):
        np.testing.assert_array_equal(layer, values)
    assert report.notes[1] == "a.imp.npz: 30-45-4 units, importance by gradient"


def test_an_importance_of_some_layers_only_is_not_taken(tmp_path: Path, dense_path: Path) -> None:
    path = Path(shutil.copytree(dense_path, tmp_path / "b.bundle"))
    add_importance(path, "001", "gradient", {"layer_0": np.ones((30, 4), np.float32)})
    report = convert_nn_vis(read_bundle(path), tmp_path / "a.imp.npz")
    assert report.notes[1] == "a.imp.npz: 30-45-4 units, importance by weight"


def test_more_classes_than_nn_vis_takes_are_written_and_told(tmp_path: Path) -> None:
    bundle = read_bundle(dense_bundle(tmp_path / "a.bundle", (5, 12)))
    report = convert_nn_vis(bundle, tmp_path / "out")
    assert report.advice == ("nn_vis fails on more than 10 classes, and here are 12",)
    assert read_processed(report.path / "a.pro.npz").sizes == [5, 12]
    assert len(read_importance(report.path / "a.imp.npz").units[1]) == 12


def test_points_have_the_room_that_nn_vis_needs_not_to_make_more(tmp_path: Path, dense_path: Path) -> None:
    """It makes room anew, edge by edge in Python, where more than four fifths of it are used."""
    read = read_processed(convert_nn_vis(read_bundle(dense_path), tmp_path / "a.pro.npz").path)
    longest = max(float(rows[:, 0].max()) for rows in read.edges)
    assert longest < 0.8 * (read.slots - 1)
    assert longest > 0.6 * (read.slots - 1)


@pytest.mark.parametrize("kind", ["imp", "pro"])
def test_only_what_old_and_new_numpy_know_is_named(tmp_path: Path, dense_path: Path, kind: str) -> None:
    path = convert_nn_vis(read_bundle(dense_path), tmp_path / f"a.{kind}.npz").path
    with zipfile.ZipFile(path) as archive:
        npy = archive.read("arr_0.npy")
    assert npy[:8] == b"\x93NUMPY\x01\x00"
    header_end = 10 + int.from_bytes(npy[8:10], "little")
    assert header_end % 64 == 0
    count = {"imp": 2, "pro": 5}[kind]
    expected = f"{{'descr': '|O', 'fortran_order': False, 'shape': ({count},), }}"
    assert npy[10:header_end].decode().rstrip() == expected
    steps = [(code.name, argument) for code, argument, _ in pickletools.genops(npy[header_end:])]
    assert steps[0] == ("PROTO", 2)
    assert steps[-1][0] == "STOP"
    assert {argument for name, argument in steps if name == "GLOBAL"} == ALLOWED
    assert {name for name, _ in steps} <= {
        "PROTO", "GLOBAL", "BININT1", "BININT2", "BININT", "TUPLE1", "TUPLE2", "TUPLE3", "REDUCE", "MARK", "TUPLE",
        "BUILD", "EMPTY_LIST", "APPENDS", "SHORT_BINBYTES", "BINBYTES", "BINUNICODE", "NEWFALSE", "NEWTRUE", "NONE",
        "STOP",
    }  # fmt: skip


def test_the_same_bundle_gives_the_same_bytes(tmp_path: Path, dense_path: Path) -> None:
    files = [convert_nn_vis(read_bundle(dense_path), tmp_path / name).path for name in ("a.pro.npz", "b.pro.npz")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_progress_goes_from_nothing_to_all(tmp_path: Path, dense_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    convert_nn_vis(
        read_bundle(dense_path), tmp_path / "a.pro.npz", progress=lambda *told: heard.append(told)
    )  # fmt: skip
    assert heard[-1][1] == heard[-1][2] == 2 * (30 * 45 + 45 * 4)
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)


def test_room_that_a_file_had_is_kept_but_not_if_it_is_too_little(tmp_path: Path, dense_path: Path) -> None:
    bundle = read_bundle(dense_path)
    for room, expected in ((40, 40), (3, 17), (True, 17), ("many", 17)):
        changed = with_sculpture(bundle, options={"sample_slots": room})
        path = convert_nn_vis(changed, tmp_path / "a.pro.npz", checkpoint_ids=("000",), overwrite=True).path
        assert read_processed(path).slots == expected
