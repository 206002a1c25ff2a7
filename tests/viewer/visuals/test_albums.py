"""The tiles of an album have the colours of their kernels and pictures, and are where they are said to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from paper_bundle import layer, paper_bundle
from probes import SIZE, Array

from exporter.bundle import Bundle
from exporter.bundle.errors import BundleError
from exporter.bundle.schema import Preprocessing
from viewer.album import Album, ImageTile, KernelTile
from viewer.album_tiles import kernel_cells, picture_before, tile_cells, tile_colours
from viewer.colour import apply_map
from viewer.state import Camera, ViewState
from viewer.visuals.albums import BORDER_PX, album_atlas

CHECKPOINT = "002"
TILES = (*(KernelTile("conv", channel, CHECKPOINT) for channel in range(4)), ImageTile("clean-0"), ImageTile("clean-1"))
START = tuple((60.0 + 220.0 * i, 150.0, 180.0, 180.0) for i in range(6))
END = tuple((60.0 + 220.0 * i, 600.0, 120.0, 150.0) for i in range(6))
ALBUM = Album("kernels", TILES, START)


@pytest.fixture(scope="module")
def stage(tiny_bundle: Bundle, tiny_layout) -> Iterator:
    from viewer.stage import Stage

    with Stage(tiny_bundle, tiny_layout) as made:
        yield made


def state(*albums: Album, theme: str = "dark") -> ViewState:
    return ViewState(Camera(), (), theme, bloom=0.0, albums=albums)  # type: ignore[arg-type]


def seen_in(frame: Array, box: tuple[float, ...], shape: tuple[int, int]) -> Array:
    """Colours (rows, columns, 3) in 0..1 in the middle of each cell of a box."""
    px = frame.shape[0] / 1080
    y, x = ((box[i] + (np.arange(n) + 0.5) / n * box[i + 2]) * px for i, n in ((1, shape[0]), (0, shape[1])))
    return frame[y.astype(int)[:, None], x.astype(int)[None]] / 255


@pytest.mark.gl
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_tile_has_the_colours_of_its_kernel_or_picture(stage, tiny_bundle: Bundle, theme: str) -> None:
    kernel = tiny_bundle.load(tiny_bundle.checkpoint(CHECKPOINT).weights["conv/kernel"])[:, :, 0]
    full = float(np.abs(kernel).max())
    frame = stage.render(state(replace(ALBUM, scale=full), theme=theme), SIZE, supersample=1)
    own = stage.render(state(ALBUM, theme=theme), SIZE, supersample=1)
    for channel in range(4):
        mine = kernel[..., channel]
        wanted, alone = (apply_map(mine / size, theme, "weight") for size in (full, np.abs(mine).max()))  # type: ignore[arg-type]
        np.testing.assert_allclose(seen_in(frame, START[channel], (3, 3)), wanted, atol=0.012)
        np.testing.assert_allclose(seen_in(own, START[channel], (3, 3)), alone, atol=0.012)
        cells = tile_cells(tiny_bundle, TILES[channel])
        np.testing.assert_allclose(tile_colours(cells, theme, scale=full), wanted, atol=1e-6)  # type: ignore[arg-type]
        assert np.abs(wanted - wanted[:, ::-1]).max() > 0.1, "mirrored it would be seen"
    for at in (4, 5):
        picture = np.repeat(tiny_bundle.image(TILES[at].input_id), 3, axis=2) / 255  # type: ignore[union-attr]
        np.testing.assert_allclose(seen_in(frame, START[at], (6, 6)), picture, atol=0.006)


def test_the_middle_of_an_image_with_more_contrast(tiny_bundle: Bundle) -> None:
    whole = tiny_bundle.image("clean-0")[:, :, 0] / 255  # type: ignore[index]
    cells = tile_cells(tiny_bundle, ImageTile("clean-0", part=1 / 3, contrast=3.0))
    wanted = np.clip(0.5 + 3 * (whole[2:4, 2:4] - 0.5), 0, 1)
    np.testing.assert_allclose(tile_colours(cells, "dark"), np.repeat(wanted[..., None], 3, axis=2), atol=1e-6)


@pytest.mark.gl
def test_tiles_are_on_their_way_as_far_as_they_have_come(stage) -> None:
    """At the start, in the middle and at the end; later ones later."""
    blank = stage.render(state(theme="light"), SIZE, supersample=1)
    px = SIZE[1] / 1080

    def boxes(album: Album) -> list[Array]:
        found = []
        changed = np.abs(stage.render(state(album, theme="light"), SIZE, supersample=1).astype(int) - blank).max(axis=2)
        for at in range(6):
            columns = slice(int((START[at][0] - 15) * px), int((START[at][0] + 200) * px))
            rows_there, columns_there = np.nonzero(changed[:, columns] > 8)
            left, top = columns_there.min() + columns.start, rows_there.min()
            found.append(np.array([left, top, np.ptp(columns_there) + 1, np.ptp(rows_there) + 1]) / px)
        return found

    def bordered(box: tuple[float, ...]) -> Array:
        return np.add(box, (-BORDER_PX, -BORDER_PX, 2 * BORDER_PX, 2 * BORDER_PX))

    moving = replace(ALBUM, end_px=END)
    middle = np.add(START, END) / 2
    for share, places in ((0.0, START), (0.5, middle), (1.0, END)):
        for found, wanted in zip(boxes(replace(moving, share=share)), places, strict=True):
            np.testing.assert_allclose(found, bordered(wanted), atol=1.6 / px)
    late = boxes(replace(moving, share=0.5, stagger=0.5))
    np.testing.assert_allclose(late[0], bordered(END[0]), atol=1.6 / px)
    np.testing.assert_allclose(late[5], bordered(START[5]), atol=1.6 / px)
    tops = [box[1] for box in late]
    assert tops == sorted(tops, reverse=True), "one after the other"


@pytest.mark.gl
def test_it_shows_so_many_and_nothing_where_it_is_clear(stage) -> None:
    without, clear, none, some, every = (
        stage.render(state(*albums, theme="light"), SIZE, supersample=1).astype(int)
        for albums in (
            (),
            (replace(ALBUM, alpha=0.0),),
            (replace(ALBUM, shows=0),),
            (replace(ALBUM, shows=2),),
            (ALBUM,),
        )
    )
    np.testing.assert_array_equal(clear, without)
    np.testing.assert_array_equal(none, without)
    cut = int((START[2][0] - 20) * SIZE[1] / 1080)
    np.testing.assert_array_equal(some[:, :cut], every[:, :cut])
    np.testing.assert_array_equal(some[:, cut:], without[:, cut:])
    assert np.abs(every - without)[:, cut:].max() > 60


@pytest.mark.gl
@pytest.mark.parametrize(
    "tile", [ImageTile("nothing"), KernelTile("conv", 4, CHECKPOINT), KernelTile("relu", 0, "002")]
)
def test_what_the_bundle_does_not_have_is_an_error(stage, tile) -> None:
    with pytest.raises(BundleError):
        stage.render(state(Album("odd", (tile,), START[:1])), SIZE)
    with pytest.raises(ValueError, match="as many places"):
        stage.render(state(replace(ALBUM, end_px=END[:3])), SIZE)


def _colours(order: str, kernel: Array) -> Bundle:
    layers = (
        layer("image", "input", 4, 4, 3, class_name="InputLayer"),
        layer("first", "conv", 4, 4, 2, class_name="Conv2D", variables=("kernel",)),
        layer("next", "conv", 4, 4, 2, class_name="Conv2D", variables=("kernel",)),
        layer("flat", "flatten", 32),
        layer("answer", "dense", 2, variables=("kernel",)),
    )
    arrays = {
        "first/kernel": kernel,
        "next/kernel": np.ones((3, 3, 2, 2), np.float32),
        "answer/kernel": np.ones((32, 2)),
    }
    return paper_bundle(layers, arrays=arrays, preprocessing=Preprocessing(colour_order=order))  # type: ignore[arg-type]


def test_a_kernel_over_a_picture_in_colours_is_one_in_red_green_and_blue() -> None:
    kernel = np.random.default_rng(1).normal(0, 0.3, (3, 3, 3, 2)).astype(np.float32)
    checkpoint = _colours("rgb", kernel).final_checkpoint.id
    tile = KernelTile("first", 1, checkpoint)
    np.testing.assert_array_equal(kernel_cells(_colours("rgb", kernel), tile), kernel[..., 1])
    bundle = _colours("bgr", kernel)
    np.testing.assert_array_equal(kernel_cells(bundle, tile), kernel[..., ::-1, 1])
    cells = tile_cells(bundle, tile)
    grey = tile_colours(cells, "dark", scale=1e9)
    np.testing.assert_allclose(grey, 0.5, atol=1e-6)
    colours = tile_colours(cells, "dark")
    np.testing.assert_allclose(colours, 0.5 + 0.5 * kernel[..., ::-1, 1] / np.abs(kernel[..., 1]).max(), atol=1e-6)
    one = kernel_cells(bundle, KernelTile("first", 1, checkpoint, taken=2))
    np.testing.assert_array_equal(one, kernel[:, :, 2, 1])
    assert kernel_cells(bundle, KernelTile("next", 0, checkpoint)).shape == (3, 3), "no picture in colours before it"
    assert picture_before(bundle, "next") is None
    assert picture_before(bundle, "first") == (4, 4, 3)
    with pytest.raises(BundleError, match="one of 2 channels"):
        kernel_cells(bundle, KernelTile("next", 0, checkpoint, taken=2))


@pytest.mark.parametrize(
    ("shape", "wanted"), [((36,), (6, 6)), ((6, 6, 1), (6, 6)), ((3, 4, 3), (3, 4, 3)), ((7,), (3, 3))]
)
def test_a_template_is_laid_out_as_the_picture_that_it_reads(shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    size = int(np.prod(shape))
    kernel = np.random.default_rng(2).normal(size=(size, 5)).astype(np.float32)
    layers = (
        layer("image", "input", *shape),
        layer("flat", "flatten", size),
        layer("hidden", "dense", 5, variables=("kernel",)),
    )
    bundle = paper_bundle(layers, arrays={"hidden/kernel": kernel})
    cells = kernel_cells(bundle, KernelTile("hidden", 3, bundle.final_checkpoint.id))
    assert cells.shape == wanted
    np.testing.assert_array_equal(cells.reshape(-1)[:size], kernel[:, 3])
    assert not cells.reshape(-1)[size:].any()


def test_many_large_pictures_find_room_by_being_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viewer.visuals.albums.MOST_TEXELS", 40 * 16**2)
    large = [np.full((20, 20, 3), at / 40, np.float32) for at in range(40)]
    small = np.random.default_rng(3).uniform(size=(3, 3, 3)).astype(np.float32)
    texture, boxes = album_atlas([*large, small])
    left, top, width, height = boxes[-1].astype(int)
    np.testing.assert_array_equal(texture[top : top + height, left : left + width], small)
    for at in (0, 39):
        left, top, width, height = boxes[at].astype(int)
        assert (width, height) == (10, 10)
        np.testing.assert_allclose(texture[top : top + height, left : left + width], at / 40, rtol=1e-5)
