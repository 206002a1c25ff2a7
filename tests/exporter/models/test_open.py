"""Model files: what opens, and what each other file is told."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


def saved(model: Any, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras calls .h5 legacy
        model.save(path)
    return path


def test_an_opened_model_computes_what_the_saved_one_did(
    branching: Any, learned: tuple[Any, Any], tmp_path: Path
) -> None:
    from exporter.models import open_model

    rng = np.random.default_rng(0)
    two = [rng.random((2, 8, 8, 1), np.float32), rng.random((2, 4), np.float32)]
    for one, other in zip(branching(two), open_model(saved(branching, tmp_path / "m.keras"))(two), strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    digit = rng.random((1, 28, 28, 1), np.float32)
    opened = open_model(saved(learned[0], tmp_path / "m.h5"))
    np.testing.assert_array_equal(np.asarray(learned[0](digit)), np.asarray(opened(digit)))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("letter.keras", b"Dear model,", "not a Keras model"),
        ("noise.keras", bytes(range(256)) * 9, "not a Keras model"),
        ("empty.h5", b"", "not a Keras model"),
        ("half.keras", b"PK\x03\x04" + bytes(200), "cannot be loaded"),
        ("half.h5", b"\x89HDF\r\n\x1a\n" + bytes(200), "cannot be loaded"),
        ("zip.model", b"PK\x03\x04" + bytes(200), "name does not fit.*\\.keras"),
        ("model.json", b'{"format": "layers-model"}', "not a TF.js model"),
    ],
)
def test_what_is_no_model_is_told_in_one_line(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    from exporter.models import ModelError, open_model

    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=told) as caught:
        open_model(tmp_path / name)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_nothing_and_a_folder_are_told(tmp_path: Path) -> None:
    from exporter.models import ModelError, open_model

    with pytest.raises(ModelError, match="no such model file"):
        open_model(tmp_path / "nowhere.keras")
    with pytest.raises(ModelError, match=r"saved_model\.pb or model\.json in it, got a folder"):
        open_model(tmp_path)


@pytest.mark.parametrize("name", ["only.weights.h5", "only.h5"])
def test_weights_without_a_model_are_told(branching: Any, tmp_path: Path, name: str) -> None:
    from exporter.models import ModelError, open_model

    branching.save_weights(tmp_path / "only.weights.h5")
    (tmp_path / "only.weights.h5").rename(tmp_path / name)
    with pytest.raises(ModelError, match="weights, but no model"):
        open_model(tmp_path / name)


@pytest.mark.parametrize("name", ["custom.keras", "custom.h5"])
def test_a_custom_layer_needs_the_module_that_registers_it(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from exporter.models import ModelError, open_model

    module = f"layers_of_{name.replace('.', '_')}"
    (tmp_path / f"{module}.py").write_text(
        "import keras\n\n@keras.saving.register_keras_serializable('mine')\n"
        "class Doubling(keras.layers.Layer):\n    def call(self, x):\n        return 2 * x\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    layer = __import__(module).Doubling
    path = saved(keras.Sequential([keras.Input((3,)), layer()]), tmp_path / name)
    keras.saving.get_custom_objects().pop("mine>Doubling")
    monkeypatch.delitem(sys.modules, module)

    with pytest.raises(ModelError, match=r"Doubling.*register_keras_serializable.*--import MODULE"):
        open_model(path)
    with pytest.raises(ModelError, match="cannot import 'nothing_of_that_name'"):
        open_model(path, imports=["nothing_of_that_name"])
    before = list(sys.path)
    assert np.asarray(open_model(path, imports=[module])(np.ones((1, 3), np.float32))).tolist() == [[2, 2, 2]]
    assert sys.path == before
    keras.saving.get_custom_objects().pop("mine>Doubling")


@pytest.mark.parametrize("name", ["lambda.keras", "lambda.h5"])
def test_code_in_a_model_file_is_never_run(keras: Any, tmp_path: Path, name: str) -> None:
    from exporter.models import ModelError, open_model

    marker = tmp_path / "it_ran"
    text = f"lambda x: (open({str(marker)!r}, 'w').close(), x)[1]"
    model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(eval(text))])
    path = saved(model, tmp_path / name)
    marker.unlink(missing_ok=True)
    with pytest.raises(ModelError, match=r"Lambda layer.*code"):
        open_model(path)
    assert not marker.exists()
