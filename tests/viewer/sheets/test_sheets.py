"""Contact sheets: what stands on them is what is in the bundle, and each says where it comes from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explained_bundle import add_explanation
from filtered_bundle import add_filters
from PIL import Image
from synthesised_bundle import synthesised_bundle

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from viewer.colour import PALETTES, apply_map
from viewer.sheets import SHEETS, activation_grid, write_sheet
from viewer.sheets.blended import ALPHA, SHOWN, blended, full_colour
from viewer.sheets.kernels import kernel_colours
from viewer.sheets.page import enlarged, picture_of
from viewer.sheets.sheet import Sheet, Tile
from viewer.sheets.subject import Subject

Array = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def full(tiny_bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The small bundle with explanations, and with images of channels of which one is dead."""
    path = shutil.copytree(tiny_bundle_path, tmp_path_factory.mktemp("full") / "full.bundle")
    rng = np.random.default_rng(4)
    heat, signed = rng.random((6, 6)) ** 3, rng.normal(size=(6, 6))
    add_explanation(path, "saliency-0", {"picture": ("heat", heat)})
    add_explanation(path, "saliency-1", {"picture": ("heat", heat * 10)}, input_id="clean-0", channel=1, layer="conv")
    maps: dict[str, tuple[str, Array]] = {"picture": ("heat", heat), "conv": ("heat", heat), "pool": ("signed", signed)}
    add_explanation(path, "grad_cam-2", maps)
    add_explanation(path, "segmentation-3", {"picture": ("mask", (heat > 0.2).astype(np.float32))})
    add_explanation(path, "saliency-4", {"picture": ("heat", heat)}, input_id="clean-1")
    add_filters(path, "conv", (0, 1, 2, 3))
    return read_bundle(path)


def sheet(bundle: Bundle, of: str, **asked: Any) -> Sheet:
    told = {"layer": None, "input_id": None, "run_ids": (), "tell": lambda line: None, "theme": "dark", **asked}
    return SHEETS[of](Subject(bundle=bundle, checkpoint_id="002", **told))


def tiles_of(made: Sheet) -> list[Tile]:
    return [tile for group in made.groups for tile in group.tiles]


def test_the_maps_of_a_layer_stand_beside_their_input_and_zeros_are_told(full: Bundle) -> None:
    told: list[str] = []
    made = sheet(full, "activations", layer="relu", input_id="clean-1", tell=told.append)
    values = full.output("clean-1", "002", "relu")
    picture, grid = tiles_of(made)
    np.testing.assert_array_equal(picture.picture[..., :1], full.image("clean-1"))
    np.testing.assert_array_equal(grid.picture[:6, :6], activation_grid(values, gap_px=0)[:6, :6])
    assert grid.picture.shape == (6, 4 * 7 - 1, 3)
    share = float((values == 0).mean())
    assert told == [f"relu: {share * 100:.1f} % of its values are 0, 0 of 4 channels are 0 everywhere"]
    assert grid.lines == (told[0].removeprefix("relu: "),)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_kernels_are_the_weights_on_one_scale(full: Bundle, theme: Any) -> None:
    kernel = full.weight("002", "conv", "kernel")
    scale = float(np.abs(kernel).max())
    made = sheet(full, "kernels", theme=theme)
    for channel, tile in enumerate(tiles_of(made)):
        wanted = np.rint(apply_map(kernel[:, :, 0, channel] / np.float32(scale), theme, "weight") * 255)
        np.testing.assert_array_equal(tile.picture, wanted)
    assert made.bars[0].numbers == (f"\u2212{scale:.3g}", "0", f"+{scale:.3g}")


def test_weights_of_colours_can_be_read_off_their_picture() -> None:
    weights = np.random.default_rng(1).normal(size=(3, 3, 3)).astype(np.float32)
    scale = float(np.abs(weights).max())
    shown = kernel_colours(weights, scale, "dark")
    np.testing.assert_allclose((shown / 127.5 - 1) * scale, weights, atol=scale / 255)
    assert kernel_colours(np.zeros((1, 1, 3), np.float32), scale, "dark")[0, 0, 0] in (127, 128)


def test_a_layer_behind_maps_has_rows_of_weights_and_names_of_classes(full: Bundle) -> None:
    tiles = tiles_of(sheet(full, "kernels", layer="scores"))
    assert [tile.name for tile in tiles] == list(full.manifest.model.class_names)


def test_explanations_stand_side_by_side_one_scale_a_method(full: Bundle) -> None:
    made = sheet(full, "explanations")
    side, deep = made.groups
    assert [tile.name for tile in side.tiles[1:]] == ["saliency", "saliency", "Grad-CAM", "cut-out"]
    assert [tile.name for tile in deep.tiles] == ["conv", "pool"]
    maps = [full.load(full.overlay(id_).values) for id_ in ("saliency-0", "saliency-1")]
    scale, largest = full_colour(maps)
    picture = np.repeat(full.image("clean-0"), 3, axis=2)
    for tile, values in zip(side.tiles[1:3], maps, strict=True):
        np.testing.assert_array_equal(tile.picture, blended(picture, values, "heat", scale, "dark"))
        assert tile.lines[1].startswith(f"full colour {scale:.3g}")
    assert f"up to {largest:.3g}" in side.tiles[2].lines[1]
    assert "99th percentile" in made.notes[0]
    assert {bar.numbers for bar in made.bars} == {("0", "full colour"), ("\u2212 full", "0", "+ full")}


def test_the_picture_under_a_map_is_dimmed_alike_and_masks_darken_what_is_outside() -> None:
    picture = np.random.default_rng(6).integers(0, 256, (4, 4, 3)).astype(np.uint8)
    values = np.zeros((4, 4), np.float32)
    values[1, 2] = 5
    shown = blended(picture, values, "heat", 5.0, "dark")
    dimmed = picture * SHOWN + np.array(PALETTES["dark"].roles["ground"]) * 255 * (1 - SHOWN)
    others = values == 0
    np.testing.assert_allclose(shown[others], dimmed[others], atol=0.51)
    colour = apply_map(np.ones((1, 1), np.float32), "dark", "heat")[0, 0]
    np.testing.assert_allclose(shown[1, 2], dimmed[1, 2] * (1 - ALPHA) + colour * 255 * ALPHA, atol=0.51)
    cut = blended(picture, (values > 0).astype(np.float32), "mask", 1.0, "dark")
    np.testing.assert_array_equal(cut[1, 2], picture[1, 2])
    np.testing.assert_allclose(cut[0, 0], picture[0, 0] * (1 - ALPHA), atol=0.51)


def test_the_scale_leaves_a_few_towering_values_out_and_zeros_have_one_too() -> None:
    values = np.concatenate([np.linspace(0, 1, 1000), [1000.0]])[None].astype(np.float32)
    assert full_colour([values]) == (pytest.approx(0.99, abs=0.01), 1000.0)
    assert full_colour([np.zeros((2, 2), np.float32)]) == (1.0, 0.0)


def test_chosen_runs_alone_are_shown(full: Bundle) -> None:
    made = sheet(full, "explanations", run_ids=("saliency-4",))
    assert [tile.name for tile in tiles_of(made)] == [full.input("clean-1").label, "saliency"]
    chosen = sheet(full, "images", run_ids=("filter-1", "filter-2"))
    assert [(tile.name, tile.lines) for tile in tiles_of(chosen)] == [
        ("channel 1", ("0 \u2192 2",)),
        ("channel 2", ("dead",)),
    ]
    assert chosen.subtitle.endswith("2 images, 1 dead")


def test_many_images_stand_in_rows_and_one_comes_about_step_by_step(full: Bundle) -> None:
    many = tiles_of(sheet(full, "images", layer="conv"))
    assert len(many) == 4
    np.testing.assert_array_equal(many[1].picture[..., :1], full.image("filter-1-picture"))
    series = sheet(synthesised_bundle(), "images")
    steps = tiles_of(series)
    assert [tile.name for tile in steps] == ["step 0", "step 10", "step 20", "step 30", "step 40"]
    assert steps[0].lines == ("loss \u22121.5",)


def test_pictures_that_an_image_is_to_be_like_stand_before_it() -> None:
    bundle = synthesised_bundle("style")
    tiles = tiles_of(sheet(bundle, "images"))
    assert [tile.lines for tile in tiles[:2]] == [("content",), ("style",)]
    np.testing.assert_array_equal(tiles[1].picture[..., :1], bundle.image("clean-1"))


@pytest.mark.parametrize("of", ["kernels", "explanations"])
def test_the_same_bundle_gives_the_same_file(full: Bundle, tmp_path: Path, of: str) -> None:
    files = [write_sheet(full, of, tmp_path / name, theme="light") for name in ("a.png", "b.png")]
    assert files[0].read_bytes() == files[1].read_bytes()
    picture = np.asarray(Image.open(files[0]))
    assert picture.shape[1:] == (1600, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_every_tile_is_on_the_page_as_large_as_it_was_made(full: Bundle) -> None:
    made = sheet(full, "kernels")
    page = picture_of(made, "light")
    tile = enlarged(made.groups[0].tiles[0], made.groups[0].tile_px)
    height, width = tile.shape[:2]
    places = [top for top in range(60, 160) if np.array_equal(page[top : top + height, 48 : 48 + width], tile)]
    assert len(places) == 1


def test_squares_stay_squares_when_they_are_enlarged() -> None:
    cells = np.random.default_rng(3).integers(0, 256, (3, 3, 3)).astype(np.uint8)
    large = enlarged(Tile(cells, ""), 31)
    np.testing.assert_array_equal(large, np.kron(cells, np.ones((10, 10, 1), np.uint8)))
    assert enlarged(Tile(np.zeros((400, 200, 3), np.uint8), ""), 100).shape == (100, 50, 3)


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "no such sheet": ("kernel", {}, "did you mean kernels"),
    "no such layer": ("activations", {"layer": "konv"}, "no such layer"),
    "a layer without maps": ("activations", {"layer": "scores"}, "expected one of conv, relu, pool"),
    "no kernel in a layer": ("kernels", {"layer": "pool"}, "no kernels to show"),
    "no such input": ("activations", {"input_id": "x"}, "no such input"),
    "no such checkpoint": ("kernels", {"checkpoint_id": "9"}, "no such checkpoint"),
    "no explanations": ("explanations", {}, "kerascope explain"),
    "no such explanation": ("explanations", {"run_ids": ("x",)}, "no such explanation"),
    "no images": ("images", {}, "kerascope synthesise"),
    "no such run": ("images", {"run_ids": ("x",)}, "no such run"),
}


@pytest.mark.parametrize(("of", "asked", "words"), REFUSED.values(), ids=REFUSED)
def test_one_line_says_what_is_missing(
    tiny_bundle: Bundle, tmp_path: Path, of: str, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(KerascopeError) as caught:
        write_sheet(tiny_bundle, of, tmp_path / "a.png", **asked)
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_replaced_only_when_asked(tiny_bundle: Bundle, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"mine")
    with pytest.raises(KerascopeError, match="pass --overwrite"):
        write_sheet(tiny_bundle, "kernels", path)
    assert path.read_bytes() == b"mine"
    write_sheet(tiny_bundle, "kernels", path, overwrite=True)
    assert path.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(KerascopeError, match="a PNG file"):
        write_sheet(tiny_bundle, "kernels", tmp_path / "a.gif")
