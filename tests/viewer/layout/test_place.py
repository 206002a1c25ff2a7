"""Laws of every layout, over random networks: all there, in order, apart, and large enough to be seen."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest
from examples import share_of_examples
from hypothesis import given
from hypothesis import strategies as st
from paper_bundle import PaperBundle, layer, paper_bundle

from exporter.bundle import read_bundle
from scenes.framing import camera_for
from viewer.camera import Rect, project
from viewer.layout import Layout, LayoutOptions, place

SIDES = st.sampled_from([0, 1, 2, 6, 7, 13, 28, 62, 224])
CHANNELS = st.sampled_from([0, 1, 3, 4, 10, 32, 33, 64, 3000])
RISE = 1.2  # as in strands.vert
UNITS = st.sampled_from([0, 1, 2, 10, 48, 49, 128, 4096])


@st.composite
def shapes(draw: st.DrawFn, kind: str) -> tuple[int, ...]:
    if kind in ("dense", "flatten"):
        return (draw(UNITS),)
    rank = draw(st.sampled_from([0, 1, 2, 3, 3, 3, 3, 4, 5]))
    full = draw(SIDES), draw(SIDES), draw(CHANNELS)
    deep = draw(st.sampled_from([1, 2, 9, 40])), *full
    return {0: (), 1: (draw(UNITS),), 2: full[:2], 3: full, 4: deep, 5: (2, *deep)}[rank]


@st.composite
def networks(draw: st.DrawFn) -> PaperBundle:
    """A random directed graph of layers in topological order; shapes fit the kinds and nothing else."""
    count = draw(st.integers(1, 12))
    kinds = [
        "input",
        *draw(
            st.lists(
                st.sampled_from(["conv", "dense", "activation", "pool", "flatten", "merge", "input"]),
                min_size=count - 1,
                max_size=count - 1,
            )
        ),
    ]
    layers = [layer(f"l{i}", kind, *draw(shapes(kind))) for i, kind in enumerate(kinds)]
    edges = []
    for i, kind in enumerate(kinds):
        if kind == "input":
            continue
        most = 3 if kind == "merge" else 1
        sources = draw(st.sets(st.integers(0, i - 1), min_size=1, max_size=min(most, i)))
        edges += [(f"l{source}", f"l{i}") for source in sorted(sources)]
    kernels = {
        one.name: (3, 3, 2, 5) if one.kind == "conv" else (7, 5) for one in layers if one.kind in ("conv", "dense")
    }
    return paper_bundle(layers, edges, kernels=kernels)


options = st.builds(
    LayoutOptions, aspect=st.floats(0.4, 4.0), azimuth_deg=st.floats(40, 65), with_weights=st.booleans()
)


def plate_boxes(layout: Layout) -> np.ndarray:
    """(n, 2, 3): lowest and highest corner of each plate."""
    return np.array([[plate.corners().min(axis=0), plate.corners().max(axis=0)] for plate in layout.plates])


def check_laws(bundle: PaperBundle, layout: Layout, options: LayoutOptions) -> None:
    layers, edges = bundle.manifest.layers, bundle.manifest.edges
    own = [plate for plate in layout.plates if plate.form.kind != "weights"]
    assert [plate.layer for plate in layout.plates[: len(own)]] == [one.name for one in layers]
    assert {plate.layer for plate in layout.plates[len(own) :]} == (
        {one.name for one in layers if f"{one.name}/kernel" in bundle.final_checkpoint.weights}
        if options.with_weights
        else set()
    )
    boxes = plate_boxes(layout)
    assert np.isfinite(boxes).all()
    assert (boxes[:, 1, 1:] > boxes[:, 0, 1:]).all(), "every panel has a size"

    names = [(layers[link.source].name, layers[link.target].name) for link in layout.links]
    assert sorted(names) == sorted((edge.source, edge.target) for edge in edges)
    for link in layout.links:
        source, target = layout.plates[link.source], layout.plates[link.target]
        assert link.ridge is None or np.isfinite(link.ridge)
        assert source.station < target.station
        assert source.row <= target.row
        if source.row == target.row:
            assert source.centre[0] < target.centre[0]
    check_apart(boxes)
    check_gaps(layout, options)
    check_ridges(layout)


def check_apart(boxes: np.ndarray) -> None:
    for one, two in itertools.combinations(boxes, 2):
        if abs(one[0, 0] - two[0, 0]) < 1e-9:
            assert (one[1, 1:] <= two[0, 1:] + 1e-9).any() or (two[1, 1:] <= one[0, 1:] + 1e-9).any()


def check_gaps(layout: Layout, options: LayoutOptions) -> None:
    """Neighbours on the spine, seen from the nominal side (without perspective), leave a gap of their own clearance."""
    along, across = np.cos(np.radians(options.azimuth_deg)), np.sin(np.radians(options.azimuth_deg))
    spans: dict[tuple[int, int], list[np.ndarray]] = {}
    for plate in layout.plates:
        if plate.form.kind != "weights":
            corners = plate.corners()
            spans.setdefault((plate.row, plate.station), []).append(corners[:, 0] * along + corners[:, 2] * across)
    for (row, station), here in spans.items():
        after = spans.get((row, station + 1))
        if after is not None:
            assert np.min(after) - np.max(here) > 0.3


def check_ridges(layout: Layout) -> None:
    """A strand meets no plate of its row on its way: it has come to its ridge before the first and keeps it past the
    last.
    """
    for link in layout.links:
        source, target = layout.plates[link.source], layout.plates[link.target]
        own = [p for p in layout.plates if p.row == source.row and p.form.kind != "weights"]
        between = [p for p in own if source.station < p.station < target.station]
        if source.row != target.row or not between:
            assert link.ridge is None
            continue
        assert link.ridge is not None
        for plate in between:
            assert plate.centre[0] - source.centre[0] > RISE
            assert target.centre[0] - plate.centre[0] > RISE
            assert abs(link.ridge - plate.centre[1]) > plate.size[1] / 2 + 0.2


@share_of_examples(0.6)
@given(networks(), options)
def test_random_networks(bundle: PaperBundle, options: LayoutOptions) -> None:
    layout = place(bundle, options)
    check_laws(bundle, layout, options)
    assert place(bundle, options) == layout


@functools.cache
def deep_layout() -> Layout:
    return place(chain(150))


def chain(count: int) -> PaperBundle:
    """A deep residual network without its residuals, maps growing smaller and deeper."""
    kinds = ("conv", "norm", "activation")
    middle = [
        layer(
            f"l{i}",
            kinds[i % 3],
            max(7, 112 >> (i * 5 // count)),
            max(7, 112 >> (i * 5 // count)),
            64 << (i * 5 // count),
        )
        for i in range(count)
    ]
    return paper_bundle([layer("in", "input", 224, 224, 3), *middle, layer("out", "dense", 1000)])


def test_deep_networks_stand_in_rows_and_every_plate_can_be_seen() -> None:
    layout = deep_layout()
    check_laws(chain(150), layout, LayoutOptions())
    assert layout.rows > 1
    assert {plate.row for plate in layout.plates} == set(range(layout.rows))
    camera = camera_for(layout, 16 / 9, Rect(0.045, 0.17, 0.755, 0.79))
    seen = project(camera, layout.corners(), 16 / 9).reshape(-1, 4, 2)
    assert np.ptp(seen, axis=1).min() >= 4.0


def test_rows_run_downwards_and_never_meet() -> None:
    layout = deep_layout()
    boxes = plate_boxes(layout)
    for row in range(layout.rows - 1):
        lowest = min(box[0, 1] for box, plate in zip(boxes, layout.plates, strict=True) if plate.row == row)
        highest = max(box[1, 1] for box, plate in zip(boxes, layout.plates, strict=True) if plate.row == row + 1)
        assert highest < lowest


def test_kernels_of_branches_and_of_rows_stand_apart() -> None:
    ends = [
        layer("in", "input", 8, 8, 3),
        layer("b0", "conv", 8, 8, 4),
        layer("b1", "conv", 8, 8, 4),
        layer("sum", "merge", 8, 8, 4),
    ]
    edges = [("in", "b0"), ("in", "b1"), ("b0", "sum"), ("b1", "sum")]
    options = LayoutOptions(with_weights=True)
    branches = paper_bundle(ends, edges, kernels={"b0": (3, 3, 3, 4), "b1": (1, 1, 3, 4)})
    check_laws(branches, place(branches, options), options)
    deep = chain(40)
    deep = paper_bundle(deep.manifest.layers, kernels={f"l{i}": (3, 3, 64, 64) for i in range(0, 40, 3)})
    layout = place(deep, options)
    check_laws(deep, layout, options)
    spans = [
        [box for box, plate in zip(plate_boxes(layout), layout.plates, strict=True) if plate.row == row]
        for row in range(layout.rows)
    ]
    for here, below in itertools.pairwise(spans):
        assert min(box[0, 1] for box in here) > max(box[1, 1] for box in below)


def test_an_ordinary_network_is_one_spine() -> None:
    assert place(chain(14)).rows == 1


LONELY = {
    "one layer": (layer("a", "input", 28, 28, 1),),
    "a scalar": (layer("a", "input", 4), layer("b", "dense")),
    "maps of one cell": (layer("a", "input", 1, 1, 1), layer("b", "conv", 1, 1, 8), layer("c", "dense", 1)),
    "a film": (layer("a", "input", 4, 16, 16, 3), layer("b", "conv", 2, 14, 14, 8)),
    "10,000 classes": (layer("a", "input", 8, 8, 3), layer("b", "dense", 10_000)),
    "3,000 channels": (layer("a", "input", 8, 8, 3000), layer("b", "conv", 8, 8, 3000)),
    "a line of text": (layer("a", "input", 512), layer("b", "embedding", 512, 64), layer("c", "dense", 2)),
    "a ribbon": (layer("a", "input", 1, 4000, 1), layer("b", "conv", 1, 4000, 16), layer("c", "conv", 4000, 1, 16)),
}


@pytest.mark.parametrize("name", LONELY)
def test_degenerate_networks(name: str) -> None:
    bundle = paper_bundle(LONELY[name])
    layout = place(bundle)
    check_laws(bundle, layout, LayoutOptions())
    camera = camera_for(layout, 16 / 9, Rect())
    seen = project(camera, layout.corners(), 16 / 9)
    assert np.isfinite(seen).all()
    assert np.ptp(seen.reshape(-1, 4, 2), axis=1).min() >= 4.0


def test_a_residual_passes_over_what_it_skips_and_neighbours_go_straight() -> None:
    layers = [layer("in", "input", 8, 8, 4), layer("wide", "conv", 8, 8, 30), layer("b", "conv", 8, 8, 4)]
    layers.append(layer("sum", "merge", 8, 8, 4))
    layout = place(paper_bundle(layers, [("in", "wide"), ("wide", "b"), ("b", "sum"), ("in", "sum")]))
    ridges = {(layout.plates[link.source].layer, layout.plates[link.target].layer): link.ridge for link in layout.links}
    skipped = max(layout.plate(name).centre[1] + layout.plate(name).size[1] / 2 for name in ("wide", "b"))
    assert ridges.pop(("in", "sum")) > skipped
    assert set(ridges.values()) == {None}
    assert len({plate.centre[1] for plate in layout.plates}) == 1, "the main path is straight"


def test_the_plate_of_a_layer_is_never_that_of_its_kernel(tiny_bundle_path) -> None:
    layout = place(read_bundle(tiny_bundle_path), LayoutOptions(with_weights=True))
    assert [plate.layer for plate in layout.plates if plate.form.kind == "weights"] == ["conv", "scores"]
    assert layout.plate("conv").form.kind == "maps"
    with pytest.raises(KeyError):
        layout.plate("nobody")
