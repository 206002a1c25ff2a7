"""Frames lie round what they mean, seen from both sides; a cone ends at the pixels of the receptive field."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from paper_bundle import KEY, PaperBundle, layer, paper_bundle

from scenes.framing import camera_for
from viewer.camera import Rect, project
from viewer.dress import marked
from viewer.inspect.cone import MOST_STOPS, main_way
from viewer.inspect.field import receptive_field
from viewer.inspect.health import health_of
from viewer.inspect.pick import pick
from viewer.inspect.wires import cone_wires, edge_wires, health_wires, place_wires
from viewer.layout import Layout, LayoutOptions, place
from viewer.placement import world_of
from viewer.state import REFERENCE_HEIGHT_PX, CaptureKey, NetView, ViewState, Wire
from viewer.study import EdgePlace, Place, Study

Array = np.ndarray[Any, Any]
NET = NetView(CaptureKey(*KEY))
MOVED = replace(NET, offset=(2.0, -7.0, 1.0), spread=1.5)
SIZE_PX = (960.0, 540.0)
WINDOW = {"kernel_size": (3, 3), "strides": (1, 1), "dilation": (1, 1), "padding": "same", "activation": "linear"}
POOL = {"pool_size": (2, 2), "strides": (2, 2), "padding": "valid", "mode": "max", "class_name": "MaxPooling2D"}
LAYERS = [
    layer("in", "input", 12, 12, 1),
    layer("conv", "conv", 12, 12, 4, class_name="Conv2D", **WINDOW),
    layer("pool", "pool", 6, 6, 4, **POOL),
    layer("deep", "conv", 6, 6, 3, class_name="Conv2D", **WINDOW),
    layer("flat", "flatten", 108, class_name="Flatten"),
    layer("scores", "dense", 5, class_name="Dense"),
]


@pytest.fixture(scope="module")
def bundle() -> PaperBundle:
    return paper_bundle(LAYERS)


@pytest.fixture(scope="module")
def layout(bundle: PaperBundle) -> Layout:
    return place(bundle)


def frames(wires: tuple[Wire, ...]) -> list[Wire]:
    return [wire for wire in wires if wire.points[0] == wire.points[-1]]


def lines(wires: tuple[Wire, ...]) -> list[Wire]:
    return [wire for wire in wires if wire.points[0] != wire.points[-1]]


def middle(wire: Wire) -> Array:
    return np.asarray(wire.points[:-1]).mean(axis=0)


@pytest.mark.parametrize("azimuth_deg", [52.0, 232.0])
@pytest.mark.parametrize("net", [NET, MOVED])
@pytest.mark.parametrize(
    "there", [Place("deep", 0, 2, (1, 4)), Place("scores", 0, 3), Place("in", 0, 0, (2, 9)), Place("flat", 0, 17)]
)
def test_the_frame_of_a_place_is_round_what_is_picked_there(
    layout: Layout, azimuth_deg: float, net: NetView, there: Place
) -> None:
    camera = camera_for(layout, 16 / 9, Rect(), azimuth_deg=azimuth_deg)
    wire = place_wires(layout, net, there, 1.0 if azimuth_deg < 180 else -1.0)[0]
    points = np.asarray(wire.points[:-1])
    only = replace(net, emphasis=tuple(float(plate.layer == there.layer) for plate in layout.plates))
    for corner in points:  # just within each corner
        x, y = project(camera, corner + (middle(wire) - corner) * 0.1, 16 / 9)[0] * SIZE_PX[1] / REFERENCE_HEIGHT_PX
        hit = pick(layout, ViewState(camera, (only,)), (float(x), float(y)), SIZE_PX)
        assert hit is not None
        assert hit.place == there
        outside = corner + (corner - middle(wire)) * 0.3
        x, y = project(camera, outside, 16 / 9)[0] * SIZE_PX[1] / REFERENCE_HEIGHT_PX
        beside = pick(layout, ViewState(camera, (only,)), (float(x), float(y)), SIZE_PX)
        assert beside is None or beside.place != there


def test_a_map_a_layer_and_a_folded_one(layout: Layout) -> None:
    plate = layout.plate("deep")
    tile, whole = (place_wires(layout, NET, each)[0] for each in (Place("deep", 0, 1), Place("deep")))
    assert middle(tile) == pytest.approx(plate.tile_centres()[1])
    assert np.ptp(np.asarray(tile.points), axis=0)[1:] == pytest.approx(plate.form.tile_size[::-1])
    assert np.ptp(np.asarray(whole.points), axis=0)[1:] == pytest.approx(plate.size[::-1])
    assert place_wires(layout, NET, Place("nowhere")) == ()


def cells_within(layout: Layout, wire: Wire, name: str, facing: float) -> set[tuple[int, int]]:
    """Which cells of a layer's plate have their middle in a frame, as the shader draws them."""
    plate = layout.plate(name)
    rows, columns = plate.form.cells
    low, high = np.min(wire.points, axis=0), np.max(wire.points, axis=0)
    found = set()
    for tile, row, column in product(range(plate.form.tiles), range(rows), range(columns)):
        away = ((column + 0.5) / columns - 0.5) * facing, 0.5 - (row + 0.5) / rows
        at = plate.tile_centres()[tile] + (0, away[1] * plate.form.tile_size[1], away[0] * plate.form.tile_size[0])
        if (at >= low - 1e-9).all() and (at <= high + 1e-9).all():
            found.add((row, column))
    return found


@pytest.mark.parametrize("facing", [1.0, -1.0])
@pytest.mark.parametrize("position", [(2, 3), (0, 5), (5, 0)])
def test_the_cone_frames_exactly_what_is_seen(
    layout: Layout, bundle: PaperBundle, facing: float, position: tuple[int, int]
) -> None:
    wires = cone_wires(layout, NET, bundle, Place("deep", 0, 1, position), facing)
    field = receptive_field(bundle, "deep", position, 1)
    for name in ("pool", "conv", "in"):
        plate, seen = layout.plate(name), field.of(name)
        assert seen is not None
        here = [wire for wire in frames(wires) if wire.points[0][0] == plate.centre[0] and wire.role == "accent"]
        assert len(here) == plate.form.tiles, "all channels are seen: each tile has a frame, one of them bright"
        assert sum(wire.alpha == 1.0 for wire in here) == 1
        expected = set(product(*(range(a, b) for a, b in zip(seen.start, seen.stop, strict=True))))
        for wire in here:
            assert cells_within(layout, wire, name, facing) == expected


def test_four_lines_join_the_corners_of_the_bright_frames(layout: Layout, bundle: PaperBundle) -> None:
    wires = cone_wires(layout, MOVED, bundle, Place("deep", 0, 1, (2, 3)))
    bright = [np.asarray(wire.points[:-1]) for wire in frames(wires) if wire.alpha == 1.0]
    ways = [np.asarray(wire.points) for wire in lines(wires)]
    assert len(ways) == 4
    for at, way in enumerate(ways):
        assert way[1:] == pytest.approx(np.stack([corners[at] for corners in bright]))
        assert (np.diff(way[:, 0]) < 0).all(), "back towards the input"
    cell = place_wires(layout, MOVED, Place("deep", 0, 1, (2, 3)))[0]
    assert np.stack([way[0] for way in ways]) == pytest.approx(np.asarray(cell.points[:-1]))


def test_padding_is_framed_only_where_there_is_some(layout: Layout, bundle: PaperBundle) -> None:
    def dim(position: tuple[int, int]) -> int:
        return sum(wire.role == "dim" for wire in cone_wires(layout, NET, bundle, Place("deep", 0, 1, position)))

    assert (dim((2, 3)), dim((0, 0))) == (0, 2)


def test_a_unit_behind_maps_sees_the_last_of_them_and_the_whole_picture(layout: Layout, bundle: PaperBundle) -> None:
    wires = cone_wires(layout, NET, bundle, Place("scores", 0, 1))
    bright = [wire for wire in frames(wires) if wire.alpha == 1.0 and wire.role == "accent"]
    assert [wire.points[0][0] for wire in bright] == [layout.plate(name).centre[0] for name in ("deep", "in")]
    assert cone_wires(layout, NET, bundle, Place("deep")) == (), "a layer as a whole has no cone"


def test_a_deep_net_s_cone_stays_readable() -> None:
    deep = [layer("in", "input", 40, 40, 1)]
    deep += [layer(f"c{at}", "conv", 40, 40, 2, class_name="Conv2D", **WINDOW) for at in range(15)]
    bundle = paper_bundle(deep)
    layout = place(bundle)
    wires = cone_wires(layout, NET, bundle, Place("c14", 0, 0, (20, 20)))
    bright = [wire for wire in frames(wires) if wire.alpha == 1.0]
    assert len(bright) <= MOST_STOPS
    assert bright[-1].points[0][0] == layout.plate("in").centre[0], "down to the pixels"
    assert len(lines(wires)) == 4
    assert main_way(layout, len(layout.plates) - 1) == list(range(len(layout.plates) - 2, -1, -1))


def test_what_is_ill_is_marked_where_it_is_shown() -> None:
    values = np.random.default_rng(0).uniform(0.1, 1.0, (6, 6, 4)).astype(np.float32)
    values[..., 2] = 0.0
    relu = layer("relu", "activation", 6, 6, 4, class_name="ReLU", activation="relu", value="post-activation")
    bundle = paper_bundle([layer("in", "input", 6, 6, 1), relu], arrays={"relu": values})
    health = health_of(bundle, KEY[1])
    opened = place(bundle)
    (mark,) = health_wires(opened, MOVED, health)
    assert middle(mark) == pytest.approx(world_of(MOVED, opened, opened.plate("relu").tile_centres()[2])[0])
    assert mark.role == "alarm"
    closed = place(bundle, LayoutOptions(closed=("relu",)))
    (mark,) = health_wires(closed, NET, health)
    assert middle(mark) == pytest.approx(closed.plate("relu").centre)


def test_an_edge_is_drawn_from_unit_to_unit(layout: Layout) -> None:
    wires = edge_wires(layout, MOVED, EdgePlace("flat", 17, "scores", 3))
    (line,) = lines(wires)
    ends = [place_wires(layout, MOVED, Place("flat", 0, 17))[0], place_wires(layout, MOVED, Place("scores", 0, 3))[0]]
    assert frames(wires) == ends
    assert np.asarray(line.points) == pytest.approx(np.stack([middle(end) for end in ends]))
    whole = frames(edge_wires(layout, NET, EdgePlace("pool", -1, "deep", 2)))
    assert np.ptp(np.asarray(whole[0].points), axis=0)[1:] == pytest.approx(layout.plate("pool").size[::-1])
    assert edge_wires(layout, NET, EdgePlace("nowhere", 0, "scores", 3)) == ()


@pytest.mark.parametrize(
    "foreign",
    [Place("deep", 0, 3), Place("deep", 0, 1, (6, 0)), Place("deep", 0, 1, (2,)), Place("scores", 0, 5),
     Place("scores", 0, 1, (0, 0)), Place("in", 0, 1, (0, 0)), Place("deep", 1, 0)],
)  # fmt: skip
def test_a_place_of_another_net_is_not_drawn(layout: Layout, bundle: PaperBundle, foreign: Place) -> None:
    """Two bundles share a study, and may have layers of one name."""
    assert place_wires(layout, NET, foreign) == cone_wires(layout, NET, bundle, foreign) == ()


def test_marks_are_the_same_object_while_nothing_changes(layout: Layout, bundle: PaperBundle) -> None:
    camera = camera_for(layout, 16 / 9, Rect())
    state = ViewState(camera, (NET, MOVED, replace(NET, quantity="difference", offset=(0.0, 20.0, 0.0))))
    study = Study(pinned=Place("deep", 0, 1, (2, 3)))
    first = marked(state, study, layout, bundle)
    turned = marked(replace(state, camera=replace(camera, azimuth_deg=30.0)), study, layout, bundle)
    assert turned.wires is first.wires
    behind = marked(replace(state, camera=replace(camera, azimuth_deg=200.0)), study, layout, bundle)
    assert behind.wires != first.wires
    assert marked(state, Study(), layout, bundle) is state
    without = marked(state, Study(pinned=study.pinned, cone=False), layout, bundle)
    assert len(without.wires) == 6, "a frame round cell and tile of each net"
    assert len(lines(first.wires)) == 8, "differences have no cone"
