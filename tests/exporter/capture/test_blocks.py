"""Repeated blocks are found by name and by structure, and can each be drawn as one node."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import Phase, event, find, given, settings
from hypothesis import strategies as st

from exporter.bundle.schema import Edge, Group, Kind, Layer, Output

pytestmark = pytest.mark.tf  # the package that blocks.py lies in imports TensorFlow

KINDS: st.SearchStrategy[Kind] = st.sampled_from(["conv", "activation", "attention"])
Graph = tuple[tuple[Layer, ...], tuple[Edge, ...]]


def blocks_of(layers: tuple[Layer, ...], edges: tuple[Edge, ...]) -> tuple[Group, ...]:
    """The blocks; imported late, so that only tests that need TensorFlow load it."""
    from exporter.capture import blocks

    return blocks.blocks_of(layers, edges)


class Net:
    """A graph in the making: each layer takes from those named, or from the one before."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.edges: list[Edge] = []
        self.add("picture", "input", ())

    def add(self, name: str, kind: Kind = "conv", sources: Iterable[str] | None = None, mode: str | None = None) -> str:
        sources = (self.layers[-1].name,) if sources is None else tuple(sources)
        output = Output(shape=(8, 8, 4), dtype="float32")
        self.layers.append(
            Layer(name=name, kind=kind, class_name=kind.title(), outputs=(output,), value="value", mode=mode)
        )
        self.edges += [Edge(source=each, target=name, target_input=i) for i, each in enumerate(sources)]
        return name

    @property
    def last(self) -> str:
        return self.layers[-1].name

    def blocks(self) -> tuple[Group, ...]:
        groups = blocks_of(self.layers, self.edges)
        check(self.layers, self.edges, groups)
        return groups


class Numbered(Net):
    """Layers are called as Keras calls them: `conv2d`, `conv2d_1`, ..."""

    def next(
        self, stem: str, kind: Kind = "conv", sources: Iterable[str] | None = None, mode: str | None = None
    ) -> str:
        count = sum(layer.name == stem or layer.name.startswith(f"{stem}_") for layer in self.layers)
        return self.add(f"{stem}_{count}" if count else stem, kind, sources, mode)


def residual_net(count: int, name: str = "", ends: str = "relu") -> Net:
    """`count` residual blocks of two convolutions; called by block, or as Keras does."""
    net = Numbered()
    net.next("conv2d")
    for n in range(count):
        called = (lambda stem, n=n: f"{name}{n}_{stem}") if name else None

        def put(stem: str, kind: Kind, sources: Any = None, mode: str | None = None, called: Any = called) -> str:
            return net.add(called(stem), kind, sources, mode) if called else net.next(stem, kind, sources, mode)

        entry = net.last
        for place in "ab":
            put(f"conv2d{place}" if called else "conv2d", "conv")
            put(f"norm{place}" if called else "batch_normalization", "normalisation")
        put("add", "merge", (entry, net.last), "add")
        if ends:
            put(ends, "activation")
    net.next("pool", "global_pool")
    net.next("dense", "dense")
    return net


def check(layers: Iterable[Layer], edges: Iterable[Edge], groups: tuple[Group, ...]) -> None:
    """What holds of all blocks of all graphs."""
    layers, edges = list(layers), list(edges)
    place = {layer.name: at for at, layer in enumerate(layers)}
    all_inside = [name for group in groups for name in group.layers]
    assert len(all_inside) == len(set(all_inside)), "a layer is in two blocks"
    assert len({group.name for group in groups}) == len(groups)
    assert not {group.name for group in groups} & place.keys()
    for group in groups:
        inside = set(group.layers)
        assert group.kind == "block"
        assert group.class_name
        assert list(group.layers) == sorted(group.layers, key=place.__getitem__)
        assert 3 <= len(inside) < len(layers) / 2
        leaving = {edge.source for edge in edges if edge.source in inside and edge.target not in inside}
        unread = inside - {edge.source for edge in edges}
        assert leaving | unread == {group.output}
    assert is_acyclic(layers, edges, groups)
    assert [place[group.layers[0]] for group in groups] == sorted(place[group.layers[0]] for group in groups)


def is_acyclic(layers: list[Layer], edges: list[Edge], groups: tuple[Group, ...]) -> bool:
    """Whether the graph in which every block is one node can still be put in order."""
    drawn = {layer.name: layer.name for layer in layers} | {name: g.name for g in groups for name in g.layers}
    links = {(drawn[e.source], drawn[e.target]) for e in edges if drawn[e.source] != drawn[e.target]}
    left = set(drawn.values())
    while left:
        free = left - {target for source, target in links if source in left}
        if not free:
            return False
        left -= free
    return True


def test_blocks_are_called_by_their_prefix() -> None:
    groups = residual_net(6, "stage1_block").blocks()
    assert [group.name for group in groups] == [f"stage1_block{n}" for n in range(6)]
    assert {group.class_name for group in groups} == {"conv x2, add"}
    assert [group.output for group in groups] == [f"stage1_block{n}_relu" for n in range(6)]


@pytest.mark.parametrize("ends", ["relu", ""])
def test_blocks_without_telling_names_are_found_by_their_ways(ends: str) -> None:
    groups = residual_net(5, ends=ends).blocks()
    assert len(groups) == 5
    assert [len(group.layers) for group in groups] == [6 if ends else 5] * 5
    assert all(group.name == f"{group.output} block" for group in groups)


def test_stages_and_triples_are_no_blocks_where_there_are_residuals() -> None:
    net = Net()
    for stage in (2, 3):
        for block in (1, 2, 3):
            entry, prefix = net.last, f"conv{stage}_block{block}"
            for conv in (1, 2):
                for part, kind in (("conv", "conv"), ("bn", "normalisation"), ("relu", "activation")):
                    net.add(f"{prefix}_{conv}_{part}", kind)
            net.add(f"{prefix}_add", "merge", (entry, net.last), "add")
    net.add("scores", "dense")
    assert [group.name for group in net.blocks()] == [f"conv{s}_block{b}" for s in (2, 3) for b in (1, 2, 3)]


def test_a_plain_stack_is_cut_by_its_stages() -> None:
    net = Net()
    for block in range(1, 6):
        for conv in range(1, 4):
            net.add(f"block{block}_conv{conv}")
        net.add(f"block{block}_pool", "pool")
    assert [group.name for group in net.blocks()] == [f"block{n}" for n in range(1, 6)]


def test_no_block_where_nothing_repeats() -> None:
    net = Numbered()
    for kind in ("conv", "pool", "flatten", "dense"):
        net.next(kind, kind)
    assert net.blocks() == ()
    assert residual_net(1).blocks() == ()
    assert blocks_of((), ()) == ()


@pytest.mark.parametrize("norm_first", [True, False])
def test_attention_and_what_follows_are_one_transformer_block(norm_first: bool) -> None:
    net = Numbered()
    mask = net.add("mask", "input", ())
    net.next("dense", "dense", ("picture",))
    for _ in range(4):
        for stem in ("multi_head_attention", "dense"):
            entry = net.last
            if norm_first:
                net.next("layer_normalization", "normalisation")
            if stem == "dense":
                net.next("dense", "dense")
                net.next("dense", "dense")
            else:
                net.next(stem, "attention", (net.last, mask))
            net.next("add", "merge", (entry, net.last), "add")
            if not norm_first:
                net.next("layer_normalization", "normalisation")
    net.next("dense", "dense")
    groups = net.blocks()
    assert [group.class_name for group in groups] == ["attention, dense x2, add x2"] * 4
    assert [len(group.layers) for group in groups] == [7] * 4


def test_cells_that_take_the_results_of_two_before_are_found() -> None:
    net = Numbered()
    before, last = net.next("conv2d"), net.next("conv2d")
    for _ in range(6):
        left, right = net.next("conv2d", sources=(before,)), net.next("conv2d", sources=(last,))
        both = net.next("add", "merge", (left, right), "add")
        before, last = last, net.next("concatenate", "merge", (both, right), "concatenate")
    net.next("dense", "dense")
    assert len(net.blocks()) >= 5


def test_the_skips_of_a_u_net_are_no_blocks() -> None:
    net = Numbered()
    skips = []
    for _ in range(3):
        net.next("conv2d")
        skips.append(net.next("conv2d"))
        net.next("max_pooling2d", "pool")
    for skip in reversed(skips):
        up = net.next("conv2d_transpose")
        net.next("concatenate", "merge", (up, skip), "concatenate")
        net.next("conv2d")
    assert net.blocks() == ()


def test_blocks_inside_a_model_inside_stay_inside() -> None:
    inner = residual_net(4, "unit")
    net = Net()
    for layer in inner.layers[1:]:
        sources = [edge.source for edge in inner.edges if edge.target == layer.name]
        net.add(
            f"trunk/{layer.name}",
            layer.kind,
            [source if source == "picture" else f"trunk/{source}" for source in sources],
            layer.mode,
        )
    net.add("scores", "dense")
    assert [group.name for group in net.blocks()] == [f"trunk/unit{n}" for n in range(4)]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph of single layers and of ways that part and meet, some in a folder, some called alike, some skipped."""
    net = Net()
    for segment in range(draw(st.integers(1, 9))):
        prefix = draw(st.sampled_from(["", "", f"block{segment}_", "stage1_", "inner/", f"inner/block{segment}_"]))
        entry, ends = net.last, []
        for way in range(draw(st.integers(1, 3))):
            source = entry
            for step in range(draw(st.integers(0 if way else 1, 3))):
                source = net.add(f"{prefix}layer_{segment}{way}{step}", draw(KINDS), (source,))
            ends.append(source)
        if draw(st.integers(0, 9)) == 0:
            ends.append(draw(st.sampled_from([layer.name for layer in net.layers])))
        net.add(f"{prefix}end_{segment}", "merge" if len(set(ends)) > 1 else "activation", dict.fromkeys(ends))
    return tuple(net.layers), tuple(net.edges)


@given(graphs())
def test_every_block_of_any_graph_can_be_drawn_as_one_node(graph: Graph) -> None:
    groups = blocks_of(*graph)
    event(f"{len(groups)} blocks")
    check(*graph, groups)


def test_random_graphs_have_blocks() -> None:
    any_will_do = settings(phases=[Phase.generate])  # the smallest takes long to find
    assert len(find(graphs(), lambda graph: len(blocks_of(*graph)) > 2, settings=any_will_do)[0]) > 9


@given(st.integers(3, 12), st.booleans())
def test_as_many_blocks_are_found_as_there_are(count: int, named: bool) -> None:
    groups = residual_net(count, "block" if named else "").blocks()
    assert len(groups) == count
    assert len({group.class_name for group in groups}) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count", "class_name"),
    [
        ("ResNet50", 16, "conv x3, add"),
        ("MobileNet", 13, "depthwise, conv"),
        ("MobileNetV2", 17, "depthwise, conv x2, add"),
        ("MobileNetV3Small", 11, "depthwise, conv x4, gate, add"),
        ("EfficientNetB0", 16, "depthwise, conv x4, gate, add"),
        ("ConvNeXtTiny", 18, "conv, dense x2, add"),
        ("Xception", 14, "conv x3, add"),
    ],
)  # `make zoo` looks at all of them
def test_the_blocks_of_published_models(keras: Any, name: str, count: int, class_name: str) -> None:
    from exporter.capture.graph import graph_of

    graph = graph_of(getattr(keras.applications, name)(weights=None))
    groups = blocks_of(graph.layers, graph.edges)
    check(graph.layers, graph.edges, groups)
    assert len(groups) == count
    assert class_name in {group.class_name for group in groups}
