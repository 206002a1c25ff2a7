"""The command line where a model is opened: bad input is one line and writes nothing; NaN is exported and reported."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

import kerascope

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small classifier of 8x8 grey pictures."""
    from exporter.backend import keras

    keras.utils.set_random_seed(1)
    layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(3)]
    path = tmp_path_factory.mktemp("model") / "small.keras"
    keras.Sequential(layers).save(path)
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two pictures that the classifier takes."""
    path = tmp_path / "pictures.npy"
    np.save(path, np.random.default_rng(1).integers(0, 256, (2, 8, 8, 1), dtype=np.uint8))
    return path


def export_fails(argv: list[object], pattern: str, capsys: Captured, folder: Path) -> None:
    before = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
    assert kerascope.main(["export", *map(str, argv), "--out", str(folder / "new.bundle")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert re.fullmatch(r"kerascope: [^\n]+\n", told.err), told.err
    assert "unexpected" not in told.err
    assert re.search(pattern, told.err), told.err
    assert {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")} == before


def test_export_then_inspect(model_path: Path, pictures: Path, capsys: Captured) -> None:
    out = pictures.with_name("new.bundle")
    argv = ["export", model_path, "--inputs", pictures, "--out", out, "--untrained", "--seed", "3", "--scale", "1/255"]
    assert kerascope.main([str(arg) for arg in argv]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    manifest = kerascope.open_bundle(out).manifest
    assert manifest.preprocessing.scale == 1 / 255
    assert [point.id for point in manifest.checkpoints] == ["000", "001"]
    assert kerascope.main(["validate", str(out)]) == 0


def test_a_second_export_to_the_same_place_needs_overwrite(model_path: Path, pictures: Path, capsys: Captured) -> None:
    out = pictures.with_name("new.bundle")
    argv = ["export", str(model_path), "--inputs", str(pictures), "--out", str(out)]
    assert kerascope.main(argv) == 0
    capsys.readouterr()
    export_fails(argv[1:4], r"--overwrite", capsys, pictures.parent)
    assert kerascope.main([*argv, "--overwrite"]) == 0


def test_no_model(pictures: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "letter.keras").write_text("Dear model,", encoding="utf-8")
    export_fails([tmp_path / "letter.keras", "--inputs", pictures], r"not a Keras model", capsys, tmp_path)
    export_fails([tmp_path / "nowhere.keras", "--inputs", pictures], r"no such", capsys, tmp_path)


def test_custom_layer_says_how_to_register_it(
    pictures: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_layers.py").write_text(
        "import keras\n\n\n@keras.saving.register_keras_serializable('mine')\n"
        "class Twice(keras.layers.Layer):\n    def call(self, x):\n        return 2 * x\n",
        encoding="utf-8",
    )
    from exporter.backend import keras

    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    import my_layers

    path = tmp_path / "custom.keras"
    keras.Sequential([keras.Input((8, 8, 1)), my_layers.Twice(), keras.layers.Flatten()]).save(path)
    keras.saving.get_custom_objects().pop("mine>Twice")
    monkeypatch.delitem(sys.modules, "my_layers")
    argv: list[object] = [path, "--inputs", pictures]
    export_fails(argv, r"Twice.*register_keras_serializable.*--import", capsys, tmp_path)
    done = kerascope.main(["export", *map(str, argv), "--import", "my_layers", "--out", str(tmp_path / "ok.bundle")])
    assert done == 0, capsys.readouterr().err


def test_shape_that_the_model_does_not_take(model_path: Path, tmp_path: Path, capsys: Captured) -> None:
    np.save(tmp_path / "wide.npy", np.zeros((2, 8, 9, 1), np.uint8))
    export_fails([model_path, "--inputs", tmp_path / "wide.npy"], r"8 ?x ?8 ?x ?1.*8 ?x ?9 ?x ?1", capsys, tmp_path)


def test_empty_folder(model_path: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "empty").mkdir()
    export_fails([model_path, "--inputs", tmp_path / "empty"], r"empty", capsys, tmp_path)


def test_text_file_among_images(model_path: Path, tmp_path: Path, capsys: Captured) -> None:
    from PIL import Image

    (tmp_path / "photos").mkdir()
    Image.new("L", (8, 8), 90).save(tmp_path / "photos/a.png")
    (tmp_path / "photos/notes.txt").write_text("no picture", encoding="utf-8")
    export_fails([model_path, "--inputs", tmp_path / "photos"], r"notes\.txt", capsys, tmp_path)


def test_nan_in_the_weights_is_exported_and_reported(
    model_path: Path, pictures: Path, tmp_path: Path, capsys: Captured
) -> None:
    from exporter.backend import keras

    model = keras.models.load_model(model_path)
    kernel = model.layers[0].get_weights()
    kernel[0][0, 0, 0, 0] = np.nan
    model.layers[0].set_weights(kernel)
    model.save(tmp_path / "broken.keras")
    out = tmp_path / "broken.bundle"
    argv = ["export", str(tmp_path / "broken.keras"), "--inputs", str(pictures), "--out", str(out)]
    assert kerascope.main(argv) == 0
    capsys.readouterr()
    assert kerascope.main(["inspect", str(out)]) == 0
    told = capsys.readouterr().out
    layer = model.layers[0].name
    assert re.search(rf"^NaN +{layer}: 1 weights, [\d,]+ outputs$", told, re.MULTILINE), told
