"""Pictures that leave the house are what was fed, pixel for pixel, and so are their channels and their changes."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import KEY, PaperBundle, layer, paper_bundle
from PIL import Image
from probes import cell_centres
from solid_rays import check_sound, decoded, seen, sides_met

from exporter.bundle.schema import Preprocessing
from viewer.colour import apply_map
from viewer.layout import Layout, place
from viewer.solids.cells import Cells
from viewer.solids.detail import Detail
from viewer.solids.solid import Solid
from viewer.state import Camera, CaptureKey, NetView, ViewState

KEY0, OTHER = CaptureKey(*KEY), CaptureKey("other", KEY[1])
ROUNDED = 0.5 / 255 + 1e-6
SHAPE = 12, 8


def bundle_of(picture: np.ndarray, other: np.ndarray | None = None, **preprocessing: object) -> PaperBundle:
    """A bundle that was fed two pictures (h, w, channels)."""
    layers = [layer("in", "input", *picture.shape), layer("x", "dense", 3)]
    plain = paper_bundle(layers)
    capture = plain.manifest.captures[0]
    changed = structs.replace(capture.outputs["in"], key="in2")
    other_capture = structs.replace(capture, input="other", outputs={**capture.outputs, "in": changed})
    return paper_bundle(
        layers,
        arrays={"in": picture, "in2": picture if other is None else other},
        inputs=(*plain.manifest.inputs, structs.replace(plain.manifest.inputs[0], id="other")),
        captures=(capture, other_capture),
        preprocessing=Preprocessing(**{"scale": 1 / 255, **preprocessing}),
    )


def solid_of(bundle: PaperBundle, net: NetView, theme: str = "dark", detail: Detail | None = None) -> tuple:
    layout = with_channels(place(bundle))
    state = ViewState(Camera(), (net,), theme)
    (solid,) = Cells(bundle, layout, state, detail or Detail()).solids(net)[0]
    check_sound(solid)
    assert not sides_met(solid).any()
    return layout, solid


def with_channels(layout: Layout) -> Layout:
    """The layout with the channels' tiles under a coloured picture, as a large net has them."""
    first, *others = layout.plates
    side = 0.5 if first.form.channels == 3 else 0.0
    return replace(layout, plates=(replace(first, form=replace(first.form, channel_side=side)), *others))


def pixels_of(layout: Layout, solid: Solid, *, from_input: bool = True) -> np.ndarray:
    plate = layout.plates[0]
    at = cell_centres(plate, 0, is_mirrored=not from_input) - np.asarray(plate.centre)
    return seen(solid, at, from_input=from_input)[0]


def channels_of(layout: Layout, solid: Solid) -> np.ndarray:
    """What is seen (3, rows, columns, 3) of the tiles of the channels, from the top down."""
    plate = layout.plates[0]
    whole = cell_centres(plate, 0) - plate.tile_centres()[0]
    small = whole * (plate.form.channel_size[0] / plate.form.tile_size[0])
    order = np.argsort(-plate.channel_centres()[:, 1])
    return np.stack([seen(solid, small + (plate.channel_centres()[at] - plate.centre))[0] for at in order])


def noise(channels: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((*SHAPE, channels)).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_is_what_was_fed_from_both_sides(channels: int) -> None:
    picture = noise(channels)
    layout, solid = solid_of(bundle_of(picture), NetView(KEY0))
    wanted = np.broadcast_to(picture, (*SHAPE, 3))
    for from_input in (True, False):
        np.testing.assert_allclose(pixels_of(layout, solid, from_input=from_input), wanted, atol=ROUNDED)
    assert solid.rise is None
    mode = Image.open(io.BytesIO(solid.picture.png)).mode
    assert mode == ("L" if channels == 1 else "RGB")


def test_preprocessing_is_undone() -> None:
    picture = noise(3)
    made = {"scale": 1.0, "mean": (103.0, 116.0, 123.0), "std": (1.0, 1.0, 1.0), "colour_order": "bgr"}
    fed = picture[..., ::-1] * 255 - np.array([103.0, 116.0, 123.0], np.float32)
    layout, solid = solid_of(bundle_of(fed.astype(np.float32), **made), NetView(KEY0))
    np.testing.assert_allclose(pixels_of(layout, solid), picture, atol=ROUNDED + 1e-4)


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_channels_hang_under_it_in_the_order_in_which_they_are_fed(order: str) -> None:
    """Red always above; each in a tint of its own colour."""
    picture = noise(3)
    fed = picture if order == "rgb" else picture[..., ::-1].copy()
    layout, solid = solid_of(bundle_of(fed, colour_order=order), NetView(KEY0))
    found = channels_of(layout, solid)
    for at, tint in enumerate(np.eye(3)):
        wanted = picture[..., at, None] * (0.30 * 0.20 + tint * 0.80)
        np.testing.assert_allclose(found[at], wanted, atol=ROUNDED)
    np.testing.assert_allclose(pixels_of(layout, solid), picture, atol=ROUNDED)


def test_a_change_of_a_grey_picture_has_the_map_of_differences() -> None:
    one, two = noise(1), noise(1, 1)
    net = NetView(KEY0, OTHER, 1.0, "difference", gains=(2.0,) * 4)
    layout, solid = solid_of(bundle_of(one, two), net, "light")
    wanted = apply_map(2 * (two - one)[..., 0], "light", "difference")
    np.testing.assert_allclose(pixels_of(layout, solid), wanted, atol=ROUNDED)


def test_a_change_of_a_coloured_picture_lies_round_grey() -> None:
    one = noise(3) * 0.5
    two = one + 0.2
    two[0] = one[0]
    two[1] = one[1] + 0.0001
    net = NetView(KEY0, OTHER, 0.5, "difference", gains=(4.0,) * 4)
    layout, solid = solid_of(bundle_of(one, two.astype(np.float32)), net)
    found = pixels_of(layout, solid)
    zero = apply_map(np.zeros(1, np.float32), "dark", "difference")[0]
    np.testing.assert_allclose(found[0], np.broadcast_to(zero, found[0].shape), atol=ROUNDED)
    np.testing.assert_allclose(found[1], np.broadcast_to(zero, found[1].shape), atol=ROUNDED + 1e-3)
    np.testing.assert_allclose(found[2:], 0.5 + 0.5 * 0.4, atol=ROUNDED + 1e-4)
    small = channels_of(layout, solid)
    wanted = apply_map((4.0 * 0.5 * (two - one)).astype(np.float32), "dark", "difference")
    np.testing.assert_allclose(small, np.moveaxis(wanted, 2, 0), atol=ROUNDED + 1e-4)


def test_a_blend_of_pictures_lies_between() -> None:
    one, two = noise(3), noise(3, 1)
    layout, solid = solid_of(bundle_of(one, two), NetView(KEY0, OTHER, 0.25))
    np.testing.assert_allclose(pixels_of(layout, solid), one * 0.75 + two * 0.25, atol=ROUNDED)


def test_a_large_picture_is_averaged_down() -> None:
    picture = noise(3)
    layout, solid = solid_of(bundle_of(picture), NetView(KEY0), detail=Detail(picture_px=6, tile_px=3))
    means = picture.reshape(6, 2, 4, 2, 3).mean(axis=(1, 3))
    wanted = np.repeat(np.repeat(means, 2, axis=0), 2, axis=1)
    np.testing.assert_allclose(pixels_of(layout, solid), wanted, atol=ROUNDED)
    assert decoded(solid.picture).shape[1] <= (4 + 2) + (3 + 2)


def test_a_picture_that_is_no_number_is_black() -> None:
    picture = noise(1)
    picture[0, 0] = np.nan
    layout, solid = solid_of(bundle_of(picture), NetView(KEY0))
    assert (pixels_of(layout, solid)[0, 0] == 0).all()
