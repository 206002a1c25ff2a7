"""What is picked at a pixel is what the shader draws there: every kind of plate, from both sides, moved and spread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle

from exporter.bundle.schema import Group, Output
from scenes.framing import camera_for
from viewer.atlas import tiles_of, values_of
from viewer.camera import Rect, project
from viewer.inspect.cells import Spot, box_of
from viewer.inspect.lines import thread_lines
from viewer.inspect.pick import Hit, pick
from viewer.layout import Layout, LayoutOptions, Plate, place
from viewer.placement import world_of
from viewer.state import REFERENCE_HEIGHT_PX, Camera, CaptureKey, Edges, NetView, ViewState
from viewer.strands.trace import Strands, trace
from viewer.study import EdgePlace, Place
from viewer.threads.gather import gather
from viewer.threads.units import units_of

SIZE_PX = (960.0, 540.0)
NUDGE = np.array([0.0, 1e-3, 1e-3])  # off the border between the middle cells
ASPECT = SIZE_PX[0] / SIZE_PX[1]
NET = NetView(CaptureKey(*KEY))
NETS = {
    "colours and maps": ([layer("in", "input", 20, 24, 3), layer("open", "conv", 9, 7, 6)], {"open": (3, 2, 3, 6)}),
    "grey": ([layer("in", "input", 12, 12, 1), layer("open", "conv", 9, 7, 4)], {"open": (3, 2, 1, 4)}),
    "closed": ([layer("in", "input", 8, 8, 3), layer("closed", "conv", 6, 5, 70)], {}),
    "vectors": ([layer("in", "input", 53), layer("units", "dense", 150), layer("scores", "dense", 7)], {}),
    "kernel of units": ([layer("in", "input", 9), layer("units", "dense", 13)], {"units": (9, 13)}),
    "many classes": ([layer("in", "input", 30), layer("scores", "dense", 130)], {}),
    "steps": ([layer("in", "input", 11, 5), layer("states", "recurrent", 11, 8)], {}),
    "volumes": ([layer("in", "input", 4, 6, 5, 2), layer("open", "conv", 4, 6, 5, 7)], {}),
    "closed volumes": ([layer("in", "input", 5, 6, 5, 2), layer("closed", "conv", 5, 4, 5, 40)], {}),
    "one cell": ([layer("in", "input", 8, 8, 3), layer("pooled", "global_pool", 1, 1, 60)], {}),
}


def layout_of(name: str) -> tuple[Any, Layout]:
    layers, kernels = NETS[name]
    bundle = paper_bundle(layers, kernels=kernels)
    return bundle, place(bundle, LayoutOptions(with_weights=True))


def heads() -> tuple[Any, Layout]:
    scores = Output(shape=(3, 5, 6), dtype="float32", name="attention scores")
    attention = layer("attend", "attention", 5, 8)
    both = type(attention)(
        **{f: getattr(attention, f) for f in attention.__struct_fields__} | {"outputs": (*attention.outputs, scores)}
    )
    bundle = paper_bundle([layer("in", "input", 5, 8), both])
    return bundle, place(bundle)


def cameras(layout: Layout) -> list[Camera]:
    front = camera_for(layout, ASPECT, Rect())
    return [
        front,
        camera_for(layout, ASPECT, Rect(), azimuth_deg=232.0),
        camera_for(layout, ASPECT, Rect(), azimuth_deg=-40.0, elevation_deg=25.0),
        replace(front, zoom=front.zoom * 3.7, shift=(0.4, -0.2)),
    ]


def value_at(bundle: Any, plate: Plate, hit: Hit) -> float:
    """What the bundle holds at the place of a hit."""
    values = np.asarray(values_of(bundle, plate, NET.capture))
    if hit.kernel is not None:
        return float(values[hit.kernel])
    channel, position = hit.place.channel, hit.place.position
    if plate.form.kind == "picture":
        return float(values[(*position, channel or 0)])
    if plate.form.kind == "closed":
        return float(np.abs(values[position]).mean())
    if plate.form.channels_first:
        return float(values[(channel, *position)])
    return float(values[(*position, channel)] if position else values.reshape(-1)[channel])


def points_of_cells(plate: Plate, facing: float, rng: np.random.Generator) -> list[tuple[np.ndarray, int, int, int]]:
    """Where `plates.vert` draws a few cells of each tile: world points with tile, row and column."""
    rows, columns = plate.form.cells
    width, height = plate.form.tile_size
    found = []
    for tile in {0, plate.form.tiles // 2, plate.form.tiles - 1}:
        for row, column in {(0, 0), (rows - 1, columns - 1), (int(rng.integers(rows)), int(rng.integers(columns)))}:
            u, v = (column + 0.5) / columns, (row + 0.5) / rows  # of the texture: to the reader's right, and down
            along = np.array([0.0, (0.5 - v) * height, (u - 0.5) / facing * width])
            found.append((plate.tile_centres()[tile] + along, tile, row, column))
    return found


def pixel_of(camera: Camera, point: Any) -> tuple[float, float]:
    x, y = project(camera, point, ASPECT)[0] * SIZE_PX[1] / REFERENCE_HEIGHT_PX
    return float(x), float(y)


def alone(layout: Layout, plate: int) -> tuple[float, ...]:
    """Only this plate is there."""
    return tuple(float(index == plate) for index in range(len(layout.plates)))


@pytest.mark.parametrize("name", [*NETS, "heads"])
def test_a_cell_s_pixel_is_that_cell(name: str) -> None:
    bundle, layout = heads() if name == "heads" else layout_of(name)
    rng = np.random.default_rng(3)
    nets = [NET, replace(NET, offset=(3.0, -20.0, 1.5), spread=1.8)]
    for camera in cameras(layout):
        facing = 1.0 if np.sin(np.radians(camera.azimuth_deg)) >= 0 else -1.0
        for number, plate in enumerate(layout.plates):
            tiles = tiles_of(plate, np.asarray(values_of(bundle, plate, NET.capture)))
            for which, net in enumerate(nets):
                seen = tuple(replace(each, emphasis=alone(layout, number)) for each in nets)
                for point, tile, row, column in points_of_cells(plate, facing, rng):
                    at = pixel_of(camera, world_of(net, layout, point))
                    hit = pick(layout, ViewState(camera, seen), at, SIZE_PX)
                    assert hit is not None
                    if hit.net != which:
                        continue  # the other net stands before it
                    assert (hit.plate, hit.place.layer, hit.place.output) == (number, plate.layer, plate.output)
                    assert hit.at == pytest.approx(world_of(net, layout, point)[0], abs=1e-6)
                    if row * plate.form.cells[1] + column >= plate.form.channels and plate.form.kind in (
                        "vector",
                        "classes",
                    ):
                        assert hit.place == Place(plate.layer), "the padding at the end of a vector is no unit"
                        continue
                    if plate.form.kind == "picture":
                        assert hit.place.position == (row, column)
                        continue
                    assert value_at(bundle, plate, hit) == pytest.approx(float(tiles[tile, row, column]), rel=1e-5)


def test_the_check_above_tells_a_mirrored_picture_from_a_right_one() -> None:
    _, layout = layout_of("colours and maps")
    camera = camera_for(layout, ASPECT, Rect(), azimuth_deg=232.0)
    plate = layout.plate("open")
    state = ViewState(camera, (replace(NET, emphasis=alone(layout, layout.plates.index(plate))),))
    corner = next(
        point
        for point, tile, row, column in points_of_cells(plate, 1.0, np.random.default_rng(0))
        if (tile, row, column) == (0, 0, 0)
    )
    hit = pick(layout, state, pixel_of(camera, corner), SIZE_PX)
    assert hit is not None
    assert hit.place.position == (0, plate.form.cells[1] - 1)


def test_a_picture_s_colours_are_tiles_of_their_own() -> None:
    _, layout = layout_of("colours and maps")
    camera = camera_for(layout, ASPECT, Rect())
    plain = layout.plate("in")
    plate = replace(plain, form=replace(plain.form, channel_side=0.5))
    layout = replace(layout, plates=(plate, *layout.plates[1:]))
    for channel, middle in enumerate(plate.channel_centres()):
        hit = pick(layout, ViewState(camera, (NET,)), pixel_of(camera, middle - NUDGE), SIZE_PX)
        assert hit is not None
        assert (hit.place.layer, hit.place.channel, hit.place.position) == ("in", channel, (10, 11))
    hit = pick(layout, ViewState(camera, (NET,)), pixel_of(camera, plate.tile_centres()[0] - NUDGE), SIZE_PX)
    assert hit is not None
    assert hit.place == Place("in", position=(10, 11))


def test_between_tiles_there_is_the_layer_and_beside_the_plates_nothing() -> None:
    _, layout = layout_of("colours and maps")
    camera = camera_for(layout, ASPECT, Rect())
    state = ViewState(camera, (NET,))
    plate = layout.plate("open")
    first, second = plate.tile_centres()[:2]
    hit = pick(layout, state, pixel_of(camera, (first + second) / 2), SIZE_PX)
    assert hit is not None
    assert hit.place == Place("open")
    assert pick(layout, state, (1.0, 1.0), SIZE_PX) is None
    assert pick(layout, replace(state, nets=(replace(NET, opacity=0.0),)), pixel_of(camera, first), SIZE_PX) is None


@pytest.mark.parametrize("azimuth_deg", [20.0, 52.0, 70.0, 200.0])
def test_of_plates_behind_each_other_it_is_the_nearest(azimuth_deg: float) -> None:
    layers = [layer(name, "conv", 16, 16, 4) for name in "abcdefg"]
    group = Group(name="pair", kind="block", class_name="conv", layers=("b", "c"), output="c")
    layout = place(paper_bundle(layers, groups=(group,)), LayoutOptions(fold="all"))
    camera = camera_for(layout, ASPECT, Rect(), azimuth_deg=azimuth_deg)
    hits = [pick(layout, ViewState(camera, (NET,)), pixel_of(camera, p.centre), SIZE_PX) for p in layout.plates]
    assert all(hits)
    if azimuth_deg < 60:
        assert [hit.place.layer for hit in hits if hit] == list("acdefg")
    nearest = hits[0] if azimuth_deg < 180 else hits[-1]
    assert nearest is not None
    assert nearest.place.layer == ("a" if azimuth_deg < 180 else "g")


def test_tiles_that_are_still_coming_out_are_picked_where_they_are() -> None:
    _, layout = layout_of("colours and maps")
    camera = camera_for(layout, ASPECT, Rect())
    plate = layout.plate("open")
    half = tuple(0.5 for _ in layout.plates)
    state = ViewState(camera, (replace(NET, fans=half),))
    for point, tile, row, column in points_of_cells(plate, 1.0, np.random.default_rng(1)):
        there = np.asarray(plate.centre) + (point - plate.centre) * 0.5
        hit = pick(layout, state, pixel_of(camera, there), SIZE_PX)
        assert hit is not None
        assert (hit.place.channel, hit.place.position) == (tile, (row, column))
    gone = replace(state, nets=(replace(NET, fans=tuple(0.0 for _ in layout.plates)),))
    hit = pick(layout, gone, pixel_of(camera, plate.centre), SIZE_PX)
    assert hit is not None
    assert hit.place == Place("open"), "all tiles are still one point"


@pytest.mark.parametrize("name", [*NETS, "heads"])
@pytest.mark.parametrize("facing", [1.0, -1.0])
def test_the_box_of_a_spot_is_where_it_is_picked(name: str, facing: float) -> None:
    _, layout = heads() if name == "heads" else layout_of(name)
    camera = camera_for(layout, ASPECT, Rect(), azimuth_deg=52.0 if facing > 0 else 232.0)
    rng = np.random.default_rng(5)
    for number, plate in enumerate(layout.plates):
        state = ViewState(camera, (replace(NET, emphasis=alone(layout, number)),))
        for point, *_ in points_of_cells(plate, facing, rng):
            hit = pick(layout, state, pixel_of(camera, point), SIZE_PX)
            assert hit is not None
            spot = Spot(hit.place.channel, hit.place.position, hit.kernel)
            if spot == Spot():
                continue
            box = box_of(plate.form, spot, facing)
            middle = np.add(plate.centre, (0.0, box.v, box.u))
            assert middle == pytest.approx(point, abs=1e-9)


def strands_of(name: str) -> tuple[Layout, Strands]:
    bundle, layout = layout_of(name)
    return layout, trace(bundle, layout, NET.capture)


def test_in_the_gap_between_plates_it_is_the_edge_that_is_nearest() -> None:
    from viewer.strands.curve import curve_points

    bundle = paper_bundle([layer("in", "input", 9), layer("units", "dense", 5)], kernels={"units": (9, 5)})
    layout = place(bundle)
    strands = trace(bundle, layout, NET.capture)
    camera = camera_for(layout, ASPECT, Rect())
    state = ViewState(camera, (replace(NET, offset=(0.0, 2.0, 0.0)),))
    found = []
    for row, points in enumerate(curve_points(strands, 41)):
        at = pixel_of(camera, points[14] + (0.0, 2.0, 0.0))
        hit = pick(layout, state, at, SIZE_PX, strands)
        assert hit is not None
        assert hit.edge is not None
        source, target = layout.plates[strands.pairs[row][0]], layout.plates[strands.pairs[row][2]]
        expected = EdgePlace(source.layer, int(strands.pairs[row][1]), target.layer, int(strands.pairs[row][3]))
        assert (hit.place.layer, hit.place.channel) == ("units", hit.edge.target_channel)
        found.append(hit.edge == expected)
    assert np.mean(found) > 0.8, "but where two edges cross"
    assert pick(layout, state, (5.0, 5.0), SIZE_PX, strands) is None
    difference = replace(state, nets=(replace(state.nets[0], quantity="difference"),))
    assert pick(layout, difference, at, SIZE_PX, strands) is None


@pytest.mark.parametrize("spread", [1.0, 1.7])
def test_threads_are_found_along_straight_lines_between_units(spread: float) -> None:
    bundle = paper_bundle([layer("in", "input", 9), layer("units", "dense", 5)], kernels={"units": (9, 5)})
    layout = place(bundle)
    units = units_of(layout)
    threads = gather(bundle, layout, units, NET.capture, "weight")
    lines = thread_lines(threads, units, 3)
    camera = camera_for(layout, ASPECT, Rect())
    net = replace(NET, spread=spread, offset=(0.0, 2.0, 0.0))
    assert lines.points.shape == (3, 2, 3), "only what is drawn"
    kernel = np.abs(bundle.weight(KEY[1], "units", "kernel"))
    for (start, end), pair in zip(lines.points, lines.pairs.tolist(), strict=True):
        between = world_of(net, layout, start * 0.6 + end * 0.4)
        hit = pick(layout, ViewState(camera, (net,)), pixel_of(camera, between), SIZE_PX, ((lines,),))
        assert hit is not None
        assert hit.edge == EdgePlace("in", pair[1], "units", pair[3])
        assert hit.at == pytest.approx(between[0], abs=1e-4)
    strongest = [tuple(index) for index in np.argwhere(kernel >= np.sort(kernel, axis=None)[-3])]
    assert sorted(strongest) == sorted((pair[1], pair[3]) for pair in lines.pairs.tolist())


@pytest.mark.gl
def test_a_stage_hands_out_what_it_draws(tiny_stage: Any, tiny_layout: Layout) -> None:
    net = NetView(CaptureKey("clean-0", "002"))
    few, all_of_them = tiny_stage.lines(net), tiny_stage.lines(replace(net, edges=Edges("weight", "all")))
    assert [len(lines.pairs) for lines in few] == [tiny_stage.strands(net.capture).drawn]
    assert sum(len(lines.pairs) for lines in all_of_them) > len(few[0].pairs)
    assert tiny_stage.lines(net)[0] is few[0]
    assert tiny_stage.lines(replace(net, edge_alpha=0.0)) == ()
