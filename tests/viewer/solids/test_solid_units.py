"""Units that leave the house are boxes of the colour of their value, and as high as it is large."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from paper_bundle import KEY, layer, paper_bundle
from probes import cell_centres
from solid_rays import check_sound, seen, sides_met, volume

from exporter.bundle import Bundle
from viewer.colour import apply_map
from viewer.layout import Layout, Plate, place
from viewer.layout.plate import Form
from viewer.scales import layer_scales
from viewer.solids.cells import Cells
from viewer.solids.detail import Detail
from viewer.solids.solid import Solid
from viewer.solids.units import HIGHEST, OF_WIDTH, units
from viewer.state import Camera, CaptureKey, NetView, ViewState

KEY0, OTHER = CaptureKey(*KEY), CaptureKey("other", KEY[1])
CLEAN, ATTACKED = CaptureKey("clean-0", "002"), CaptureKey("attack-3", "002")
ROUNDED = 0.5 / 255 + 1e-6


def solid_of(bundle: Bundle, layout: Layout, index: int, net: NetView, detail: Detail | None = None) -> Solid:
    state = ViewState(Camera(), (net,))
    (solid,) = Cells(bundle, layout, state, detail or Detail()).solids(net)[index]
    check_sound(solid)
    assert solid.picture is None
    return solid


def looked_at(layout: Layout, index: int, solid: Solid, **how: object) -> tuple[np.ndarray, np.ndarray]:
    """Colours and x of all cells (rows * columns); not a number where there is no box."""
    plate = layout.plates[index]
    at = cell_centres(plate, 0) - np.asarray(plate.centre)
    colours, x = seen(solid, at, **how)  # type: ignore[arg-type]
    return colours.reshape(-1, 3), x.reshape(-1)


@pytest.mark.parametrize("name", ["flatten", "scores"])
@pytest.mark.parametrize("key", [CLEAN, ATTACKED])
def test_units_have_the_colour_and_height_of_their_value(
    tiny_bundle: Bundle, tiny_layout: Layout, name: str, key: CaptureKey
) -> None:
    index = next(i for i, plate in enumerate(tiny_layout.plates) if plate.layer == name)
    solid = solid_of(tiny_bundle, tiny_layout, index, NetView(key))
    values = tiny_bundle.load(tiny_bundle.capture(key.input_id, key.checkpoint_id).outputs[name])
    parts = values / layer_scales(tiny_bundle, tiny_layout)[index]
    colours, flat = looked_at(tiny_layout, index, solid)
    np.testing.assert_allclose(colours[: len(parts)], apply_map(parts, "dark", "activation"), atol=ROUNDED)
    assert np.isnan(flat[len(parts) :]).all()
    risen = looked_at(tiny_layout, index, solid, risen=1.0)[1]
    plate = tiny_layout.plates[index]
    highest = min(HIGHEST, OF_WIDTH * plate.form.tile_size[0])
    wanted = highest * np.clip(np.abs(parts), 0, 1)
    np.testing.assert_allclose((flat - risen)[: len(parts)], wanted, atol=1e-6)
    for how in ({"risen": 0.0}, {"risen": 1.0}):
        back, still = looked_at(tiny_layout, index, solid, from_input=False, **how)
        assert (still[: len(parts)] > 0).all()
        np.testing.assert_allclose(np.ptp(still[: len(parts)]), 0, atol=1e-9)
        np.testing.assert_allclose(back[: len(parts)], colours[: len(parts)], atol=1e-9)


def test_boxes_are_closed_apart_and_look_outward(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    index = next(i for i, plate in enumerate(tiny_layout.plates) if plate.layer == "flatten")
    solid = solid_of(tiny_bundle, tiny_layout, index, NetView(CLEAN))
    assert len(solid.points) == 36 * 12
    assert len(solid.triangles) == 36 * 12
    assert not sides_met(solid).any()
    width, height = tiny_layout.plates[index].form.tile_size
    depth = np.ptp(solid.points[:, 0])
    assert 0.5 * width * height * depth < volume(solid) < width * height * depth


def test_a_difference_of_units_has_its_own_map_and_gain(tiny_bundle: Bundle, tiny_layout: Layout) -> None:
    index = next(i for i, plate in enumerate(tiny_layout.plates) if plate.layer == "scores")
    net = NetView(CLEAN, ATTACKED, 1.0, "difference", gains=(3.0,) * len(tiny_layout.plates))
    values = [
        tiny_bundle.load(tiny_bundle.capture(key.input_id, key.checkpoint_id).outputs["scores"])
        for key in (CLEAN, ATTACKED)
    ]
    parts = 3 * (values[1] - values[0]) / layer_scales(tiny_bundle, tiny_layout)[index]
    colours, _ = looked_at(tiny_layout, index, solid_of(tiny_bundle, tiny_layout, index, net))
    np.testing.assert_allclose(colours[: len(parts)], apply_map(parts, "dark", "difference"), atol=ROUNDED)


def vector(count: int, values: np.ndarray | None = None) -> tuple[Bundle, Layout]:
    arrays = {} if values is None else {"x": values}
    bundle = paper_bundle([layer("in", "input", 3), layer("x", "dense", count)], arrays=arrays)
    return bundle, place(bundle)


@given(rows=st.integers(1, 200), columns=st.integers(1, 40), missing=st.integers(0, 39), most=st.integers(1, 500))
def test_there_are_never_more_boxes_than_the_detail_allows(rows: int, columns: int, missing: int, most: int) -> None:
    """Only the last row may lack units."""
    count = rows * columns - min(missing, columns - 1)
    form = Form("vector", (count,), 1, (rows, columns), (0.5, 3.0), 1, count)
    mould = units(Plate("x", form, (0.0, 0.0, 0.0), 0), Detail(units=most))
    boxes = len(mould.points) // 12
    assert 1 <= boxes <= most
    assert boxes == count or rows * columns > most
    assert mould.counts.sum() == count
    assert np.abs(mould.points[:, 1]).max() <= 1.5
    assert np.abs(mould.points[:, 2]).max() <= 0.25


def test_neighbours_share_a_box_of_their_mean_colour() -> None:
    """The last row is not full: what is not there counts for nothing."""
    count = 995
    rng = np.random.default_rng(3)
    values = rng.random(count).astype(np.float32)
    bundle, layout = vector(count, values)
    rows, columns = layout.plates[1].form.cells
    assert rows * columns > count
    solid = solid_of(bundle, layout, 1, NetView(KEY0), Detail(boxes=count, units=rows * columns // 4 + 40))
    whole = np.full((rows + rows % 2, columns + columns % 2), np.nan)
    flat = np.full(rows * columns, np.nan)
    flat[:count] = values / layer_scales(bundle, layout)[1]
    whole[:rows, :columns] = flat.reshape(rows, columns)
    blocks = whole.reshape(whole.shape[0] // 2, 2, whole.shape[1] // 2, 2)
    with np.errstate(invalid="ignore"):
        means = np.nansum(blocks, axis=(1, 3)) / np.sum(~np.isnan(blocks), axis=(1, 3))
    plate = layout.plates[1]
    at = cell_centres(plate, 0) - np.asarray(plate.centre)
    middles = at[: rows - rows % 2, : columns - columns % 2].reshape(rows // 2, 2, columns // 2, 2, 3).mean(axis=(1, 3))
    found, _ = seen(solid, middles)
    wanted = means[: rows // 2, : columns // 2]
    there = np.isfinite(wanted)
    np.testing.assert_allclose(
        found[there], apply_map(wanted[there].astype(np.float32), "dark", "activation"), atol=ROUNDED + 1e-5
    )
    assert np.isnan(found[~there]).all()


def test_of_changes_that_share_a_box_the_largest_is_seen() -> None:
    count = 400
    bundle, layout = vector(count, np.zeros(count, np.float32))
    capture = bundle.manifest.captures[0]
    changed = np.tile(np.array([0.4, -0.6], np.float32), count // 2)
    bundle = paper_bundle(
        bundle.manifest.layers,
        arrays={"x": np.zeros(count, np.float32), "x2": changed},
        inputs=(*bundle.manifest.inputs, structs.replace(bundle.manifest.inputs[0], id="other")),
        captures=(
            capture,
            structs.replace(capture, input="other", outputs={"x": structs.replace(capture.outputs["x"], key="x2")}),
        ),
    )
    net = NetView(KEY0, OTHER, 1.0, "difference")
    solid = solid_of(bundle, layout, 1, net, Detail(boxes=count, units=120))
    assert len(solid.points) // 12 <= 120
    colours = solid.colours.reshape(-1, 12, 4)[:, 0, :3] / 255
    parts = np.full(len(colours), -0.6, np.float32)
    np.testing.assert_allclose(colours, apply_map(parts, "dark", "difference"), atol=ROUNDED)


@pytest.mark.parametrize(("count", "has_boxes"), [(256, True), (257, False)])
def test_a_long_vector_is_a_picture_but_classes_keep_their_boxes(count: int, has_boxes: bool) -> None:
    sizes = {"x": count, "end": count}
    bundle = paper_bundle([layer("in", "input", 3), *(layer(name, "dense", n) for name, n in sizes.items())])
    layout = place(bundle)
    assert [plate.form.kind for plate in layout.plates[1:]] == ["vector", "classes"]
    state = ViewState(Camera(), (NetView(KEY0),))
    solids = Cells(bundle, layout, state, Detail()).solids(state.nets[0])
    (long,), (classes,) = solids[1], solids[2]
    assert (long.picture is None) == has_boxes
    assert classes.picture is None
