"""What each kind of layer becomes in the folder: pieces, sizes, kernels, maps, and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_chain import batch_norm, conv, dense, entry, flatten, layer, make_chain, pool, relu

from exporter.bundle import KerascopeError
from exporter.bundle.read import Bundle
from exporter.bundle.schema import Edge, Layer, Preprocessing
from exporter.interchange.unity.choice import choose
from exporter.interchange.unity.convert import plan
from exporter.interchange.unity.flow import Piece
from exporter.interchange.unity.walk import Chain

Array = np.ndarray[Any, Any]


def planned(tmp_path: Path, layers: Sequence[Layer], pool_size: int | None = None, **more: Any) -> tuple[Bundle, Chain]:
    bundle = make_chain(tmp_path / "made.bundle", layers, **more)
    return bundle, plan(bundle, choose(bundle), pool_size)


def named(chain: Chain, name: str) -> Piece:
    return next(piece for piece in chain.pieces if piece.name == name)


def kernel(bundle: Bundle, chain: Chain, name: str) -> Array:
    array = np.concatenate(list(named(chain, name).kernel.parts(bundle, "000")))
    assert array.shape == named(chain, name).shape
    assert array.dtype == np.float32
    return array


def values(bundle: Bundle, chain: Chain, name: str) -> Array:
    piece = named(chain, name)
    array = piece.values.array(bundle, "s1", "000")
    assert array.shape == piece.values.shape
    return array


def output(bundle: Bundle, name: str) -> Array:
    return bundle.output("s1", "000", name)


def says(chain: Chain, *words: str) -> bool:
    return any(all(word in note for word in words) for note in chain.notes)


def names(chain: Chain) -> list[str]:
    return [piece.name for piece in chain.pieces]


def test_a_row_of_a_table_is_a_picture_one_cell_wide(tmp_path: Path) -> None:
    bundle, chain = planned(tmp_path, [entry(5), dense("hidden", 4, "relu"), dense("out", 2)])
    assert [(piece.name, piece.shape) for piece in chain.pieces] == [
        ("input", (1, 5, 1, 1)), ("fc0", (5, 4)), ("fc_out", (4, 2)),
    ]  # fmt: skip
    np.testing.assert_array_equal(values(bundle, chain, "input")[:, 0, 0], output(bundle, "x"))
    np.testing.assert_array_equal(kernel(bundle, chain, "fc0"), bundle.weight("000", "hidden", "kernel"))
    np.testing.assert_array_equal(values(bundle, chain, "fc_out"), output(bundle, "out"))


@pytest.mark.parametrize("shape", [(6, 6, 1), (6, 6)])
def test_a_picture_goes_into_a_dense_layer(tmp_path: Path, shape: tuple[int, ...]) -> None:
    bundle, chain = planned(tmp_path, [entry(*shape), flatten("flat", 36), dense("out", 3)])
    assert [piece.shape for piece in chain.pieces] == [(1, 6, 6, 1), (36, 3)]
    np.testing.assert_array_equal(values(bundle, chain, "input").reshape(shape), output(bundle, "x"))
    np.testing.assert_array_equal(kernel(bundle, chain, "fc_out"), bundle.weight("000", "out", "kernel"))
    assert says(chain, "dropped", "flat")


def test_a_wide_picture_is_padded_to_a_square(tmp_path: Path) -> None:
    bundle, chain = planned(tmp_path, [entry(4, 6, 3), conv("c", (4, 6, 2)), flatten("f", 48), dense("out", 3)])
    assert named(chain, "input").shape == (1, 6, 6, 3)
    for name, source in (("input", "x"), ("conv0", "c")):
        maps = values(bundle, chain, name)
        np.testing.assert_array_equal(maps[:4], output(bundle, source))
        assert not maps[4:].any()
        assert says(chain, f"{source} -> {name}", "4x6 zero-padded to 6x6")
    rows = kernel(bundle, chain, "fc_out").reshape(6, 6, 2, 3)
    np.testing.assert_array_equal(rows[:4].reshape(48, 3), bundle.weight("000", "out", "kernel"))
    assert not rows[4:].any()


def test_an_even_kernel_gets_its_zeros_above_and_on_the_left(tmp_path: Path) -> None:
    bundle, chain = planned(tmp_path, [entry(6, 6, 1), conv("c", (6, 6, 2), 4), flatten("f", 72), dense("out", 2)])
    framed = kernel(bundle, chain, "conv0")
    assert framed.shape == (5, 5, 1, 2)
    np.testing.assert_array_equal(framed[1:, 1:], bundle.weight("000", "c", "kernel"))
    assert not framed[0].any()
    assert not framed[:, 0].any()
    assert says(chain, "c -> conv0", "even kernel")


def test_a_long_kernel_becomes_square_around_its_middle(tmp_path: Path) -> None:
    bundle, chain = planned(tmp_path, [entry(6, 6, 1), conv("c", (6, 6, 2), (1, 5)), flatten("f", 72), dense("o", 2)])
    framed = kernel(bundle, chain, "conv0")
    np.testing.assert_array_equal(framed[2:3], bundle.weight("000", "c", "kernel"))
    assert np.count_nonzero(framed) == 10
    assert says(chain, "1x5 kernel is zero-padded to 5x5")


def test_a_valid_convolution_moves_its_maps_inwards(tmp_path: Path) -> None:
    layers = [entry(8, 8, 1), conv("c", (4, 4, 2), 5, padding="valid"), flatten("f", 32), dense("out", 2)]
    bundle, chain = planned(tmp_path, layers)
    maps = values(bundle, chain, "conv0")
    assert maps.shape == (8, 8, 2)
    np.testing.assert_array_equal(maps[2:6, 2:6], output(bundle, "c"))
    assert np.count_nonzero(maps) == 32
    assert says(chain, "c -> conv0", "4x4 zero-padded to 8x8, rows 2 to 5")


def test_padding_layers_only_move_what_follows(tmp_path: Path) -> None:
    pad = layer("pad", "padding", "ZeroPadding2D", (10, 10, 1), padding="1,1;1,1", mode="zeros")
    layers = [entry(8, 8, 1), pad, conv("c", (8, 8, 2), padding="valid"), flatten("f", 128), dense("out", 2)]
    bundle, chain = planned(tmp_path, layers)
    np.testing.assert_array_equal(values(bundle, chain, "conv0"), output(bundle, "c"))
    assert says(chain, "pad -> input", "not drawn")


def test_maps_that_padding_makes_larger_get_a_larger_square(tmp_path: Path) -> None:
    pad = layer("pad", "padding", "ZeroPadding2D", (10, 10, 1), padding="1,1;1,1", mode="zeros")
    layers = [entry(8, 8, 1), pad, conv("c", (10, 10, 2), 1), flatten("f", 200), dense("out", 2)]
    bundle, chain = planned(tmp_path, layers)
    np.testing.assert_array_equal(values(bundle, chain, "conv0"), output(bundle, "c"))
    np.testing.assert_array_equal(values(bundle, chain, "input")[1:9, 1:9], output(bundle, "x"))


def test_cropping_moves_what_follows_inwards(tmp_path: Path) -> None:
    crop = layer("crop", "padding", "Cropping2D", (5, 6, 1), padding="1,2;2,0", mode="cropping")
    layers = [entry(8, 8, 1), crop, conv("c", (5, 6, 2)), flatten("f", 60), dense("out", 2)]
    bundle, chain = planned(tmp_path, layers)
    np.testing.assert_array_equal(values(bundle, chain, "conv0")[1:6, 2:8], output(bundle, "c"))
    assert says(chain, "crop", "cuts off")


@pytest.mark.parametrize(("pool_size", "side"), [(None, 5), (2, 4)])
def test_stride_two_is_a_display_trick(tmp_path: Path, pool_size: int | None, side: int) -> None:
    layers = [entry(8, 8, 1), conv("c", (4, 4, 2), strides=(2, 2)), relu("r", 4, 4, 2), flatten("f", 32), dense("o", 2)]
    bundle, chain = planned(tmp_path, layers, pool_size)
    assert names(chain) == ["input", "conv0", "maxpool0", "fc_out"]
    real = output(bundle, "r")
    np.testing.assert_array_equal(values(bundle, chain, "conv0"), real.repeat(2, 0).repeat(2, 1))
    np.testing.assert_array_equal(values(bundle, chain, "maxpool0")[:4, :4], real)
    assert named(chain, "maxpool0").shape == (side, side)
    assert says(chain, "c -> conv0", "stride 2", "display trick", "maxpool0")


@pytest.mark.parametrize("pool_size", [None, 2])
@pytest.mark.parametrize(("stride", "made", "pools"), [(3, 4, 1), (4, 3, 2), (5, 3, 2)])
def test_longer_strides_repeat_as_often(
    tmp_path: Path, stride: int, made: int, pools: int, pool_size: int | None
) -> None:
    c = conv("c", (made, made, 2), 3, strides=(stride, stride))
    layers = [entry(12, 12, 1), c, flatten("f", made * made * 2), dense("o", 2)]
    bundle, chain = planned(tmp_path, layers, pool_size)
    assert sum(piece.kind == "maxpool" for piece in chain.pieces) == pools
    maps = values(bundle, chain, chain.pieces[-2].name)
    found = maps[np.ix_(maps.any((1, 2)), maps.any((0, 2)))]
    np.testing.assert_array_equal(found, output(bundle, "c"))
    shown = values(bundle, chain, "conv0")
    assert set(output(bundle, "c").ravel().tolist()) <= set(shown.ravel().tolist()), "no value is lost"


def test_an_odd_side_gets_a_larger_square_rather_than_losing_a_row(tmp_path: Path) -> None:
    layers = [
        entry(7, 7, 1), conv("c", (7, 7, 2)), pool("p", (4, 4, 2), padding="same"), flatten("f", 32), dense("o", 2),
    ]  # fmt: skip
    bundle, chain = planned(tmp_path, layers, 2)
    np.testing.assert_array_equal(values(bundle, chain, "maxpool0"), output(bundle, "p"))
    assert named(chain, "input").shape == (1, 8, 8, 1)


def test_depthwise_kernels_follow_each_other(tmp_path: Path) -> None:
    c = conv("c", (6, 6, 6), kind="depthwise", class_name="DepthwiseConv2D", variables=("kernel",))
    bundle, chain = planned(tmp_path, [entry(6, 6, 3), c, flatten("f", 216), dense("o", 2)])
    made = kernel(bundle, chain, "conv0")
    assert made.shape == (3, 3, 1, 6)
    np.testing.assert_array_equal(made[:, :, 0, 2 * 2 + 1], bundle.weight("000", "c", "kernel")[:, :, 2, 1])
    assert says(chain, "c -> conv0", "depthwise")


def test_a_dense_layer_over_maps_is_a_convolution_of_one_cell(tmp_path: Path) -> None:
    layers = [entry(4, 4, 3), dense("d", 5, "relu", 4, 4), flatten("f", 80), dense("o", 2)]
    bundle, chain = planned(tmp_path, layers)
    np.testing.assert_array_equal(kernel(bundle, chain, "conv0")[0, 0], bundle.weight("000", "d", "kernel"))
    np.testing.assert_array_equal(values(bundle, chain, "conv0"), output(bundle, "d"))
    assert says(chain, "d -> conv0", "1x1 convolution")


def test_a_convolution_over_a_single_cell_is_a_dense_layer(tmp_path: Path) -> None:
    mean = layer("mean", "global_pool", "GlobalAveragePooling2D", (1, 1, 4), mode="average")
    flat = layer("flat", "reshape", "Reshape", (3,))
    layers = [entry(4, 4, 1), conv("c", (4, 4, 4)), mean, conv("k", (1, 1, 3), 1), flat]
    bundle, chain = planned(tmp_path, layers)
    rows = kernel(bundle, chain, "fc_out").reshape(4, 4, 4, 3)
    np.testing.assert_allclose(rows[2, 1], bundle.weight("000", "k", "kernel")[0, 0] / 16)
    np.testing.assert_array_equal(values(bundle, chain, "fc_out"), output(bundle, "k").ravel())


def test_a_normalisation_behind_a_flatten_is_not_of_channels(tmp_path: Path) -> None:
    layers = [entry(4, 4, 1), conv("c", (4, 4, 2)), flatten("f", 32), batch_norm("n", 32), dense("o", 2)]
    bundle, chain = planned(tmp_path, layers)
    np.testing.assert_array_equal(kernel(bundle, chain, "conv0"), bundle.weight("000", "c", "kernel"))
    gamma, variance = (bundle.weight("000", "n", name).astype(float) for name in ("gamma", "moving_variance"))
    expected = bundle.weight("000", "o", "kernel") * (gamma / np.sqrt(variance + 0.001))[:, None]
    np.testing.assert_allclose(kernel(bundle, chain, "fc_out"), expected, rtol=1e-6)


def test_groups_become_one_kernel_with_zeros(tmp_path: Path) -> None:
    c = conv("c", (6, 6, 4), groups=2)
    bundle, chain = planned(tmp_path, [entry(6, 6, 6), c, flatten("f", 144), dense("o", 2)])
    made, own = kernel(bundle, chain, "conv0"), bundle.weight("000", "c", "kernel")
    np.testing.assert_array_equal(made[:, :, :3, :2], own[..., :2])
    np.testing.assert_array_equal(made[:, :, 3:, 2:], own[..., 2:])
    assert np.count_nonzero(made) == own.size


def test_a_group_for_each_channel_is_depthwise(tmp_path: Path) -> None:
    layers = [
        entry(6, 6, 1), conv("a", (6, 6, 3), activation="relu"), batch_norm("n", 6, 6, 3),
        conv("c", (6, 6, 6), groups=3), flatten("f", 216), dense("o", 2),
    ]  # fmt: skip
    bundle, chain = planned(tmp_path, layers)
    gamma, variance = (bundle.weight("000", "n", name).astype(float) for name in ("gamma", "moving_variance"))
    expected = bundle.weight("000", "c", "kernel") * np.repeat(gamma / np.sqrt(variance + 0.001), 2)
    made = kernel(bundle, chain, "conv1")
    assert made.shape == (3, 3, 1, 6)
    np.testing.assert_allclose(made, expected, rtol=1e-6)
    assert says(chain, "c -> conv1", "depthwise")


@pytest.mark.parametrize(("pool_size", "columns"), [(None, 1), (2, 8)])
def test_a_sequence_is_a_column_unless_its_pools_need_two(tmp_path: Path, pool_size: int | None, columns: int) -> None:
    layers = [entry(8, 3), conv("c", (8, 2)), pool("p", (4, 2)), flatten("f", 8), dense("o", 2)]
    bundle, chain = planned(tmp_path, layers, pool_size)
    made = kernel(bundle, chain, "conv0")
    np.testing.assert_array_equal(made[:, 1], bundle.weight("000", "c", "kernel"))
    assert not made[:, [0, 2]].any()
    maps = values(bundle, chain, "conv0")
    assert maps.shape == (8, columns, 2)
    np.testing.assert_array_equal(maps[:, 0], output(bundle, "c"))
    assert not maps[:, 1:].any()
    np.testing.assert_array_equal(values(bundle, chain, "maxpool0")[:4, 0], output(bundle, "p"))


def test_pools_stand_behind_convolutions(tmp_path: Path) -> None:
    layers = [entry(8, 8, 2), pool("p", (4, 4, 2)), pool("q", (2, 2, 2)), flatten("f", 8), dense("o", 2)]
    bundle, chain = planned(tmp_path, layers, 2)
    assert names(chain) == ["input", "conv0", "maxpool0", "conv1", "maxpool1", "fc_out"]
    assert kernel(bundle, chain, "conv1").tolist() == [[[[1.0, 1.0]]]]
    np.testing.assert_array_equal(values(bundle, chain, "conv0"), output(bundle, "x"))
    np.testing.assert_array_equal(values(bundle, chain, "conv1"), output(bundle, "p"))
    np.testing.assert_array_equal(values(bundle, chain, "maxpool1"), output(bundle, "q"))
    assert says(chain, "q -> conv1", "the model does not have")


def test_zeros_around_maps_for_a_second_pool_make_nothing_larger(tmp_path: Path) -> None:
    pad = layer("pad", "padding", "ZeroPadding2D", (6, 6, 2), padding="1,1;1,1", mode="zeros")
    layers = [entry(8, 8, 1), conv("c", (4, 4, 2), strides=(2, 2)), pad, pool("p", (2, 2, 2), 3), flatten("f", 8)]
    bundle, chain = planned(tmp_path, [*layers, dense("o", 2)], 2)
    assert names(chain) == ["input", "conv0", "maxpool0", "conv1", "maxpool1", "fc_out"]
    assert named(chain, "input").shape == (1, 8, 8, 1)
    np.testing.assert_array_equal(values(bundle, chain, "conv1"), output(bundle, "c"))
    np.testing.assert_array_equal(values(bundle, chain, "maxpool1"), output(bundle, "p"))


def test_other_pools_say_what_they_are(tmp_path: Path) -> None:
    p = pool("p", (4, 4, 2), 3, mode="average", padding="same")
    _, chain = planned(tmp_path, [entry(8, 8, 1), conv("c", (8, 8, 2)), p, flatten("f", 32), dense("o", 2)])
    assert says(chain, "p -> maxpool0", "average")
    assert says(chain, "p -> maxpool0", "3x3 cells with stride 2x2")


def test_a_pool_that_stands_still_is_shown_by_the_maps_before_it(tmp_path: Path) -> None:
    p = pool("p", (6, 6, 2), 3, 1)
    bundle, chain = planned(tmp_path, [entry(8, 8, 1), conv("c", (8, 8, 2)), p, flatten("f", 72), dense("o", 2)])
    np.testing.assert_array_equal(values(bundle, chain, "conv0")[1:7, 1:7], output(bundle, "p"))
    assert says(chain, "p -> conv0", "stride 1")


@pytest.mark.parametrize("mode", ["average", "max"])
def test_a_pool_over_whole_maps_shares_its_weights_among_their_cells(tmp_path: Path, mode: str) -> None:
    mean = layer("mean", "global_pool", "GlobalAveragePooling2D", (4,), mode=mode)
    bundle, chain = planned(tmp_path, [entry(5, 5, 1), conv("c", (3, 3, 4), padding="valid"), mean, dense("o", 2)])
    rows = kernel(bundle, chain, "fc_out").reshape(5, 5, 4, 2)
    np.testing.assert_allclose(rows[1:4, 1:4], np.broadcast_to(bundle.weight("000", "o", "kernel") / 9, (3, 3, 4, 2)))
    assert np.count_nonzero(rows) == 9 * 8
    assert says(chain, "mean -> conv0", "W[c]/9")
    assert says(chain, "maximum") == (mode == "max")


def test_a_model_without_a_dense_layer_gets_one_that_hands_on(tmp_path: Path) -> None:
    mean = layer("mean", "global_pool", "GlobalAveragePooling2D", (2,), mode="average")
    soft = layer("soft", "activation", "Softmax", (2,), activation="softmax")
    bundle, chain = planned(tmp_path, [entry(4, 4, 1), conv("c", (4, 4, 2)), mean, soft])
    rows = kernel(bundle, chain, "fc_out").reshape(4, 4, 2, 2)
    np.testing.assert_allclose(rows, np.broadcast_to(np.eye(2) / 16, (4, 4, 2, 2)))
    np.testing.assert_array_equal(values(bundle, chain, "fc_out"), output(bundle, "mean"))
    assert says(chain, "-> fc_out", "the model does not have")


def test_logits_are_computed_where_only_their_softmax_is_stored(tmp_path: Path) -> None:
    bundle, chain = planned(tmp_path, [entry(5), dense("h", 4, "relu"), dense("o", 3, "softmax")])
    expected = output(bundle, "h") @ bundle.weight("000", "o", "kernel") + bundle.weight("000", "o", "bias")
    np.testing.assert_allclose(values(bundle, chain, "fc_out"), expected, rtol=1e-6)
    assert says(chain, "o -> fc_out", "logits", "computed", "softmax")


def test_logits_are_stored_where_the_softmax_is_a_layer(tmp_path: Path) -> None:
    soft = layer("soft", "activation", "Softmax", (3,), activation="softmax")
    bundle, chain = planned(tmp_path, [entry(5), dense("o", 3), soft])
    np.testing.assert_array_equal(values(bundle, chain, "fc_out"), output(bundle, "o"))
    assert says(chain, "o -> fc_out", "before soft")


def test_normalisation_is_folded_into_the_kernel_before(tmp_path: Path) -> None:
    layers = [entry(4, 4, 1), conv("c", (4, 4, 2)), batch_norm("n", 4, 4, 2), relu("r", 4, 4, 2), flatten("f", 32)]
    bundle, chain = planned(tmp_path, [*layers, dense("o", 2)])
    gamma, variance = (bundle.weight("000", "n", name).astype(float) for name in ("gamma", "moving_variance"))
    expected = bundle.weight("000", "c", "kernel") * (gamma / np.sqrt(variance + 0.001))
    np.testing.assert_allclose(kernel(bundle, chain, "conv0"), expected, rtol=1e-6)
    np.testing.assert_array_equal(values(bundle, chain, "conv0"), output(bundle, "r"))
    assert says(chain, "n -> conv0", "folded into the kernel before")
    assert says(chain, "c -> conv0: values behind n, r")


def test_normalisation_behind_an_activation_is_folded_into_the_kernel_behind(tmp_path: Path) -> None:
    layers = [
        entry(4, 4, 1), conv("c", (4, 4, 2), activation="relu"), batch_norm("n", 4, 4, 2), flatten("f", 32),
        dense("o", 2),
    ]  # fmt: skip
    bundle, chain = planned(tmp_path, layers)
    gamma, variance = (bundle.weight("000", "n", name).astype(float) for name in ("gamma", "moving_variance"))
    factors = np.tile(gamma / np.sqrt(variance + 0.001), 16)[:, None]
    np.testing.assert_allclose(
        kernel(bundle, chain, "fc_out"), bundle.weight("000", "o", "kernel") * factors, rtol=1e-6
    )
    np.testing.assert_array_equal(values(bundle, chain, "conv0"), output(bundle, "c"))
    assert says(chain, "n -> o", "folded into the kernel behind")


def test_rescaling_is_folded_relative_to_the_picture_that_is_drawn(tmp_path: Path) -> None:
    scale = layer(
        "s",
        "normalisation",
        "Rescaling",
        (4, 4, 1),
        settings={"computed_by": "Rescaling", "scale": 1 / 255, "offset": 0},
    )
    layers = [entry(4, 4, 1), scale, conv("c", (4, 4, 2)), flatten("f", 32), dense("o", 2)]
    raw = Preprocessing(low=0.0, high=255.0)
    bundle, chain = planned(tmp_path, layers, preprocessing=raw)
    np.testing.assert_array_equal(kernel(bundle, chain, "conv0"), bundle.weight("000", "c", "kernel"))
    np.testing.assert_allclose(values(bundle, chain, "input"), output(bundle, "x") / 255, rtol=1e-6)


def test_blue_first_is_turned_with_the_kernel(tmp_path: Path) -> None:
    layers = [entry(4, 4, 3), conv("c", (4, 4, 2)), flatten("f", 32), dense("o", 2)]
    caffe = Preprocessing(colour_order="bgr", mean=(100.0, 110.0, 120.0), low=-120.0, high=155.0)
    bundle, chain = planned(tmp_path, layers, preprocessing=caffe)
    np.testing.assert_array_equal(kernel(bundle, chain, "conv0"), bundle.weight("000", "c", "kernel")[:, :, ::-1])
    expected = (output(bundle, "x") + np.array(caffe.mean))[..., ::-1] / 255
    np.testing.assert_allclose(values(bundle, chain, "input"), expected, rtol=1e-6)
    assert says(chain, "x -> input", "blue first")


def branched() -> tuple[list[Layer], list[Edge]]:
    layers = [
        entry(4, 4, 3), conv("a", (4, 4, 2), activation="relu"), conv("side", (4, 4, 4)), conv("b", (4, 4, 4)),
        layer("sum", "merge", "Add", (4, 4, 4), mode="add"), flatten("f", 64), dense("o", 2),
    ]  # fmt: skip
    pairs = [
        ("x", "a"), ("a", "b"), ("x", "side"), ("side", "sum", 0), ("b", "sum", 1), ("sum", "f"), ("f", "o"),
    ]  # fmt: skip
    return layers, [Edge(source=p[0], target=p[1], target_input=p[2] if len(p) == 3 else 0) for p in pairs]


def test_of_branches_the_one_with_most_kernels_is_shown(tmp_path: Path) -> None:
    layers, edges = branched()
    bundle, chain = planned(tmp_path, layers, edges=edges)
    assert [piece.layer for piece in chain.pieces] == ["x", "a", "b", "o"]
    np.testing.assert_array_equal(values(bundle, chain, "conv1"), output(bundle, "sum"))
    assert says(chain, "left out", "side")
    assert says(chain, "sum -> conv1", "side")


def test_of_joined_branches_only_the_rows_of_the_main_path_are_shown(tmp_path: Path) -> None:
    layers, edges = branched()
    layers[4] = layer("sum", "merge", "Concatenate", (4, 4, 8), mode="concatenate")
    layers[5] = conv("c", (4, 4, 2))
    layers = [*layers[:6], flatten("f", 32), layers[6]]
    edges = [*edges[:5], Edge(source="sum", target="c"), Edge(source="c", target="f"), edges[6]]
    bundle, chain = planned(tmp_path, layers, edges=edges)
    np.testing.assert_array_equal(kernel(bundle, chain, "conv2"), bundle.weight("000", "c", "kernel")[:, :, 4:])
    np.testing.assert_array_equal(values(bundle, chain, "conv1"), output(bundle, "b"))


def test_a_branch_that_only_weighs_channels_is_not_the_main_path(tmp_path: Path) -> None:
    mean = layer("mean", "global_pool", "GlobalAveragePooling2D", (1, 1, 4), mode="average")
    layers = [
        entry(4, 4, 3), conv("a", (4, 4, 4)), mean,
        conv("less", (1, 1, 2), 1), conv("more", (1, 1, 4), 1),
        layer("times", "merge", "Multiply", (4, 4, 4), mode="multiply"), flatten("f", 64), dense("o", 2),
    ]  # fmt: skip
    pairs = ["x a", "a mean", "mean less", "less more", "a times", "more times", "times f", "f o"]
    edges = [Edge(source=p.split()[0], target=p.split()[1], target_input=int(p == "more times")) for p in pairs]
    _, chain = planned(tmp_path, layers, edges=edges)
    assert [piece.layer for piece in chain.pieces] == ["x", "a", "o"]
    assert says(chain, "left out", "mean, less, more")


def test_a_second_input_is_refused_where_it_flows_in(tmp_path: Path) -> None:
    layers = [
        entry(3), entry(3, name="y"), dense("a", 2), dense("b", 2),
        layer("both", "merge", "Concatenate", (4,), mode="concatenate"), dense("o", 2),
    ]  # fmt: skip
    pairs = ["x a", "y b", "a both", "b both", "both o"]
    edges = [Edge(source=p.split()[0], target=p.split()[1], target_input=int(p == "b both")) for p in pairs]
    with pytest.raises(KerascopeError, match=r"'both'.*another input of the model, y"):
        planned(tmp_path, layers, edges=edges)


REFUSED = [
    (layer("gone", "embedding", "Embedding", (6, 6, 2)), "looks vectors up"),
    (layer("gone", "recurrent", "ConvLSTM1D", (6, 6, 2)), "recurrent"),
    (layer("gone", "attention", "MultiHeadAttention", (6, 6, 2)), "attention"),
    (layer("gone", "resize", "UpSampling2D", (12, 12, 2)), "size of maps"),
    (conv("gone", (12, 12, 2), class_name="Conv2DTranspose"), "transposed"),
    (layer("gone", "reshape", "Permute", (6, 6, 2)), "order of axes"),
    (layer("gone", "reshape", "Reshape", (3, 12, 2)), "cannot draw"),
    (layer("gone", "other", "Lambda", (3, 3, 2)), "changes the shape"),
    (layer("gone", "padding", "Pad", (8, 8, 2), mode="reflect", padding=None), "not known"),
]


@pytest.mark.parametrize(("one", "why"), REFUSED, ids=[f"{one.kind}-{one.class_name}" for one, _ in REFUSED])
def test_what_cannot_be_shown_is_refused_by_its_name(tmp_path: Path, one: Layer, why: str) -> None:
    count = int(np.prod([n or 1 for n in one.outputs[0].shape]))
    layers = [entry(6, 6, 1), conv("c", (6, 6, 2)), one, flatten("f", count), dense("o", 2)]
    with pytest.raises(KerascopeError, match=f"'gone'.*{why}"):
        planned(tmp_path, layers)


def test_a_model_that_ends_in_maps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KerascopeError, match=r"'last'.*ends in maps"):
        planned(tmp_path, [entry(6, 6, 1), conv("last", (6, 6, 2))])


def test_an_older_bundle_without_settings_is_told_to_be_made_again(tmp_path: Path) -> None:
    norm = layer("n", "normalisation", "BatchNormalization", (4, 4, 2), settings={}, variables=("moving_variance",))
    layers = [entry(4, 4, 1), conv("c", (4, 4, 2), settings={}), norm, flatten("f", 32), dense("o", 2)]
    with pytest.raises(KerascopeError, match=r"epsilon of the layer 'n'.*export the model again"):
        planned(tmp_path, layers)


def test_a_quantised_kernel_is_refused(tmp_path: Path) -> None:
    small = layer("q", "dense", "Dense", (2,), variables=("kernel", "kernel_scale"), units=2, activation="linear")
    with pytest.raises(KerascopeError, match=r"'q'.*quantised"):
        planned(tmp_path, [entry(3), small])


def test_outputs_that_are_needed_and_not_stored_are_named(tmp_path: Path) -> None:
    layers = [entry(4, 4, 1), conv("c", (4, 4, 2)), flatten("f", 32), dense("o", 2)]
    planned(tmp_path, layers, without=["f"])
    with pytest.raises(KerascopeError, match=r"'c', which conv0 shows; .*without --layers"):
        planned(tmp_path, layers, without=["c"])


def test_sizes_that_the_model_leaves_open_are_read_off_the_captures(tmp_path: Path) -> None:
    mean = layer("mean", "global_pool", "GlobalAveragePooling2D", (2,), mode="average")
    bundle, chain = planned(tmp_path, [entry(None, None, 3), conv("c", (None, None, 2)), mean, dense("o", 2)])
    assert named(chain, "input").shape == (1, 8, 8, 3)
    np.testing.assert_array_equal(values(bundle, chain, "conv0"), output(bundle, "c"))
