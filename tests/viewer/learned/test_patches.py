"""Patches are exactly what a unit sees: nothing outside of the box reaches it, and everything at its border does."""

from __future__ import annotations

from dataclasses import replace as moved
from itertools import product
from typing import Any

import numpy as np
import pytest
from field_nets import NETS, conv, forward, net_of, plain, pool
from msgspec.structs import replace
from paper_bundle import PaperBundle, layer, paper_bundle
from paper_survey import surveyed

from exporter.bundle.errors import KerascopeError
from viewer.album import PatchTile
from viewer.album_tiles import tile_cells
from viewer.inspect import windows_back
from viewer.inspect.field import receptive_field
from viewer.learned import windows
from viewer.learned.named_channels import class_of_channel
from viewer.learned.patches import UNSEEN, excited, hatched, patch_of, patches_of, pixels_of, whole_picture, widest
from viewer.learned.read import survey_of
from viewer.learned.windows import window_of

Array = np.ndarray[Any, Any]

FEW = ("strides that leave cells over", "flattened", "dense", "pooled whole")
"""Nets whose last layer has few places, or none."""
SIZE = (13, 12)
BUMP = 1000.0


def spots(size: tuple[int, int] = SIZE) -> Array:
    """Dark pictures (N, H, W, 1) uint8, each bright at a corner, the middle of a border or the middle."""
    rows, columns = ([0, side // 2, side - 1] for side in size)
    pictures = np.random.default_rng(3).integers(1, 20, (9, *size, 1), np.uint8)
    for picture, (row, column) in zip(pictures, np.array(np.meshgrid(rows, columns)).reshape(2, -1).T, strict=True):
        picture[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = 250
    return pictures


def fed(bundle: PaperBundle, picture: Array) -> dict[str, Array]:
    return forward(bundle, picture.astype(np.float32))


def shown(name: str, size: tuple[int, int] = SIZE) -> tuple[PaperBundle, str]:
    parts, sources = NETS[name]
    bundle = net_of(parts, size, sources)
    last = bundle.manifest.layers[-1].name
    return surveyed(bundle, spots(size), fed, [last]), last


def changed(bundle: PaperBundle, patch: Any, part: tuple[slice, slice], *, inside: bool) -> bool:
    """Whether the value changes when the pixels of a part, or all others, are made brighter, none or each alone."""
    survey = survey_of(bundle)
    picture = whole_picture(bundle, survey, patch.image)[0][..., :1].astype(np.float32)
    more = np.zeros_like(picture)
    more[part] = BUMP
    other = picture + (more if inside else BUMP - more)
    found = fed(bundle, other)[patch.layer][(*patch.place, patch.channel)]
    return bool(found != fed(bundle, picture)[patch.layer][(*patch.place, patch.channel)])


@pytest.mark.parametrize("name", NETS)
def test_nothing_outside_the_box_reaches_the_place_and_its_borders_do(name: str) -> None:
    bundle, last = shown(name)
    survey = survey_of(bundle)
    channels = bundle.layer(last).outputs[0].shape[-1] or 1
    places = set()
    for channel, rank in product((0, channels - 1), range(9)):
        patch = patch_of(bundle, survey, last, channel, rank)
        places.add(patch.place)
        (top, left), (bottom, right) = patch.start, patch.stop
        assert not changed(bundle, patch, (slice(top, bottom), slice(left, right)), inside=False)
        for row in (top, bottom - 1):
            assert changed(bundle, patch, (slice(row, row + 1), slice(left, right)), inside=True)
        for column in (left, right - 1):
            assert changed(bundle, patch, (slice(top, bottom), slice(column, column + 1)), inside=True)
    assert len(places) > 2 or name in FEW, "corners, borders and the middle"


@pytest.mark.parametrize("name", NETS)
def test_a_patch_is_the_strongest_place_of_its_picture_and_has_its_pixels(name: str) -> None:
    bundle, last = shown(name)
    survey, pictures = survey_of(bundle), spots()
    sizes = set()
    for patch in patches_of(bundle, survey, last, 1, 9):
        values = fed(bundle, pictures[patch.image])[last][..., 1]
        assert patch.value == np.max(values) == values[patch.place]
        made = pixels_of(bundle, survey, patch)
        (top, left), (bottom, right) = patch.start, patch.stop
        seen = made.cells[made.is_seen].reshape(bottom - top, right - left, 3)
        np.testing.assert_array_equal(seen, pictures[patch.image][top:bottom, left:right].repeat(3, axis=2))
        assert (made.cells[~made.is_seen] == UNSEEN).all()
        assert all(a <= b for a, b in zip(patch.window.frame_low, patch.start, strict=True))
        assert made.cells.shape[:2] == patch.window.size
        sizes.add(patch.window.size)
    if name not in ("transposed", "enlarged", "flattened"):
        assert len(sizes) == 1, "tiles of a channel are of one size"


def test_a_wrong_box_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows_back, "padding_before", lambda *_: 0)
    with pytest.raises(AssertionError):
        test_nothing_outside_the_box_reaches_the_place_and_its_borders_do("same")


def test_padding_is_hatched_and_the_place_stays_in_the_middle() -> None:
    bundle = surveyed(net_of([conv(3), conv(3)], (9, 9)), spots((9, 9)), fed, ["l2"])
    survey = survey_of(bundle)
    first = patch_of(bundle, survey, "l2", 0, 0)
    patch = moved(first, place=(0, 0), window=window_of(bundle, "l2", (0, 0), 0, (9, 9)))
    assert (patch.window.frame_low, patch.window.frame_high) == ((-2, -2), (3, 3))
    assert (patch.start, patch.stop, patch.low) == ((0, 0), (3, 3), (-1, -1))
    fine = hatched(pixels_of(bundle, survey, patch))
    assert fine.shape == (65, 65, 3)
    assert len(np.unique(fine[:26].reshape(-1, 3), axis=0)) == 2, "stripes of two greys"
    pixels = spots((9, 9))[patch.image][:3, :3].repeat(13, axis=0).repeat(13, axis=1)
    np.testing.assert_array_equal(fine[26:, 26:], pixels.repeat(3, axis=2))


def test_channels_of_joined_maps_see_what_their_own_branch_does() -> None:
    parts = [conv(1), conv(5), plain("Concatenate", mode="concatenate"), pool(2)]
    bundle = net_of(parts, (9, 9), {2: (0,), 3: (1, 2)})
    sizes = {channel: window_of(bundle, "l4", (1, 1), channel, (9, 9)).size for channel in range(4)}
    assert sizes == {0: (2, 2), 1: (2, 2), 2: (6, 6), 3: (6, 6)}
    corner = window_of(bundle, "l4", (0, 0), 2, (9, 9))
    assert (corner.start, corner.stop, corner.frame_low) == ((0, 0), (4, 4), (-2, -2))


def check_shared(bundle: PaperBundle, last: str, sides: tuple[int, int]) -> None:
    """Compare the window of every place and channel with its own receptive field."""
    *axes, channels = (size or 1 for size in bundle.layer(last).outputs[0].shape)
    for index in product(*map(range, axes)):
        for channel in range(channels):
            seen = receptive_field(bundle, last, index, channel).of("l0")
            window = window_of(bundle, last, index, channel, sides)
            assert seen is not None
            assert (window.start, window.stop) == (seen.start, seen.stop), (index, channel)
            assert (np.less_equal(window.frame_low, seen.start)).all()
            assert (np.less_equal(seen.stop, window.frame_high)).all()


@pytest.mark.parametrize("name", NETS)
def test_what_channels_share_is_what_each_sees_for_itself(name: str) -> None:
    parts, sources = NETS[name]
    bundle = net_of(parts, SIZE, sources)
    check_shared(bundle, bundle.manifest.layers[-1].name, SIZE)


def test_windows_that_are_shared_by_all_channels_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [conv(1), conv(5), plain("Concatenate", mode="concatenate")]
    bundle = net_of(parts, (9, 9), {2: (0,), 3: (1, 2)})
    check_shared(bundle, "l3", (9, 9))
    monkeypatch.setattr(windows, "_way", lambda *_: windows._Way(("all",), None))
    with pytest.raises(AssertionError):
        check_shared(net_of(parts, (9, 9), {2: (0,), 3: (1, 2)}), "l3", (9, 9))


def test_channels_that_are_laid_out_side_by_side_share_nothing() -> None:
    window: dict[str, Any] = {"kernel_size": (3, 3), "strides": (1, 1), "dilation": (1, 1), "padding": "same"}
    again: dict[str, Any] = {"class_name": "Reshape", "settings": {"computed_by": "Reshape"}}
    layers = [
        layer("l0", "input", 4, 6, 1),
        layer("l1", "conv", 4, 6, 4, **window),
        layer("l2", "reshape", 8, 6, 2, **again),
        layer("l3", "reshape", 4, 12, 2, **again),
    ]
    bundle = paper_bundle(layers)
    check_shared(bundle, "l2", (4, 6))
    check_shared(bundle, "l3", (4, 6))


def test_a_unit_that_would_see_more_than_the_picture_is_shown_on_all_of_it() -> None:
    bundle = net_of([conv(3, 2, "valid"), conv(9)], SIZE)
    window = window_of(bundle, "l2", (0, 0), 0, SIZE)
    assert (window.frame_low, window.frame_high) == ((0, 0), SIZE)
    assert window.is_cut
    assert window.stop < SIZE


@pytest.mark.parametrize("last", ["l2", "l3"])
def test_a_unit_that_sees_everything_is_shown_the_whole_picture_without_padding(last: str) -> None:
    parts = [conv(3), plain("GlobalAveragePooling2D", mode="average"), plain("Dense", units=3, variables=("kernel",))]
    bundle = surveyed(net_of(parts, SIZE), spots(), fed, [last])
    survey = survey_of(bundle)
    (patch,) = patches_of(bundle, survey, last, 1, 1)
    made = pixels_of(bundle, survey, patch)
    np.testing.assert_array_equal(made.cells[..., :1], spots()[patch.image])
    assert patch.window.is_known
    assert not patch.window.is_cut


def test_of_layers_without_a_rule_the_whole_picture_is_shown_and_it_is_told() -> None:
    known = net_of([conv(3), conv(3)], (9, 9))
    layers = list(known.manifest.layers)
    layers[1] = replace(layers[1], kind="other", class_name="Mine", settings={})
    window = window_of(paper_bundle(layers), "l2", (4, 4), 0, (9, 9))
    assert not window.is_known
    assert (window.start, window.stop) == ((0, 0), (9, 9))


def test_a_flat_input_is_seen_whole() -> None:
    layers = [layer("pixels", "input", 784), layer("hidden", "dense", 5)]
    window = window_of(paper_bundle(layers), "hidden", (), 3, (28, 28))
    assert (window.start, window.stop, window.is_known) == ((0, 0), (28, 28), True)


def resting(values: Array) -> PaperBundle:
    """A survey of a layer that rests at 0, whose outputs are these (N, C)."""
    layers = [layer("l0", "input", 4, 4, 1), layer("l1", "dense", values.shape[1], activation="relu")]
    layers[1] = replace(layers[1], value="post-activation")
    pictures = np.arange(len(values), dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 1), np.uint8)
    return surveyed(paper_bundle(layers), pictures, lambda _, picture: {"l1": values[picture[0, 0, 0]]}, ["l1"])


def test_a_silent_channel_has_no_patches_and_a_rare_one_as_many_as_excite_it() -> None:
    values = np.zeros((5, 4), np.float32)
    values[:, 1] = [0, 3, 0, 1, 0]
    values[:, 2] = -0.25
    values[:, 3] = [-0.2, -0.1, 2, -0.1, -0.2]
    bundle = resting(values)
    survey = survey_of(bundle)
    assert excited(bundle, survey, "l1").tolist() == [0, 2, 0, 1]
    assert patches_of(bundle, survey, "l1", 0, 9) == ()
    assert [patch.image for patch in patches_of(bundle, survey, "l1", 1, 9)] == [1, 3]


def test_what_was_not_kept_is_told_or_taken_from_the_thumbnail() -> None:
    parts = [conv(3)]
    small = spots((4, 6))
    bundle = surveyed(net_of(parts, (8, 12)), spots((8, 12)), fed, ["l1"], without=("pictures", "picture_images"))
    bundle.arrays["survey/thumbnails"] = small
    survey = survey_of(bundle)
    patch = patch_of(bundle, survey, "l1", 0, 0)
    made = pixels_of(bundle, survey, patch)
    assert made.is_enlarged
    whole, _ = whole_picture(bundle, survey, patch.image)
    np.testing.assert_array_equal(whole[..., :1], small[patch.image].repeat(2, axis=0).repeat(2, axis=1))
    gone = surveyed(net_of(parts, SIZE), spots(), fed, ["l1"], without=("pictures", "picture_images", "thumbnails"))
    with pytest.raises(KerascopeError, match=r"kept no pictures.*--pictures"):
        pixels_of(gone, survey_of(gone), patch_of(gone, survey_of(gone), "l1", 0, 0))


@pytest.mark.parametrize(("channel", "rank"), [(2, 0), (-1, 0), (0, 9), (0, -1)])
def test_what_is_not_there_is_one_line(channel: int, rank: int) -> None:
    bundle, last = shown("same")
    with pytest.raises(KerascopeError) as told:
        patch_of(bundle, survey_of(bundle), last, channel, rank)
    assert "\n" not in str(told.value)


def test_an_image_that_is_not_there_is_one_line() -> None:
    bundle, last = shown("same")
    bundle.arrays[f"survey/{last}/top_images"] = bundle.arrays[f"survey/{last}/top_images"] + 9
    with pytest.raises(KerascopeError, match="image that is not there: expected one of 9"):
        patch_of(bundle, survey_of(bundle), last, 0, 0)


def test_a_tile_of_an_album_is_the_patch_or_its_whole_picture() -> None:
    bundle, last = shown("same")
    survey = survey_of(bundle)
    tile = PatchTile(survey.id, last, 1, 2, bundle.final_checkpoint.id)
    patch = patch_of(bundle, survey, last, 1, 2)
    cells = tile_cells(bundle, tile)
    assert cells.kind == "image"
    np.testing.assert_allclose(cells.cells, hatched(pixels_of(bundle, survey, patch)) / 255, atol=1e-6)
    whole = tile_cells(bundle, moved(tile, whole=True)).cells
    np.testing.assert_allclose(whole[..., :1], spots()[patch.image] / 255, atol=1e-6)


def test_the_channels_of_the_greatest_range_are_chosen_and_no_silent_one() -> None:
    values = np.array([[0, 5, 1, 3], [0, 0, 2, 0]], np.float32)
    bundle = resting(values)
    assert widest(bundle, survey_of(bundle), "l1", 2) == (1, 3)
    assert widest(bundle, survey_of(bundle), "l1", 9) == (1, 2, 3)


def test_channels_that_are_only_averaged_to_scores_stand_for_their_classes() -> None:
    layers = [
        layer("picture", "input", 8, 8, 3),
        layer("maps", "conv", 8, 8, 3),
        layer("joined", "conv", 8, 8, 3),
        layer("mean", "global_pool", 3),
        layer("scores", "activation", 3),
    ]
    bundle = paper_bundle(layers)
    named = replace(bundle.manifest, model=replace(bundle.manifest.model, class_names=("cat", "dog", "cow")))
    bundle = PaperBundle(named, {}, bundle.fill)
    assert [class_of_channel(bundle, name, 1) for name in ("joined", "mean", "scores")] == ["dog"] * 3
    assert class_of_channel(bundle, "maps", 1) == class_of_channel(bundle, "scores", 3) == ""
