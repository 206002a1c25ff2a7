"""Strands in the world: they begin and end at their units, obey the graph, and say truly what they carry."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from paper_bundle import KEY, PaperBundle, layer, paper_bundle

from exporter.bundle import Bundle, read_bundle
from viewer.layout import Layout, place
from viewer.state import CaptureKey
from viewer.strands.pairs import INTO_EACH_CLASS
from viewer.strands.trace import CONV, COPY, DENSE, Strands, trace

KINDS = {"conv": CONV, "dense": DENSE, "copy": COPY}
KEY0 = CaptureKey(*KEY)


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path) -> Bundle:
    return read_bundle(tiny_bundle_path)


@pytest.fixture(scope="module")
def layout(bundle: Bundle) -> Layout:
    return place(bundle)


def of_link(layout: Layout, strands: Strands, source: str, target: str) -> np.ndarray:
    """Indices of the strands between two layers, found by the stations of their ends."""
    stations = layout.plate(source).station, layout.plate(target).station
    return np.flatnonzero((strands.way[:, :2] == stations).all(axis=1))


@pytest.mark.parametrize(
    "key", [CaptureKey("clean-0", "002"), CaptureKey("clean-1", "000"), CaptureKey("attack-3", "002")]
)
def test_strands_leave_the_right_border_and_arrive_at_the_left_one(
    bundle: Bundle, layout: Layout, key: CaptureKey
) -> None:
    strands = trace(bundle, layout, key)
    assert len(strands.ends) == len(strands.look) == len(strands.way) == strands.drawn > 0
    assert np.isfinite(np.c_[strands.ends, strands.look, strands.way]).all()
    seen = 0
    for link in layout.links:
        source, target = layout.plates[link.source], layout.plates[link.target]
        mine = of_link(layout, strands, source.layer, target.layer)
        seen += len(mine)
        start, end = strands.ends[mine, :3], strands.ends[mine, 3:]
        right = source.centre[0], source.centre[2] + source.size[0] / 2
        left = target.centre[0], target.centre[2] - target.size[0] / 2
        np.testing.assert_allclose(start[:, [0, 2]], np.broadcast_to(right, (len(mine), 2)), rtol=1e-5)
        np.testing.assert_allclose(end[:, [0, 2]], np.broadcast_to(left, (len(mine), 2)), rtol=1e-5)
        for heights, plate in ((start[:, 1], source), (end[:, 1], target)):
            units = np.append(plate.unit_heights(), plate.centre[1])
            assert np.abs(heights[:, None] - units).min(axis=1).max(initial=0) < 1e-4
        assert set(strands.look[mine, 0]) <= {KINDS[link.kind]}
        over = strands.way[mine, 2] + (start[:, 1] + end[:, 1]) / 2
        if link.ridge is None:
            assert not strands.way[mine, 2].any()
        else:
            assert ((over >= link.ridge - 1e-3) & (over <= link.ridge + 0.25 + 1e-3)).all()
    assert seen == len(strands.ends), "every strand belongs to a link"


def test_ranges(bundle: Bundle, layout: Layout) -> None:
    strands = trace(bundle, layout, CaptureKey("clean-0", "002"))
    assert ((strands.look[:, 1] >= 0) & (strands.look[:, 1] <= 1)).all()
    assert set(strands.look[:, 2]) <= {-1, 0, 1}
    assert (strands.look[:, 3] > 0).all()
    assert (np.abs(strands.way[:, 3]) <= 1).all()
    assert strands.drawn <= strands.possible
    assert strands.conv_share is not None
    assert strands.dense_share is not None
    assert 0 < strands.conv_share <= 1
    assert 0 < strands.dense_share <= 1


def test_the_share_of_the_dense_flow_by_hand(bundle: Bundle, layout: Layout) -> None:
    strands = trace(bundle, layout, CaptureKey("clean-0", "002"))
    flow = np.abs(bundle.output("clean-0", "002", "flatten")[:, None] * bundle.weight("002", "scores", "kernel"))
    strongest = np.sort(flow, axis=0)[::-1][:INTO_EACH_CLASS]
    assert strands.dense_share == pytest.approx(strongest.sum() / flow.sum(), rel=1e-4)
    assert len(of_link(layout, strands, "flatten", "scores")) == (strongest > 0).sum()


def test_dense_strands_have_the_sign_of_what_they_add(bundle: Bundle, layout: Layout) -> None:
    strands = trace(bundle, layout, CaptureKey("clean-0", "002"))
    flow = bundle.output("clean-0", "002", "flatten")[:, None] * bundle.weight("002", "scores", "kernel")
    rows = layout.plate("scores").unit_heights()
    mine = of_link(layout, strands, "flatten", "scores")
    for unit, y in enumerate(rows):
        into = mine[np.abs(strands.ends[mine, 4] - y) < 1e-4]
        signs = strands.look[into, 2]
        assert (signs > 0).sum() <= (flow[:, unit] > 0).sum()
        assert (signs < 0).sum() <= (flow[:, unit] < 0).sum()
        assert (signs != 0).all()


@pytest.mark.parametrize("shown", ["clean-0", "clean-1", "attack-3"])
def test_strands_into_the_winner_stand_out(bundle: Bundle, layout: Layout, shown: str) -> None:
    strands = trace(bundle, layout, CaptureKey(shown, "002"))
    winner = layout.plate("scores").unit_heights()[bundle.capture(shown, "002").predicted]
    into_classes = of_link(layout, strands, "flatten", "scores")
    wins = np.abs(strands.ends[into_classes, 4] - winner) < 1e-4
    brightness = strands.look[into_classes, 3]
    assert wins.any()
    assert not wins.all()
    assert brightness[wins].min() > brightness[~wins].max()


def test_flattened_cells_keep_the_order_of_keras(bundle: Bundle, layout: Layout) -> None:
    """Strands of map c end in column c of the flattened plate; heights of rows are those of the map's positions."""
    strands = trace(bundle, layout, CaptureKey("clean-0", "002"))
    pool = bundle.output("clean-0", "002", "pool").reshape(9, 4)
    starts, ends = layout.plate("pool").unit_heights(), layout.plate("flatten").unit_heights()
    for strand in of_link(layout, strands, "pool", "flatten"):
        channels = np.flatnonzero(np.abs(starts - strands.ends[strand, 1]) < 1e-4)
        units = np.flatnonzero(np.abs(ends - strands.ends[strand, 4]) < 1e-4)
        shares = pool.reshape(-1)[units] / pool.max()
        assert (set(units % 4)) >= set(channels)
        assert np.abs(shares - strands.look[strand, 1]).min() < 1e-4


def test_a_silent_layer_has_no_strands() -> None:
    layers = [
        layer("in", "input", 4, 4, 2),
        layer("conv", "conv", 4, 4, 3),
        layer("flat", "flatten", 48),
        layer("out", "dense", 5),
    ]
    arrays = {
        "in": np.zeros((4, 4, 2), np.float32),
        "conv": np.zeros((4, 4, 3), np.float32),
        "flat": np.zeros(48, np.float32),
        "out": np.full(5, 0.2, np.float32),
        "conv/kernel": np.ones((3, 3, 2, 3), np.float32),
        "out/kernel": np.ones((48, 5), np.float32),
    }
    bundle = paper_bundle(layers, arrays=arrays)
    strands = trace(bundle, place(bundle), KEY0)
    assert not (strands.look[:, 0] == CONV).any()
    assert not (strands.look[:, 0] == DENSE).any()
    assert strands.conv_share is None
    assert strands.dense_share is None


def test_values_that_are_no_numbers_still_give_finite_strands() -> None:
    layers = [layer("in", "input", 6), layer("hidden", "dense", 4), layer("out", "dense", 3)]
    arrays = {
        "in": np.array([1, np.nan, np.inf, -1, 0, 2], np.float32),
        "hidden": np.full(4, np.nan, np.float32),
        "out": np.array([np.nan, 0.1, 0.9], np.float32),
        "hidden/kernel": np.ones((6, 4), np.float32),
        "out/kernel": np.ones((4, 3), np.float32),
    }
    bundle = paper_bundle(layers, arrays=arrays)
    strands = trace(bundle, place(bundle), KEY0)
    assert np.isfinite(np.c_[strands.ends, strands.look, strands.way]).all()


def test_a_prediction_of_no_numbers_at_all_is_drawn_too() -> None:
    layers = [layer("in", "input", 6), layer("out", "dense", 3)]
    arrays = {
        "in": np.full(6, np.nan, np.float32),
        "out": np.full(3, np.nan, np.float32),
        "out/kernel": np.ones((6, 3), np.float32),
    }
    bundle = paper_bundle(layers, arrays=arrays)
    assert len(trace(bundle, place(bundle), KEY0).ends) == 0


def merging(mode: str, *shapes: tuple[int, ...], out: tuple[int, ...]) -> PaperBundle:
    layers = [layer(f"in{i}", "input", *shape) for i, shape in enumerate(shapes)]
    layers.append(layer("sum", "merge", *out, mode=mode))
    return paper_bundle(layers, [(f"in{i}", "sum") for i in range(len(shapes))])


def test_a_concatenation_takes_its_channels_one_after_the_other() -> None:
    bundle = merging("concatenate", (5, 5, 4), (5, 5, 2), (5, 5, 6), out=(5, 5, 12))
    layout = place(bundle)
    strands = trace(bundle, layout, KEY0)
    targets = layout.plate("sum").unit_heights()
    at = 0
    for index, count in enumerate((4, 2, 6)):
        source = layout.plate(f"in{index}")
        mine = strands.ends[
            (np.abs(strands.ends[:, 2] - source.size[0] / 2) < 1e-4)
            & np.isin(strands.ends[:, 1].round(4), source.unit_heights().astype(np.float32).round(4))
        ]
        np.testing.assert_allclose(np.sort(mine[:, 4])[::-1], np.sort(targets[at : at + count])[::-1], atol=1e-4)
        at += count
    assert (strands.look[:, 2] == 0).all()


def test_an_addition_takes_each_channel_to_its_own_number() -> None:
    bundle = merging("add", (5, 5, 4), (5, 5, 4), out=(5, 5, 4))
    layout = place(bundle)
    strands = trace(bundle, layout, KEY0)
    assert len(strands.ends) == 8
    targets = np.sort(np.tile(layout.plate("sum").unit_heights(), 2))
    np.testing.assert_allclose(np.sort(strands.ends[:, 4]), targets, atol=1e-4)


def test_closed_plates_are_joined_by_a_single_neutral_strand() -> None:
    bundle = paper_bundle(
        [layer("in", "input", 5, 5, 90), layer("conv", "conv", 5, 5, 80)], kernels={"conv": (3, 3, 90, 80)}
    )
    layout = place(bundle)
    assert {plate.form.kind for plate in layout.plates} == {"closed"}
    strands = trace(bundle, layout, KEY0)
    assert len(strands.ends) == 1
    assert strands.look[0, 2] == 0
    np.testing.assert_allclose(strands.ends[0, [1, 4]], [plate.centre[1] for plate in layout.plates])


UNLIKE_OTHERS = {
    "grouped": ({"groups": 2}, {"conv/kernel": (3, 3, 2, 4)}),
    "separable": (
        {"class_name": "SeparableConv2D"},
        {"conv/depthwise_kernel": (3, 3, 4, 1), "conv/pointwise_kernel": (1, 1, 4, 4)},
    ),
    "transposed": ({"class_name": "Conv2DTranspose"}, {"conv/kernel": (3, 3, 4, 4)}),
    "without its kernel": ({}, {}),
}


@pytest.mark.parametrize("name", UNLIKE_OTHERS)
def test_kernels_of_another_order_make_no_false_claims(name: str) -> None:
    """Where the kernel is not (h, w, in, out), contributions would be wrong: channels are joined plainly."""
    settings, shapes = UNLIKE_OTHERS[name]
    layers = [layer("in", "input", 5, 5, 4), layer("conv", "conv", 5, 5, 4, strides=(1, 1), padding="same", **settings)]
    bundle = paper_bundle(layers, arrays={key: np.ones(shape, np.float32) for key, shape in shapes.items()})
    strands = trace(bundle, place(bundle), KEY0)
    assert (strands.look[:, 2] == 0).all()
    assert 1 <= strands.drawn <= 4


def test_a_dense_layer_of_another_kind_makes_no_false_claims() -> None:
    arrays = {"dense/kernel": np.ones((6, 2, 3), np.float32)}
    bundle = paper_bundle(
        [layer("in", "input", 6), layer("dense", "dense", 2, 3, class_name="EinsumDense")], arrays=arrays
    )
    assert (trace(bundle, place(bundle), KEY0).look[:, 2] == 0).all()


def test_the_same_capture_traces_the_same(bundle: Bundle, layout: Layout) -> None:
    one, two = (trace(bundle, layout, CaptureKey("clean-0", "001")) for _ in range(2))
    for name in ("ends", "look", "way"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_a_network_of_one_layer_has_no_strands() -> None:
    bundle = paper_bundle([layer("in", "input", 5, 5, 3)])
    strands = trace(bundle, place(bundle), KEY0)
    assert strands.ends.shape == (0, 6)
    assert (strands.drawn, strands.possible) == (0, 0)
    assert list(itertools.chain(strands.look, strands.way)) == []
