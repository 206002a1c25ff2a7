"""Images lie where their embedding has them, at one size; in a grid class after class; and on the way between two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from clouded_bundle import COUNT, clouded_bundle, made_pictures
from msgspec import structs

from exporter.bundle.errors import BundleError
from viewer.cloud import GRID, Cloud
from viewer.learned import spread as module
from viewer.learned.read import survey_of
from viewer.learned.spread import grid_order, shown_places, spread_of, ways_of


def test_an_embedding_keeps_its_shape_and_gets_one_size() -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    found = spread_of(bundle, survey, "pca-pixels")
    stored = bundle.load(bundle.embedding("pca-pixels").tensors["points"])
    apart = np.linalg.norm(found.points[:, None] - found.points[None], axis=2)
    wanted = np.linalg.norm(stored[:, None] - stored[None], axis=2)
    np.testing.assert_allclose(apart, wanted * (apart.max() / wanted.max()), atol=1e-5)
    assert found.is_flat
    assert (found.points[:, 2] == 0).all()
    assert 0.9 < np.linalg.norm(found.points, axis=1).max() < 1.3
    assert found.has_place.all()
    assert set(found.inputs) == {"attack-1", "attack-2", "attack-3"}
    in_space = spread_of(bundle, survey, "pca3-pixels")
    assert not in_space.is_flat
    assert np.ptp(in_space.points[:, 2]) > 0


def test_epochs_of_a_layer_share_a_scale_so_that_motion_is_true() -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    names = [f"pca-scores@{at}" for at in ("000", "001", "002")]
    scales = []
    for name in names:
        stored = bundle.load(bundle.embedding(name).tensors["points"])
        scales.append(np.ptp(spread_of(bundle, survey, name).points[:, 0]) / np.ptp(stored[:, 0]))
    radii = [np.linalg.norm(spread_of(bundle, survey, name).points, axis=1).max() for name in names]
    largest = int(np.argmax(radii))
    for scale, radius in zip(scales, radii, strict=True):
        assert scale == pytest.approx(scales[largest], rel=1e-4) or radius == pytest.approx(0.5, abs=0.2)


def test_the_grid_is_sorted_by_class_and_centred_in_its_aspect() -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    order, true = grid_order(bundle, survey), made_pictures()[1]
    assert true[order].tolist() == [*sorted(true[true >= 0]), -1]
    for aspect in (0.5, 1.0, 2.0):
        found = spread_of(bundle, survey, GRID, aspect)
        low, high = found.points.min(axis=0), found.points.max(axis=0)
        np.testing.assert_allclose(low[0], -high[0], atol=1e-5)
        pitch = found.side / 0.92
        wide, high_ = (high - low)[:2] + pitch
        assert wide <= 1.85 * max(aspect, 1)
        assert high_ <= 1.85 / min(aspect, 1)
        assert len(np.unique(found.points.round(5), axis=0)) == COUNT
        first, last = found.points[order[0]], found.points[order[-1]]
        assert first[1] > last[1], "from the top left on"


def test_of_an_embedding_of_some_images_the_others_have_no_place() -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    whole = bundle.embedding("pca-pixels")
    some = np.array([1, 4, 7, 30])
    ref = structs.replace(whole.tensors["points"], key="some")

    class Part:
        manifest, path = bundle.manifest, bundle.path

        def __getattr__(self, name: str):
            return getattr(bundle, name)

        def embedding(self, _: str):
            return structs.replace(whole, tensors={"points": ref, "images": structs.replace(ref, key="images")})

        def load(self, tensor):
            return {"some": np.eye(4)[:, :2], "images": some}.get(tensor.key) if tensor.key in (
                "some", "images") else bundle.load(tensor)  # fmt: skip

    found = spread_of(Part(), survey, "pca-pixels")  # type: ignore[arg-type]
    assert np.flatnonzero(found.has_place).tolist() == some.tolist()


@pytest.mark.parametrize("stagger", [0.0, 0.4])
def test_the_way_begins_and_ends_and_the_last_goes_later(stagger: float) -> None:
    order = np.array([2, 0, 1, 3])
    assert ways_of(order, 0.0, stagger).tolist() == [0, 0, 0, 0]
    assert ways_of(order, 1.0, stagger).tolist() == pytest.approx([1, 1, 1, 1])
    half = ways_of(order, 0.5, stagger)[order]
    assert (np.diff(half) <= 0).all()
    assert (half[0] > half[-1]) == (stagger > 0)


def test_between_two_layouts_images_and_their_width_are_between() -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    start, end = (spread_of(bundle, survey, name) for name in (GRID, "pca-pixels"))
    points, is_there, sides = shown_places(bundle, survey, Cloud("", "000", GRID, "pca-pixels", 0.5))
    np.testing.assert_allclose(points, (start.points + end.points) / 2, atol=1e-6)
    assert is_there.all()
    np.testing.assert_allclose(sides, (start.side + 0.04) / 2, rtol=1e-5)


def test_what_has_one_place_alone_stays_there_and_goes_half_way(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    whole = module.spread_of

    def some(bundle, survey, layout: str, aspect: float = 1.0):
        found = whole(bundle, survey, layout, aspect)
        lacks = np.arange(COUNT) == 4
        return replace(found, has_place=~lacks) if layout != GRID else found

    monkeypatch.setattr(module, "spread_of", some)
    for share, is_there in ((0.1, True), (0.9, False)):
        points, there, _ = shown_places(bundle, survey, Cloud("", "000", GRID, "pca-pixels", share))
        assert there[4] == is_there
        assert there.sum() == COUNT - (not is_there)
        np.testing.assert_array_equal(points[4], whole(bundle, survey, GRID).points[4])


def test_what_is_not_there_is_told_in_a_line() -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    with pytest.raises(BundleError, match="embedding"):
        spread_of(bundle, survey, "tsne-nothing")
    with pytest.raises(BundleError, match="an embedding of other images"):
        spread_of(bundle, structs.replace(survey, id="009"), "pca-pixels")
