"""Images are drawn where they lie, in their colours, the nearest over the others, and uploaded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from clouded_bundle import COUNT, clouded_bundle, made_pictures
from tiny_bundle import ATTACKED_IDS

from exporter.bundle.errors import BundleError
from viewer.camera import Rect, fit, gentle_camera, project
from viewer.cloud import GRID, Cloud, Track
from viewer.colour import PALETTES, class_colours
from viewer.labels import box_of
from viewer.layout import LayoutOptions, place
from viewer.learned.near_pointer import image_at
from viewer.learned.read import survey_of, thumbnails
from viewer.learned.spread import shown_places
from viewer.state import Hud, ViewState, Words
from viewer.visuals import clouds as module

pytestmark = pytest.mark.gl

SIZE = 480, 480
CORNERS = np.array([[x, y, 0.0] for x in (-1.1, 1.1) for y in (-1.1, 1.1)])
CAMERA = fit(gentle_camera(CORNERS, 0.0, 0.0, 11.0), CORNERS, 1.0, Rect(0.0, 0.0, 1.0, 1.0))
WALL = Cloud("wall", "000", GRID, colour_by="picture")


@pytest.fixture(scope="module")
def stage() -> Iterator:
    from viewer.stage import Stage

    bundle = clouded_bundle()
    with Stage(bundle, place(bundle, LayoutOptions())) as made:
        yield made


def state_of(*clouds: Cloud, theme: str = "dark", **changes: object) -> ViewState:
    return ViewState(CAMERA, (), theme, bloom=0.0, clouds=clouds, **changes)  # type: ignore[arg-type]


def drawn(stage, *clouds: Cloud, theme: str = "dark") -> np.ndarray:
    return stage.render(state_of(*clouds, theme=theme), SIZE, supersample=1).astype(int)


def seen_px(cloud: Cloud, camera=CAMERA) -> np.ndarray:
    """Where the middle of each image is on the picture."""
    bundle = clouded_bundle()
    points = shown_places(bundle, survey_of(bundle), cloud)[0]
    return project(camera, points, 1.0) * SIZE[1] / 1080


def test_each_picture_is_at_its_place_upright(stage) -> None:
    frame, at = drawn(stage, WALL), seen_px(WALL)
    bundle = clouded_bundle()
    images = thumbnails(bundle, survey_of(bundle))
    side = np.ptp(np.unique(at[:, 0].round(2))[:2]) * 0.92
    for row, (x, y) in enumerate(at):
        for down in range(1, 5):
            for right in range(1, 5):
                place_px = y + ((down + 0.5) / 6 - 0.5) * side, x + ((right + 0.5) / 6 - 0.5) * side
                found = frame[int(place_px[0]), int(place_px[1])]
                assert np.abs(found - images[row, down, right, 0]).max() <= 3, (row, down, right)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_ink_has_the_colour_of_its_class_and_no_ground(stage, theme: str) -> None:
    inked = replace(WALL, colour_by="class", tint=1.0)
    frame, empty, at = drawn(stage, inked, theme=theme), drawn(stage, theme=theme), seen_px(WALL)
    true = made_pictures()[1]
    side = np.ptp(np.unique(at[:, 0].round(2))[:2]) * 0.92
    for row, (x, y) in enumerate(at):
        if true[row] < 0:
            continue
        stroke = frame[int(y), int(x + ((2 * true[row] + 1) / 6 - 0.5) * side)] / 255
        full = class_colours(3, theme)[true[row]]  # type: ignore[arg-type]
        share = (stroke @ full) / (full @ full)
        assert 0.7 < share <= 1.01, "some are a little darker"
        np.testing.assert_allclose(stroke, share * full, atol=0.03)
        beside = int(y), int(x + ((2 * ((true[row] + 1) % 3) + 1) / 6 - 0.5) * side)
        assert np.abs(frame[beside] - empty[beside]).max() < 40


def test_very_small_ones_are_dots_of_their_colour(stage) -> None:
    tiny = Cloud("dots", "000", "pca-pixels", side=0.02, tint=1.0)
    frame, at, true = drawn(stage, tiny), seen_px(tiny), made_pictures()[1]
    alone = [row for row in range(COUNT) if np.sort(np.abs(at - at[row]).max(axis=1))[1] > 8 and true[row] >= 0]
    assert len(alone) >= 3
    for row in alone:
        x, y = at[row]
        colour = frame[int(y), int(x)] / 255
        full = class_colours(3, "dark")[true[row]]
        assert (colour @ full) / np.linalg.norm(colour) / np.linalg.norm(full) > 0.97


@pytest.mark.parametrize("dimensions", ["", "3"])
def test_what_is_picked_is_what_is_seen(stage, dimensions: str) -> None:
    bundle, cloud = clouded_bundle(), Cloud("c", "000", f"pca{dimensions}-pixels", side=0.15)
    frame = drawn(stage, replace(cloud, colour_by="picture"))
    images, at = thumbnails(bundle, survey_of(bundle)), seen_px(cloud)
    hits = 0
    for row, (x, y) in enumerate(at):
        if image_at(bundle, cloud, CAMERA, SIZE, x + 2, y + 2) == row:
            hits += 1
            assert np.abs(frame[int(y) + 2, int(x) + 2] - images[row, 3, 3, 0]).max() <= 12
    assert hits >= 5


def test_half_way_they_are_half_way(stage) -> None:
    half = Cloud("c", "000", GRID, "pca-pixels", 0.5, colour_by="picture", side=0.3)
    frame, at = drawn(stage, half), seen_px(half)
    bundle = clouded_bundle()
    images = thumbnails(bundle, survey_of(bundle))
    on_top = [row for row in range(COUNT) if image_at(bundle, half, CAMERA, SIZE, *(at[row] + 2)) == row]
    for row in on_top:
        x, y = at[row].astype(int) + 2
        assert np.abs(frame[y, x] - images[row, 3, 3, 0]).max() <= 12


def test_what_is_not_lit_is_dimmed(stage) -> None:
    bright = drawn(stage, replace(WALL, colour_by="class", lit=(3, 8), dim=0.8))
    at, plain = seen_px(WALL), drawn(stage, replace(WALL, colour_by="class"))
    for row in range(COUNT):
        x, y = at[row].astype(int)
        is_same = bool((bright[y, x] == plain[y, x]).all())
        assert is_same == (row in (3, 8)), row


def test_another_embedding_uploads_what_is_new_alone(stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    buffers = module.instances
    monkeypatch.setattr(module, "instances", lambda values: (made.append(len(values)), buffers(values))[1])
    cloud = Cloud("c", "000", "pca-scores@000", "pca-scores@001")
    drawn(stage, cloud)
    made.clear()
    for share in (0.1, 0.4, 0.9):
        drawn(stage, replace(cloud, share=share, dim=share, alpha=1 - share / 2, recolour=share))
    assert made == []
    drawn(stage, replace(cloud, start="pca-scores@001", end="pca-scores@002"))
    assert made == [COUNT]


def test_names_of_classes_stand_among_their_images_and_keep_off_other_words(stage) -> None:
    cloud = replace(WALL, labels=1.0)
    taken = Words("words of the scene", (500.0, 560.0), 40.0, anchor="centre")
    hud = stage._clouds.labelled(state_of(cloud), 1.0, Hud(words=(taken,)))
    names = [word for word in hud.words if word.of_class is not None]
    assert sorted(word.text for word in names) == ["one", "two", "zero"]
    for one in names:
        for other in hud.words:
            if one is not other:
                a, b = box_of(one), box_of(other)
                assert min(a[2] - b[0], b[2] - a[0], a[3] - b[1], b[3] - a[1]) <= 0
    assert not stage._clouds.labelled(state_of(replace(cloud, labels=0.0)), 1.0, Hud()).words


def test_a_track_has_its_line_and_says_what_it_is(stage) -> None:
    track = Track(ATTACKED_IDS, label="taken for two", of_class=2, width_px=8.0)
    cloud = Cloud("c", "000", "pca-pixels", side=0.05, alpha=1.0)
    with_track, without = drawn(stage, replace(cloud, tracks=(track,))), drawn(stage, cloud)
    bundle = clouded_bundle()
    places = module.spread_of(bundle, survey_of(bundle), "pca-pixels").inputs
    ends = project(CAMERA, [places[ATTACKED_IDS[0]], places[ATTACKED_IDS[1]]], 1.0) * SIZE[1] / 1080
    x, y = ends.mean(axis=0).astype(int)
    np.testing.assert_allclose(with_track[y, x] / 255, PALETTES["dark"].roles["alarm"], atol=0.02)
    assert (with_track != without).any(axis=2).sum() > 500
    hud = stage._clouds.labelled(state_of(replace(cloud, tracks=(track,))), 1.0, Hud())
    assert [word.text for word in hud.words] == ["taken for two"]


def test_what_the_bundle_does_not_have_is_told(stage) -> None:
    for cloud in (replace(WALL, survey_id="009"), replace(WALL, start="tsne-nothing")):
        with pytest.raises(BundleError):
            drawn(stage, cloud)
