"""Edges that leave the house: tubes along the strands' own curves, the strongest, in the colour of their sign."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_bundle import layer, paper_bundle
from solid_rays import check_sound

from exporter.bundle import Bundle
from viewer.colour import PALETTES
from viewer.layout import Layout, place
from viewer.solids.detail import Detail
from viewer.solids.edges import SIDES, WINDING, edge_solids
from viewer.solids.solid import Solid
from viewer.state import CaptureKey
from viewer.strands.curve import curve_points
from viewer.strands.trace import Strands, trace

CLEAN = CaptureKey("clean-0", "002")


@pytest.fixture(scope="module")
def strands(tiny_bundle: Bundle, tiny_layout: Layout) -> Strands:
    return trace(tiny_bundle, tiny_layout, CLEAN)


def part_of(strands: Strands, kept: np.ndarray) -> Strands:
    columns = {name: getattr(strands, name)[kept] for name in ("ends", "look", "way", "pairs")}
    return replace(strands, **columns)


def strength_of(strands: Strands) -> np.ndarray:
    return strands.look[:, 1] * strands.look[:, 3]


BENDS = Detail().bends


def tubes_of(solid: Solid, bends: int) -> np.ndarray:
    """The points (tubes, rings, sides, 3) of a solid."""
    return solid.points.reshape(-1, bends + 1, SIDES, 3)


def in_order(strands: Strands, target: int) -> np.ndarray:
    """Which strands end at a plate, the strongest first."""
    here = np.flatnonzero(strands.pairs[:, 2] == target)
    return here[np.argsort(-strength_of(strands)[here], kind="stable")]


@pytest.mark.parametrize("bends", [1, 2, BENDS])
def test_tubes_run_along_the_strands(strands: Strands, tiny_layout: Layout, bends: int) -> None:
    solids = edge_solids(strands, tiny_layout, "dark", Detail(bends=bends))
    assert set(solids) == {int(target) for target in strands.pairs[:, 2]}
    lines = curve_points(strands, bends + 1)
    for target, solid in solids.items():
        check_sound(solid)
        assert solid.blends
        middles = tubes_of(solid, bends).mean(axis=2) + np.asarray(tiny_layout.plates[target].centre)
        np.testing.assert_allclose(middles, lines[in_order(strands, target)], atol=1e-4)
        np.testing.assert_allclose(middles[:, 0], strands.ends[in_order(strands, target), :3], atol=1e-4)
        np.testing.assert_allclose(middles[:, -1], strands.ends[in_order(strands, target), 3:], atol=1e-4)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_colours_tell_the_sign_and_width_and_alpha_the_share(strands: Strands, tiny_layout: Layout, theme: str) -> None:
    roles = PALETTES[theme].roles
    assert set(np.sign(strands.look[:, 2])) == {-1.0, 0.0, 1.0}
    for target, solid in edge_solids(strands, tiny_layout, theme, Detail()).items():
        order = in_order(strands, target)
        colours = solid.colours.reshape(len(order), -1, 4)
        assert (colours == colours[:, :1]).all()
        for sign, role in ((-1, "subtracts"), (0, "copies"), (1, "adds")):
            found = colours[np.sign(strands.look[order, 2]) == sign][:, 0, :3]
            np.testing.assert_array_equal(found, np.broadcast_to(np.rint(np.array(roles[role]) * 255), found.shape))
        for kind in np.unique(strands.look[order, 0]):
            same = strands.look[order, 0] == kind
            by_share = np.argsort(strands.look[order, 1][same])
            tubes = tubes_of(solid, BENDS)[same]
            widths = np.linalg.norm(tubes[:, 0] - tubes[:, 0].mean(axis=1, keepdims=True), axis=-1)
            assert (np.diff(widths.mean(axis=1)[by_share]) >= -1e-6).all()
            np.testing.assert_allclose(widths, np.broadcast_to(widths[:, :1], widths.shape), rtol=1e-3)
        assert (colours[:, 0, 3] > 0).all()


def test_a_net_may_have_thinner_and_fainter_edges(strands: Strands, tiny_layout: Layout) -> None:
    whole = edge_solids(strands, tiny_layout, "dark", Detail(bends=3))
    faint = edge_solids(strands, tiny_layout, "dark", Detail(bends=3), width=0.5, alpha=0.5)
    for target, solid in whole.items():
        one, two = tubes_of(solid, 3), tubes_of(faint[target], 3)
        np.testing.assert_allclose(two.mean(axis=2), one.mean(axis=2), atol=1e-5)
        np.testing.assert_allclose(np.ptp(two, axis=2), np.ptp(one, axis=2) / 2, atol=1e-5)
        alphas = solid.colours[:, 3].astype(float)
        is_clear = alphas < 255
        np.testing.assert_allclose(faint[target].colours[is_clear, 3], alphas[is_clear] / 2, atol=1)


def test_tubes_look_outward(strands: Strands, tiny_layout: Layout) -> None:
    for solid in edge_solids(strands, tiny_layout, "dark", Detail()).values():
        tubes = tubes_of(solid, BENDS).astype(float)
        middles = np.repeat(tubes.mean(axis=2), SIDES, axis=1).reshape(-1, 3)
        a, b, c = (solid.points[solid.triangles[:, corner]].astype(float) for corner in range(3))
        outward = (a + b + c) / 3 - sum(middles[solid.triangles[:, corner]] for corner in range(3)) / 3
        assert (np.einsum("nd,nd->n", np.cross(b - a, c - a), outward) > 0).all()


@given(most=st.integers(0, 200))
def test_only_the_strongest_of_the_net_are_kept(strands: Strands, tiny_layout: Layout, most: int) -> None:
    solids = edge_solids(strands, tiny_layout, "dark", Detail(edges=most, bends=2))
    counts = {target: len(tubes_of(solid, 2)) for target, solid in solids.items()}
    strength = strength_of(strands)
    assert sum(counts.values()) == min(most, (strength > 0).sum())
    strongest = np.argsort(-strength, kind="stable")[: min(most, int((strength > 0).sum()))]
    targets, wanted = np.unique(strands.pairs[strongest, 2], return_counts=True)
    assert counts == dict(zip(targets.tolist(), wanted.tolist(), strict=True))


def test_edges_of_no_strength_are_not_drawn(strands: Strands, tiny_layout: Layout) -> None:
    still = replace(strands, look=strands.look * np.array([1, 0, 1, 1], np.float32))
    assert edge_solids(still, tiny_layout, "dark", Detail()) == {}
    none = part_of(strands, np.zeros(0, int))
    assert edge_solids(none, tiny_layout, "light", Detail()) == {}
    assert edge_solids(strands, tiny_layout, "light", Detail(edges=0)) == {}


@given(
    st.lists(
        st.tuples(*[st.floats(-30, 30, width=32)] * 6, st.floats(-5, 5, width=32), st.floats(-1, 1, width=32)),
        min_size=1,
        max_size=8,
    )
)
def test_every_way_makes_sound_tubes(strands: Strands, tiny_layout: Layout, ways: list[tuple[float, ...]]) -> None:
    """Also straight up, back to the next row, over a ridge, and from a point to itself."""
    count = len(ways)
    table = np.array(ways, np.float32)
    look = np.tile(np.array([0, 1, 1, 1], np.float32), (count, 1))
    way = np.stack([np.zeros(count), np.ones(count), table[:, 6], table[:, 7]], axis=1).astype(np.float32)
    pairs = np.tile(np.array([0, 0, 1, 0], np.int32), (count, 1))
    made = replace(strands, ends=table[:, :6].copy(), look=look, way=way, pairs=pairs)
    (solid,) = edge_solids(made, tiny_layout, "dark", Detail()).values()
    check_sound(solid)
    is_winding = (way[:, 2] != 0) | (table[:, 3] < table[:, 0])
    rings = solid.points.reshape(-1, SIDES, 3) + np.asarray(tiny_layout.plates[1].centre)
    kinds = (~is_winding, BENDS + 1), (is_winding, WINDING * BENDS + 1)
    lines = [curve_points(part_of(made, which), count).reshape(-1, 1, 3) for which, count in kinds]
    assert np.linalg.norm(rings - np.concatenate(lines), axis=-1).max() < 0.3


def test_tubes_that_turn_back_to_the_next_row_do_not_twist(strands: Strands, tiny_layout: Layout) -> None:
    """Each corner of a ring is next to the same corner of the ring before it."""
    one = part_of(strands, np.zeros(1, int))
    back = replace(one, ends=np.array([[9, 3, 0.5, -9, -3, -0.5]], np.float32), way=one.way * [[1, 1, 0, 1]])
    (solid,) = edge_solids(back, tiny_layout, "dark", Detail(bends=40)).values()
    (tube,) = tubes_of(solid, WINDING * 40).astype(float)
    away = tube - tube.mean(axis=1, keepdims=True)
    away /= np.linalg.norm(away, axis=-1, keepdims=True)
    assert (np.einsum("rsd,rsd->rs", away[1:], away[:-1]) > 0.5).all()


def test_tubes_are_round_where_strands_go_straight_up() -> None:
    """Residual arcs rise level with the plates: a tube there must not fall flat."""
    layers = [layer("in", "input", 8, 8, 3)]
    layers += [layer(name, "conv", 8, 8, 3) for name in "abc"] + [layer("add", "merge", 8, 8, 3)]
    chain = [("in", "a"), ("a", "b"), ("b", "c"), ("c", "add"), ("a", "add")]
    bundle = paper_bundle(layers, chain)
    layout = place(bundle)
    assert any(link.ridge is not None for link in layout.links)
    made = trace(bundle, layout, CaptureKey("shown", "000"))
    for solid in edge_solids(made, layout, "dark", Detail()).values():
        rings = solid.points.reshape(-1, SIDES, 3).astype(float)
        sides = np.linalg.norm(rings - np.roll(rings, 1, axis=1), axis=-1)
        np.testing.assert_allclose(sides, np.broadcast_to(sides[:, :1], sides.shape), rtol=0.02)
        check_sound(solid)
        each = solid.triangles.reshape(-1, 2, 3)
        assert (np.ptp(each.reshape(len(each), -1), axis=1) < 2 * SIDES).all()  # no triangle joins two tubes
        assert len(np.unique(each)) == len(solid.points)
