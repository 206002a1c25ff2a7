"""Surveys in bundles: they are read back, and whatever does not hold together is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from surveyed_bundle import add_embedding, add_neighbours, add_survey
from tiny_bundle import make_tiny_bundle

from exporter.bundle import BundleWriter, read_bundle, validate_bundle
from exporter.bundle.schema import Manifest

IMAGES = 7


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a survey of seven pictures at two checkpoints, points and neighbours."""
    path = make_tiny_bundle(tmp_path_factory.mktemp("surveyed") / "tiny.bundle")
    pictures = np.random.default_rng(3).integers(0, 255, (IMAGES, 6, 6, 1), np.uint8)
    add_survey(path, pictures, np.arange(IMAGES) % 3, checkpoints=("000", "002"))
    add_embedding(path, np.arange(IMAGES * 2).reshape(IMAGES, 2), inputs={"attack-1": (0.5, 1.5)})
    return add_neighbours(path, pictures, 3, id_="pixels")


def test_a_survey_is_read_back_and_holds_together(made: Path) -> None:
    assert validate_bundle(made) == []
    bundle = read_bundle(made)
    survey = bundle.survey("000")
    assert [each.checkpoint for each in survey.passes] == ["000", "002"]
    relu = next(each for each in survey.passes[1].layers if each.layer == "relu")
    top = bundle.load(relu.tensors["top_values"])
    assert top.shape == (4, IMAGES)
    assert (np.diff(top, axis=1) <= 0).all()
    assert np.array_equal(top[:, 0], bundle.load(relu.tensors["max"]))
    assert bundle.embedding("pca-pixels").inputs == ("attack-1",)
    assert bundle.neighbours("pixels").result["k"] == 3


def changed(made: Path, path: Path, file: str, name: str, values: Any) -> Path:
    """A copy of a bundle in which one array of the survey, its points or its neighbours is another."""
    import shutil

    shutil.copytree(made, path)
    manifest = read_bundle(path).manifest
    with BundleWriter.append(path) as writer:
        ref = writer.write("derived/changed.npz", {name: values})[name]

        def with_ref(record: Any) -> Any:
            return structs.replace(record, tensors={**record.tensors, name: ref})

        survey, first = manifest.surveys[0], manifest.surveys[0].passes[0]
        parts: dict[str, Manifest] = {
            "survey": structs.replace(manifest, surveys=(with_ref(survey),)),
            "embedding": structs.replace(manifest, embeddings=(with_ref(manifest.embeddings[0]),)),
            "neighbours": structs.replace(manifest, neighbours=(with_ref(manifest.neighbours[0]),)),
        }
        layers = tuple(with_ref(each) if each.layer == "relu" else each for each in first.layers)
        passes = (structs.replace(first, layers=layers), *survey.passes[1:])
        parts["layer"] = structs.replace(manifest, surveys=(structs.replace(survey, passes=passes),))
        writer.commit(parts[file])
    return path


@pytest.mark.parametrize(
    ("part", "name", "values", "words"),
    [
        ("survey", "true_class", np.zeros(IMAGES + 1, np.int64), "not int64 (N)"),
        ("survey", "thumbnails", np.zeros((IMAGES, 6, 6, 1), np.float32), "not uint8 (N, h, w, c)"),
        ("survey", "odd", np.zeros(1), "unknown entry 'odd'"),
        ("survey", "name_ends", np.full(IMAGES, 3, np.int64), "share the text out"),
        ("survey", "picture_images", np.zeros(IMAGES, np.int64), "do not rise"),
        ("layer", "top_images", np.full((4, IMAGES), IMAGES, np.int64), "images that are not there"),
        ("layer", "top_places", np.full((4, IMAGES, 2), 6, np.int32), "lie beside the layer"),
        ("layer", "top_values", np.zeros((3, IMAGES), np.float32), "not float32 (C, K)"),
        ("embedding", "points", np.full((IMAGES, 2), np.nan, np.float32), "not finite"),
        ("embedding", "points", np.zeros((IMAGES, 4), np.float32), "'input_points' is float32 (1, 2)"),
        ("neighbours", "images", np.full((IMAGES, 3), -1, np.int64), "images that are not there"),
    ],
)
def test_what_does_not_hold_together_is_told(
    made: Path, tmp_path: Path, part: str, name: str, values: Any, words: str
) -> None:
    problems = validate_bundle(changed(made, tmp_path / "odd.bundle", part, name, values))
    assert any(words in problem for problem in problems), problems


def test_names_that_name_nothing_are_refused(made: Path) -> None:
    from exporter.bundle.checks import manifest_problems
    from exporter.bundle.limits import Limits

    manifest = read_bundle(made).manifest
    survey = structs.replace(
        manifest.surveys[0], passes=(structs.replace(manifest.surveys[0].passes[0], checkpoint="9"),)
    )
    embedding = structs.replace(manifest.embeddings[0], survey="other", inputs=("nobody",))
    odd = structs.replace(manifest, surveys=(survey, survey), embeddings=(embedding,))
    problems = " ".join(manifest_problems(odd, Limits()))
    for words in ("survey '000' is there 2 times", "checkpoint '9'", "survey 'other'", "input 'nobody'"):
        assert words in problems
