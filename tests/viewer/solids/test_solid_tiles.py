"""Maps and kernels that leave the house have the colours of their values, cell for cell, from both sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import KEY, layer, paper_bundle
from probes import cell_centres
from solid_rays import check_sound, decoded, seen, sides_met, volume

from exporter.bundle import Bundle
from exporter.bundle.schema import Group, Output
from viewer.atlas import tiles_of, values_of
from viewer.colour import apply_map, map_table
from viewer.layout import Layout, LayoutOptions, Plate, place
from viewer.scopes import colouring_of, scales_of
from viewer.solids.cells import Cells
from viewer.solids.detail import Detail
from viewer.solids.solid import Solid
from viewer.solids.tiled import HIGHEST, OF_SIDE
from viewer.state import Camera, CaptureKey, NetView, ViewState

KEY0 = CaptureKey(*KEY)
CLEAN, BAR, ATTACKED = CaptureKey("clean-0", "002"), CaptureKey("clean-1", "001"), CaptureKey("attack-3", "002")
MAPS = "conv", "relu", "pool"
ROUNDED = 0.5 / 255 + 1e-6


def state_of(net: NetView, **changes: object) -> ViewState:
    return replace(ViewState(Camera(), (net,)), **changes)  # type: ignore[arg-type]


def cells_of(bundle: Bundle, layout: Layout, net: NetView, detail: Detail | None = None, **changes: object) -> dict:
    """The one solid of each plate, by its index."""
    made = Cells(bundle, layout, state_of(net, **changes), detail or Detail()).solids(net)
    assert all(len(solids) == 1 for solids in made.values())
    for (solid,) in made.values():
        check_sound(solid)
    return {index: solids[0] for index, solids in made.items()}


def index_of(layout: Layout, name: str, kind: str = "maps") -> int:
    return next(i for i, plate in enumerate(layout.plates) if plate.layer == name and plate.form.kind == kind)


def centres_of(plate: Plate, *, is_mirrored: bool = False) -> np.ndarray:
    """Middles (tiles, rows, columns, 3) of all cells, relative to the plate's."""
    each = [cell_centres(plate, tile, is_mirrored=is_mirrored) for tile in range(plate.form.tiles)]
    return np.stack(each) - np.asarray(plate.centre)


def check_tiles(
    plate: Plate, solid: Solid, parts: np.ndarray, theme: str, name: str, colours: str = "standard"
) -> None:
    """All cells have the entry of the map that is nearest to their value over its scale, from both sides."""
    parts = parts.reshape(plate.form.tiles, *plate.form.cells)
    table = map_table(theme, name, colours)
    nearest = table[np.rint((np.clip(parts, -1, 1) * 0.5 + 0.5) * 255).astype(int)]
    steepest = np.abs(np.diff(table, axis=0)).max()
    exact = apply_map(parts, theme, name, colours)
    for from_input in (True, False):
        found, _ = seen(solid, centres_of(plate, is_mirrored=not from_input), from_input=from_input)
        np.testing.assert_allclose(found, nearest, atol=ROUNDED)
        np.testing.assert_allclose(found, exact, atol=ROUNDED + steepest / 2)


def parts_of(bundle: Bundle, layout: Layout, index: int, key: CaptureKey, state: ViewState) -> np.ndarray:
    plate = layout.plates[index]
    scales = scales_of(bundle, layout, colouring_of(state))
    scale = np.reshape(scales.tiles.get(index, scales.plates[index]), (-1, 1, 1))
    return tiles_of(plate, values_of(bundle, plate, key)) / scale


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("key", [CLEAN, ATTACKED])
def test_cells_have_the_colour_of_their_value(
    tiny_bundle: Bundle, tiny_layout: Layout, theme: str, key: CaptureKey
) -> None:
    net = NetView(key)
    solids = cells_of(tiny_bundle, tiny_layout, net, theme=theme)
    for name in MAPS:
        index = index_of(tiny_layout, name)
        parts = parts_of(tiny_bundle, tiny_layout, index, key, state_of(net))
        check_tiles(tiny_layout.plates[index], solids[index], parts, theme, "activation")
    kernels = [i for i, plate in enumerate(tiny_layout.plates) if plate.form.kind == "weights"]
    assert len(kernels) == 2
    for index in kernels:
        parts = parts_of(tiny_bundle, tiny_layout, index, key, state_of(net))
        check_tiles(tiny_layout.plates[index], solids[index], parts, theme, "weight")


@pytest.mark.parametrize("scope", ["unit", "net"])
def test_scales_and_colours_are_those_of_the_state(tiny_bundle: Bundle, tiny_layout: Layout, scope: str) -> None:
    chosen = {"scope": scope, "scale_of": BAR, "clip_percentile": 90.0, "colours": "safe", "theme": "light"}
    net = NetView(CLEAN)
    solids = cells_of(tiny_bundle, tiny_layout, net, **chosen)
    index = index_of(tiny_layout, "conv")
    parts = parts_of(tiny_bundle, tiny_layout, index, CLEAN, state_of(net, **chosen))
    check_tiles(tiny_layout.plates[index], solids[index], parts, "light", "activation", "safe")
    kernel = index_of(tiny_layout, "conv", "weights")
    parts = parts_of(tiny_bundle, tiny_layout, kernel, CLEAN, state_of(net, **chosen))
    check_tiles(tiny_layout.plates[kernel], solids[kernel], parts, "light", "weight", "safe")


def test_a_difference_is_enlarged_by_its_gain(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    gains = tuple(2.0 + index for index in range(len(tiny_layout.plates)))
    net = NetView(CLEAN, ATTACKED, 0.5, "difference", gains=gains)
    solids = cells_of(tiny_bundle, tiny_layout, net)
    for name in MAPS:
        index = index_of(tiny_layout, name)
        clean, other = (parts_of(tiny_bundle, tiny_layout, index, key, state_of(net)) for key in (CLEAN, ATTACKED))
        parts = (other - clean) * 0.5 * gains[index]
        assert np.abs(parts).max() > 0.05
        check_tiles(tiny_layout.plates[index], solids[index], parts, "dark", "difference")


def test_a_blend_lies_between(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    net = NetView(CLEAN, BAR, 0.25)
    index = index_of(tiny_layout, "conv")
    solids = cells_of(tiny_bundle, tiny_layout, net)
    clean, other = (parts_of(tiny_bundle, tiny_layout, index, key, state_of(net)) for key in (CLEAN, BAR))
    check_tiles(tiny_layout.plates[index], solids[index], clean * 0.75 + other * 0.25, "dark", "activation")


@pytest.mark.parametrize(
    ("shape", "is_open"),
    [
        ((9, 5, 7), True),
        ((5, 9, 40), None),
        ((3, 6, 5, 4), True),
        ((3, 6, 5, 40), False),
        ((40, 6, 5, 8), False),
        ((9, 7), None),
    ],
    ids=["maps", "closed", "open volume", "closed volume", "deep volume", "sequence"],
)
def test_every_kind_of_maps(shape: tuple[int, ...], is_open: bool | None) -> None:
    bundle = paper_bundle([layer("in", "input", *shape[:-1], 2), layer("x", "conv", *shape)])
    chosen = {} if is_open is None else {"opened" if is_open else "closed": frozenset({"x"})}
    layout = place(bundle, LayoutOptions(**chosen))
    index = next(i for i, plate in enumerate(layout.plates) if plate.layer == "x")
    parts = parts_of(bundle, layout, index, KEY0, state_of(NetView(KEY0)))
    check_tiles(layout.plates[index], cells_of(bundle, layout, NetView(KEY0))[index], parts, "dark", "activation")


def test_heads_of_attention_are_tiles() -> None:
    """A tensor of its own beside the layer's output: (heads, queries, keys)."""
    plain = layer("att", "attention", 7, 8)
    scores = Output(shape=(3, 7, 5), dtype="float32", name="attention scores")
    bundle = paper_bundle([layer("in", "input", 7, 8), structs.replace(plain, outputs=(*plain.outputs, scores))])
    values = np.random.default_rng(1).normal(size=(3, 7, 5)).astype(np.float32)
    capture = bundle.manifest.captures[0]
    ref = structs.replace(capture.outputs["att"], key="att#1", shape=(3, 7, 5))
    outputs = {**capture.outputs, "att#1": ref}
    bundle = paper_bundle(
        bundle.manifest.layers, arrays={"att#1": values}, captures=(structs.replace(capture, outputs=outputs),)
    )
    layout = place(bundle)
    index = next(i for i, plate in enumerate(layout.plates) if plate.form.shape == (3, 7, 5))
    parts = parts_of(bundle, layout, index, KEY0, state_of(NetView(KEY0)))
    np.testing.assert_array_equal(np.argmax(parts.reshape(3, -1), axis=1), np.argmax(values.reshape(3, -1), axis=1))
    check_tiles(layout.plates[index], cells_of(bundle, layout, NetView(KEY0))[index], parts, "dark", "activation")


def big_maps(fill: float | None = None) -> tuple[Bundle, Layout, int]:
    bundle = paper_bundle([layer("in", "input", 40, 30, 1), layer("x", "conv", 40, 30, 3)])
    if fill is not None:
        bundle.arrays["x"] = np.full((40, 30, 3), fill, np.float32)
    layout = place(bundle)
    return bundle, layout, index_of(layout, "x")


def test_many_cells_share_a_texel_that_is_their_mean() -> None:
    bundle, layout, index = big_maps()
    solid = cells_of(bundle, layout, NetView(KEY0), Detail(tile_px=10))[index]
    assert max(decoded(solid.picture).shape) <= 3 * 12
    parts = parts_of(bundle, layout, index, KEY0, state_of(NetView(KEY0)))
    means = parts.reshape(3, 10, 4, 10, 3).mean(axis=(2, 4))
    check_tiles(layout.plates[index], solid, np.repeat(np.repeat(means, 4, axis=1), 3, axis=2), "dark", "activation")


def test_of_differences_that_share_a_texel_the_largest_is_seen() -> None:
    """Changes of both signs would cancel, and look like none."""
    bundle, layout, index = big_maps(0.0)
    other = CaptureKey("other", KEY0.checkpoint_id)
    capture = bundle.manifest.captures[0]
    ref = capture.outputs["x"]
    change = np.zeros((40, 30, 3), np.float32)
    change[0::2], change[1::2] = 0.4, -0.5
    bundle.arrays["x2"] = change
    bundle = paper_bundle(
        bundle.manifest.layers,
        arrays=bundle.arrays,
        inputs=(*bundle.manifest.inputs, structs.replace(bundle.manifest.inputs[0], id="other")),
        captures=(
            capture,
            structs.replace(capture, input="other", outputs={**capture.outputs, "x": structs.replace(ref, key="x2")}),
        ),
    )
    net = NetView(KEY0, other, 1.0, "difference")
    solid = cells_of(bundle, layout, net, Detail(tile_px=10))[index]
    assert scales_of(bundle, layout, colouring_of(state_of(net))).plates[index] == 1.0
    check_tiles(layout.plates[index], solid, np.full((3, 40, 30), -0.5), "dark", "difference")


def test_the_last_texel_may_stand_for_fewer_cells() -> None:
    bundle = paper_bundle([layer("in", "input", 11, 7, 1), layer("x", "conv", 11, 7, 2)])
    layout = place(bundle)
    index = index_of(layout, "x")
    solid = cells_of(bundle, layout, NetView(KEY0), Detail(tile_px=4))[index]
    parts = parts_of(bundle, layout, index, KEY0, state_of(NetView(KEY0)))
    padded = np.pad(parts, [(0, 0), (0, 1), (0, 1)], mode="edge")
    means = padded.reshape(2, 4, 3, 4, 2).mean(axis=(2, 4))
    whole = np.repeat(np.repeat(means, 3, axis=1), 2, axis=2)[:, :11, :7]
    check_tiles(layout.plates[index], solid, whole, "dark", "activation")


def test_what_is_no_number_has_the_colour_of_zero() -> None:
    bundle, layout, index = big_maps(1.0)
    bundle.arrays["x"][0, 0, 0], bundle.arrays["x"][1, 0, 0], bundle.arrays["x"][2, 0, 0] = np.nan, np.inf, -np.inf
    parts = np.ones((3, 40, 30), np.float32)
    parts[0, :3, 0] = 0, 1, -1
    check_tiles(layout.plates[index], cells_of(bundle, layout, NetView(KEY0))[index], parts, "dark", "activation")


def test_nothing_is_made_of_what_was_not_kept(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    bundle, layout, index = big_maps()
    capture = bundle.manifest.captures[0]
    bundle = paper_bundle(
        bundle.manifest.layers,
        captures=(structs.replace(capture, outputs={"in": capture.outputs["in"]}),),
    )
    assert set(cells_of(bundle, layout, NetView(KEY0))) == {index_of(layout, "in", "picture")}
    assert index not in cells_of(bundle, layout, NetView(KEY0))
    whole = cells_of(tiny_bundle, tiny_layout, NetView(CLEAN))
    assert set(whole) == set(range(len(tiny_layout.plates)))


@pytest.mark.parametrize("shape", [(4, 4, 0), (0,), (0, 5, 3), (5, 0)])
def test_nothing_is_made_of_a_layer_that_puts_out_nothing(shape: tuple[int, ...]) -> None:
    layers = [layer("in", "input", 4, 4, 1), layer("x", "conv", *shape)]
    bundle = paper_bundle(layers, arrays={"x": np.zeros(shape, np.float32)})
    assert set(cells_of(bundle, place(bundle), NetView(KEY0))) == {0}


def test_tiles_come_forward_by_the_mean_size_of_their_values() -> None:
    bundle, layout, index = big_maps(0.0)
    bundle.arrays["x"][..., 1], bundle.arrays["x"][::2, :, 2] = 3.0, -3.0
    bundle.arrays["x"][0, 0, 0] = 300.0  # counts as full colour: no more is seen of it
    plate = layout.plates[index]
    highest = min(HIGHEST, OF_SIDE * min(plate.form.tile_size))
    solid = cells_of(bundle, layout, NetView(KEY0))[index]
    at = centres_of(plate)[:, 20, 15]
    behind, back = (seen(solid, at, from_input=side, risen=0.0)[1] for side in (True, False))
    forward, still = (seen(solid, at, from_input=side, risen=1.0)[1] for side in (True, False))
    np.testing.assert_allclose(behind - forward, highest * np.array([1 / 1200, 1.0, 0.5]), atol=1e-6)
    np.testing.assert_array_equal(still, back)
    assert (behind < 0).all()
    assert (back > 0).all()


def test_slabs_are_closed_and_look_outward(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    for index, solid in cells_of(tiny_bundle, tiny_layout, NetView(CLEAN)).items():
        assert not sides_met(solid).any()
        width, height = tiny_layout.plates[index].form.tile_size
        assert 0 < volume(solid) <= width * height * tiny_layout.plates[index].form.tiles * 0.12 + 1e-6


def test_the_back_of_a_stack_is_on_its_last_panel() -> None:
    group = Group(name="block", kind="block", class_name="conv, conv", layers=("a", "b"), output="b")
    layers = [layer("in", "input", 6, 6, 1), layer("a", "conv", 6, 6, 3), layer("b", "conv", 6, 6, 3)]
    layers.append(layer("c", "conv", 6, 6, 3))
    bundle = paper_bundle(layers, groups=(group,))
    layout = place(bundle, LayoutOptions(fold="all"))
    index = next(i for i, plate in enumerate(layout.plates) if plate.group == "block")
    plain = next(i for i, plate in enumerate(layout.plates) if plate.layer == "c")
    solids = cells_of(bundle, layout, NetView(KEY0))
    for which, away, up in ((index, 0.52, 0.24), (plain, 0.0, 0.0)):
        at = centres_of(layout.plates[which])
        higher = at + np.array([0.0, up, 0.0])
        front, back = seen(solids[which], at), seen(solids[which], higher, from_input=False)
        np.testing.assert_allclose(back[1] + front[1], away, atol=1e-5)
        np.testing.assert_allclose(front[0], back[0][:, :, ::-1], atol=1e-9)


def test_what_no_value_changes_is_the_same_object(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    cells = Cells(tiny_bundle, tiny_layout, state_of(NetView(CLEAN)), Detail())
    one, two, three = (cells.solids(NetView(key)) for key in (CLEAN, BAR, CLEAN))
    conv = index_of(tiny_layout, "conv")
    for name in ("points", "triangles", "colours", "uv"):
        assert getattr(one[conv][0], name) is getattr(two[conv][0], name)
    assert one[conv][0].picture.png == three[conv][0].picture.png != two[conv][0].picture.png
