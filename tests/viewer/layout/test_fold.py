"""Folding: which groups are one plate, what opening and folding one makes of that, and the graph that is left."""

from __future__ import annotations

import itertools

import pytest
from examples import share_of_examples
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from paper_bundle import PaperBundle, layer, noise, paper_bundle

from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Edge, Group, Output
from viewer.layout import Layout, LayoutOptions, place
from viewer.layout.fold import folded_groups, opened, refolded


def group(name: str, kind: str, first: int, last: int, output: int | None = None) -> Group:
    layers = tuple(f"l{i}" for i in range(first, last + 1))
    end = f"l{last if output is None else output}"
    return Group(name=name, kind=kind, class_name="x", layers=layers, output=end)  # type: ignore[arg-type]


def chain(count: int, *groups: Group) -> PaperBundle:
    return paper_bundle([layer(f"l{i}", "conv", 8, 8, 4) for i in range(count)], groups=groups)


def names(bundle: PaperBundle, fold: str | tuple[str, ...]) -> list[str]:
    return [group.name for group in folded_groups(bundle.manifest, fold)]


NESTED = group("net", "model", 2, 9), group("net/part", "layer", 3, 5), group("net/block", "block", 6, 8)


def test_words_and_names_choose_what_is_folded() -> None:
    bundle = chain(12, *NESTED)
    assert names(bundle, "none") == []
    assert names(bundle, "all") == ["net"]
    assert names(bundle, ("net/part", "net/block")) == ["net/part", "net/block"]
    assert names(bundle, ("net/part", "net")) == ["net"], "what is inside a folded group is in it"
    assert names(bundle, "net/part") == ["net/part"]
    assert names(chain(12), "auto") == names(chain(12), "all") == []


@pytest.mark.parametrize("fold", ["nett", ("net/part", "nett")])
def test_a_name_of_no_group_is_told_with_the_nearest(fold: str | tuple[str, ...]) -> None:
    with pytest.raises(KerascopeError, match="did you mean 'net'"):
        names(chain(12, *NESTED), fold)


def test_auto_folds_models_and_composite_layers_but_blocks_only_where_the_net_is_deep() -> None:
    assert names(chain(12, *NESTED), "auto") == ["net"]
    blocks = [group(f"block{i}", "block", 10 * i + 1, 10 * i + 8) for i in range(9)]
    assert names(chain(60, *blocks[:5]), "auto") == []
    assert names(chain(100, *blocks), "auto") == [block.name for block in blocks]


def test_auto_takes_the_smallest_blocks_that_are_enough() -> None:
    stages = [group(f"stage{i}", "block", 40 * i, 40 * i + 39) for i in range(5)]
    blocks = [group(f"stage{i // 4}/block{i}", "block", 10 * i, 10 * i + 9) for i in range(20)]
    assert names(chain(200, *stages, *blocks), "auto") == [block.name for block in blocks]
    pairs = [group(f"pair{i}", "block", 2 * i, 2 * i + 1) for i in range(100)]
    assert names(chain(200, *stages, *pairs), "auto") == [stage.name for stage in stages]


def test_auto_never_hides_almost_everything() -> None:
    backbone = group("backbone", "model", 1, 30)
    assert names(chain(32, backbone), "auto") == []
    inner = group("backbone/tail", "layer", 11, 29)
    assert names(chain(32, backbone, inner), "auto") == ["backbone/tail"]
    both = [group("encoder", "model", 1, 3), group("decoder", "model", 4, 7)]
    assert names(chain(8, *both), "auto") == [], "both alike"


def test_a_group_of_one_layer_is_only_folded_by_name() -> None:
    lonely = group("unit", "layer", 4, 4)
    assert names(chain(12, lonely), "auto") == names(chain(12, lonely), "all") == []
    assert names(chain(12, lonely), ("unit",)) == ["unit"]


def test_opening_shows_the_groups_inside_and_folding_hides_them() -> None:
    groups = NESTED
    assert opened(groups, ("net",), "net") == ("net/part", "net/block")
    assert opened(groups, ("net/part", "net/block"), "net/part") == ("net/block",)
    assert refolded(groups, ("net/part", "net/block"), "net") == ("net",)
    assert refolded(groups, (), "net/block") == ("net/block",)


def titles(layout: Layout) -> list[str]:
    return [plate.title for plate in layout.plates]


def ways(layout: Layout) -> list[tuple[str, str]]:
    return [(layout.plates[link.source].title, layout.plates[link.target].title) for link in layout.links]


def test_a_folded_group_is_one_plate_that_shows_its_output_and_takes_over_its_edges() -> None:
    layers = [layer(name, "conv", 8, 8, 4) for name in ("in", "a", "b", "sum", "out")]
    edges = [("in", "a"), ("a", "b"), ("b", "sum"), ("in", "sum"), ("sum", "out")]
    block = Group(name="block", kind="block", class_name="x", layers=("a", "b", "sum"), output="sum")
    layout = place(paper_bundle(layers, edges, groups=(block,)), LayoutOptions(fold="all"))
    assert titles(layout) == ["in", "block", "out"]
    plate = layout.plates[1]
    assert (plate.layer, plate.group, plate.layers) == ("sum", "block", 3)
    assert ways(layout) == [("in", "block"), ("block", "out")]
    assert [link.kind for link in layout.links] == ["copy", "conv"], (
        "what happens inside a group is not one convolution"
    )


def test_kernels_of_folded_layers_are_not_shown() -> None:
    layers = [layer(f"l{i}", "conv", 8, 8, 4) for i in range(6)]
    bundle = paper_bundle(
        layers, kernels={one.name: (3, 3, 4, 4) for one in layers}, groups=(group("g", "block", 1, 3),)
    )
    layout = place(bundle, LayoutOptions(fold="all", with_weights=True))
    assert [plate.layer for plate in layout.plates if plate.form.kind == "weights"] == ["l0", "l4", "l5"]


def test_a_group_that_leads_back_into_itself_stays_open() -> None:
    layers = [layer(name, "conv", 8, 8, 4) for name in ("in", "a", "outside", "b", "out")]
    group_ = Group(name="g", kind="block", class_name="x", layers=("a", "b"), output="b")
    layout = place(paper_bundle(layers, groups=(group_,)), LayoutOptions(fold="all"))
    assert titles(layout) == ["in", "a", "outside", "b", "out"]


def test_a_plate_stands_behind_all_that_it_needs_even_where_its_group_began_before() -> None:
    layers = [layer(name, "conv", 8, 8, 4) for name in ("in", "a", "side", "b", "out")]
    edges = [("in", "a"), ("in", "side"), ("a", "b"), ("side", "b"), ("b", "out")]
    group_ = Group(name="g", kind="block", class_name="x", layers=("a", "b"), output="b")
    layout = place(paper_bundle(layers, edges, groups=(group_,)), LayoutOptions(fold="all"))
    assert titles(layout) == ["in", "side", "g", "out"]
    for source, target in ways(layout):
        stations = {plate.title: plate.station for plate in layout.plates}
        assert stations[source] < stations[target]


@st.composite
def folded_nets(draw: st.DrawFn) -> PaperBundle:
    """A random graph and groups of layers that follow each other, nested or apart."""
    count = draw(st.integers(3, 14))
    layers = [layer(f"l{i}", "conv", 8, 8, 4) for i in range(count)]
    pairs = {(draw(st.integers(0, i - 1)), i) for i in range(1, count) for _ in range(draw(st.integers(1, 2)))}
    cuts = sorted(draw(st.sets(st.integers(1, count - 1), min_size=1, max_size=4)))
    groups = [
        group(f"g{a}", "block", a, b - 1, draw(st.integers(a, b - 1))) for a, b in itertools.pairwise([*cuts, count])
    ]
    groups += [group("outer", "model", cuts[0], cuts[-1] - 1)] if len(cuts) > 2 else []
    return paper_bundle(layers, [(f"l{a}", f"l{b}") for a, b in sorted(pairs)], groups=tuple(groups))


@share_of_examples(1.0)
@given(folded_nets(), st.sampled_from(["auto", "all", "none"]))
def test_every_layer_is_in_exactly_one_plate_and_every_way_goes_on(bundle: PaperBundle, fold: str) -> None:
    layout = place(bundle, LayoutOptions(fold=fold))
    inside = {group.name: group.layers for group in bundle.manifest.groups}
    shown = [name for plate in layout.plates for name in (inside[plate.group] if plate.group else (plate.layer,))]
    assert sorted(shown) == sorted(one.name for one in bundle.manifest.layers)
    home = {
        name: index
        for index, plate in enumerate(layout.plates)
        for name in (inside[plate.group] if plate.group else (plate.layer,))
    }
    wanted = {(home[edge.source], home[edge.target]) for edge in bundle.manifest.edges}
    assert {(link.source, link.target) for link in layout.links} == {(a, b) for a, b in wanted if a != b}
    assert all(layout.plates[a].station < layout.plates[b].station for a, b in wanted if a != b)


def test_further_outputs_stand_under_their_layer_and_their_edges_leave_from_them() -> None:
    attention = replace(
        layer("att", "attention", 12, 8),
        outputs=(
            Output(shape=(12, 8), dtype="float32"),
            Output(shape=(2, 12, 12), dtype="float32", name="attention scores"),
            Output(shape=(8,), dtype="float32"),
            Output(shape=(8,), dtype="float32", name="neither kept nor used"),
        ),
    )
    bundle = paper_bundle([layer("in", "input", 12, 8), attention, layer("out", "dense", 3)])
    edges = (Edge(source="in", target="att"), Edge(source="att", target="out", source_output=2))
    kept = bundle.manifest.captures[0]
    scores = replace(kept.outputs["att"], key="att#1", shape=(2, 12, 12))
    capture = replace(kept, outputs={**kept.outputs, "att#1": scores})
    layout = place(PaperBundle(replace(bundle.manifest, edges=edges, captures=(capture,)), {}, noise))
    assert titles(layout) == ["in", "att", "attention scores", "att#2", "out"]
    _, main, heads, third, _ = layout.plates
    assert main.station == heads.station == third.station
    assert main.centre[1] - main.size[1] / 2 > heads.centre[1] + heads.size[1] / 2
    assert heads.centre[1] - heads.size[1] / 2 > third.centre[1] + third.size[1] / 2
    assert (heads.form.channels_first, heads.form.tiles, heads.form.cells) == (True, 2, (12, 12))
    assert ways(layout) == [("in", "att"), ("att#2", "out")]
    assert layout.plate("att") is main
