"""Layers are found by what a person types, and a path holds what a value comes from and goes to."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_bundle import layer, paper_bundle

from exporter.bundle.schema import Manifest
from viewer.inspect.path import path_through, upstream
from viewer.inspect.search import search

WINDOW = {"kernel_size": (3, 3), "strides": (1, 1), "padding": "same", "filters": 64}
LAYERS = [
    layer("picture", "input", 28, 28, 3, class_name="InputLayer"),
    layer("stem_conv", "conv", 28, 28, 64, class_name="Conv2D", parameters=1792, **WINDOW),
    layer("stem_relu", "activation", 28, 28, 64, class_name="ReLU", activation="relu"),
    layer("block/depth", "depthwise", 14, 14, 64, class_name="DepthwiseConv2D", kernel_size=(5, 5), strides=(2, 2)),
    layer("block/pool", "pool", 7, 7, 64, class_name="MaxPooling2D", pool_size=(2, 2), mode="max"),
    layer("flat", "flatten", 3136, class_name="Flatten"),
    layer("hidden", "dense", 2000, class_name="Dense", units=2000, activation="relu", parameters=6274000),
    layer("scores", "dense", 10, class_name="Dense", units=10, activation="softmax", parameters=20010),
]


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return paper_bundle(LAYERS).manifest


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("scores", ["scores"]),
        ("stem", ["stem_conv", "stem_relu"]),
        ("conv", ["stem_conv", "block/depth"]),
        ("Conv2D", ["stem_conv", "block/depth"]),
        ("dense", ["hidden", "scores"]),
        ("relu", ["stem_relu", "hidden"]),
        ("dense relu", ["hidden"]),
        ("3x3", ["stem_conv"]),
        ("3×3 same", ["stem_conv"]),
        ("5*5", ["block/depth"]),
        ("28x28", ["picture", "stem_conv", "stem_relu"]),
        ("7x7x64", ["block/pool"]),
        ("10", ["scores"]),
        (">1000 units", ["flat", "hidden"]),
        ("dense < 1000", ["scores"]),
        (">= 20,010 parameters", ["hidden", "scores"]),
        ("max", ["block/pool"]),
        ("sofmax", ["scores"]),
        ("hiden", ["hidden"]),
        ("flaten", ["flat"]),
    ],
)
def test_what_is_typed_is_found(manifest: Manifest, text: str, first: list[str]) -> None:
    assert list(search(manifest, text))[: len(first)] == first


@pytest.mark.parametrize("text", ["zebra", "9x9", "> 99999999 units", "conv softmax", "77"])
def test_what_is_not_there_is_not_found(manifest: Manifest, text: str) -> None:
    assert search(manifest, text) == ()


def test_a_misspelt_word_stands_behind_a_right_one(manifest: Manifest) -> None:
    found = search(manifest, "pool")
    assert found[0] == "block/pool"
    assert search(manifest, "") == tuple(each.name for each in LAYERS)


@given(st.text(max_size=12))
def test_any_text_finds_layers_of_the_net_each_once(text: str) -> None:
    found = search(paper_bundle(LAYERS).manifest, text)
    assert len(set(found)) == len(found)
    assert set(found) <= {each.name for each in LAYERS}


def test_a_path_holds_what_comes_before_and_after_and_no_other_branch() -> None:
    layers = [layer(name, "conv", 4, 4, 2) for name in ("in", "left", "right", "far", "sum", "out")]
    edges = [("in", "left"), ("in", "right"), ("right", "far"), ("left", "sum"), ("far", "sum"), ("sum", "out")]
    manifest = paper_bundle(layers, edges).manifest
    assert path_through(manifest, "right") == ("in", "right", "far", "sum", "out")
    assert path_through(manifest, "sum") == tuple(each.name for each in layers)
    assert upstream(manifest, "left") == ("in", "left")
    with pytest.raises(KeyError):
        path_through(manifest, "nowhere")


@given(st.integers(2, 9), st.data())
def test_paths_are_mutual(count: int, data: st.DataObject) -> None:
    names = [f"l{at}" for at in range(count)]
    chosen = st.sets(st.sampled_from([(a, b) for a in names for b in names if a < b]))
    edges = sorted(data.draw(chosen) | set(pairwise(names[:2])))
    manifest = paper_bundle([layer(name, "conv", 4, 4, 2) for name in names], edges).manifest
    for one in names:
        for other in path_through(manifest, one):
            assert one in path_through(manifest, other)
