from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from exporter.bundle.errors import KerascopeError
from exporter.importance.pruning_curves import Curve, Curves, at_fraction
from exporter.importance.pruning_files import NAMES, write_curves

FRACTIONS = (0.0, 0.5, 0.9)
BLUE, GREY = (0x00, 0x72, 0xB2), (0x55, 0x55, 0x55)


def made(method: str, seed: int, runs: int = 2, classes: int = 4) -> Curve:
    rng = np.random.default_rng(seed)
    shape = (runs, len(FRACTIONS))
    return Curve(method, rng.random(shape), rng.random((*shape, classes)), rng.random((*shape, classes)))


def curves(title: str = "net", *methods: str) -> Curves:
    each = tuple(made(method, seed) for seed, method in enumerate(methods or ("gradient", "random")))
    return Curves(title, "layer", FRACTIONS, ("cat", "dog", "é, ü", "x"), 200, each, 4)


def picture(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def count(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int(np.sum(np.all(pixels == colour, axis=2)))


@pytest.mark.slow
def test_data_and_picture_are_written_and_the_data_is_the_curves(tmp_path: Path) -> None:
    one = curves()
    paths = write_curves(one, tmp_path / "out" / "folder")
    assert tuple(path.name for path in paths) == NAMES
    assert sorted(path.name for path in paths[0].parent.iterdir()) == sorted(NAMES)
    stored = json.loads(paths[0].read_text(encoding="utf-8"))["networks"][0]
    assert np.allclose(stored["curves"]["gradient"]["recall"], one.curve("gradient").recall, atol=1e-4)
    assert stored["at half"]["random"]["overall"]["mean"] == pytest.approx(
        at_fraction(one)["random"]["overall"].mean, abs=1e-4
    )
    rows = list(csv.DictReader(io.StringIO(paths[1].read_text(encoding="utf-8"))))
    assert len(rows) == 2 * 2 * 3 * (1 + 4)
    chosen = next(
        r for r in rows if (r["method"], r["run"], r["fraction"], r["class"]) == ("random", "1", "0.5", "é, ü")
    )
    assert float(chosen["balanced accuracy"]) == pytest.approx(one.curve("random").balanced[1, 1, 2], abs=1e-4)
    pixels = picture(paths[2])
    assert pixels.shape[1] >= 1600
    assert count(pixels, BLUE) > 500
    assert count(pixels, GREY) > 200


@pytest.mark.slow
def test_a_line_that_is_not_there_leaves_no_mark(tmp_path: Path) -> None:
    pixels = picture(write_curves(curves("net", "weight", "random"), tmp_path)[2])
    assert count(pixels, BLUE) == 0


@pytest.mark.slow
def test_several_networks_stand_beside_each_other(tmp_path: Path) -> None:
    one = picture(write_curves(curves("a"), tmp_path / "one")[2])
    two = picture(write_curves([curves("a"), curves("b")], tmp_path / "two")[2])
    assert two.shape[0] > 2 * one.shape[0]
    assert count(two, BLUE) > 1.5 * count(one, BLUE)


def test_what_is_there_stays_unless_it_may_go(tmp_path: Path) -> None:
    (tmp_path / "curves.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(KerascopeError, match=r"already.*choose another folder"):
        write_curves(curves(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["curves.csv"]
    write_curves(curves(), tmp_path, overwrite=True)
    assert "mine" not in (tmp_path / "curves.csv").read_text(encoding="utf-8")


def test_a_file_in_the_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("", encoding="utf-8")
    with pytest.raises(KerascopeError, match="into a folder"):
        write_curves(curves(), place)


def test_without_matplotlib_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "exporter.importance.pruning_plot", None)
    with pytest.raises(KerascopeError, match=r"kerascope\[plots\]"):
        write_curves(curves(), tmp_path / "out")
    assert not (tmp_path / "out").exists()
