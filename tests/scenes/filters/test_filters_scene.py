"""The scene of filters: whose tiles they are, where they come from and go to, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from filtered_bundle import DEAD, filtered_bundle
from paper_bundle import KEY, PaperBundle, layer, paper_bundle
from taught_bundle import taught_bundle

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from scenes.filters.chapters import CLIPPED_PERCENTILE, MOST_TILES, chapters_of
from scenes.filters.places import FilterFrame, plate_of, start_boxes, tile_grid
from scenes.filters.sight import contrast_for, shown_part
from scenes.gallery.filters import build, layout_options
from scenes.options import SceneOptions
from scenes.timeline import Timeline
from viewer.album import ImageTile, KernelTile
from viewer.camera import project
from viewer.layout import LayoutOptions, place
from viewer.state import ViewState

OPTIONS = SceneOptions(size_px=(960, 540))
SHAPES = [(960, 540), (800, 600), (600, 600), (540, 960)]


def made(bundle: Bundle, options: SceneOptions = OPTIONS) -> Timeline:
    return build(bundle, place(bundle, layout_options(options)), options)


def standing(timeline: Timeline) -> list[ViewState]:
    """The frames in which the tiles of each layer have come out."""
    return [timeline.state_at(at + 0.01) for at in timeline.stops_secs]


def text_of(state: ViewState) -> str:
    return " ".join(line.text for line in state.hud.words)


def test_kernels_of_the_first_layer_then_pictures_for_deeper_ones_from_early_to_late() -> None:
    first, second, third = chapters_of(filtered_bundle(), "002", OPTIONS)
    assert [each.layer for each in (first, second, third)] == ["conv", "relu", "pool"]
    assert first.tiles == tuple(KernelTile("conv", channel, "002") for channel in range(4))
    assert second.tiles == tuple(ImageTile(f"filter-{number}-picture") for number in range(4))
    assert (third.channels, third.total, third.steps) == ((1, 3), 4, 20)
    assert (second.dead, third.dead) == ({DEAD}, frozenset())


def test_tiles_come_out_of_their_plate_stand_in_a_grid_and_go_back() -> None:
    bundle, layout = filtered_bundle(), place(filtered_bundle(), layout_options(OPTIONS))
    timeline = build(bundle, layout, OPTIONS)
    assert timeline.state_at(0.5).albums == ()
    for at, state in zip(timeline.stops_secs, standing(timeline), strict=True):
        (album,) = state.albums
        assert (album.share, album.alpha) == (1.0, 1.0)
        came, goes = timeline.state_at(at - 0.6).albums[0], timeline.state_at(at + 3.6).albums[0]
        assert 0 < came.share < 1
        assert 0 < goes.share < 1
        assert came == replace(album, share=came.share, alpha=came.alpha)
        for tile, box in zip(album.tiles, album.start_px, strict=True):
            name = tile.layer if isinstance(tile, KernelTile) else bundle.input(tile.input_id).label.split()[0]
            corners = project(state.camera, layout.plate(name).corners(), 16 / 9)
            middle = np.array([box[0] + box[2] / 2, box[1] + box[3] / 2])
            assert (corners.min(axis=0) < middle).all()
            assert (middle < corners.max(axis=0)).all()
        assert len(set(album.start_px)) == len(album.tiles), "each from the tile of its own channel"


def test_between_the_layers_there_is_no_legend_for_what_is_not_there() -> None:
    timeline = made(filtered_bundle())
    for marker, name in ((timeline.markers[1], "weight"), (timeline.markers[2], "activation")):
        state = timeline.state_at(marker.at_secs)
        assert name in {ramp.map_name for ramp in state.hud.ramps if ramp.alpha == 1}
    for t_secs in np.linspace(0, timeline.duration_secs, 200):
        state = timeline.state_at(float(t_secs))
        words = max((line.alpha for line in state.hud.words if line.part != "title"), default=0.0)
        if not state.albums:
            assert "weight" not in {ramp.map_name for ramp in state.hud.ramps}
        assert all(ramp.alpha <= words for ramp in state.hud.ramps)


@pytest.mark.parametrize("size_px", SHAPES)
@pytest.mark.parametrize(("count", "aspect"), [(1, 1.0), (8, 1.0), (96, 1.0), (10, 1.8), (12, 0.4)])
def test_tiles_lie_apart_inside_their_board(size_px: tuple[int, int], count: int, aspect: float) -> None:
    frame = FilterFrame(size_px[0] / size_px[1], caption_lines=3)
    left, top, width, height = frame.board
    grid = tile_grid(frame.board, count, aspect)
    boxes = np.array(grid.boxes)
    assert len(boxes) == count
    np.testing.assert_allclose(boxes[:, 2] / boxes[:, 3], aspect)
    assert (boxes[:, :2] >= (left - 1e-6, top - 1e-6)).all()
    assert (boxes[:, :2] + boxes[:, 2:] <= (left + width + 1e-6, top + height + 1e-6)).all()
    for at, one in enumerate(boxes):
        rest = boxes[at + 1 :]
        aside = np.abs(rest[:, :2] + rest[:, 2:] / 2 - one[:2] - one[2:] / 2) >= one[2:] + 4
        assert aside.any(axis=1).all()
    assert (boxes[:, 2] > 24).all(), "large enough to see that they differ"


@pytest.mark.parametrize("size_px", SHAPES)
def test_it_says_what_is_shown_of_what_and_that_it_is_no_photograph(size_px: tuple[int, int]) -> None:
    kernels, relu, pool = map(text_of, standing(made(filtered_bundle(), replace(OPTIONS, size_px=size_px))))
    assert "conv 4 kernels of 3 \u00d7 3 1 of 3" in kernels
    assert "optimisation" not in kernels
    assert "4 of 4 channels" in relu
    assert f"{DEAD} dead" in relu
    assert "2 of 4 channels" in pool
    assert "20 steps" in pool
    assert "dead" not in pool
    for text in (relu, pool):
        assert "made by optimisation, not a photograph" in text
        assert "method filter" in text
        assert "synthesise" not in text


def test_a_dead_channel_is_crossed_out() -> None:
    _, relu, pool = standing(made(filtered_bundle()))
    left, top, wide, high = (relu.albums[0].end_px or ())[DEAD]
    assert [line.points_px[0] for line in relu.hud.lines] == [(left, top), (left + wide, top)]
    assert [line.points_px[1] for line in relu.hud.lines] == [(left + wide, top + high), (left, top + high)]
    assert pool.hud.lines == ()


def test_without_pictures_it_says_what_adds_them() -> None:
    (state,) = standing(made(taught_bundle()))
    assert "kerascope synthesise MODEL --method filter" in text_of(state)
    assert "--layer conv --channels 0-15 --into paper.bundle" in text_of(state)


def test_one_layer_alone() -> None:
    for options in (replace(OPTIONS, layer="pool"), replace(OPTIONS, run_id="filter-5")):
        (chapter,) = chapters_of(filtered_bundle(), "002", options)
        assert (chapter.layer, chapter.kind) == ("pool", "images")
    (chapter,) = chapters_of(filtered_bundle(), "002", replace(OPTIONS, layer="conv"))
    assert chapter.kind == "kernels"


@pytest.mark.parametrize("options", [replace(OPTIONS, layer="flatten"), replace(OPTIONS, run_id="attack")])
def test_nothing_to_show_is_told_in_a_line(options: SceneOptions) -> None:
    with pytest.raises(KerascopeError) as told:
        made(filtered_bundle(), options)
    assert "\n" not in str(told.value)
    assert ("--layer flatten --channels" in str(told.value)) == (options.layer is not None)


def test_a_table_has_no_kernels_over_a_picture() -> None:
    table = paper_bundle([layer("table", "input", 7), layer("price", "dense", 1)], kernels={"price": (7, 1)})
    with pytest.raises(KerascopeError, match=r"no filters to show.*fed no pictures"):
        made(table)
    bare = paper_bundle([layer("picture", "input", 8, 8, 1), layer("maps", "conv", 8, 8, 4), layer("out", "dense", 2)])
    with pytest.raises(KerascopeError, match="neither; kerascope synthesise MODEL --method filter --layer maps"):
        made(bare)


def test_templates_are_scaled_by_most_of_their_weights_and_it_says_so() -> None:
    kernel = np.random.default_rng(1).normal(size=(784, 120)).astype(np.float32)
    layers = [layer("pixels", "input", 784), layer("hidden", "dense", 120, units=120), layer("out", "dense", 3)]
    bundle = paper_bundle(layers, arrays={"hidden/kernel": kernel})
    (chapter,) = chapters_of(bundle, KEY[1], OPTIONS)
    assert (chapter.kind, chapter.size, chapter.total) == ("templates", (28, 28), 120)
    assert len(chapter.tiles) == MOST_TILES
    assert chapter.scale == pytest.approx(np.percentile(np.abs(kernel[:, :MOST_TILES]), CLIPPED_PERCENTILE), rel=1e-5)
    (state,) = standing(made(bundle))
    assert f"{MOST_TILES} of 120 templates of 28 \u00d7 28" in text_of(state)
    assert "larger ones clipped" in text_of(state)
    assert len(set(state.albums[0].start_px)) == MOST_TILES, "each from its own unit"


def test_a_layer_that_is_folded_away_has_the_plate_of_its_group_or_the_next() -> None:
    bundle = filtered_bundle()
    layout = place(bundle, LayoutOptions())
    assert layout.plates[plate_of(bundle, layout, "pool")].layer == "pool"
    without = replace(layout, plates=tuple(plate for plate in layout.plates if plate.layer != "relu"))
    assert without.plates[plate_of(bundle, without, "relu")].layer == "pool"
    closed = place(bundle, LayoutOptions(closed=("conv",)))
    plate = closed.plates[plate_of(bundle, closed, "conv")]
    camera = standing(made(bundle))[0].camera
    assert len(set(start_boxes(plate, (0, 1, 2, 3), camera, 16 / 9))) == 1, "all out of the one tile"


def test_of_large_images_for_units_that_see_little_the_middle_is_shown_and_it_says_so() -> None:
    def deep(strides: int) -> PaperBundle:
        of = {"dilation": (1, 1), "padding": "valid"}
        kernel = {"kernel_size": (7, 7), "strides": (strides, strides), **of}
        size = (224 - 7) // strides + 1
        pool = {"pool_size": (2, 2), "strides": (2, 2), "mode": "max", **of}
        made = [
            layer("picture", "input", 224, 224, 3),
            layer("early", "conv", size, size, 4, **kernel),
            layer("late", "pool", size // 2, size // 2, 4, **pool),
        ]
        return paper_bundle(made)

    near, far = deep(1), deep(20)
    assert shown_part(near, "early") == pytest.approx(64 / 224), "at least so many pixels"
    assert shown_part(far, "late") == pytest.approx(2.5 * 27 / 224)
    assert shown_part(taught_bundle(), "conv") == 1.0, "each pixel of a small one is seen"
    flat = paper_bundle([layer("pixels", "input", 784), layer("hidden", "dense", 3)])
    assert shown_part(flat, "hidden") == 1.0


@pytest.mark.parametrize(("away", "contrast"), [(0.5, 1.0), (0.25, 2.0), (0.1, 5.0), (0.01, 8.0), (0.0, 1.0)])
def test_contrast_takes_patterns_from_black_to_white(away: float, contrast: float) -> None:
    image = 0.5 + away * np.tile([[1.0, -1.0], [-1.0, 1.0]], (4, 4)).astype(np.float32)
    assert contrast_for([image[..., None]] * 3) == contrast
    assert contrast_for([]) == 1.0
