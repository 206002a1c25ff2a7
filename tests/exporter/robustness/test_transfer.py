"""An attack that is made on one model and judged by others: of linear models it can be worked out who is fooled."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from victims import dense_softmax

from exporter.bundle import read_bundle
from exporter.bundle.errors import KerascopeError

pytestmark = [pytest.mark.tf, pytest.mark.slow]

COUNT, EDGE, SIZE = 40, 4, 16
EPSILON = 30 / 255


def linear(keras: Any, kernel: np.ndarray, edge: int, name: str) -> Any:
    """softmax(pixels @ kernel) of grey pictures of this size."""
    layers = keras.layers
    last = layers.Dense(2, use_bias=False, activation="softmax", name="out")
    model = keras.Sequential([keras.Input((edge, edge, 1), name="x"), layers.Flatten(name="flat"), last], name=name)
    last.set_weights([kernel.astype(np.float32)])
    return model


def signed(direction: np.ndarray) -> np.ndarray:
    """The kernel of two classes whose logits differ by direction @ x, a class each way."""
    return np.stack([direction, -direction], axis=1) / 2


@pytest.fixture(scope="module")
def directions() -> dict[str, np.ndarray]:
    """By which the models tell two classes apart: `near` half agrees with `source`; `apart` has nothing of it."""
    drawn = np.random.default_rng(5)
    source = drawn.choice([-1.0, 1.0], SIZE)
    source[::2] = -source[1::2]
    near = np.where(np.arange(SIZE) < 10, source, -source)
    apart = np.where(np.arange(SIZE) % 4 < 2, source, -source)
    return {"source": source, "near": near, "apart": apart}


@pytest.fixture(scope="module")
def pictures(directions: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Grey pictures (n, 4, 4) uint8, far from black and white, and their classes: two models' margins vary."""
    drawn = np.random.default_rng(6)
    y = drawn.integers(0, 2, COUNT)
    side = (1 - 2 * y)[:, None]
    x = 127.0 + drawn.integers(-6, 7, (COUNT, SIZE))
    for direction in directions.values():
        x += side * direction * drawn.integers(1, 22, (COUNT, 1))
    return x.clip(50, 205).round().astype(np.uint8).reshape(-1, EDGE, EDGE), y


@pytest.fixture(scope="module")
def models(keras: Any, directions: dict[str, np.ndarray]) -> dict[str, Any]:
    """A model a direction; `large` is `near` with twice as many pixels a side."""
    twice = np.kron(directions["near"].reshape(EDGE, EDGE), np.ones((2, 2))).ravel()
    each = {name: linear(keras, signed(direction), EDGE, name) for name, direction in directions.items()}
    return {**each, "large": linear(keras, signed(twice), 2 * EDGE, "large")}


@pytest.fixture(scope="module")
def folder(pictures: tuple[np.ndarray, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures as files, a sub-folder a class."""
    path = tmp_path_factory.mktemp("pictures")
    for row, (picture, label) in enumerate(zip(*pictures, strict=True)):
        (path / "ab"[label]).mkdir(exist_ok=True)
        Image.fromarray(picture).save(path / "ab"[label] / f"{row:03d}.png")
    return path


def transferred(models: dict[str, Any], judges: list[str], inputs: Path, out: Path, **options: Any) -> Any:
    from exporter.robustness.transfer import transfer

    how = {"method": "fgsm", "epsilon": EPSILON, "show": 0, "warn": lambda _: None, **options}
    return transfer(models["source"], [models[name] for name in judges], inputs, out, **how)


@pytest.fixture(scope="module")
def report(models: dict[str, Any], folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("transfer") / "out"
    return transferred(models, ["near", "apart", "large"], folder, out, labels=["a", "b"], show=2)


def right(name: str, directions: dict[str, np.ndarray], pixels: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which pictures (n, 16), 0 to 255, this model reads right; the large one resizes them as files are resized."""
    if name != "large":
        return (pixels @ directions[name] > 0) == (y == 0)
    drawn = [Image.fromarray(each.reshape(EDGE, EDGE).astype(np.uint8)) for each in pixels]
    large = np.stack([np.asarray(each.resize((8, 8), Image.Resampling.BILINEAR), float) for each in drawn])
    twice = np.kron(directions["near"].reshape(EDGE, EDGE), np.ones((2, 2)))
    return ((large * twice).sum(axis=(1, 2)) > 0) == (y == 0)


def test_who_is_fooled_is_what_the_directions_say(
    report: Any, directions: dict[str, np.ndarray], pictures: tuple[np.ndarray, np.ndarray]
) -> None:
    order = np.argsort(pictures[1], kind="stable")  # files come a sub-folder after the other
    x, y = pictures[0].reshape(COUNT, SIZE).astype(float)[order], pictures[1][order]
    names = ("source", "near", "apart", "large")
    everywhere = np.all([right(name, directions, x, y) for name in names], axis=0)
    moved = x - 30 * (1 - 2 * y)[:, None] * directions["source"]
    assert report.judged == everywhere.sum() > 10
    assert [verdict.model for verdict in report.verdicts] == list(names)
    for verdict in report.verdicts:
        assert verdict.attacked.count == right(verdict.model, directions, moved, y)[everywhere].sum()
        assert verdict.clean.count == verdict.clean.of == verdict.noise.of == verdict.attacked.of == report.judged
        assert verdict.all_clean.count == right(verdict.model, directions, x, y).sum()
    source, near, apart, _ = report.verdicts
    assert source.attacked.count < near.attacked.count < apart.attacked.count == report.judged
    assert [verdict.is_source for verdict in report.verdicts] == [True, False, False, False]
    assert source.noise.count > source.attacked.count
    assert near.noise.count > near.attacked.count


def test_table_json_and_lines_say_the_same(report: Any) -> None:
    stored = json.loads((report.folder / "transfer.json").read_text(encoding="utf-8"))
    with (report.folder / "transfer.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 4 * 4
    for row in table:
        model = next(each for each in stored["models"] if each["model"] == row["model"])
        assert float(row["share"]) == pytest.approx(model[row["shown"]]["share"])
        assert int(row["count"]) == model[row["shown"]]["count"]
    assert (stored["judged"], stored["inputs"]) == (report.judged, COUNT)
    lines = list(report.lines())
    assert len(lines) == 5
    assert all(word in lines[1] for word in ("source (made here)", "clean", "noise", "attacked"))
    assert (report.folder / "transfer.png").read_bytes().startswith(b"\x89PNG")


def test_bundles_hold_the_same_pictures_and_what_was_counted(report: Any) -> None:
    from exporter.bundle.validate import validate_bundle

    bundles = [read_bundle(path) for path in report.bundles]
    assert [path.name for path in report.bundles] == ["source.bundle", "near.bundle", "apart.bundle", "large.bundle"]
    for bundle, verdict in zip(bundles, report.verdicts, strict=True):
        assert validate_bundle(bundle.path) == []
        runs = [run for run in bundle.manifest.runs if run.method == "fgsm"]
        assert len(runs) == 2
        for run in runs:
            assert run.options.get("crafted_on") == (None if verdict.is_source else "source")
            assert run.result["judged"] == report.judged
            assert run.result["misled"] == pytest.approx(1 - verdict.attacked.value)
            assert run.result["noise_misled"] == pytest.approx(1 - verdict.noise.value)
            assert run.result["clean_wrong"] == 0.0
            assert run.result["linf"] == pytest.approx(EPSILON, abs=1e-6 if verdict.model != "large" else 0.1)
            capture = bundle.capture(run.inputs[-1], run.checkpoint)
            assert capture.predicted == run.result["predicted"]
            assert run.result["success"] == (capture.predicted != run.result["original"])
            noise = [each for each in bundle.manifest.runs if each.method == "noise" and each.parent == run.parent]
            assert len(noise) == 1
            assert noise[0].options["epsilon"] == pytest.approx(EPSILON)
    for run in (run.id for run in bundles[0].manifest.runs):
        shown = [bundle.image(next(r for r in bundle.manifest.runs if r.id == run).inputs[-1]) for bundle in bundles]
        np.testing.assert_array_equal(shown[0], shown[1])
        np.testing.assert_array_equal(shown[0], shown[2])
    first = [next(run for run in bundle.manifest.runs if run.method == "fgsm") for bundle in bundles[:2]]
    assert all(run.result["success"] for run in first), "those that fool the most models are shown"


@pytest.mark.parametrize(
    ("judges", "options", "words"),
    [
        ([], {}, "no model to judge"),
        (["near"], {"method": "noise"}, "no size of its own: expected fgsm or"),
        (["near"], {"method": "fgsm", "options": {"speed": 1}}, "no such option"),
        (["near"], {"show": -1}, "expected 0 or more"),
        (["near"], {"labels": ["x", "y"]}, "true classes of the inputs are not known"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    models: dict[str, Any], folder: Path, tmp_path: Path, judges: list[str], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(KerascopeError, match=words):
        transferred(models, judges, folder, tmp_path / "out", **{"labels": ["a", "b"], **options})
    assert not (tmp_path / "out").exists()


def test_what_is_there_stays_unless_it_may_go(
    models: dict[str, Any], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "exporter.robustness.transfer_plot", None)
    (tmp_path / "near.bundle").write_text("mine", encoding="utf-8")
    with pytest.raises(KerascopeError, match=r"near\.bundle"):
        transferred(models, ["near"], folder, tmp_path, labels=["a", "b"], show=1)
    assert [path.name for path in tmp_path.iterdir()] == ["near.bundle"]
    told: list[str] = []
    transferred(models, ["near"], folder, tmp_path, labels=["a", "b"], warn=told.append)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["near.bundle", "transfer.csv", "transfer.json"]
    assert any("kerascope[plots]" in line for line in told)
    with pytest.raises(KerascopeError, match=r"already.*--overwrite"):
        transferred(models, ["near"], folder, tmp_path, labels=["a", "b"])


def test_values_that_are_no_pictures_are_passed_on_where_shapes_agree(
    keras: Any, directions: dict[str, np.ndarray], tmp_path: Path
) -> None:
    x = np.random.default_rng(8).normal(size=(COUNT, SIZE)).astype(np.float32)
    np.savez(tmp_path / "rows.npz", x=x, y=(x @ directions["source"] < 0).astype(int))
    rows = {name: dense_softmax(keras, signed(each).astype(np.float32)) for name, each in directions.items()}
    report = transferred(rows, ["near"], tmp_path / "rows.npz", tmp_path / "out", epsilon=0.05)
    source, near = report.verdicts
    step = 0.05 * (x.max() - x.min())
    side = np.sign(x @ directions["source"])
    moved = np.clip(x - step * side[:, None] * directions["source"], x.min(), x.max())
    both = np.sign(x @ directions["near"]) == side
    assert (report.has_pictures, report.judged) == (False, both.sum())
    assert source.attacked.count == (np.sign(moved @ directions["source"]) == side)[both].sum()
    assert near.attacked.count == (np.sign(moved @ directions["near"]) == side)[both].sum()
