"""The scene of nearest images: which are asked, where the near ones come from, how they are marked, what is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from near_bundle import IMAGES, K, near_bundle
from surveyed_bundle import add_survey
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from exporter.bundle.limits import Limits
from scenes.gallery.neighbours import build, layout_options
from scenes.gltf.convert import glb_of
from scenes.neighbours.places import NearFrame
from scenes.neighbours.subject import MOST_QUERIES, subject_of
from scenes.neighbours.words import RIGHT, WRONG
from scenes.options import SceneOptions
from scenes.timeline import Timeline
from viewer.album import ThumbnailTile
from viewer.album_tiles import tile_cells
from viewer.camera import project
from viewer.layout import place
from viewer.learned.read import shown_image
from viewer.state import ViewState

OPTIONS = SceneOptions(size_px=(960, 540))


def made(bundle: Bundle, options: SceneOptions = OPTIONS) -> Timeline:
    return build(bundle, place(bundle, layout_options(options)), options)


def text_of(state: ViewState) -> str:
    return " ".join(line.text for line in state.hud.words)


def test_images_are_asked_for_which_the_two_differ_most_either_way() -> None:
    subject = subject_of(near_bundle(), OPTIONS)
    ahead = subject.features.agrees.sum(axis=1) - subject.pixels.agrees.sum(axis=1)
    rows = [query.row for query in subject.queries]
    assert len(rows) == len(set(rows)) <= MOST_QUERIES
    assert ahead[rows[0]] == (ahead.max() if ahead.max() > 0 else ahead.min())
    assert (ahead[rows] > 0).any() == (ahead > 0).any()
    assert (ahead[rows] < 0).any() == (ahead < 0).any()
    assert "differ most" in subject.chosen


def test_an_image_may_be_asked_for_by_its_number() -> None:
    subject = subject_of(near_bundle(), SceneOptions(at=(7,)))
    assert subject.queries[0].row == 7
    assert "image 7, as asked" in subject.chosen
    with pytest.raises(KerascopeError, match=f"expected a number from 0 to {IMAGES - 1}, got {IMAGES}"):
        subject_of(near_bundle(), SceneOptions(at=(IMAGES,)))


def test_the_nearest_stand_in_two_rows_as_they_are_known() -> None:
    bundle = near_bundle()
    subject, timeline = subject_of(bundle, OPTIONS), made(bundle)
    for query, at in zip(subject.queries, timeline.stops_secs, strict=False):
        state = timeline.state_at(at)
        assert [album.share for album in state.albums] == [1.0, 1.0, 1.0]
        first, *rows = state.albums
        assert first.tiles == (ThumbnailTile("000", query.row),)
        for album, near in zip(rows, subject.sides, strict=True):
            assert album.tiles == tuple(ThumbnailTile("000", int(row)) for row in near.images[query.row, :K])
        said = text_of(state)
        agree = [near.agrees[query.row] for near in subject.sides]
        assert said.count(f"{RIGHT} ") == sum(map(np.sum, agree)) + 1, "and once in the legend"
        assert said.count(f"{WRONG} ") == sum(K - each.sum() for each in agree) + 1
        assert f"Of the {K} nearest, {agree[0].sum()} are of its class by features, {agree[1].sum()} by pixels." in said
        thick = [line for line in state.hud.lines if line.role == "alarm" and len(line.points_px) == 5]
        assert len(thick) == sum(K - each.sum() for each in agree)
        thin = [line for line in state.hud.lines if line.role == "text" and len(line.points_px) == 5]
        assert not thin or not thick or thick[0].width_px > thin[0].width_px


def test_features_come_out_of_the_plate_of_their_layer_and_pixels_out_of_that_of_the_input() -> None:
    bundle = near_bundle()
    layout = place(bundle, layout_options(OPTIONS))
    timeline = build(bundle, layout, OPTIONS)
    state = timeline.state_at(timeline.stops_secs[0])
    for album, layer in zip(state.albums, ("picture", "pool", "picture"), strict=True):
        corners = project(state.camera, layout.plate(layer).corners(), 16 / 9)
        left, top, wide, high = album.start_px[0]
        middle = np.array([left + wide / 2, top + high / 2])
        assert (corners.min(axis=0) < middle).all()
        assert (middle < corners.max(axis=0)).all()
    assert len(state.wires) == 2


def test_at_the_end_it_is_said_how_often_either_is_right() -> None:
    bundle = near_bundle()
    subject, timeline = subject_of(bundle, OPTIONS), made(bundle)
    said = text_of(timeline.state_at(timeline.stops_secs[-1]))
    for near in subject.sides:
        assert f"{near.accuracy * 100:.1f} %" in said
    assert f"Over all {IMAGES} images" in said


def test_of_unknown_classes_nothing_is_right_or_wrong() -> None:
    bundle = near_bundle(classes=False)
    timeline = made(bundle)
    assert len(timeline.stops_secs) == len(subject_of(bundle, OPTIONS).queries) == MOST_QUERIES
    for at in timeline.stops_secs:
        said = text_of(timeline.state_at(at))
        assert not {RIGHT, WRONG} & set(said)
        assert "the classes are not known" in said


@pytest.mark.parametrize("aspect", [16 / 9, 4 / 3, 1.0, 9 / 16, 3.0])
@pytest.mark.parametrize("picture", [0.5, 1.0, 2.0])
def test_tiles_stay_in_the_frame_and_off_each_other(aspect: float, picture: float) -> None:
    frame = NearFrame(aspect, picture, 20, 3)
    boxes = [frame.query, *frame.tiles(0), *frame.tiles(1)]
    assert len(boxes) >= 3
    for at, (left, top, wide, high) in enumerate(boxes):
        assert left >= 0
        assert left + wide <= frame.width_px
        assert top + high <= frame.bottom_px + 1e-6
        assert wide / high == pytest.approx(picture)
        for x, y, w, h in boxes[:at]:
            assert x + w <= left + 1e-6 or left + wide <= x + 1e-6 or y + h <= top + 1e-6 or top + high <= y + 1e-6


def test_a_thumbnail_is_a_tile_and_one_that_is_not_there_is_said() -> None:
    bundle = near_bundle()
    small = bundle.load(bundle.survey("000").tensors["thumbnails"])
    cells = tile_cells(bundle, ThumbnailTile("000", 3))
    assert cells.kind == "image"
    assert np.array_equal(cells.cells, np.repeat(small[3] / np.float32(255), 3, axis=2))
    for row in (-1, IMAGES):
        with pytest.raises(KerascopeError, match="no such image in the survey"):
            tile_cells(bundle, ThumbnailTile("000", row))
    with pytest.raises(KerascopeError, match="no such survey"):
        tile_cells(bundle, ThumbnailTile("009", 0))


@pytest.mark.parametrize("kept", [("thumbnails",), ("pictures", "picture_images"), ()])
def test_an_image_is_shown_as_large_as_it_was_kept(kept: tuple[str, ...]) -> None:
    bundle = near_bundle()
    (survey,) = bundle.manifest.surveys
    large = {"thumbnails", "pictures", "picture_images"}
    tensors = {name: ref for name, ref in survey.tensors.items() if name in kept or name not in large}
    less = replace(bundle.manifest, surveys=(replace(survey, tensors=tensors),))
    some = Bundle(bundle.path, less, Limits())
    if not kept:
        with pytest.raises(KerascopeError, match="kept no thumbnails"):
            shown_image(some, some.survey("000"), 3)
        with pytest.raises(KerascopeError, match="kept no thumbnails"):
            made(some)
    else:
        assert np.array_equal(shown_image(some, some.survey("000"), 3), bundle.load(survey.tensors[kept[0]])[3])


def test_what_is_missing_is_said_with_the_command(tiny_bundle_path: Path, tmp_path: Path) -> None:
    with pytest.raises(KerascopeError, match="kerascope survey"):
        made(read_bundle(tiny_bundle_path))
    surveyed = add_survey(make_tiny_bundle(tmp_path / "tiny.bundle"), np.zeros((4, 6, 6, 1), np.uint8))
    with pytest.raises(KerascopeError, match="kerascope neighbours"):
        made(read_bundle(surveyed))
    with pytest.raises(KerascopeError, match="no neighbours by features of conv"):
        made(near_bundle(), SceneOptions(layer="conv"))
    with pytest.raises(KerascopeError, match="drawn flat on the picture"):
        glb_of(near_bundle(), scene="neighbours")
