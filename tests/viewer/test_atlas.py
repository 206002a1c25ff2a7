"""Every cell of every plate has its texel, none has another's, and what is stored is what the bundle holds."""

from __future__ import annotations

import itertools
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from paper_bundle import KEY, layer, paper_bundle

from exporter.bundle import Bundle, BundleError, read_bundle
from exporter.bundle.schema import Output, Preprocessing, TensorRef
from viewer.atlas import (
    NO_NUMBER,
    NOT_KEPT,
    Atlas,
    as_picture,
    cells_atlas,
    fill_cells,
    fill_pictures,
    pictures_atlas,
    values_of,
)
from viewer.kept import LARGEST
from viewer.layout import LayoutOptions, place
from viewer.scales import layer_scales
from viewer.state import CaptureKey

KEY0 = CaptureKey(*KEY)
LARGEST_TEXTURE = 16384


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def check_apart(atlas: Atlas) -> None:
    taken = np.zeros(atlas.size[::-1], np.uint8)
    for slot in atlas.slots:
        assert slot.left >= 0
        assert slot.top >= 0
        taken[slot.top : slot.top + slot.height, slot.left : slot.left + slot.width] += 1
        assert slot.left + slot.width <= atlas.size[0]
        assert slot.top + slot.height <= atlas.size[1]
    assert taken.max(initial=0) <= 1


shapes = st.one_of(
    st.tuples(st.integers(1, 300)),
    st.tuples(st.integers(1, 150), st.integers(1, 150), st.integers(1, 40)),
)


@given(st.lists(shapes, min_size=1, max_size=5))
def test_slots_lie_apart_inside_the_texture(outputs: list[tuple[int, ...]]) -> None:
    layers = [layer("in", "input", 200, 100, 3), *(layer(f"l{i}", "conv", *shape) for i, shape in enumerate(outputs))]
    layout = place(paper_bundle(layers))
    for atlas, is_picture in ((cells_atlas(layout), False), (pictures_atlas(layout), True)):
        check_apart(atlas)
        wanted = {
            (index, tile)
            for index, plate in enumerate(layout.plates)
            if (plate.form.kind == "picture") == is_picture
            for tile in range(plate.form.tiles)
        }
        assert {(slot.plate, slot.tile) for slot in atlas.slots} == wanted
        assert len(atlas.slots) == len(wanted)


@pytest.mark.parametrize(
    "outputs", [[(10_000,)], [(224, 224, 3000)], [(2, 60, 80, 30)], [(4096, 4096)], [(1, 5000, 32)] * 4]
)
def test_textures_stay_in_the_limits_of_a_driver(outputs: list[tuple[int, ...]]) -> None:
    layers = [layer("in", "input", 900, 900, 3), *(layer(f"l{i}", "conv", *shape) for i, shape in enumerate(outputs))]
    layout = place(paper_bundle(layers))
    for atlas in (cells_atlas(layout), pictures_atlas(layout)):
        check_apart(atlas)
        assert max(atlas.size) <= LARGEST_TEXTURE


def slot_values(atlas: Atlas, texture: np.ndarray, plate: int) -> list[np.ndarray]:
    slots = [slot for slot in atlas.slots if slot.plate == plate]
    return [texture[s.top : s.top + s.height, s.left : s.left + s.width] for s in sorted(slots, key=lambda s: s.tile)]


@pytest.mark.parametrize(
    "key", [CaptureKey("clean-0", "002"), CaptureKey("clean-1", "000"), CaptureKey("attack-2", "002")]
)
def test_small_outputs_are_stored_bit_for_bit(bundle: Bundle, key: CaptureKey) -> None:
    layout = place(bundle, LayoutOptions(with_weights=True))
    atlas = cells_atlas(layout)
    texture = fill_cells(bundle, layout, atlas, key)
    assert texture.dtype == np.float32
    for index, plate in enumerate(layout.plates):
        if plate.form.kind == "picture":
            continue
        tiles = np.stack(slot_values(atlas, texture, index))
        if plate.form.kind == "weights":
            expected = bundle.weight(key.checkpoint_id, plate.layer, "kernel")
            expected = np.moveaxis(expected[:, :, 0], 2, 0) if expected.ndim == 4 else expected[None]
        else:
            expected = bundle.output(key.input_id, key.checkpoint_id, plate.layer)
            expected = np.moveaxis(expected, 2, 0) if expected.ndim == 3 else expected.reshape(1, *plate.form.cells)
        np.testing.assert_array_equal(tiles, expected)


def test_what_belongs_to_no_slot_is_zero(bundle: Bundle) -> None:
    layout = place(bundle)
    atlas = cells_atlas(layout)
    texture = fill_cells(bundle, layout, atlas, CaptureKey("clean-0", "002"))
    total = sum(np.abs(values).sum() for i in range(len(layout.plates)) for values in slot_values(atlas, texture, i))
    assert np.abs(texture).sum() == pytest.approx(total)


def test_a_convolution_kernel_is_a_matrix_of_blocks() -> None:
    kernel = np.arange(3 * 2 * 4 * 5, dtype=np.float32).reshape(3, 2, 4, 5)
    bundle = paper_bundle(
        [layer("in", "input", 8, 8, 4), layer("conv", "conv", 8, 8, 5)], arrays={"conv/kernel": kernel}
    )
    layout = place(bundle, LayoutOptions(with_weights=True))
    atlas = cells_atlas(layout)
    (matrix,) = slot_values(atlas, fill_cells(bundle, layout, atlas, KEY0), len(layout.plates) - 1)
    for i, j, c, f in itertools.product(range(3), range(2), range(4), range(5)):
        assert matrix[c * 3 + i, f * 2 + j] == kernel[i, j, c, f]


def test_a_closed_plate_shows_the_mean_size_of_its_channels() -> None:
    maps = np.random.default_rng(1).normal(size=(6, 7, 90)).astype(np.float32)
    bundle = paper_bundle([layer("in", "input", 6, 7, 90)], arrays={"in": maps})
    layout = place(bundle)
    atlas = cells_atlas(layout)
    assert layout.plates[0].form.kind == "closed"
    (tile,) = slot_values(atlas, fill_cells(bundle, layout, atlas, KEY0), 0)
    np.testing.assert_allclose(tile, np.abs(maps).mean(axis=2), rtol=1e-5)


@pytest.mark.parametrize("side", [128, 200, 256, 448])
def test_large_maps_are_averaged_and_not_mirrored(side: int) -> None:
    y, x = np.mgrid[0:side, 0:side] / side
    maps = np.stack([x, y], axis=-1).astype(np.float32)
    bundle = paper_bundle([layer("in", "input", side, side, 2)], arrays={"in": maps})
    layout = place(bundle)
    atlas = cells_atlas(layout)
    across, down = slot_values(atlas, fill_cells(bundle, layout, atlas, KEY0), 0)
    assert across.mean() == pytest.approx(x.mean(), abs=0.02)
    assert down.mean() == pytest.approx(y.mean(), abs=0.02)
    assert (np.diff(across.mean(axis=0)) >= 0).all()
    assert (np.diff(down.mean(axis=1)) >= 0).all()
    assert np.ptp(across) == pytest.approx(1, abs=0.05), "the whole map is there, to both borders"


def test_what_is_no_number_is_stored_as_a_number() -> None:
    maps = np.array([[[np.nan], [np.inf]], [[-np.inf], [2.0]]], np.float32)
    bundle = paper_bundle([layer("in", "conv", 2, 2, 1)], arrays={"in": maps})
    layout = place(bundle)
    atlas = cells_atlas(layout)
    texture = fill_cells(bundle, layout, atlas, KEY0)
    assert np.isfinite(texture).all()
    (tile,) = slot_values(atlas, texture, 0)
    assert tile[0, 0] == np.float32(NO_NUMBER)
    assert tile[0, 1] == np.float32(LARGEST) < NOT_KEPT
    assert tile[1, 0] < -1e30
    assert tile[1, 1] == 2


def test_a_layer_that_was_not_captured_is_marked_as_not_kept() -> None:
    layers = [layer("in", "input", 4), layer("out", "dense", 3)]
    whole = paper_bundle(layers)
    capture = whole.manifest.captures[0]
    part = type(capture)(input=capture.input, checkpoint=capture.checkpoint, outputs={"in": capture.outputs["in"]})
    bundle = paper_bundle(layers, captures=(part,))
    layout = place(bundle)
    atlas = cells_atlas(layout)
    texture = fill_cells(bundle, layout, atlas, KEY0)
    assert 0 < np.abs(slot_values(atlas, texture, 0)[0]).max() < LARGEST
    assert (slot_values(atlas, texture, 1)[0] == np.float32(NOT_KEPT)).all()
    assert layer_scales(bundle, layout)[1] == 0


def test_another_output_of_a_layer_has_a_plate_of_its_own() -> None:
    layers = [layer("in", "input", 4)]
    capture = paper_bundle(layers).manifest.captures[0]
    ref = capture.outputs["in"]
    refs = {"in": ref, "in#1": TensorRef(file=ref.file, key="second", shape=(3,), dtype="float16")}
    two = type(layers[0])(**{**structs.asdict(layers[0]), "outputs": (*layers[0].outputs, Output((3,), "float16"))})
    second = np.array([1.0, np.inf, np.nan], np.float16)
    bundle = paper_bundle([two], captures=(structs.replace(capture, outputs=refs),), arrays={"second": second})
    plate = replace(place(bundle).plates[0], output=1)
    np.testing.assert_array_equal(values_of(bundle, plate, KEY0), np.array([1.0, LARGEST, 0.0], np.float32))


def test_a_kernel_of_any_size_is_read_in_part() -> None:
    kernel = np.broadcast_to(np.arange(4000, dtype=np.float32)[:, None], (4000, 3000))
    bundle = paper_bundle([layer("in", "input", 4000), layer("out", "dense", 3000)], arrays={"out/kernel": kernel})
    layout = place(bundle, LayoutOptions(with_weights=True))
    atlas = cells_atlas(layout)
    tracemalloc.start()
    (matrix,) = slot_values(atlas, fill_cells(bundle, layout, atlas, KEY0), 2)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < kernel.nbytes / 2
    assert (np.diff(matrix, axis=0) >= 0).all(), "from the first input to the last"
    assert (matrix[0, 0], matrix[-1, -1] > 3950) == (pytest.approx(0, abs=50), True)
    assert layer_scales(bundle, layout)[2] == pytest.approx(3960, rel=0.01)


def test_an_unknown_capture_is_an_error_of_the_bundle(bundle: Bundle) -> None:
    layout = place(bundle)
    with pytest.raises(BundleError):
        fill_cells(bundle, layout, cells_atlas(layout), CaptureKey("clean-0", "999"))


@pytest.mark.parametrize("shown", ["clean-0", "clean-1"])
def test_the_picture_is_what_the_person_gave(bundle: Bundle, shown: str) -> None:
    layout = place(bundle)
    atlas = pictures_atlas(layout)
    texture = fill_pictures(bundle, layout, atlas, CaptureKey(shown, "002"))
    picture = slot_values(atlas, texture, 0)[0]
    np.testing.assert_allclose(picture, np.repeat(bundle.image(shown) / 255, 3, axis=-1), atol=1e-5)


@pytest.mark.parametrize(("order", "std"), [("rgb", ()), ("bgr", ()), ("bgr", (0.5, 2.0, 3.0))])
def test_preprocessing_is_undone(order: str, std: tuple[float, ...]) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (5, 4, 3)).astype(np.float32)
    mean, scale = np.array([103.9, 116.8, 123.7], np.float32), 0.017
    fed = ((picture[..., ::-1] if order == "bgr" else picture) - mean) * scale / np.float32(std or 1.0)
    preprocessing = Preprocessing(scale=scale, mean=tuple(map(float, mean)), std=std, colour_order=order)
    np.testing.assert_allclose(as_picture(fed, preprocessing), picture / 255, atol=1e-4)
