"""Neighbours, their votes, and where attacked inputs land, against brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from surveyed_bundle import add_neighbours, add_survey
from tiny_bundle import ATTACKED_IDS, make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from viewer.learned import landed, nearness
from viewer.learned.landed import Landing
from viewer.learned.read import features_of, layer_of, pass_of, survey_of

TRUE = np.array([0, 1, -1, 2, 0, 1, 1, 0, 2, 0, 1, 0])
PICTURES = np.random.default_rng(5).integers(0, 255, (len(TRUE), 6, 6, 1), np.uint8)


def vote_of(row: np.ndarray) -> int:
    """The most frequent known class, of equally frequent ones the one that comes first."""
    known = [int(each) for each in row if each >= 0]
    return max(known, key=lambda each: (known.count(each), -known.index(each))) if known else -1


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = make_tiny_bundle(tmp_path_factory.mktemp("near") / "tiny.bundle")
    path = add_survey(path, PICTURES, np.maximum(TRUE, 0))
    bundle = read_bundle(path)
    pooled = features_of(bundle, pass_of(bundle, survey_of(bundle)), "pool")
    add_neighbours(path, PICTURES, 5, id_="pixels")
    return read_bundle(add_neighbours(path, pooled, 5, id_="pool", layer="pool", checkpoint="002"))


def test_neighbours_agree_where_they_are_of_the_class_of_the_image(surveyed: Bundle) -> None:
    survey = survey_of(surveyed)
    features, pixels = nearness.beside_pixels(surveyed, survey)
    assert (features.id, pixels.id) == ("pool", "pixels")
    for entry in (features, pixels):
        found = nearness.nearness_of(surveyed, survey, entry)
        own = np.maximum(TRUE, 0)
        votes = np.array([vote_of(row) for row in own[found.images]])
        assert np.array_equal(found.votes, votes)
        assert found.accuracy == pytest.approx((votes == own).mean())
        assert np.array_equal(found.agrees, own[found.images] == own[:, None])
    near = nearness.nearness_of(surveyed, survey, features, 2)
    assert (near.k, near.of, near.images.shape) == (2, "pool", (12, 2))


def test_votes_are_the_most_frequent_class_of_each_row() -> None:
    rows = np.random.default_rng(3).integers(-1, 4, (200, 5))
    for row, vote in zip(rows, nearness.votes_of(rows), strict=True):
        assert vote == vote_of(row)


def test_what_was_not_found_is_said_with_the_command(surveyed: Bundle, tmp_path: Path) -> None:
    survey = survey_of(surveyed)
    with pytest.raises(KerascopeError, match="so many neighbours were not kept: expected at most 5, got 9"):
        nearness.nearness_of(surveyed, survey, surveyed.manifest.neighbours[0], 9)
    with pytest.raises(KerascopeError, match="no neighbours by features of conv: expected one of pool at 002"):
        nearness.beside_pixels(surveyed, survey, "conv")
    plain = read_bundle(add_survey(make_tiny_bundle(tmp_path / "plain.bundle"), PICTURES))
    with pytest.raises(KerascopeError, match="kerascope neighbours"):
        nearness.beside_pixels(plain, survey_of(plain))


def test_attacked_inputs_land_where_brute_force_says(surveyed: Bundle) -> None:
    survey = survey_of(surveyed)
    made = pass_of(surveyed, survey)
    run = landed.attacks_of(surveyed, made)[0]
    own = surveyed.input(run.parent).true_class or 0
    for name in ("conv", "pool", "scores"):
        found = list(landed.landings(surveyed, survey, made, run, layer_of(surveyed, made, name)))
        features = features_of(surveyed, made, name).astype(np.float64)
        assert [each.input_id for each in found] == [run.parent, *ATTACKED_IDS]
        for each in found:
            values = surveyed.output(each.input_id, "002", name)
            point = values.reshape(-1, values.shape[-1]).mean(axis=0, dtype=np.float64)
            counted = np.maximum(TRUE, 0)
            away = [np.linalg.norm(features[counted == number].mean(axis=0) - point) for number in range(3)]
            assert each.nearest == np.argmin(away)
            assert each.distance == pytest.approx(min(away), rel=1e-4)
            assert each.own_distance == pytest.approx(away[own], rel=1e-4)
            nearest = np.argsort(np.linalg.norm(features - point, axis=1), kind="stable")[:10]
            assert each.votes == vote_of(counted[nearest])
            assert each.agree == pytest.approx((counted[nearest] == each.votes).mean())


def test_it_crosses_over_where_it_never_comes_back_from() -> None:
    def at(layer: str, nearest: int) -> Landing:
        return Landing(layer, "x", 1, 0.1, nearest, 1.0, 2.0, None, None, 4)

    assert landed.crossing([at("a", 1), at("b", 4), at("c", 2), at("d", 3)]) == "c"
    assert landed.crossing([at("a", 1), at("b", 4)]) is None
    assert landed.crossing([at("a", 1), at("b", 1)]) == "a"


def test_an_attack_that_is_not_there_is_said(tmp_path: Path) -> None:
    plain = read_bundle(add_survey(make_tiny_bundle(tmp_path / "plain.bundle", attack=False), PICTURES))
    with pytest.raises(KerascopeError, match="there is no attack on the network of checkpoint 002"):
        landed.attacks_of(plain, pass_of(plain, survey_of(plain)))
