"""What cannot be made, or not from what is said: one line, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import KerascopeError, read_bundle

pytestmark = pytest.mark.tf

CONV: dict[str, Any] = {"layer": "conv", "channels": [1]}
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "no such method": ("flter", CONV, "did you mean filter"),
    "no such option": ("filter", {**CONV, "wings": 2}, "no such option"),
    "no layer": ("filter", {"channels": [1]}, "pass --layer NAME --channels"),
    "no channels": ("filter", {"layer": "conv"}, "pass --layer NAME --channels"),
    "a layer that is not there": ("filter", {**CONV, "layer": "konv"}, "did you mean conv"),
    "a channel that is not there": ("filter", {**CONV, "channels": [3]}, "0 to 2"),
    "channels that are no numbers": ("filter", {**CONV, "channels": ["red"]}, "'red'"),
    "a place that is not there": ("filter", {**CONV, "at": (4, 0)}, "4x4"),
    "classes for a filter": ("filter", {**CONV, "classes": [1]}, "no classes"),
    "a picture that is not asked for": ("filter", {**CONV, "style": "a.png"}, "none but --init"),
    "a picture that is not there": ("filter", {**CONV, "init": "nowhere.png"}, "no such file"),
    "an array that is no picture": ("filter", {**CONV, "init": np.zeros((6, 6))}, "no picture"),
    "too few kept": ("filter", {**CONV, "keep": 0}, "so many steps"),
    "a size that the model cannot take": ("filter", {**CONV, "size": (0, 4)}, "at least 1x1"),
    "a mean that does not fit": ("filter", {**CONV, "mean": [1.0, 2.0]}, "1 or 1 numbers"),
    "both places": ("filter", {**CONV, "into": "x.bundle"}, "either --out or --into"),
    "neither place": ("filter", {**CONV, "out": None}, "either --out or --into"),
}


@pytest.mark.parametrize(("method", "asked", "words"), REFUSED.values(), ids=REFUSED)
def test_one_line_says_why(small: Any, tmp_path: Path, method: str, asked: dict[str, Any], words: str) -> None:
    from exporter.synthesising import synthesise

    with pytest.raises(KerascopeError) as caught:
        synthesise(small, method, **{"out": tmp_path / "new.bundle", **asked})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_picture(small: Any, tmp_path: Path) -> None:
    from exporter.synthesising import synthesise

    (tmp_path / "words.png").write_text("no picture")
    with pytest.raises(KerascopeError, match="not a picture"):
        synthesise(small, "filter", out=tmp_path / "new.bundle", init=tmp_path / "words.png", **CONV)


def test_what_is_there_is_kept_unless_it_is_to_be_replaced(small: Any, tmp_path: Path) -> None:
    from exporter.synthesising import synthesise

    out, png = tmp_path / "new.bundle", tmp_path / "png"
    synthesise(small, "filter", out=out, png=png, steps=1, **CONV)
    with pytest.raises(KerascopeError, match="pass --overwrite"):
        synthesise(small, "filter", out=out, steps=1, **CONV)
    with pytest.raises(KerascopeError, match="a picture at this place"):
        synthesise(small, "filter", out=tmp_path / "other.bundle", png=png, steps=1, **CONV)
    assert not (tmp_path / "other.bundle").exists()
    synthesise(small, "filter", out=out, png=png, steps=1, overwrite=True, **CONV | {"channels": [0]})
    assert read_bundle(out).manifest.runs[0].options["channel"] == 0


def test_a_model_of_several_inputs_is_refused(branching: Any, tmp_path: Path) -> None:
    from exporter.synthesising import synthesise

    with pytest.raises(KerascopeError, match="expected one input, got 2 inputs"):
        synthesise(branching, "filter", out=tmp_path / "new.bundle", layer="stem", channels=[0])


@pytest.mark.parametrize(("length", "shape"), [(16, (4, 4, 1)), (13, None)])
def test_a_vector_is_a_picture_where_it_fills_a_square(
    keras: Any, tmp_path: Path, length: int, shape: tuple[int, ...] | None
) -> None:
    from exporter.synthesising import synthesise

    model = keras.Sequential([keras.Input((length,)), keras.layers.Dense(3, name="out")])
    synthesise(model, "filter", out=tmp_path / "v.bundle", layer="out", channels=[0, 2], steps=1, png=tmp_path / "png")
    bundle = read_bundle(tmp_path / "v.bundle")
    images = [bundle.image(each.id) for each in bundle.manifest.inputs]
    assert [None if image is None else image.shape for image in images] == [shape, shape]
    assert (tmp_path / "png").exists() == (shape is not None)


def test_a_model_that_leaves_the_size_open_is_given_one(keras: Any, tmp_path: Path, picture_file: Path) -> None:
    from exporter.synthesising import synthesise

    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(2, 3, name="conv")])
    asked: dict[str, Any] = {"layer": "conv", "channels": [0], "steps": 1}
    with pytest.raises(KerascopeError, match="--size"):
        synthesise(model, "filter", out=tmp_path / "a.bundle", **asked)
    synthesise(model, "filter", out=tmp_path / "a.bundle", size=(5, 8), **asked)
    synthesise(model, "filter", out=tmp_path / "b.bundle", init=picture_file, **asked)
    shapes = [read_bundle(tmp_path / name).layer("conv").outputs[0].shape for name in ("a.bundle", "b.bundle")]
    assert shapes == [(3, 6, 2), (10, 7, 2)]
