"""Confusion, channels that stand out for a class, and channels that tell two apart, against brute force and peers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from surveyed_bundle import add_survey
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from viewer.learned import apart, classes
from viewer.learned.read import answers_of, features_of, layer_of, pass_of, survey_of

TRUE = np.array([0, 1, -1, 2, 0, 1, 1, 0, 2, 0, 1, 0])
PICTURES = np.random.default_rng(5).integers(0, 255, (len(TRUE), 6, 6, 1), np.uint8)


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = make_tiny_bundle(tmp_path_factory.mktemp("classes") / "tiny.bundle")
    return read_bundle(add_survey(path, PICTURES, TRUE))


def by_hand(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """d' of each channel; 0 of those that are the same everywhere."""
    spread = np.sqrt((ones.var(0) + others.var(0)) / 2)
    return (ones.mean(0) - others.mean(0)) / np.where(spread > 0, spread, 1.0)


def test_confusion_counts_known_images_alone(surveyed: Bundle) -> None:
    survey = survey_of(surveyed)
    made = pass_of(surveyed, survey)
    found = classes.confusion_in(surveyed, survey, made)
    said = answers_of(surveyed, made).predicted
    for i, one in enumerate(found.classes):
        for j, other in enumerate(found.classes):
            assert found.counts[i, j] == sum(t == one and p == other for t, p in zip(TRUE, said, strict=True))
    assert found.counts.sum() == 11
    assert found.accuracy == np.mean(TRUE[TRUE >= 0] == said[TRUE >= 0])


def test_rates_have_their_degenerate_cases() -> None:
    found = classes.confusion_of(np.array([0, 0, 1, 1, 1, -1]), np.array([0, 5, 0, 0, 5, 0]))
    assert found.classes.tolist() == [0, 1, 5]
    assert found.counts.tolist() == [[1, 0, 1], [2, 0, 1], [0, 0, 0]]
    np.testing.assert_array_equal(found.recall, [0.5, 0.0, np.nan])
    np.testing.assert_array_equal(found.precision, [1 / 3, np.nan, 0.0])
    assert found.pairs() == [(1, 0, 2), (0, 5, 1), (1, 5, 1)]
    assert found.only(np.array([1, 5, 9])).counts.tolist() == [[0, 1], [0, 0]]
    assert np.isnan(classes.confusion_of(np.array([-1]), np.array([2])).accuracy)


@pytest.mark.slow
def test_confusion_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    true, said = rng.integers(0, 7, (2, 500))
    found = classes.confusion_of(true, said)
    np.testing.assert_array_equal(found.counts, metrics.confusion_matrix(true, said))
    precision, recall, _, _ = metrics.precision_recall_fscore_support(true, said)
    np.testing.assert_allclose(found.recall, recall, rtol=1e-15)
    np.testing.assert_allclose(found.precision, precision, rtol=1e-15)


def test_what_stands_out_is_d_prime_against_all_other_images(surveyed: Bundle) -> None:
    survey = survey_of(surveyed)
    made = pass_of(surveyed, survey)
    found = classes.outstanding(surveyed, made, layer_of(surveyed, made, "pool"))
    features = features_of(surveyed, made, "pool").astype(np.float64)
    for nth, each in enumerate(found.classes):
        inside, outside = features[each == TRUE], features[(each != TRUE) & (TRUE >= 0)]
        np.testing.assert_allclose(found.difference[nth], by_hand(inside, outside), rtol=1e-3, atol=1e-5)
        order = found.strongest(nth)
        assert (np.diff(found.difference[nth][order]) <= 0).all()


def test_d_prime_is_known_for_known_distributions() -> None:
    one, zero = np.array([1.0, 2.0, 0.0, 5.0, np.nan]), np.zeros(5)
    std = np.array([1.0, 2.0, 0.0, 0.0, 1.0])
    np.testing.assert_array_equal(classes.d_prime(one, std, zero, std), [1.0, 1.0, 0.0, np.inf, np.nan])


@pytest.mark.slow
def test_auc_is_that_of_all_pairs_and_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(1)
    ones, others = rng.integers(0, 6, (23, 5)) / 4, rng.integers(0, 5, (31, 5)) / 4  # many are equal
    found = apart.auc_of(ones, others)
    for channel in range(5):
        a, b = ones[:, channel, None], others[:, channel]
        assert found[channel] == pytest.approx(((a > b) + (a == b) / 2).mean(), abs=1e-15)
        labels, scores = [1] * 23 + [0] * 31, np.concatenate([ones[:, channel], others[:, channel]])
        assert found[channel] == pytest.approx(metrics.roc_auc_score(labels, scores), abs=1e-12)
    np.testing.assert_allclose(apart.auc_of(others, ones), 1 - found, atol=1e-15)
    holes = np.where(np.arange(23)[:, None] == 0, np.nan, ones)
    np.testing.assert_array_equal(apart.auc_of(holes, others), apart.auc_of(ones[1:], others))
    assert np.isnan(apart.auc_of(np.full((2, 1), np.nan), others[:, :1])).all()


def test_channels_apart_are_those_of_the_features(surveyed: Bundle) -> None:
    survey = survey_of(surveyed)
    made = pass_of(surveyed, survey)
    found = apart.apart_in(surveyed, survey, made, layer_of(surveyed, made, "relu"), 1, 2)
    features = features_of(surveyed, made, "relu").astype(np.float64)
    ones, others = features[TRUE == 1], features[TRUE == 2]
    np.testing.assert_allclose(found.d_prime, by_hand(ones, others), rtol=1e-3)
    np.testing.assert_allclose(found.auc, apart.auc_of(ones, others))
    assert found.images == (4, 2)
    back = apart.apart_in(surveyed, survey, made, layer_of(surveyed, made, "relu"), 2, 1)
    np.testing.assert_array_equal(back.d_prime, -found.d_prime)


def test_what_cannot_be_told_is_said(surveyed: Bundle, tmp_path: Path) -> None:
    survey = survey_of(surveyed)
    made = pass_of(surveyed, survey)
    layer = layer_of(surveyed, made, "relu")
    with pytest.raises(KerascopeError, match="cannot be told from itself"):
        apart.apart_in(surveyed, survey, made, layer, 1, 1)
    with pytest.raises(KerascopeError, match="did you mean 'two'"):
        classes.class_named(surveyed, "twoo")
    assert [classes.class_named(surveyed, each) for each in ("two", "1")] == [2, 1]
    with pytest.raises(KerascopeError, match="no such class"):
        classes.class_named(surveyed, "3")
    plain = read_bundle(add_survey(make_tiny_bundle(tmp_path / "plain.bundle"), PICTURES[:3]))
    survey = survey_of(plain)
    made = pass_of(plain, survey)
    with pytest.raises(KerascopeError, match="true classes of these images are not known"):
        classes.confusion_in(plain, survey, made)
    missing = next(each for each in range(3) if each not in made.classes)
    with pytest.raises(KerascopeError, match="no image of the survey counts for class"):
        classes.place_of(plain, made, missing)
