"""What surveys hold is read as it was written, and what they do not hold is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from surveyed_bundle import add_survey
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, BundleError, read_bundle
from viewer.learned import read

PICTURES = np.random.default_rng(5).integers(0, 255, (4, 6, 6, 1), np.uint8)


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = make_tiny_bundle(tmp_path_factory.mktemp("learned") / "tiny.bundle")
    return read_bundle(add_survey(path, PICTURES, np.array([0, 1, -1, 2]), names=("one", "zwei", "trois", "四")))


def test_images_are_read_as_they_were_written(surveyed: Bundle) -> None:
    survey = read.survey_of(surveyed)
    assert read.image_names(surveyed, survey) == ("one", "zwei", "trois", "四")
    assert read.image_names(surveyed, survey, [3, 0]) == ("四", "one")
    assert np.array_equal(read.thumbnails(surveyed, survey), PICTURES)
    assert np.array_equal(read.picture(surveyed, survey, 2), PICTURES[2])
    assert read.true_classes(surveyed, survey).tolist() == [0, 1, -1, 2]


def test_answers_are_the_best_class_and_how_far_it_is_ahead(surveyed: Bundle) -> None:
    survey = read.survey_of(surveyed)
    made = read.pass_of(surveyed, survey)
    answers = read.answers_of(surveyed, made)
    scores = read.features_of(surveyed, made, "scores")
    assert np.array_equal(answers.predicted, scores.argmax(axis=1))
    ordered = np.sort(scores, axis=1)
    assert np.allclose(answers.margin, ordered[:, -1] - ordered[:, -2], atol=1e-6)


def test_what_is_not_there_is_said(surveyed: Bundle, tiny_bundle_path: Path) -> None:
    with pytest.raises(BundleError, match="kerascope survey"):
        read.survey_of(read_bundle(tiny_bundle_path))
    survey = read.survey_of(surveyed)
    with pytest.raises(BundleError, match="no such checkpoint in the survey"):
        read.pass_of(surveyed, survey, "000")
    with pytest.raises(BundleError, match="did not look at this layer"):
        read.layer_of(surveyed, read.pass_of(surveyed, survey), "other")
