"""A reading says what plain numpy finds in the same arrays, and what kind of number that is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle
from tiny_bundle import CLASS_NAMES

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Model, Output, Preprocessing
from viewer.inspect.field import receptive_field
from viewer.inspect.pick import Hit
from viewer.inspect.reading import read
from viewer.inspect.value import rank_among
from viewer.state import CaptureKey
from viewer.study import EdgePlace, Place

FINAL = CaptureKey("clean-0", "002")
PAPER = CaptureKey(*KEY)


def output(bundle: Bundle, layer_name: str, key: CaptureKey = FINAL) -> np.ndarray[Any, Any]:
    return bundle.output(key.input_id, key.checkpoint_id, layer_name)


def facts(reading: Any) -> dict[str, str]:
    return dict(reading.facts)


def test_a_cell_says_its_value_and_what_that_is(tiny_bundle: Bundle) -> None:
    values = output(tiny_bundle, "relu")
    reading = read(tiny_bundle, FINAL, Place("relu", 0, 2, (3, 4)))
    assert reading.value == values[3, 4, 2]
    assert reading.index == "channel 2 of 4, row 3, column 4"
    assert (reading.title, reading.what) == ("relu", "activation · ReLU")
    assert reading.value_kind == "post-activation (relu)"
    assert (reading.input_label, reading.checkpoint_label) == ("ring", "epoch 2")
    assert reading.rank == 1 + sum(other > values[3, 4, 2] for other in values.reshape(-1))
    assert reading.of == values.size
    assert read(tiny_bundle, FINAL, Place("conv", 0, 2, (3, 4))).value_kind == "pre-activation"
    assert read(tiny_bundle, CaptureKey("clean-1", "000"), Place("relu", 0, 2, (3, 4))).checkpoint_label == "untrained"


def test_it_is_another_value_for_another_input_or_moment(tiny_bundle: Bundle) -> None:
    place = Place("pool", 0, 1, (1, 1))
    keys = [CaptureKey(input_id, moment) for input_id in ("clean-0", "clean-1") for moment in ("000", "002")]
    for key in keys:
        assert read(tiny_bundle, key, place).value == output(tiny_bundle, "pool", key)[1, 1, 1]
    assert len({read(tiny_bundle, key, place).value for key in keys}) == 4


def test_statistics_and_histogram_are_those_of_the_output(tiny_bundle: Bundle) -> None:
    values = output(tiny_bundle, "conv").astype(np.float64)
    reading = read(tiny_bundle, FINAL, Place("conv", 0, 1, (2, 2)))
    found = reading.statistics
    assert found is not None
    assert (found.low, found.high, found.of) == (values.min(), values.max(), values.size)
    assert (found.mean, found.std) == pytest.approx((values.mean(), values.std()))
    assert found.zeros == (values == 0).mean()
    assert reading.counts.sum() == values.size
    assert reading.bin is not None
    assert reading.edges[reading.bin] <= reading.value <= reading.edges[reading.bin + 1]  # type: ignore[operator]
    inside = (values >= reading.edges[reading.bin]) & (values < reading.edges[reading.bin + 1])
    assert reading.counts[reading.bin] == inside.sum()


def test_the_numbers_over_all_inputs_are_those_of_the_channel(tiny_bundle: Bundle) -> None:
    both = np.stack([output(tiny_bundle, "relu", CaptureKey(each, "002")) for each in ("clean-0", "clean-1")])
    of_channel, of_layer = (read(tiny_bundle, FINAL, Place("relu", 0, at, at and (0, 0))).overall for at in (3, None))
    assert of_channel is not None
    assert of_layer is not None
    assert (of_channel.low, of_channel.high, of_channel.inputs) == (both[..., 3].min(), both[..., 3].max(), 2)
    assert (of_layer.mean, of_layer.std) == pytest.approx((both.mean(), both.std()), rel=1e-4)
    assert of_layer.zeros == pytest.approx((both == 0).mean())


def test_a_map_says_its_mean_and_where_it_is_largest(tiny_bundle: Bundle) -> None:
    values = output(tiny_bundle, "conv")
    reading = read(tiny_bundle, FINAL, Place("conv", 0, 1))
    assert reading.value == pytest.approx(values[..., 1].mean())
    assert reading.value_kind == "mean of pre-activation"
    row, column = np.unravel_index(values[..., 1].argmax(), values.shape[:2])
    assert facts(reading)["largest"].endswith(f"at row {row}, column {column}")
    order = np.argsort(-values.mean(axis=(0, 1)))
    assert (reading.rank, reading.of) == (list(order).index(1) + 1, 4)


def test_a_cell_of_the_mean_of_channels_says_the_strongest(tiny_bundle: Bundle) -> None:
    values = output(tiny_bundle, "conv")
    reading = read(tiny_bundle, FINAL, Place("conv", position=(2, 3)))
    assert reading.value == pytest.approx(np.abs(values[2, 3]).mean())
    assert reading.value_kind == "mean size of pre-activation over 4 channels"
    assert facts(reading)["strongest channels"].startswith(str(np.abs(values[2, 3]).argmax()))


def test_a_class_has_its_name(tiny_bundle: Bundle) -> None:
    reading = read(tiny_bundle, FINAL, Place("scores", 0, 1))
    assert (reading.class_name, reading.index) == (CLASS_NAMES[1], f"class 1 of 3: {CLASS_NAMES[1]}")
    assert read(tiny_bundle, FINAL, Place("flatten", 0, 1)).class_name == ""
    assert read(tiny_bundle, FINAL, Place("scores", 0, int(output(tiny_bundle, "scores").argmax()))).rank == 1


def test_a_pixel_says_what_was_fed_and_what_of_the_picture_that_was(tiny_bundle: Bundle) -> None:
    image = tiny_bundle.image("clean-0")
    assert image is not None
    reading = read(tiny_bundle, FINAL, Place("picture", 0, 0, (1, 2)))
    assert reading.value == output(tiny_bundle, "picture")[1, 2, 0]
    assert reading.value_kind == "what was fed"
    assert facts(reading)["picture"] == f"{image[1, 2, 0]} of 255"


def test_of_a_colour_picture_channels_are_told_by_their_colour() -> None:
    fed = np.array([[[10.0, 20.0, 30.0]]], np.float32) - (103.9, 116.8, 123.7)
    preprocessing = Preprocessing(mean=(103.9, 116.8, 123.7), colour_order="bgr")
    bundle = paper_bundle([layer("in", "input", 1, 1, 3)], arrays={"in": fed}, preprocessing=preprocessing)
    red = read(bundle, PAPER, Place("in", 0, 2, (0, 0)))
    assert red.value == pytest.approx(30 - 123.7)
    assert facts(red)["picture"] == "red 30 of 255"
    whole = read(bundle, PAPER, Place("in", position=(0, 0)))
    assert whole.value is None
    assert facts(whole)["picture"] == "red 30, green 20, blue 10 of 255"


def test_a_layer_says_how_it_is_made(tiny_bundle: Bundle) -> None:
    reading = read(tiny_bundle, FINAL, Place("conv"))
    assert reading.value is None
    told = facts(reading)
    assert (told["output"], told["kernel"], told["padding"], told["parameters"]) == ("6 × 6 × 4", "3 × 3", "same", "40")
    kernel = tiny_bundle.weight("002", "conv", "kernel")
    assert told["weights"] == f"{kernel.min():.4g} to {kernel.max():.4g}".replace("-", "−")
    assert "weights" not in facts(read(tiny_bundle, FINAL, Place("pool")))


def test_the_contributions_into_a_unit_add_up_to_what_it_computes(tiny_bundle: Bundle) -> None:
    kernel, values = tiny_bundle.weight("002", "scores", "kernel"), output(tiny_bundle, "flatten")
    flows = [read(tiny_bundle, FINAL, EdgePlace("flatten", at, "scores", 0)) for at in range(36)]
    assert sum(flow.value or 0.0 for flow in flows) == pytest.approx(float(values @ kernel[:, 0]), abs=1e-5)
    strongest = int(np.abs(values * kernel[:, 0]).argmax())
    assert [at for at, flow in enumerate(flows) if flow.rank == 1] == [strongest]
    assert facts(flows[strongest])["weight"] == f"{kernel[strongest, 0]:.4g}".replace("-", "−")
    shares = [float(facts(flow)["share of all into it"].rstrip("%")) for flow in flows]
    assert sum(shares) == pytest.approx(100, abs=2)


def test_what_goes_from_map_to_map_is_the_mean_response(tiny_bundle: Bundle) -> None:
    flow = read(tiny_bundle, FINAL, EdgePlace("picture", 0, "conv", 3))
    bias = tiny_bundle.weight("002", "conv", "bias")[3]
    assert flow.value == pytest.approx(float((output(tiny_bundle, "conv")[..., 3] - bias).mean()), abs=1e-5)
    copied = read(tiny_bundle, FINAL, EdgePlace("conv", 1, "relu", 1))
    assert copied.value == pytest.approx(float(np.abs(output(tiny_bundle, "conv")[..., 1]).mean()))
    assert "weight" not in facts(copied)


def test_a_cell_of_a_kernel_is_the_weight(tiny_bundle: Bundle) -> None:
    hit = Hit(0, 0, Place("conv"), None, (0.0, 0.0, 0.0), (2, 1, 0, 3))
    reading = read(tiny_bundle, FINAL, hit)
    assert reading.value == tiny_bundle.weight("002", "conv", "kernel")[2, 1, 0, 3]
    assert reading.value != read(tiny_bundle, CaptureKey("clean-0", "001"), Place("conv", 0, 0, (2, 1))).value
    assert reading.index == "from channel 0 to channel 3, row 2, column 1 of the kernel"


def test_what_is_no_number_is_told_and_spoils_nothing_else() -> None:
    values = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    values[0, 0, 0], values[1, 2, 1] = np.nan, np.inf
    bundle = paper_bundle([layer("in", "input", 2, 3, 2), layer("a", "conv", 2, 3, 2)], arrays={"a": values})
    there, beside = (read(bundle, PAPER, Place("a", 0, 0, at)) for at in ((0, 0), (1, 2)))
    assert np.isnan(there.value or 0.0)
    assert (there.rank, there.bin) == (None, None)
    assert (beside.value, beside.rank, beside.of) == (10.0, 2, 10), "infinity is the largest"
    assert beside.statistics is not None
    assert (beside.statistics.low, beside.statistics.high, beside.statistics.not_finite) == (1.0, 10.0, 2)
    assert any("2 of 12 values" in note for note in beside.notes)


@pytest.mark.parametrize("values", [np.full((2, 2, 3), np.nan), np.zeros((2, 2, 3)), np.full((2, 2, 3), 7e30)])
def test_outputs_of_one_value_and_of_none_are_read(values: np.ndarray[Any, Any]) -> None:
    bundle = paper_bundle([layer("in", "input", 2, 2, 3), layer("a", "conv", 2, 2, 3)], arrays={"a": values})
    for place in (Place("a"), Place("a", 0, 1), Place("a", 0, 1, (1, 1)), Place("a", position=(0, 1))):
        reading = read(bundle, PAPER, place)
        assert reading.counts.sum() == np.isfinite(values).sum()


def test_heads_of_attention_are_its_channels() -> None:
    scores = Output(shape=(3, 5, 6), dtype="float32", name="attention scores")
    made = layer("a", "attention", 5, 8)
    fields = {field: getattr(made, field) for field in made.__struct_fields__}
    bundle = paper_bundle([layer("in", "input", 5, 8), type(made)(**fields | {"outputs": (*made.outputs, scores)})])
    (capture,) = bundle.manifest.captures
    ref = next(iter(capture.outputs.values()))
    more = type(ref)(file=ref.file, key="a#1", shape=(3, 5, 6), dtype="float32")
    capture.outputs["a#1"] = more
    values = bundle.load(more)
    reading = read(bundle, PAPER, Place("a", 1, 2, (4, 5)))
    assert (reading.value, reading.index) == (values[2, 4, 5], "head 2 of 3, query 4, key 5")
    assert reading.value_kind == "attention scores"
    field = receptive_field(bundle, "a", (4, 5), 2, 1)
    assert field.of("in") is not None
    means = values.mean(axis=(1, 2))
    assert read(bundle, PAPER, Place("a", 1, 1)).rank == 1 + (means > means[1]).sum()


@pytest.mark.parametrize("place", [Place("nowhere"), Place("relu", 0, 4, (0, 0)), Place("relu", 0, 0, (6, 0))])
def test_what_is_not_there_is_told_in_a_line(tiny_bundle: Bundle, place: Place) -> None:
    with pytest.raises(KerascopeError) as told:
        read(tiny_bundle, FINAL, place)
    assert "\n" not in str(told.value)


def test_what_was_not_kept_is_no_error() -> None:
    bundle = paper_bundle([layer("in", "input", 4), layer("a", "dense", 3)])
    del bundle.manifest.captures[0].outputs["a"]
    reading = read(bundle, PAPER, Place("a", 0, 1))
    assert (reading.value, reading.notes) == (None, ("the bundle has not kept this output",))
    assert facts(reading)["output"] == "3"


def test_class_names_of_another_number_name_nothing() -> None:
    model = Model(name="m", class_name="M", inputs=("in",), outputs=("a",), parameters=0, class_names=("x", "y"))
    bundle = paper_bundle([layer("in", "input", 4), layer("a", "dense", 3)], model=model)
    assert read(bundle, PAPER, Place("a", 0, 1)).class_name == ""


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_ranks_are_those_of_a_sorted_list_in_every_precision(dtype: type) -> None:
    values = np.random.default_rng(3).normal(size=500).astype(dtype)
    values[:20], values[20:40] = 0.0, -0.0
    for value in (*values[:60].tolist(), float(values.min()), float(values.max())):
        assert rank_among(value, values) == (1 + sum(other > value for other in values.tolist()), 500)
    with_nan = np.array([1.0, np.nan, 3.0, np.inf], dtype)
    assert rank_among(1.0, with_nan, 2) == (3, 2)
    assert rank_among(float("nan"), with_nan, 2) == (None, None)
