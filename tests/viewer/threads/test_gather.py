"""Which edges are threads: all of a net or its strongest, at their units, with the shares that they carry."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import KEY, PaperBundle, layer, paper_bundle

from exporter.bundle import Bundle
from exporter.bundle.schema import Capture, Input, TensorRef
from viewer.layout import Layout, LayoutOptions, place
from viewer.state import CaptureKey, Edges, Mute
from viewer.strands.contribution import signed_norm
from viewer.threads import gather as gathering
from viewer.threads import kernels
from viewer.threads.activations import activations, mean_sizes
from viewer.threads.carried import carried, share_of_kind
from viewer.threads.gather import Threads, gather
from viewer.threads.told import told_of_threads
from viewer.threads.units import Units, units_of
from viewer.threads.wanted import drawn_of, wanted

KEY0 = CaptureKey(*KEY)
SIZES = 784, 81, 49, 10
MODES = ["contribution", "weight", "importance"]


def dense_net(*sizes: int, **arrays: np.ndarray) -> PaperBundle:
    layers = [layer("in", "input", sizes[0])]
    layers += [layer(f"d{i}", "dense", size) for i, size in enumerate(sizes[1:])]
    kernels_ = {f"d{i}": pair for i, pair in enumerate(itertools.pairwise(sizes)) if f"d{i}/kernel" not in arrays}
    return paper_bundle(layers, kernels=kernels_, arrays=arrays)


def gathered(
    bundle: Bundle, mode: str = "weight", key: CaptureKey = KEY0, **more: object
) -> tuple[Threads, Units, Layout]:
    layout = place(bundle)
    units = units_of(layout)
    return gather(bundle, layout, units, key, mode, **more), units, layout  # type: ignore[arg-type]


def as_pairs(threads: Threads) -> set[tuple[int, int]]:
    return set(zip(threads.source.tolist(), threads.target.tolist(), strict=True))


@pytest.fixture(scope="module")
def known() -> PaperBundle:
    return dense_net(*SIZES)


@pytest.mark.parametrize("mode", MODES)
def test_all_edges_are_counted_and_each_is_there_once(known: PaperBundle, mode: str) -> None:
    threads, units, _ = gathered(known, mode)
    assert len(threads.source) == threads.pairs == 67_963
    assert len(as_pairs(threads)) == 67_963
    assert units.first.tolist() == [0, 784, 865, 914, 924]
    assert carried(threads, units, None, 67_963).share() == pytest.approx(1.0, abs=1e-6)


def test_weights_and_signs_are_those_of_the_kernels(known: PaperBundle) -> None:
    threads, units, _ = gathered(known)
    for at in range(3):
        mine = threads.into == at + 1
        source, target = threads.source[mine] - units.first[at], threads.target[mine] - units.first[at + 1]
        np.testing.assert_array_equal(threads.weight[mine], known.weight("000", f"d{at}", "kernel")[source, target])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("drawn", [5, 500, 20_000])
def test_any_front_is_the_strongest_of_each_link(known: PaperBundle, mode: str, drawn: int) -> None:
    threads, units, _ = gathered(known, mode, for_capture=True)
    strength = np.abs(threads.weight)
    if mode == "contribution":
        strength = strength * np.abs(activations(known, place(known), units, KEY0))[threads.source]
    for plate in (1, 2, 3):
        mine = strength[threads.into == plate]
        front = strength[:drawn][threads.into[:drawn] == plate]
        np.testing.assert_allclose(front, np.sort(mine)[::-1][: len(front)], rtol=1e-5)


@pytest.mark.parametrize("mode", MODES)
def test_fewer_are_the_front_of_more(known: PaperBundle, mode: str) -> None:
    most, few = (gathered(known, mode, for_capture=True, count=count)[0] for count in (40_000, 3000))
    assert len(few.source) == 3000
    assert len(as_pairs(few) - as_pairs(replace_front(most, 3006))) <= 3, "but for roundings of quotas"


def replace_front(threads: Threads, count: int) -> Threads:
    return replace(threads, source=threads.source[:count], target=threads.target[:count])


def test_shares_by_hand(known: PaperBundle) -> None:
    threads, units, layout = gathered(known, "contribution")
    flow = activations(known, layout, units, KEY0)
    drawn = 3000
    measured = carried(threads, units, flow, drawn)
    part, whole = np.zeros(4), np.zeros(4)
    for at in range(3):
        product = np.abs(known.output(*KEY, ("in", "d0", "d1")[at])[:, None] * known.weight("000", f"d{at}", "kernel"))
        mine = np.flatnonzero(threads.into[:drawn] == at + 1)
        chosen = product[threads.source[mine] - units.first[at], threads.target[mine] - units.first[at + 1]]
        part[at + 1], whole[at + 1] = chosen.sum(), product.sum()
        assert measured.largest[at + 1] == pytest.approx(chosen.max(), rel=1e-5)
        assert measured.crowd[at + 1] == pytest.approx(((chosen / chosen.max()) ** 2).sum(), rel=1e-4)
    assert measured.share() == pytest.approx((part[1:] / whole[1:]).mean(), rel=1e-4)
    assert share_of_kind(measured, threads, "dense") == pytest.approx(part.sum() / whole.sum(), rel=1e-4)
    assert share_of_kind(measured, threads, "conv") is None
    told = told_of_threads(threads, measured, Edges())
    assert (told.drawn, told.pairs) == (drawn, 67_963)
    assert "3,000 of 67,963" in told.note


def two_inputs() -> PaperBundle:
    """The known net with a second, attacked input."""
    bundle = dense_net(20, 9, 4)
    (first,) = bundle.manifest.captures
    outputs = {
        name: TensorRef("inputs/001.npz", f"other-{name}", ref.shape, ref.dtype) for name, ref in first.outputs.items()
    }
    second = Capture(input="other", checkpoint=KEY[1], outputs=outputs)
    inputs = (*bundle.manifest.inputs, Input(id="other", label="other", kind="attacked"))
    manifest = structs.replace(bundle.manifest, captures=(first, second), inputs=inputs)
    return PaperBundle(manifest, bundle.arrays, bundle.fill)


def test_only_contributions_depend_on_the_input() -> None:
    bundle = two_inputs()
    keys = [KEY0, CaptureKey("other", KEY[1])]
    for mode in MODES:
        for edges in (Edges(mode, 30), Edges(mode, "all")):  # type: ignore[arg-type]
            wants = [wanted(edges, key) for key in keys]
            assert (wants[0] == wants[1]) is not (mode == "contribution" and edges.count == 30)
    one, two = (gathered(bundle, "contribution", key, count=30, for_capture=True)[0] for key in keys)
    assert as_pairs(one) != as_pairs(two)
    layout = place(bundle)
    units = units_of(layout)
    np.testing.assert_allclose(
        mean_sizes(bundle, layout, units, KEY[1]), np.abs(activations(bundle, layout, units, KEY0)), rtol=1e-6
    )  # the attacked one is not among the clean


def test_importance_is_the_mean_contribution(known: PaperBundle) -> None:
    threads, units, _ = gathered(known, "importance")
    first = threads.into == 1
    value = np.abs(known.output(*KEY, "in"))[threads.source[first]]
    kernel = known.weight("000", "d0", "kernel")[threads.source[first], threads.target[first] - units.first[1]]
    np.testing.assert_allclose(threads.weight[first], value * kernel, rtol=1e-5)


def test_a_number_of_contributions_leaves_out_what_carries_nothing() -> None:
    values = np.array([0, 0, 1, 0, -2], np.float32)
    bundle = dense_net(5, 3, **{"in": values})
    assert set(gathered(bundle, "contribution", for_capture=True)[0].source) == {2, 4}
    assert len(gathered(bundle, "contribution")[0].source) == 15, "for other inputs they count"


def test_weights_that_are_no_numbers_draw_nothing() -> None:
    kernel = np.ones((4, 3), np.float32)
    kernel[1], kernel[2, 0], kernel[3, 1] = np.nan, 0.0, np.inf
    threads, units, _ = gathered(dense_net(4, 3, **{"d0/kernel": kernel}))
    assert len(threads.source) == 12 - 4
    assert not (threads.source == 1).any()
    assert np.isfinite(threads.weight).all()
    assert np.isfinite(carried(threads, units, None, 8).share() or 0)


def test_what_is_cut_is_not_drawn() -> None:
    bundle = dense_net(6, 5, 4)
    one = Mute("in", 2, target="d0", into=3)
    row = Mute("d0", 1, target="d1")
    other = Mute("in", 2, target="elsewhere")
    plain = as_pairs(gathered(bundle)[0])
    key = replace(KEY0, mutes=(one, row, other))
    cut = as_pairs(gathered(bundle, key=key)[0])
    assert plain - cut == {(2, 6 + 3), *((6 + 1, 11 + into) for into in range(4))}
    assert wanted(Edges("weight", "all"), key) != wanted(Edges("weight", "all"), KEY0)


def test_a_large_kernel_is_looked_at_in_blocks(monkeypatch: pytest.MonkeyPatch, known: PaperBundle) -> None:
    whole = gathered(known, count=4000)[0]
    monkeypatch.setattr(kernels, "BLOCK", 700)
    parts = gathered(known, count=4000)[0]
    for name in ("source", "target", "weight"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    for one, two in zip(parts.flows, whole.flows, strict=True):
        np.testing.assert_allclose(one.sums, two.sums, rtol=1e-5)


def test_beyond_the_limit_the_strongest_are_drawn_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, known: PaperBundle
) -> None:
    monkeypatch.setattr(gathering, "MOST_EDGES", 1000)
    threads, units, _ = gathered(known)
    assert (len(threads.source), threads.pairs) == (1000, 67_963)
    told = told_of_threads(threads, carried(threads, units, None, 1000), Edges("weight", "all"))
    assert told.share is not None
    assert 0.01 < told.share < 0.9
    assert "1,000 of 67,963" in told.note
    assert "of the dense weight" in told.note


@pytest.mark.parametrize("closed", [(), ("conv", "next")])
def test_convolutions_join_channels(closed: tuple[str, ...]) -> None:
    layers = [layer("in", "input", 6, 6, 3), layer("conv", "conv", 6, 6, 5), layer("next", "conv", 6, 6, 4)]
    bundle = paper_bundle(layers, kernels={"conv": (3, 3, 3, 5), "next": (3, 3, 5, 4)})
    layout = place(bundle, LayoutOptions(closed=closed))
    units = units_of(layout)
    threads = gather(bundle, layout, units, KEY0, "weight")
    assert len(threads.source) == threads.pairs == 3 * 5 + 5 * 4
    into = threads.into == 2
    expected = signed_norm(bundle.weight("000", "next", "kernel"))
    found = expected[threads.source[into] - units.first[1], threads.target[into] - units.first[2]]
    np.testing.assert_allclose(threads.weight[into], found)
    assert (expected < 0).any()
    for plate, first, last in zip(layout.plates, units.first, units.first[1:], strict=False):
        half = np.array([1e-4, plate.size[1] / 2, plate.size[0] / 2])
        assert (np.abs(units.places[first:last] - plate.centre) <= half).all(), "units are on their plate"


def test_how_many_are_drawn() -> None:
    assert drawn_of(Edges(count="all"), 500) == 500
    assert drawn_of(Edges(count=80), 500) == 80
    assert drawn_of(Edges(count=800), 500) == 500
    assert drawn_of(Edges(count="all", at_most=60), 500) == 60
    assert drawn_of(Edges(count=20, at_most=60), 500) == 20
    assert wanted(Edges(), KEY0) is None
