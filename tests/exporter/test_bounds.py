"""What of a model is kept: patterns of layers, channels, weights; and how much room it takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_bundle import layer

from exporter.bounds import bounded_layers, read_bounds
from exporter.bundle import KerascopeError
from exporter.bundle.schema import Layer, Output
from exporter.extent import Extent, check_room, input_bytes, is_open, size_text

LAYERS = (
    layer("picture", "input", 8, 8, 3),
    layer("conv_1", "conv", 8, 8, 6),
    layer("encoder/conv_1", "conv", 4, 4, 6),
    layer("encoder/dense", "dense", 5),
    layer("scores", "dense", 3),
)
ENDS = ("picture",), ("scores",)


def kept(**options: Any) -> dict[str, int | None]:
    return dict(bounded_layers(LAYERS, *ENDS, read_bounds(**options))[1])


def test_without_bounds_all_is_kept_whole() -> None:
    assert kept() == dict.fromkeys([each.name for each in LAYERS])


@pytest.mark.parametrize(
    ("patterns", "fitting"),
    [
        ("conv_1", {"conv_1", "encoder/conv_1"}),
        ("encoder/*", {"encoder/conv_1", "encoder/dense"}),
        ("dense , conv_?", {"conv_1", "encoder/conv_1", "encoder/dense"}),
        (["encoder/dense", "picture"], {"encoder/dense"}),
        ("*", {each.name for each in LAYERS}),
    ],
)
def test_patterns_fit_paths_and_own_names_and_the_ends_are_always_there(patterns: Any, fitting: set[str]) -> None:
    assert set(kept(layers=patterns)) == fitting | {"picture", "scores"}


def test_a_pattern_that_fits_nothing_is_told_with_near_names() -> None:
    with pytest.raises(KerascopeError, match=r"no layer .*such as conv_1.*got 'conv1'") as raised:
        kept(layers="scores,conv1")
    assert "\n" not in str(raised.value)
    with pytest.raises(KerascopeError, match="such as picture"):
        kept(layers="Zzz")


def test_channels_are_cut_of_maps_only() -> None:
    assert kept(channels=2) == {
        "picture": None,
        "conv_1": 2,
        "encoder/conv_1": 2,
        "encoder/dense": None,
        "scores": None,
    }
    assert set(kept(channels=6).values()) == {None}
    with pytest.raises(KerascopeError, match="at least 1"):
        read_bounds(channels=0)


def with_outputs(*outputs: Output) -> Layer:
    return Layer(name="x", kind="attention", class_name="X", outputs=outputs, value="value")


def test_maps_of_attention_and_open_axes_are_not_cut() -> None:
    odd = with_outputs(
        Output(shape=(7, 9), dtype="float32"),
        Output(shape=(2, 7, 7), dtype="float32", name="attention scores"),
        Output(shape=(7, None), dtype="float32"),
    )
    (bounded,), found = bounded_layers([odd], [], [], read_bounds(channels=4))
    assert [output.stored_channels for output in bounded.outputs] == [4, None, None]
    assert found == {"x": 4, "x#1": None, "x#2": None}


def test_layers_that_are_not_kept_are_not_said_to_be_cut() -> None:
    layers, _ = bounded_layers(LAYERS, *ENDS, read_bounds("encoder/*", channels=2))
    assert [each.outputs[0].stored_channels for each in layers] == [None, None, 2, None, None]


@pytest.mark.parametrize(
    ("weights", "expected"), [("full", "yy"), ("none", "nn"), ("001", "ny"), (["000", "001"], "yy")]
)
def test_whose_weights_are_kept(weights: Any, expected: str) -> None:
    bounds = read_bounds(weights=weights)
    assert "".join("y" if bounds.keeps_weights(id_) else "n" for id_ in ("000", "001")) == expected


def test_the_size_of_an_input_is_the_sum_of_what_is_kept() -> None:
    bounds = read_bounds("conv_1", channels=2, dtype="float16")
    assert input_bytes(*bounded_layers(LAYERS, *ENDS, bounds), "float16") == 4 * 192 + 2 * (128 + 32 + 3)
    assert input_bytes([with_outputs(Output(shape=(3,), dtype="int64"))], {"x": None}, "float16") == 24
    assert is_open([with_outputs(Output(shape=(None, 3), dtype="int64"))], {"x": None})
    assert not is_open([with_outputs(Output(shape=(None, 3), dtype="int64"))], {})


@given(st.integers(0, 10**13))
def test_sizes_are_told_to_a_hundredth(size_bytes: int) -> None:
    number, _, unit = size_text(size_bytes).partition(" ")
    told = float(number) * {"": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]
    assert told == pytest.approx(size_bytes, rel=0.01, abs=50)


def test_too_little_room_is_told_before_anything_is_written(tmp_path: Any) -> None:
    with pytest.raises(KerascopeError, match=r"too little room.*expected 1000000000 GB, got .* free"):
        check_room(tmp_path / "not/there/yet", 10**18)
    check_room(tmp_path / "not/there/yet", 0)


def test_an_extent_is_told_in_one_line() -> None:
    extent = Extent(553 * 10**6, 1, 59 * 10**6, 1, 0)
    assert str(extent) == "about 612 MB: weights 553 MB, outputs 59.0 MB of 1 input, statistics 0"
    assert "3 checkpoints" in str(Extent(1, 3, 1, 2, 0))
    assert str(Extent(1, 3, 1, 2, 0, is_least=True)).startswith("at least ")
