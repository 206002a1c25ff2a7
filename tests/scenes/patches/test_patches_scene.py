"""The scene of patches: whose pictures unfold from which plate, where one of them looks, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from field_nets import conv, forward, net_of, plain
from msgspec import structs
from paper_bundle import PaperBundle
from paper_survey import surveyed
from patched_bundle import patched_bundle

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.limits import Limits
from scenes.gallery.patches import build, layout_options
from scenes.gltf.convert import glb_of
from scenes.options import SceneOptions
from scenes.patches.chapters import MOST_ROWS, ROWS, chapters_of
from scenes.patches.journey import Journey
from scenes.patches.places import PatchFrame, row_grid, trace_of
from scenes.timeline import Timeline
from viewer.album import PatchTile
from viewer.camera import project
from viewer.layout import place
from viewer.learned.patches import patch_of, widest
from viewer.learned.read import survey_of
from viewer.state import ViewState

OPTIONS = SceneOptions(size_px=(960, 540))
SHAPES = [(960, 540), (800, 600), (600, 600), (540, 960)]


def made(bundle: Bundle, options: SceneOptions = OPTIONS) -> Timeline:
    return build(bundle, place(bundle, layout_options(options)), options)


def text_of(state: ViewState) -> str:
    return " ".join(line.text for line in state.hud.words if line.alpha > 0)


def test_an_early_a_middle_and_a_late_layer_and_the_channels_of_the_greatest_range() -> None:
    bundle = patched_bundle()
    chapters = chapters_of(bundle, OPTIONS, 9)
    assert [chapter.layer for chapter in chapters] == ["conv", "pool", "flatten"]
    for chapter in chapters:
        channels = widest(bundle, survey_of(bundle), chapter.layer, ROWS)
        assert tuple(row.channel for row in chapter.rows) == channels
        values = [[patch.value for patch in row.patches] for row in chapter.rows]
        assert values == [sorted(row, reverse=True) for row in values]
    assert (chapters[0].total, chapters[0].images, len(chapters[0].rows[0].patches)) == (4, 12, 9)


def test_patches_come_out_of_their_plate_stand_in_rows_and_one_goes_to_its_picture() -> None:
    bundle, layout = patched_bundle(), place(patched_bundle(), layout_options(OPTIONS))
    timeline = build(bundle, layout, replace(OPTIONS, layer="pool"))
    assert timeline.state_at(0.5).albums == ()
    arrived, traced = (timeline.state_at(at + 0.01) for at in timeline.stops_secs)
    (rows,) = arrived.albums
    assert (rows.share, rows.alpha) == (1.0, 1.0)
    assert isinstance(rows.tiles[0], PatchTile)
    corners = project(arrived.camera, layout.plate("pool").corners(), 16 / 9)
    for box in rows.start_px:
        middle = np.array([box[0] + box[2] / 2, box[1] + box[3] / 2])
        assert (corners.min(axis=0) < middle).all()
        assert (middle < corners.max(axis=0)).all()
    gone, picture, tile = traced.albums
    assert (gone.alpha, picture.alpha, tile.share) == (0.0, 1.0, 1.0)
    assert picture.tiles == tuple(replace(each, whole=True) for each in tile.tiles)  # type: ignore[type-var]
    assert tile.start_px[0] in (rows.end_px or ()), "out of its row"
    assert len(traced.wires) > len(arrived.wires), "what it sees in the net"


def test_the_box_in_the_picture_is_the_part_that_is_seen() -> None:
    bundle = patched_bundle()
    (chapter,) = chapters_of(bundle, replace(OPTIONS, layer="pool"), 9)
    patch = chapter.traced
    assert patch is not None
    trace = trace_of(PatchFrame(16 / 9), patch)
    times = trace.whole[2] / 6
    np.testing.assert_allclose(np.subtract(trace.seen[:2], trace.whole[:2]) / times, patch.start[::-1], atol=1e-9)
    np.testing.assert_allclose(np.array(trace.seen[2:]) / times, np.subtract(patch.stop, patch.start)[::-1])
    ends = np.array([line[1] for line in trace.lines])
    closer = trace.patch[2] / patch.window.size[1]
    shown = np.subtract(ends, trace.patch[:2]) / closer
    low = patch.window.frame_low
    np.testing.assert_allclose(shown[0], (patch.start[1] - low[1], patch.start[0] - low[0]), atol=1e-9)
    np.testing.assert_allclose(shown[1], (patch.start[1] - low[1], patch.stop[0] - low[0]), atol=1e-9)


@pytest.mark.parametrize("size_px", SHAPES)
@pytest.mark.parametrize("aspect", [1.0, 2.0, 0.5])
def test_rows_lie_apart_inside_their_board(size_px: tuple[int, int], aspect: float) -> None:
    frame = PatchFrame(size_px[0] / size_px[1], caption_lines=3)
    left, top, width, height = frame.board
    counts = (frame.columns, 0, 2, frame.columns)
    grid = row_grid(frame, counts, aspect)
    assert tuple(map(len, grid.boxes)) == counts
    boxes = np.array([box for row in grid.boxes for box in row])
    np.testing.assert_allclose(boxes[:, 2] / boxes[:, 3], aspect)
    assert (boxes[:, :2] >= (left - 1e-6, top - 1e-6)).all()
    assert (boxes[:, :2] + boxes[:, 2:] <= (left + width + 1e-6, top + height + 1e-6)).all()
    for at, one in enumerate(boxes):
        aside = np.abs(boxes[at + 1 :, :2] - one[:2]) >= one[2:] + 4
        assert aside.any(axis=1).all()


def test_what_is_shown_is_said() -> None:
    timeline = made(patched_bundle(), replace(OPTIONS, layer="conv", channels=(2, 0)))
    arrived, traced = (text_of(timeline.state_at(at + 0.01)) for at in timeline.stops_secs)
    assert "conv 2 of 4 channels" in arrived
    assert arrived.index("channel 2") < arrived.index("channel 0")
    assert "9 strongest pictures out of 12: of each just what one place sees, 3 \u00d7 3 pixels." in arrived
    patch = chapters_of(patched_bundle(), replace(OPTIONS, layer="conv", channels=(2, 0)), 9)[0].traced
    assert patch is not None
    assert f"Here channel {patch.channel} answers most" in traced
    rows, columns = np.subtract(patch.stop, patch.start)
    assert f"{rows} \u00d7 {columns} of 6 \u00d7 6 pixels" in traced
    assert patch.name in traced


def silent() -> PaperBundle:
    """A net of which channel 1 never fires."""
    net = net_of([conv(3), conv(3), plain("ReLU", activation="relu"), plain("Flatten")], (9, 12))
    net.arrays["l2/kernel"] = net.load(net.checkpoint("000").weights["l2/kernel"]) * np.array([1, -1], np.float32)
    pictures = np.random.default_rng(6).integers(0, 255, (5, 9, 12, 1), np.uint8)
    return surveyed(net, pictures, lambda bundle, one: forward(bundle, one.astype(np.float32)), ["l3"])


def test_a_silent_channel_is_named_and_has_no_pictures() -> None:
    timeline = made(silent(), replace(OPTIONS, layer="l3", channels=(0, 1)))
    state = timeline.state_at(timeline.stops_secs[0] + 0.01)
    assert "channel 1 silent" in text_of(state)
    assert "1 silent" in text_of(state)
    assert {tile.channel for tile in state.albums[0].tiles} == {0}  # type: ignore[union-attr]
    with pytest.raises(KerascopeError, match="nothing in survey 000 excites"):
        made(silent(), replace(OPTIONS, layer="l3", channels=(1,)))


def test_a_layer_that_sees_whole_pictures_is_not_traced() -> None:
    bundle = patched_bundle()
    (chapter,) = chapters_of(bundle, replace(OPTIONS, layer="scores"), 9)
    assert chapter.traced is None
    timeline = made(bundle, replace(OPTIONS, layer="scores"))
    assert len(timeline.stops_secs) == 1
    assert "It sees whole pictures." in text_of(timeline.state_at(timeline.stops_secs[0] + 0.01))


def test_there_is_nothing_to_walk_round() -> None:
    with pytest.raises(KerascopeError, match="patches is drawn flat on the picture"):
        glb_of(patched_bundle(), scene="patches")


def test_of_three_layers_the_film_stays_short() -> None:
    assert Journey(("a", "b", "c"), (True, True, True)).duration_secs < 30


@pytest.mark.parametrize(
    "asked",
    [
        {"layer": "conv", "channels": (4,)},
        {"layer": "conv", "channel": -1},
        {"layer": "picture"},
        {"layer": "nothing"},
        {"channels": (1,)},
        {"checkpoint_id": "000"},
        {"layer": "flatten", "channels": tuple(range(MOST_ROWS + 1))},
    ],
    ids=str,
)
def test_what_is_not_there_is_told_in_a_line(asked: dict[str, object]) -> None:
    with pytest.raises(KerascopeError) as told:
        made(patched_bundle(), replace(OPTIONS, **asked))  # type: ignore[arg-type]
    assert "\n" not in str(told.value)


def test_without_a_survey_it_says_what_makes_one(tiny_bundle_path) -> None:
    with pytest.raises(KerascopeError, match="kerascope survey"):
        made(read_bundle(tiny_bundle_path))


def test_a_net_without_captures_is_told() -> None:
    bundle = patched_bundle()
    bare = Bundle(bundle.path, structs.replace(bundle.manifest, captures=()), Limits())
    with pytest.raises(KerascopeError, match="nothing to show"):
        made(bare)


def test_the_value_of_a_row_is_that_of_its_strongest_patch() -> None:
    bundle = patched_bundle()
    (chapter,) = chapters_of(bundle, replace(OPTIONS, layer="relu", channel=1), 9)
    assert chapter.rows[0].patches[0] == patch_of(bundle, survey_of(bundle), "relu", 1, 0)


def test_patches_of_other_sizes_keep_their_proportions() -> None:
    net = net_of([conv(3), plain("Flatten")], (6, 8))
    pictures = np.random.default_rng(7).integers(0, 255, (9, 6, 8, 1), np.uint8)
    bundle = surveyed(net, pictures, lambda made, one: forward(made, one.astype(np.float32)), ["l2"])
    asked = replace(OPTIONS, layer="l2", channels=(0, 2, 40))
    (chapter,) = chapters_of(bundle, asked, 9)
    timeline = made(bundle, asked)
    ends = timeline.state_at(timeline.stops_secs[0] + 0.01).albums[0].end_px or ()
    for (_, _, wide, high), patch in zip(ends, chapter.patches, strict=True):
        rows, columns = patch.window.size
        assert wide / high == pytest.approx(columns / rows)
    assert {patch.window.size for patch in chapter.patches} == {(2, 2), (2, 3), (3, 3)}
