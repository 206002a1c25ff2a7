"""A file of nn_vis that became a bundle becomes the same file again, whoever wrote it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from nn_vis_files import equal_parts, importance_parts, loaded_parts, processed_parts, save_parts
from nn_vis_reader import read_importance, read_processed

from exporter.bundle import read_bundle, validate_bundle
from exporter.interchange.nn_vis.convert import convert_nn_vis
from exporter.interchange.nn_vis.forms import Importances
from exporter.interchange.nn_vis.open import is_nn_vis_file, open_nn_vis
from exporter.interchange.nn_vis.reading import read_nn_vis
from exporter.interchange.nn_vis.writing import write_importances

PROTOCOLS = [None, 2, 3, 4]


def there_and_back(file: Path, heard: list[str] | None = None) -> Path:
    """The file that is written of the bundle that was made of a file; both bundles and files are valid."""
    end = ".imp.npz" if file.name.endswith(".imp.npz") else ".pro.npz"
    bundle = open_nn_vis(file, file.parent / "opened.bundle", warn=(heard if heard is not None else []).append)
    assert validate_bundle(bundle) == []
    return convert_nn_vis(read_bundle(bundle), file.parent / f"again{end}").path


def straightened(parts: list[Any]) -> list[Any]:
    """The parts of a `.pro.npz` with the containers of each layer joined: how they are cut is no value."""
    joined = [[np.concatenate(layer) for layer in part] for part in parts[2:4]]
    return [parts[0], parts[1], *joined, parts[4]]


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda each: f"protocol-{each or 'of-numpy'}")
def test_a_processed_file_keeps_every_value(tmp_path: Path, protocol: int | None) -> None:
    file = save_parts(tmp_path / "a.pro.npz", processed_parts((9, 5, 4), slots=30), protocol)
    again = there_and_back(file)
    read_processed(again)
    assert equal_parts(loaded_parts(again), loaded_parts(file))


@pytest.mark.slow
def test_an_importance_file_keeps_every_value_and_ours_every_byte(tmp_path: Path) -> None:
    file = save_parts(tmp_path / "a.imp.npz", importance_parts((6, 5, 3), fortran=True))
    again = there_and_back(file)
    read_importance(again)
    assert equal_parts(loaded_parts(again), loaded_parts(file))
    (tmp_path / "opened.bundle").rename(tmp_path / "first.bundle")
    assert there_and_back(again.rename(tmp_path / "b.imp.npz")).read_bytes() == (tmp_path / "b.imp.npz").read_bytes()


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda each: f"protocol-{each or 'of-numpy'}")
def test_an_importance_file_of_any_protocol_is_read(tmp_path: Path, protocol: int | None) -> None:
    units, edges = importance_parts((6, 5, 3), fortran=True)
    read = read_nn_vis(save_parts(tmp_path / "a.imp.npz", (units, edges), protocol))
    assert isinstance(read, Importances)
    assert all(map(np.array_equal, (*read.units, *read.edges), (*units, *edges)))


def test_a_file_that_old_numpy_wrote_keeps_every_value(tmp_path: Path) -> None:
    file = save_parts(tmp_path / "a.pro.npz", processed_parts((9, 5, 4)), is_old=True)
    assert b"numpy._core" not in file.read_bytes()
    assert equal_parts(loaded_parts(there_and_back(file)), loaded_parts(file))


def test_files_that_kerascope_wrote_keep_every_byte(tmp_path: Path) -> None:
    first = there_and_back(save_parts(tmp_path / "a.pro.npz", processed_parts((30, 40, 3), pruned=0.3)))
    first = first.rename(tmp_path / "b.pro.npz")
    (tmp_path / "opened.bundle").rename(tmp_path / "first.bundle")
    assert there_and_back(first).read_bytes() == first.read_bytes()


@pytest.mark.slow
def test_edges_that_nn_vis_lost_at_the_ends_of_containers_stay_lost_and_no_more(tmp_path: Path) -> None:
    parts = processed_parts((60, 50, 3), drops=True)
    assert [len(part) // 16 for part in parts[2][0]] == [1000, 999, 999]
    file = save_parts(tmp_path / "a.pro.npz", parts)
    again = there_and_back(file)
    assert [len(part) // 16 for part in loaded_parts(again)[2][0]] == [1000, 1000, 998]
    assert equal_parts(straightened(loaded_parts(again)), straightened(loaded_parts(file)))


def test_a_layer_without_edges_keeps_an_empty_container(tmp_path: Path) -> None:
    parts = processed_parts((4, 3, 2))
    parts[2][0], parts[3][0] = [np.zeros(0, np.float32)], [np.zeros(0, np.float32)]
    file = save_parts(tmp_path / "a.pro.npz", parts)
    assert equal_parts(loaded_parts(there_and_back(file)), loaded_parts(file))


def test_no_container_at_all_is_no_edge_either(tmp_path: Path) -> None:
    parts = processed_parts((4, 3, 2))
    parts[2][0], parts[3][0] = [], []
    bundle = open_nn_vis(save_parts(tmp_path / "a.pro.npz", parts), tmp_path / "a.bundle")
    assert read_bundle(bundle).manifest.sculptures[0].tensors["edges"].shape == (6, 2)


def test_sums_that_do_not_follow_are_kept(tmp_path: Path) -> None:
    """A network that nn_vis made up says 0.1 for the mean of the last layer, however many classes there are."""
    parts = processed_parts((5, 4, 3))
    rows = parts[1].reshape(12, 12)
    rows[-3:, 7] = 0.1
    edges = parts[2][1][0].reshape(-1, 16)
    edges[:, 7] = 0.1
    heard: list[str] = []
    again = there_and_back(save_parts(tmp_path / "a.pro.npz", parts), heard)
    assert equal_parts(loaded_parts(again), list(parts))
    assert heard == []


def test_numbers_that_follow_from_others_and_do_not_are_told(tmp_path: Path) -> None:
    parts = processed_parts((5, 4, 3))
    parts[2][1][0].reshape(-1, 16)[2, 9] = 0.123
    heard: list[str] = []
    again = there_and_back(save_parts(tmp_path / "a.pro.npz", parts), heard)
    assert [line.split(" hold")[0] for line in heard] == ["1 rows"]
    read_processed(again)


def test_wide_numbers_and_the_other_byte_order_are_read(tmp_path: Path) -> None:
    parts = processed_parts((4, 3, 2))
    wide = [parts[0], parts[1].astype(">f8"), *([[c.astype(">f4") for c in layer] for layer in p] for p in parts[2:4])]
    again = there_and_back(save_parts(tmp_path / "a.pro.npz", [*wide, parts[4]]))
    assert equal_parts(loaded_parts(again), list(parts))


def test_what_becomes_of_a_processed_file(tmp_path: Path) -> None:
    parts = processed_parts((7, 4, 3), slots=20)
    path = open_nn_vis(save_parts(tmp_path / "net.pro.npz", parts), tmp_path / "a.bundle")
    bundle = read_bundle(path)
    manifest, sculpture = bundle.manifest, bundle.manifest.sculptures[0]
    assert manifest.model.name == "net"
    assert [(layer.kind, layer.outputs[0].shape) for layer in manifest.layers] == [
        ("input", (7,)), ("dense", (4,)), ("dense", (3,))
    ]  # fmt: skip
    assert [(e.source, e.target) for e in manifest.edges] == list(itertools.pairwise(x.name for x in manifest.layers))
    assert manifest.checkpoints[0].weights == {}
    assert manifest.inputs == ()
    assert [layer.plane for layer in sculpture.layers] == [0, 1, 2]
    key = bundle.load(sculpture.tensors["strength"]).astype(np.float64)
    importance = bundle.load(sculpture.tensors["importance"])
    key *= importance.mean(axis=1)[bundle.load(sculpture.tensors["edges"])].mean(axis=1) + 1e-6
    assert (np.diff(key) <= 1e-9).all()
    for layer, rows in zip(sculpture.layers, np.split(importance, [7, 11]), strict=True):
        units = bundle.importance(layer.name, "000", "nn_vis")
        assert units is not None
        np.testing.assert_array_equal(units["units"], rows)


@pytest.mark.slow
def test_what_becomes_of_an_importance_file(tmp_path: Path) -> None:
    units, edges = importance_parts((6, 5, 3))
    edges[0][2, 3] = 0
    path = open_nn_vis(save_parts(tmp_path / "a.imp.npz", (units, edges)), tmp_path / "a.bundle", name="mine")
    bundle = read_bundle(path)
    assert bundle.manifest.model.name == "mine"
    sculpture = bundle.manifest.sculptures[0]
    pairs = bundle.load(sculpture.tensors["edges"])
    strength = bundle.load(sculpture.tensors["strength"])
    table = np.zeros((14, 14), np.float32)
    table[pairs[:, 0], pairs[:, 1]] = strength
    np.testing.assert_array_equal(table[:6, 6:11], edges[0])
    np.testing.assert_array_equal(table[6:11, 11:], edges[1])
    assert len(pairs) == 5 * 6 + 5 * 3 - 1
    assert sculpture.tensors["history"].shape[1] == len(pairs)
    stored = bundle.importance("dense_1", "000", "nn_vis")
    assert stored is not None
    np.testing.assert_array_equal(stored["edges"], edges[0])


def test_a_processed_file_becomes_an_importance_file_too(tmp_path: Path) -> None:
    parts = processed_parts((5, 4, 3), pruned=0.4)
    bundle = read_bundle(open_nn_vis(save_parts(tmp_path / "a.pro.npz", parts), tmp_path / "a.bundle"))
    report = convert_nn_vis(bundle, tmp_path / "b.imp.npz")
    read = read_importance(report.path)
    for rows, table in zip(parts[2], read.edges, strict=True):
        edges = np.concatenate(rows).reshape(-1, 16)
        np.testing.assert_array_equal(table.reshape(-1)[edges[:, 2].astype(int)], edges[:, 3])
    missing = 5 * 4 + 4 * 3 - sum(np.concatenate(rows).size // 16 for rows in parts[2])
    assert missing > 0
    assert f"{missing} edges are not in the sculpture, and are 0" in report.notes


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(1, 12), min_size=2, max_size=5),
    seed=st.integers(0, 2**16),
    slots=st.integers(3, 20),
    pruned=st.sampled_from([0.0, 0.5]),
    protocol=st.sampled_from(PROTOCOLS),
)
def test_any_processed_file_keeps_every_value(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], seed: int, slots: int, pruned: float, protocol: Any
) -> None:
    parts = processed_parts(sizes, seed, slots=slots, pruned=pruned)
    assume(any(len(one) for layer in parts[2] for one in layer))
    file = save_parts(tmp_path_factory.mktemp("any") / "a.pro.npz", parts, protocol)
    again = there_and_back(file)
    read_processed(again)
    assert equal_parts(straightened(loaded_parts(again)), straightened(list(parts)))


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(1, 12), min_size=2, max_size=6),
    seed=st.integers(0, 2**16),
    fortran=st.booleans(),
    protocol=st.sampled_from(PROTOCOLS),
)
def test_any_importance_file_keeps_every_value(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], seed: int, *, fortran: bool, protocol: Any
) -> None:
    """Without the bundling in between, which takes long and has no part in it."""
    folder = tmp_path_factory.mktemp("any")
    file = save_parts(folder / "a.imp.npz", importance_parts(sizes, seed, fortran=fortran), protocol)
    read = read_nn_vis(file)
    assert isinstance(read, Importances)
    with (folder / "b.imp.npz").open("wb") as stream:
        write_importances(stream, read)
    read_importance(folder / "b.imp.npz")
    assert equal_parts(loaded_parts(folder / "b.imp.npz"), loaded_parts(file))


def test_which_files_are_taken_for_files_of_nn_vis(tmp_path: Path) -> None:
    renamed = save_parts(tmp_path / "a.npz", importance_parts((3, 2)))
    plain = tmp_path / "b.npz"
    with plain.open("wb") as stream:
        np.savez(stream, np.zeros(3))
    assert is_nn_vis_file(renamed)
    assert is_nn_vis_file("missing.pro.npz")
    (tmp_path / "folder.imp.npz").mkdir()
    for other in (plain, tmp_path / "folder.imp.npz", tmp_path / "c.npz", tmp_path, "applications:VGG16"):
        assert not is_nn_vis_file(other)
