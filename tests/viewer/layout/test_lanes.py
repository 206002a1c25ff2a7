"""Branches: the main path keeps the axis, what leaves it stands in lanes beside it, and long skips nest above."""

from __future__ import annotations

import itertools

from paper_bundle import PaperBundle, layer, paper_bundle

from viewer.layout import Layout, place
from viewer.layout.plate import Link


def net(edges: str, channels: int = 4, *, outputs: dict[str, int] | None = None) -> PaperBundle:
    """A net of convolutions from ways such as `in a b, in b`; names stand in the order in which they are first met."""
    ways = [way.split() for way in edges.split(",")]
    names = list(dict.fromkeys(name for way in ways for name in way))
    pairs = [(one, two) for way in ways for one, two in itertools.pairwise(way)]
    order = sorted_names(names, pairs)
    layers = [layer(name, "conv", 8, 8, (outputs or {}).get(name, channels)) for name in order]
    return paper_bundle(layers, pairs)


def sorted_names(names: list[str], pairs: list[tuple[str, str]]) -> list[str]:
    done: list[str] = []
    while len(done) < len(names):
        done.append(next(n for n in names if n not in done and all(a in done for a, b in pairs if b == n)))
    return done


def heights(layout: Layout) -> dict[str, float]:
    return {plate.layer: plate.centre[1] for plate in layout.plates}


def link(layout: Layout, source: str, target: str) -> Link:
    return next(
        one
        for one in layout.links
        if (layout.plates[one.source].layer, layout.plates[one.target].layer) == (source, target)
    )


def axis_of(layout: Layout, *names: str) -> float:
    (y,) = {round(heights(layout)[name], 9) for name in names}
    return y


def test_a_shortcut_with_layers_of_its_own_is_a_lane_above_and_the_main_path_straight() -> None:
    for ways in ("in c1 b1 c2 b2 add out, in c0 b0 add", "in c0 b0 add out, in c1 b1 c2 b2 add"):
        layout = place(net(ways))
        axis = axis_of(layout, "in", "c1", "b1", "c2", "b2", "add", "out")
        assert axis_of(layout, "c0", "b0") > axis + 1.0
        assert link(layout, "b0", "add").ridge == layout.plate("b0").centre[1], "its strand stays in its lane"


def test_parallel_branches_are_lanes_in_the_order_in_which_they_join() -> None:
    ways = "in a1 join out, in b1 b2 join, in c1 c2 c3 join, in d1 d2 join"
    layout = place(net(ways))
    y = heights(layout)
    axis_of(layout, "in", "c1", "c2", "c3", "join", "out")
    assert y["a1"] > y["b1"] == y["b2"] > y["c1"] > y["d1"] == y["d2"]


def test_lanes_do_not_all_crowd_one_side() -> None:
    ways = "in m1 m2 m3 join out" + "".join(f", in {name}1 join" for name in "abcdef")
    layout = place(net(ways))
    y, axis = heights(layout), layout.plate("join").centre[1]
    above = sum(y[f"{name}1"] > axis for name in "abcdef")
    assert 1 <= above <= 5


def test_two_inputs_join_and_a_late_one_stands_just_before_where_it_is_needed() -> None:
    layout = place(net("a a1 a2 a3 join out, b b1 join"))
    stations = {plate.layer: plate.station for plate in layout.plates}
    assert (stations["b1"], stations["b"]) == (stations["join"] - 1, stations["join"] - 2)
    y = heights(layout)
    assert y["b"] == y["b1"] < y["a"], "the second argument comes below the first"


def test_several_outputs_are_lanes() -> None:
    layout = place(net("in trunk h1 kind, trunk h2 price"))
    y = heights(layout)
    assert y["h1"] == y["kind"] > y["h2"] == y["price"]


def test_long_skips_nest_above_everything_between() -> None:
    ways = "in d0 d1 d2 bottom u2 u1 u0 out, d0 u0, d1 u1, d2 u2"
    layout = place(net(ways, outputs={"bottom": 40}))
    ridges = [link(layout, f"d{i}", f"u{i}").ridge for i in (2, 1, 0)]
    assert None not in ridges
    assert all(outer > inner + 0.3 for inner, outer in itertools.pairwise(ridges))  # type: ignore[operator]
    tops = [plate.centre[1] + plate.size[1] / 2 for plate in layout.plates]
    assert ridges[0] > max(tops)
    assert layout.outline()[:, 1].max() == ridges[-1], "a camera leaves room for them"


def test_rows_are_cut_where_few_strands_pass() -> None:
    """Residual blocks in a row: each row begins with a whole block."""
    ways = ["in s"]
    before = "s"
    for block in range(20):
        parts = [f"b{block}_{i}" for i in range(6)]
        ways += [" ".join([before, *parts]), f"{before} {parts[-1]}"]
        before = parts[-1]
    layout = place(net(", ".join(ways), channels=64))
    assert layout.rows > 1
    crossing = [one for one in layout.links if layout.plates[one.source].row != layout.plates[one.target].row]
    assert len({one.source for one in crossing}) == layout.rows - 1, "one tensor from row to row"


def test_the_same_bundle_gives_the_same_layout_whatever_was_laid_out_before() -> None:
    bundle = net("in a b join out, in c join, in d e f join")
    first = place(bundle)
    place(net("in x y"))
    assert place(bundle) == first
