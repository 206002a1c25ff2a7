"""`kerascope neighbours`: what it adds to a bundle, and one clear line for each bad input."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from surveyed_bundle import add_neighbours, add_survey
from surveyed_shapes import shapes, surveyed_shapes, with_nan

import kerascope
from exporter.bundle import read_bundle, validate_bundle
from exporter.nearness import neighbours_bundle

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return surveyed_shapes(tmp_path_factory.mktemp("near") / "shapes.bundle", 30)


@pytest.fixture
def path(surveyed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(surveyed, tmp_path / "shapes.bundle"))


def test_features_beside_pixels_equal_brute_force(path: Path, tmp_path: Path) -> None:
    told: list[str] = []
    assert kerascope.neighbours(path, k=4, tell=told.append) == ("pixels", "pool@002")
    bundle = read_bundle(path)
    assert validate_bundle(path) == []
    survey = bundle.survey("000")
    features = bundle.load(survey.passes[-1].layers[1].tensors["features"])
    pixels = bundle.load(survey.tensors["thumbnails"]).astype(np.float64)
    other = Path(shutil.copytree(path, tmp_path / "other.bundle"))
    for id_, rows, unit in (("pixels", pixels, 255), ("pool@002", features, 1)):
        add_neighbours(other, rows, 4, id_=f"brute-{id_}")
        found, brute = (
            {name: bundle.load(ref) for name, ref in bundle.neighbours(name_).tensors.items()}
            for bundle, name_ in ((read_bundle(path), id_), (read_bundle(other), f"brute-{id_}"))
        )
        assert np.array_equal(found["images"], brute["images"])
        np.testing.assert_allclose(found["distances"] * unit, brute["distances"], rtol=1e-6)
    entry = bundle.neighbours("pool@002")
    assert (entry.survey, entry.layer, entry.checkpoint) == ("000", "pool", "002")
    assert entry.result["k"] == 4
    assert entry.result["images_of_known_class"] == 30
    shares = [f"{bundle.neighbours(id_).result['accuracy']:.1%}" for id_ in ("pixels", "pool@002")]
    words = f"pixels of the 6x6 thumbnails: {shares[0]}, features of pool at 002: {shares[1]}"
    assert told == [f"most of the 4 nearest are of the image's class: {words}"]


def test_the_same_id_is_replaced(path: Path) -> None:
    neighbours_bundle(path, k=2)
    neighbours_bundle(path, layers=("pixels",), k=3)
    kept = read_bundle(path).manifest.neighbours
    assert [(each.id, each.tensors["images"].shape) for each in kept] == [("pool@002", (30, 2)), ("pixels", (30, 3))]
    assert validate_bundle(path) == []


def test_without_classes_there_is_no_accuracy(tmp_path: Path) -> None:
    path = surveyed_shapes(tmp_path / "shapes.bundle", 6, checkpoints=("002",))
    add_survey(path, shapes(6)[0], id_="001", checkpoints=("002",), layers=("pool",))
    told: list[str] = []
    assert neighbours_bundle(path, tell=told.append) == ("pixels", "pool@002")
    assert read_bundle(path).neighbours("pixels").result["accuracy"] is None
    words = "pixels of the 6x6 thumbnails, features of pool: no true classes are known, so nothing tells "
    assert told == [f"{words}which neighbours are of the same class"]


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["--k", "30"], "so many neighbours cannot be found: expected 1 to 29, one less than there are images, got 30"),
        (["--k", "0"], "so many neighbours cannot be found"),
        (["--layer", "poool"], "no such layer: .*did you mean pool"),
        (["--survey", "9"], "no such survey in the bundle"),
    ],
)
def test_bad_input_is_one_line(path: Path, argv: list[str], line: str, capsys: Captured) -> None:
    assert kerascope.main(["neighbours", str(path), *argv]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert re.search(line, told.err)


def test_what_is_no_number_is_said_before_anything_is_written(path: Path, capsys: Captured) -> None:
    with_nan(path, "pool", (0,))
    assert kerascope.main(["neighbours", str(path)]) == 1
    assert "NaN or infinity for 1 of 30 images" in capsys.readouterr().err
    assert read_bundle(path).manifest.neighbours == ()


def test_it_needs_no_package_beside_numpy(path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sklearn", "scipy", "numba"):
        monkeypatch.setitem(sys.modules, name, None)
    assert kerascope.main(["neighbours", str(path), "--layer", "pool@000", "--k", "1"]) == 0
    assert capsys.readouterr().out == "pool@000\n"
