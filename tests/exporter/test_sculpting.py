"""Sculptures that are added to bundles: which, of what, all or none, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import layer as paper_layer
from paper_bundle import noise, paper_bundle
from tiny_bundle import make_tiny_bundle

from exporter.bundle import BundleWriter, KerascopeError, read_bundle, validate_bundle
from exporter.bundle.schema import Checkpoint, Derived, Layer, Manifest
from exporter.bundling.net import unit_net
from exporter.bundling.norms import weight_importance
from exporter.bundling.parameters import Parameters
from exporter.sculpting import sculpt_bundle

pytestmark = pytest.mark.slow

QUICK = Parameters(sampling_rate=5, node_bandwidth_reduction=0.5, edge_bandwidth_reduction=0.5)
SIZES = {"picture": 1, "conv": 4, "scores": 3}


@pytest.fixture
def path(tiny_bundle_path: Path, tmp_path: Path) -> Path:
    """A small bundle of one's own."""
    return Path(shutil.copytree(tiny_bundle_path, tmp_path / "own.bundle"))


def changed(path: Path, **members: Any) -> Path:
    """The bundle with other members in its manifest."""
    with BundleWriter.append(path) as writer:
        writer.commit(structs.replace(read_bundle(path).manifest, **members))
    return path


def weighed(path: Path, method: str, checkpoint: str, layers: tuple[str, ...], seed: int, **more: Any) -> None:
    """Add importance of these layers to a bundle."""
    rng, manifest = np.random.default_rng(seed), read_bundle(path).manifest
    columns = len(more.get("classes", ())) or 3
    with BundleWriter.append(path) as writer:
        arrays = {name: rng.random((SIZES[name], columns), np.float32) for name in layers}
        refs = writer.write(f"derived/{method}-{checkpoint}-{seed}.npz", arrays)
        made = tuple(
            Derived(
                kind="importance",
                layer=name,
                checkpoint=checkpoint,
                tensors={"units": refs[name]},
                method=method,
                **more,
            )
            for name in layers
        )
        writer.commit(structs.replace(manifest, derived=(*manifest.derived, *made)))


def refusal(path: Path, **asked: Any) -> str:
    """What is said where nothing can be made, and nothing was."""
    before = sorted(file.name for file in path.rglob("*"))
    manifest = (path / "manifest.json").read_bytes()
    with pytest.raises(KerascopeError) as caught:
        sculpt_bundle(path, **{"parameters": QUICK, **asked})
    assert (path / "manifest.json").read_bytes() == manifest
    assert sorted(file.name for file in path.rglob("*")) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def importance_in(path: Path, id_: str) -> np.ndarray[Any, Any]:
    bundle = read_bundle(path)
    return bundle.load(bundle.sculpture(id_).tensors["importance"])


def test_the_first_and_the_last_checkpoint_are_sculpted_by_weight(path: Path) -> None:
    said: list[str] = []
    told: dict[str, tuple[int, int]] = {}
    ids = sculpt_bundle(
        path, parameters=QUICK, warn=said.append, progress=lambda what, done, total: told.update({what: (done, total)})
    )
    assert ids == ("000-weight", "002-weight")
    assert validate_bundle(path) == []
    assert said == []
    assert told
    assert all(done == total for done, total in told.values())
    bundle = read_bundle(path)
    for id_ in ids:
        sculpture = bundle.sculpture(id_)
        assert [(each.name, each.units, each.plane) for each in sculpture.layers] == [
            ("picture", 1, 0), ("conv", 4, 1), ("scores", 3, 2),
        ]  # fmt: skip
        net = unit_net(bundle, sculpture.checkpoint)
        possible = sum(int(np.count_nonzero(link.weights)) for link in net.links)
        assert sculpture.result["edges"] == sculpture.result["possible"] == possible
        assert sculpture.options["sampling_rate"] == 5
        expected = np.concatenate(weight_importance(net, 3))
        np.testing.assert_array_equal(importance_in(path, id_), expected)
        firsts = np.cumsum([0, *(each.units for each in sculpture.layers)])
        loaded = {name: bundle.load(ref) for name, ref in sculpture.tensors.items()}
        for (start, end), weight in zip(loaded["edges"], loaded["weight"], strict=True):
            at = int(np.searchsorted(firsts, start, side="right")) - 1
            assert weight == net.links[at].weights[start - firsts[at], end - firsts[at + 1]]
        ends = loaded["points"][loaded["starts"][1:] - 1]
        np.testing.assert_allclose(ends, loaded["positions"][loaded["edges"][:, 1]], atol=1e-6)
        assert loaded["history"].shape[1] == possible


def test_the_importance_that_was_added_last_is_taken_and_what_lacks_is_told(path: Path) -> None:
    weighed(path, "gradient", "002", ("picture", "conv", "scores"), 1)
    weighed(path, "batch_norm", "002", ("conv", "scores"), 2)
    said: list[str] = []
    assert sculpt_bundle(path, parameters=QUICK, warn=said.append) == ("002-batch_norm",)
    assert any("checkpoint '000' is left out" in line for line in said)
    assert any("no importance by batch_norm of 1 of 3 layers (picture)" in line for line in said)
    assert sculpt_bundle(path, parameters=QUICK, method="gradient") == ("002-gradient",)
    bundle = read_bundle(path)
    expected = [bundle.importance(name, "002", "gradient") for name in SIZES]
    stacked = np.concatenate([each["units"] for each in expected if each is not None])
    np.testing.assert_array_equal(importance_in(path, "002-gradient"), stacked)


def test_a_second_one_of_the_same_name_gets_a_number_and_takes_nothing_away(path: Path) -> None:
    first = sculpt_bundle(path, parameters=QUICK, checkpoint_ids=("001",))
    second = sculpt_bundle(path, parameters=QUICK, checkpoint_ids=("001",), most_edges=4, history_edges=0)
    assert (*first, *second) == ("001-weight", "001-weight-1")
    assert validate_bundle(path) == []
    bundle = read_bundle(path)
    assert bundle.sculpture("001-weight-1").tensors["edges"].shape == (4, 2)
    assert "history" not in bundle.sculpture("001-weight-1").tensors
    assert bundle.sculpture("001-weight").tensors["edges"].shape[0] > 4


def test_the_same_bundle_gives_the_same_sculpture(path: Path, tmp_path: Path) -> None:
    other = make_tiny_bundle(tmp_path / "other.bundle")
    for each in (path, other):
        sculpt_bundle(each, parameters=QUICK)
    files = [(each / "derived" / "sculpture.npz").read_bytes() for each in (path, other)]
    assert files[0] == files[1]


def test_edges_that_are_left_out_are_told_with_what_the_others_carry(path: Path) -> None:
    said: list[str] = []
    (id_,) = sculpt_bundle(path, parameters=QUICK, checkpoint_ids=("000",), most_edges=5, warn=said.append)
    result = read_bundle(path).sculpture(id_).result
    share = result["share"]
    assert isinstance(share, float)
    assert 5 / 16 < share < 1
    assert said == [f"5 of 16 edges are bundled (checkpoint 000): they carry {share:.1%} of the strength"]


def test_classes_of_an_importance_are_those_of_the_sculpture(path: Path) -> None:
    weighed(path, "gradient", "002", tuple(SIZES), 4, classes=(2, 0))
    (id_,) = sculpt_bundle(path, parameters=QUICK)
    assert read_bundle(path).sculpture(id_).classes == (2, 0)
    assert importance_in(path, id_).shape == (8, 2)


def without_weights(manifest: Manifest, *ids: str) -> dict[str, Any]:
    checkpoints = tuple(structs.replace(each, weights={}) if each.id in ids else each for each in manifest.checkpoints)
    return {"checkpoints": checkpoints}


def test_the_first_checkpoint_is_the_first_one_with_weights(path: Path) -> None:
    changed(path, **without_weights(read_bundle(path).manifest, "000"))
    assert sculpt_bundle(path, parameters=QUICK) == ("001-weight", "002-weight")


def test_what_cannot_be_is_told_in_a_line_and_leaves_the_bundle(path: Path) -> None:
    assert "no such checkpoint" in refusal(path, checkpoint_ids=("009",))
    assert "no importance by the method 'taylor': expected one of weight" in refusal(path, method="taylor")
    weighed(path, "gradient", "002", tuple(SIZES), 1)
    assert "no importance by gradient at the checkpoint '000'" in refusal(path, checkpoint_ids=("000",))
    assert "expected 1 or more, got 0" in refusal(path, most_edges=0)
    assert "sampling_rate: expected 1 to 100, got nan" in refusal(path, parameters=Parameters(sampling_rate=np.nan))
    assert "prune_percentage" in refusal(path, parameters=Parameters(prune_percentage=1.0))
    assert "edge_importance_type" in refusal(path, parameters=Parameters(edge_importance_type=4))
    changed(path, **without_weights(read_bundle(path).manifest, "002"))
    assert "no importance by gradient at a checkpoint whose weights it holds: expected one at 000, 001" in refusal(path)
    weighed(path, "odd", "001", ("conv",), 2, classes=(1,))
    weighed(path, "odd", "001", ("scores",), 3)
    assert "for other classes" in refusal(path, method="odd")
    changed(path, **without_weights(read_bundle(path).manifest, "000", "001", "002"))
    assert "holds no weights" in refusal(path)


def test_weights_that_are_no_numbers_are_told_with_their_layer(path: Path) -> None:
    manifest = read_bundle(path).manifest
    kernel = np.full((36, 3), np.nan, np.float32)
    with BundleWriter.append(path) as writer:
        weights = {**manifest.checkpoints[-1].weights, **writer.write("weights/x.npz", {"scores/kernel": kernel})}
        last = structs.replace(manifest.checkpoints[-1], weights=weights)
        writer.commit(structs.replace(manifest, checkpoints=(*manifest.checkpoints[:-1], last)))
    assert "of the layer 'scores' are NaN or infinite" in refusal(path)


def test_without_numba_it_is_told_what_to_install(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "numba" or "bundling.bundle" in name]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.startswith("exporter.bundling.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numba", None)
    assert "pip install 'kerascope[sculpture]'" in refusal(path)


def branching_bundle(path: Path) -> Path:
    """x to two branches of one plane that are joined, the longer of them in two steps; then a sum, and an answer."""

    def made(name: str, kind: str, units: int, **more: Any) -> Layer:
        variables = ("kernel",) if kind == "dense" else ()
        return paper_layer(name, kind, units, variables=variables, **more)

    layers = (
        made("x", "input", 5),
        made("short", "dense", 3),
        made("long", "dense", 4),
        made("longer", "dense", 4),
        made("joined", "merge", 7, mode="concatenate", settings={"axis": -1}),
        made("wide", "dense", 7),
        made("sum", "merge", 7, mode="add"),
        made("answer", "dense", 2),
    )
    ways = (
        ("x", "short"), ("x", "long"), ("long", "longer"), ("short", "joined"), ("longer", "joined"),
        ("joined", "wide"), ("joined", "sum"), ("wide", "sum"), ("sum", "answer"),
    )  # fmt: skip
    shapes = {"short": (5, 3), "long": (5, 4), "longer": (4, 4), "wide": (7, 7), "answer": (7, 2)}
    on_paper = paper_bundle(layers, ways, kernels=shapes).manifest
    with BundleWriter.create(path) as writer:
        arrays = {f"{name}/kernel": noise(name, shape) for name, shape in shapes.items()}
        checkpoint = Checkpoint(id="000", label="start", weights=writer.write("weights/000.npz", arrays))
        writer.commit(structs.replace(on_paper, checkpoints=(checkpoint,), captures=(), inputs=()))
    return path


def test_a_net_of_branches_is_sculpted_with_layers_side_by_side(tmp_path: Path) -> None:
    path = branching_bundle(tmp_path / "dag.bundle")
    (id_,) = sculpt_bundle(path, parameters=QUICK)
    assert validate_bundle(path) == []
    bundle = read_bundle(path)
    sculpture = bundle.sculpture(id_)
    planes = {layer.name: layer.plane for layer in sculpture.layers}
    assert planes == {"x": 0, "short": 1, "long": 1, "longer": 2, "wide": 3, "answer": 4}
    assert sculpture.result["edges"] == 15 + 20 + 16 + 3 * 7 + 4 * 7 + 7 * 2 + 3 * 2 + 4 * 2
    place = {layer.name: at for at, layer in enumerate(sculpture.layers)}
    layer_of = np.repeat(range(6), [layer.units for layer in sculpture.layers])[bundle.load(sculpture.tensors["edges"])]
    between = {tuple(pair) for pair in layer_of.tolist()}
    skips = {("x", "short"), ("x", "long"), ("long", "longer"), ("short", "wide"), ("longer", "wide")}
    skips |= {("wide", "answer"), ("short", "answer"), ("longer", "answer")}
    assert between == {(place[one], place[two]) for one, two in skips}
    points, positions = (bundle.load(sculpture.tensors[name]) for name in ("points", "positions"))
    assert np.isfinite(points).all()
    heights = [
        np.unique(positions[np.repeat(range(6), [e.units for e in sculpture.layers]) == at, 2]) for at in range(6)
    ]
    assert all(len(height) == 1 for height in heights)


CHILD = """
import os, signal, sys
from exporter.bundle.npz_write import NpzWriter
from exporter.bundling.parameters import Parameters
from exporter.sculpting import sculpt_bundle

path, after = sys.argv[1], int(sys.argv[2])
added, tensors = NpzWriter.add, []

def counted(self, key, array):
    tensors.append(key)
    if len(tensors) > after:
        os.kill(os.getpid(), signal.SIGKILL)
    return added(self, key, array)

NpzWriter.add = counted
sculpt_bundle(path, parameters=Parameters(sampling_rate=5, node_bandwidth_reduction=0.5, edge_bandwidth_reduction=0.5))
"""


def test_a_killed_run_leaves_the_bundle_and_can_be_run_again(path: Path, root: Path) -> None:
    earlier = read_bundle(path).manifest
    command = [sys.executable, "-c", CHILD, str(path), "13"]  # in the midst of the second sculpture
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == -9, done.stderr
    assert validate_bundle(path) == []
    assert read_bundle(path).manifest == earlier
    assert sculpt_bundle(path, parameters=QUICK) == ("000-weight", "002-weight")
    assert validate_bundle(path) == []
