"""What is not as it should be is told in one line, and no bundle is written or changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from exporter.bundle import Bundle, KerascopeError, read_bundle, validate_bundle

pytestmark = [pytest.mark.tf, pytest.mark.slow]


@pytest.fixture(scope="module")
def net(keras: Any) -> Any:
    """4x4 pictures in three colours to two classes."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    image = keras.Input((4, 4, 3), name="image")
    x = layers.Conv2D(2, 2, activation="relu", name="conv")(image)
    return keras.Model(image, layers.Dense(2, activation="softmax", name="scores")(layers.Flatten()(x)))


def survey(net: Any, inputs: Any, out: Path, lines: list[str] | None = None, **options: Any) -> Bundle:
    from exporter.surveying.survey import survey_asked

    say = (lambda line: None) if lines is None else lines.append
    return read_bundle(survey_asked(net, inputs, out=out, warn=say, tell=say, **options))


def refused(pattern: str, net: Any, inputs: Any, out: Path, **options: Any) -> None:
    before = sorted(out.parent.rglob("*"))
    with pytest.raises(KerascopeError, match=pattern) as caught:
        survey(net, inputs, out, **options)
    assert "\n" not in str(caught.value)
    assert sorted(out.parent.rglob("*")) == before


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Five pictures in folders of their classes, the second and the last of which are none."""
    random = np.random.default_rng(2)
    for nth in range(5):
        folder = tmp_path / "photographs" / ("cat" if nth < 3 else "dog")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (9, 9, 3), np.uint8)).save(folder / f"{nth}.png")
    for broken in ("cat/1.png", "dog/4.png"):
        (tmp_path / "photographs" / broken).write_bytes(b"\x89PNG is how it began")
    return tmp_path / "photographs"


def test_a_corrupt_image_stops_it_and_is_named(net: Any, photographs: Path, tmp_path: Path) -> None:
    refused(r"1\.png", net, str(photographs), tmp_path / "a.bundle")


def test_corrupt_images_are_left_out_counted_and_named(net: Any, photographs: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    options = {"skip_bad": True, "labels": ["cat", "dog"]}
    bundle = survey(net, str(photographs), tmp_path / "a.bundle", lines, **options)
    (made,) = bundle.manifest.surveys
    assert made.images == 3
    assert [Path(name).name for name in made.skipped] == ["1.png", "4.png"]
    assert any("2 of 5 images were left out" in line and "1.png" in line for line in lines)
    np.testing.assert_array_equal(bundle.load(made.tensors["true_class"]), [0, 0, 1])
    for broken in made.skipped:
        (photographs / broken).unlink()
    clean = survey(net, str(photographs), tmp_path / "b.bundle", labels=["cat", "dog"])
    for name, ref in made.tensors.items():
        np.testing.assert_array_equal(bundle.load(ref), clean.load(clean.manifest.surveys[0].tensors[name]), name)
    layer, same = (each.manifest.surveys[0].passes[0].layers[0] for each in (bundle, clean))
    for name, ref in layer.tensors.items():
        np.testing.assert_array_equal(bundle.load(ref), clean.load(same.tensors[name]), name)
    assert validate_bundle(bundle.path) == []


def test_shards_that_were_done_are_kept_when_bad_images_are_to_be_skipped(
    net: Any, photographs: Path, tmp_path: Path
) -> None:
    shutil.move(photographs / "cat/1.png", photographs / "dog/5.png")
    lines: list[str] = []
    with pytest.raises(KerascopeError, match=r"4\.png"):
        survey(net, str(photographs), tmp_path / "a.bundle", shard=2)
    bundle = survey(net, str(photographs), tmp_path / "a.bundle", lines, shard=2, skip_bad=True)
    assert any("1 of 3 shards were there" in line for line in lines)
    assert bundle.manifest.surveys[0].images == 3
    assert validate_bundle(bundle.path) == []


def test_only_bad_images_are_no_data_set(net: Any, photographs: Path, tmp_path: Path) -> None:
    for nth in (0, 2):
        (photographs / f"cat/{nth}.png").unlink()
    (photographs / "dog/3.png").unlink()
    refused("no images|can be read", net, str(photographs), tmp_path / "a.bundle", skip_bad=True)


def test_an_empty_folder_is_no_data_set(net: Any, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    refused("empty", net, str(tmp_path / "nothing"), tmp_path / "a.bundle")


def test_more_images_than_there_are_cannot_be_kept(net: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((3, 4, 4, 3), np.uint8))
    lines: list[str] = []
    bundle = survey(net, str(tmp_path / "x.npy"), tmp_path / "a.bundle", lines, top=9)
    assert bundle.manifest.surveys[0].passes[0].layers[0].tensors["top_values"].shape == (2, 3)
    assert any("there are 3 images" in line for line in lines)


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        ({"top": 0}, "images of a channel"),
        ({"thumbnails": -1}, "thumbnail"),
        ({"shard": 0}, "shard"),
        ({"layers": ("no_such*",)}, "no layer has a name"),
        ({"features": ("no_such*",)}, "no layer has a name"),
        ({"into": "b.bundle"}, "where to"),
        ({"checkpoint_ids": ("000",)}, "--into"),
        ({"labels": ["cat"]}, "labels do not fit"),
    ],
)
def test_what_cannot_be_asked_is_told(net: Any, tmp_path: Path, options: dict[str, Any], pattern: str) -> None:
    np.save(tmp_path / "x.npy", np.zeros((3, 4, 4, 3), np.uint8))
    refused(pattern, net, str(tmp_path / "x.npy"), tmp_path / "a.bundle", **options)


def test_several_inputs_are_refused(branching: Any, branching_inputs: Path, tmp_path: Path) -> None:
    refused("one input", branching, str(branching_inputs), tmp_path / "a.bundle")


def test_numbers_that_are_none_are_told_and_no_classes_are_none(keras: Any, tmp_path: Path) -> None:
    """A model that ends in a map, and whose roots are of what may be below 0."""
    values = np.random.default_rng(3).normal(size=(6, 5, 4)).astype(np.float32)
    values[2] = -1.0
    np.save(tmp_path / "x.npy", values)
    fed = keras.Input((5, 4), name="values")
    roots = keras.ops.sqrt(fed)
    net = keras.Model(fed, keras.layers.Conv1D(2, 3, name="map")(roots))
    lines: list[str] = []
    bundle = survey(net, str(tmp_path / "x.npy"), tmp_path / "a.bundle", lines, layers=("sqrt*",), features=("all",))
    (made,) = bundle.manifest.surveys
    (each,) = made.passes
    assert (each.classes, each.classes_by, set(each.tensors)) == ((), None, set())
    features = bundle.load(each.layers[0].tensors["features"])
    with np.errstate(invalid="ignore"):
        roots_of = np.sqrt(values)
    finite = np.isfinite(roots_of)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(features, np.where(finite, roots_of, 0).sum(axis=1) / finite.sum(axis=1), rtol=1e-6)
    assert np.isnan(features[2]).all()
    odd = np.isnan(features).any(axis=1).sum()
    assert any(f"{odd} of 6 images have features that are no number" in line for line in lines)
    assert any("no pictures" in line for line in lines)
    assert any("does not tell classes apart" in line for line in lines)
    assert "thumbnails" not in made.tensors
    assert validate_bundle(bundle.path) == []


def test_a_full_disk_leaves_nothing_half(net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from exporter.surveying import folder

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    np.save(tmp_path / "x.npy", np.zeros((3, 4, 4, 3), np.uint8))
    monkeypatch.setattr(folder, "write_file", full)
    refused("No space left.*free some space", net, str(tmp_path / "x.npy"), tmp_path / "a.bundle")
