"""The receptive field is what a change can reach: it equals the support of a finite difference of the network."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from field_nets import CROP, NETS, PAD, UP, Fields, box_of, conv, forward, net_of, plain, pool, support
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from paper_bundle import paper_bundle

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Layer
from viewer.inspect import windows_back
from viewer.inspect.field import receptive_field

Array = np.ndarray[Any, Any]


def check(bundle: Bundle, size: tuple[int, int]) -> int:
    """Compare every unit at corners, edges and the middle of the last layer; how many of them see a part only."""
    last = bundle.manifest.layers[-1].name
    rows, columns = support(lambda picture: forward(bundle, picture)[last], size)
    shape = rows.shape[1:]
    partly = 0
    for index in product(*({0, n // 2, n - 1} for n in shape)):
        seen = receptive_field(bundle, last, index[:-1] or None, index[-1]).of("l0")
        found = None if seen is None else (seen.start, seen.stop)
        assert found == box_of(rows, columns, index), f"{last} at {index}"
        partly += found is not None and found != ((0, 0), size)
    return partly


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("size", [(13, 12), (10, 15)])
def test_the_rectangle_is_what_a_change_reaches(name: str, size: tuple[int, int]) -> None:
    parts, sources = NETS[name]
    assert check(net_of(parts, size, sources), size) > 0 or name == "dense"


@pytest.mark.parametrize("wrong", [0, 1, 5])
def test_a_wrong_rule_of_padding_is_found(monkeypatch: pytest.MonkeyPatch, wrong: int) -> None:
    bundle = net_of([conv(3, 2), conv(4)], (13, 12))
    check(bundle, (13, 12))
    monkeypatch.setattr(windows_back, "padding_before", lambda *_: wrong)
    with pytest.raises(AssertionError, match="l2 at"):
        check(bundle, (13, 12))


def parts() -> st.SearchStrategy[list[Fields]]:
    paddings = st.sampled_from(["same", "valid"])
    plain_conv = st.builds(conv, st.integers(1, 4), st.integers(1, 3), paddings)
    dilated = st.builds(
        lambda size, by, padding: conv(size, 1, padding, by), st.integers(2, 3), st.integers(2, 3), paddings
    )
    each = st.builds(
        lambda size, stride, padding: conv(size, stride, padding, of="DepthwiseConv2D"),
        st.integers(1, 3),
        st.integers(1, 2),
        paddings,
    )
    pools = st.builds(pool, st.integers(2, 3), st.integers(1, 3), paddings, st.sampled_from(["Max", "Average"]))
    back = st.builds(
        lambda size, stride, padding: conv(size, stride, padding, of="Conv2DTranspose"),
        st.integers(1, 4),
        st.integers(1, 3),
        paddings,
    )
    others = st.sampled_from([PAD, CROP, UP, plain("ReLU", activation="relu")])
    return st.lists(st.one_of(plain_conv, dilated, each, pools, back, others), min_size=1, max_size=4)


@settings(max_examples=40)
@given(parts(), st.integers(7, 12), st.integers(7, 12))
def test_of_any_stack_the_rectangle_is_what_a_change_reaches(stack: list[Fields], height: int, width: int) -> None:
    try:
        bundle = net_of(stack, (height, width))
    except (ValueError, ZeroDivisionError):
        assume(False)  # a kernel larger than what is left of the map
    shape = bundle.manifest.layers[-1].outputs[0].shape
    assume(all(0 < n < 40 for n in shape if n is not None))
    check(bundle, (height, width))


def test_what_is_padding_is_told_and_not_followed() -> None:
    bundle = net_of([conv(3), conv(3)], (9, 9))
    corner = receptive_field(bundle, "l2", (0, 8), 1)
    near, far = corner.of("l1"), corner.of("l0")
    assert near is not None
    assert far is not None
    assert (near.low, near.high, near.start, near.stop) == ((-1, 7), (2, 10), (0, 7), (2, 9))
    assert near.padding == pytest.approx(1 - 4 / 9)
    assert (far.low, far.high) == ((-1, 6), (3, 10)), "one cell beyond the border, not two"
    assert receptive_field(bundle, "l2", (4, 4), 1).of("l1").padding == 0  # type: ignore[union-attr]


def test_channels_are_followed_where_they_stay_apart() -> None:
    bundle = net_of([conv(3), conv(3, of="DepthwiseConv2D"), plain("ReLU", activation="relu")], (9, 9))
    field = receptive_field(bundle, "l3", (4, 4), 1)
    assert [seen.channels for seen in field.seen.values()] == [None, (1,), (1,), (1,)]
    joined = net_of([conv(1), conv(5), plain("Concatenate", mode="concatenate")], (9, 9), {2: (0,), 3: (1, 2)})
    assert list(receptive_field(joined, "l3", (4, 4), 3).seen) == ["l0", "l2", "l3"], "channel 3 is the second's"


def test_a_unit_of_a_flattened_map_is_its_cell() -> None:
    bundle = net_of([conv(1), plain("Flatten")], (6, 7))
    seen = receptive_field(bundle, "l2", None, (2 * 7 + 5) * 2 + 1).of("l1")
    assert seen is not None
    assert (seen.start, seen.stop, seen.channels) == ((2, 5), (3, 6), (1,))


def test_what_no_rule_is_known_of_sees_everything_and_is_told() -> None:
    known = net_of([conv(3), conv(3)], (9, 9))
    layers = list(known.manifest.layers)
    fields = {field: getattr(layers[1], field) for field in layers[1].__struct_fields__}
    layers[1] = Layer(**fields | {"kind": "other", "class_name": "Mine", "settings": {}})
    field = receptive_field(paper_bundle(layers), "l2", (4, 4), 0)
    assert field.unknown == ("l1",)
    seen = field.of("l0")
    assert seen is not None
    assert (seen.start, seen.stop) == ((0, 0), (9, 9))


@pytest.mark.parametrize(("position", "channel"), [((9, 0), 0), ((0,), 0), ((0, 0), 2), ((-1, 0), 0)])
def test_a_place_that_is_not_there_is_told(position: tuple[int, ...], channel: int) -> None:
    with pytest.raises(KerascopeError, match="no such place"):
        receptive_field(net_of([conv(3)], (9, 9)), "l1", position, channel)


@pytest.fixture(scope="module")
def keras_net(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Bundle]:
    """A net of Keras with everything that has a rule of its own, positive weights, and its bundle."""
    from exporter.backend import keras
    from exporter.pipeline import export_model

    layers = keras.layers
    picture = keras.Input((27, 23, 1), name="l0")
    x = layers.ZeroPadding2D(((1, 0), (2, 1)))(picture)
    x = layers.Conv2D(2, 4, strides=2, padding="same")(x)
    y = layers.DepthwiseConv2D(3, padding="same", dilation_rate=2)(x)
    y = layers.BatchNormalization()(layers.ReLU()(y))
    x = layers.MaxPooling2D(2, 1, padding="same")(layers.Add()([x, y]))
    z = layers.SeparableConv2D(2, 2, strides=2, padding="same")(x)
    z = layers.UpSampling2D(2, interpolation="bilinear")(layers.Cropping2D(((0, 1), (1, 0)))(z))
    w = layers.Conv2DTranspose(2, 3, strides=2, padding="same")(layers.AveragePooling2D(3, 2, padding="same")(x))
    w = layers.CenterCrop(int(z.shape[1]), int(z.shape[2]))(w)
    x = layers.Concatenate()([z, w])
    out = layers.Conv2D(2, 2, padding="valid", name="out")(x)
    model = keras.Model(picture, out)
    model.set_weights([np.random.default_rng(1).uniform(0.5, 1.5, weight.shape) for weight in model.get_weights()])
    folder = tmp_path_factory.mktemp("field")
    shown = np.random.default_rng(2).uniform(50, 150, (1, 27, 23, 1)).astype(np.float32)
    return model, read_bundle(export_model(model, shown, Path(folder) / "net.bundle"))


@pytest.mark.tf
@pytest.mark.slow
def test_keras_itself_agrees(keras_net: tuple[Any, Bundle]) -> None:
    model, bundle = keras_net
    shape = tuple(model.output_shape[1:])
    rows, columns = support(lambda picture: np.asarray(model(picture[None], training=False))[0], (27, 23))
    for index in product(*({0, 1, n // 2, n - 1} for n in shape)):
        field = receptive_field(bundle, "out", index[:2], index[2])
        seen = field.of("l0")
        assert seen is not None
        assert (seen.start, seen.stop) == box_of(rows, columns, index), index
        assert field.unknown == ()
