"""The numbers behind the colours keep their promises: one scale a layer, round gains, few cells clipped."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_bundle import KEY, PaperBundle, layer, paper_bundle

from exporter.bundle import Bundle, BundleError, read_bundle
from exporter.bundle.schema import Capture, Input
from viewer.layout import LayoutOptions, place
from viewer.scales import difference_gains, layer_scales, relative_change
from viewer.state import CaptureKey

CLEAN, OTHER = CaptureKey("clean", KEY[1]), CaptureKey("other", KEY[1])


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def test_every_plate_has_a_positive_scale(bundle: Bundle) -> None:
    layout = place(bundle, LayoutOptions(with_weights=True))
    scales = layer_scales(bundle, layout)
    assert len(scales) == len(layout.plates)
    assert all(math.isfinite(scale) and scale > 0 for scale in scales)


def test_a_scale_is_the_99th_percentile_of_the_layer(bundle: Bundle) -> None:
    layout = place(bundle)
    scales = dict(zip((plate.layer for plate in layout.plates), layer_scales(bundle, layout), strict=True))
    outputs = [bundle.output(shown, "002", "conv") for shown in ("clean-0", "clean-1")]
    assert scales["conv"] == pytest.approx(np.percentile(np.abs(outputs), 99), rel=1e-3)
    assert scales["scores"] == 1.0, "a probability is its own brightness"


@pytest.mark.parametrize("scope", [("clean-0", "002"), ("clean-1", "000"), ("attack-3", "002")])
def test_a_scale_of_one_input_is_the_99th_percentile_of_its_own_outputs(bundle: Bundle, scope: tuple[str, str]) -> None:
    layout = place(bundle, LayoutOptions(with_weights=True))
    over_all, own = layer_scales(bundle, layout), layer_scales(bundle, layout, CaptureKey(*scope))
    measured = 0
    for plate, common, scale in zip(layout.plates, over_all, own, strict=True):
        if plate.form.kind in ("picture", "classes", "weights"):
            assert scale == common, "no value of an input is their scale"
            continue
        values = bundle.output(*scope, plate.layer).astype(np.float32)
        assert scale == pytest.approx(np.percentile(np.abs(values), 99), rel=1e-6)
        measured += scale != common
    assert measured >= 3, "another scale than over all inputs"


def test_the_empty_cells_of_a_vector_do_not_count() -> None:
    values = np.linspace(1.0, 2.0, 37, dtype=np.float32)
    bundle = paper_bundle([layer("a", "dense", 37), layer("b", "dense", 4)], arrays={"a": values})
    layout = place(bundle)
    expected = pytest.approx(np.percentile(values, 99))
    assert layer_scales(bundle, layout, CaptureKey(*KEY))[0] == layer_scales(bundle, layout)[0] == expected


def test_every_channel_of_a_large_layer_counts() -> None:
    values = np.zeros((128, 128, 16), np.float32)
    values[..., 1::2] = np.random.default_rng(2).normal(size=(128, 128, 8))
    bundle = paper_bundle([layer("a", "conv", 128, 128, 16)], arrays={"a": values})
    layout = place(bundle)
    assert layout.plates[0].form.kind == "maps"
    expected = np.percentile(np.abs(values), 99)
    assert layer_scales(bundle, layout, CaptureKey(*KEY)) == (pytest.approx(expected, rel=0.02),)


def test_what_the_input_of_a_scope_lacks() -> None:
    some = paper_bundle([layer("a", "conv", 4, 4, 2), layer("b", "conv", 4, 4, 2), layer("c", "conv", 4, 4, 2)])
    refs = some.manifest.captures[0].outputs
    captures = (
        Capture(input="clean", checkpoint=KEY[1], outputs={"a": refs["a"]}),
        Capture(input="other", checkpoint=KEY[1], outputs={"a": refs["a"], "b": refs["b"]}),
    )
    inputs = tuple(Input(id=each.input, label=each.input) for each in captures)
    bundle = paper_bundle(list(some.manifest.layers), captures=captures, inputs=inputs)
    scales = layer_scales(bundle, place(bundle), CLEAN)
    assert scales == layer_scales(bundle, place(bundle))
    assert scales[1] > 0
    assert scales[2] == 0
    with pytest.raises(BundleError):
        layer_scales(bundle, place(bundle), CaptureKey("nobody", KEY[1]))


@pytest.mark.parametrize("scope", [None, CaptureKey(*KEY)])
@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_layer_without_size_has_scale_1(value: float, scope: CaptureKey | None) -> None:
    arrays = {"a": np.full((4, 4, 2), value, np.float32), "a/kernel": np.full((3, 3, 1, 2), value, np.float32)}
    bundle = paper_bundle([layer("a", "conv", 4, 4, 2)], arrays=arrays)
    assert layer_scales(bundle, place(bundle, LayoutOptions(with_weights=True)), scope) == (1.0, 1.0)


def pair(clean: np.ndarray, other: np.ndarray, kind: str = "conv") -> PaperBundle:
    """A bundle of one layer with two captures."""
    one = paper_bundle([layer("a", kind, *clean.shape)])
    ref = one.manifest.captures[0].outputs["a"]
    refs = {name: type(ref)(file=ref.file, key=name, shape=clean.shape, dtype="float32") for name in ("clean", "other")}
    captures = tuple(Capture(input=name, checkpoint=KEY[1], outputs={"a": shown}) for name, shown in refs.items())
    inputs = tuple(Input(id=name, label=name) for name in refs)
    return paper_bundle(
        [layer("a", kind, *clean.shape)], captures=captures, inputs=inputs, arrays={"clean": clean, "other": other}
    )


@given(st.integers(0, 2**32 - 1), st.floats(1e-5, 3.0), st.floats(0.1, 50.0))
def test_a_gain_is_round_as_large_as_may_be_and_clips_at_most_three_cells_in_a_hundred(
    seed: int, size: float, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    clean = rng.normal(size=(12, 12, 4)).astype(np.float32)
    bundle = pair(clean, clean + np.float32(size) * rng.normal(size=clean.shape).astype(np.float32))
    layout = place(bundle)
    (gain,) = difference_gains(bundle, layout, (scale,), CLEAN, OTHER)
    change = np.abs(bundle.arrays["other"].astype(np.float64) - clean) / scale
    digit = gain / 10 ** math.floor(math.log10(gain) + 1e-9)
    assert digit == pytest.approx(min((1, 2, 3, 4, 5, 6, 8), key=lambda each: abs(each - digit)))
    assert gain >= 1
    if gain > 1:
        assert (change * gain <= 1).mean() >= 0.965
    if gain < 80_000:
        assert np.percentile(change, 97) * gain * 2.6 > 1, "the next round gain would clip more"


@pytest.mark.parametrize("kind", ["conv", "input", "dense"])
def test_equal_captures_have_gain_1(kind: str) -> None:
    values = np.ones((8, 8, 3) if kind != "dense" else (30,), np.float32)
    bundle = pair(values, values, kind)
    assert difference_gains(bundle, place(bundle), (1.0,), CLEAN, OTHER) == (1.0,)


@given(st.floats(0.001, 200.0))
def test_gains_of_pictures_are_powers_of_two_and_clip_nothing_much(size: float) -> None:
    rng = np.random.default_rng(5)
    clean = rng.integers(0, 256, (16, 16, 3)).astype(np.float32)
    other = clean + np.float32(size) * rng.choice([-1, 1], clean.shape).astype(np.float32)
    bundle = pair(clean, other, "input")
    (gain,) = difference_gains(bundle, place(bundle), (1.0,), CLEAN, OTHER)
    assert math.log2(gain) == int(math.log2(gain))
    assert gain == 1 or gain * size / 255 <= 1.001
    assert gain == 4096 or gain * 2 * size / 255 > 0.999


def test_classes_and_kernels_are_never_enlarged(bundle: Bundle) -> None:
    layout = place(bundle, LayoutOptions(with_weights=True))
    clean, attacked = CaptureKey("clean-0", "002"), CaptureKey("attack-1", "002")
    gains = difference_gains(bundle, layout, layer_scales(bundle, layout), clean, attacked)
    kept = [gain for gain, plate in zip(gains, layout.plates, strict=True) if plate.form.kind in ("classes", "weights")]
    assert kept == [1.0, 1.0, 1.0]
    assert max(gains) > 1


def test_relative_change_by_hand() -> None:
    bundle = pair(np.array([3.0, 4.0], np.float32), np.array([3.0, 4.5], np.float32), "dense")
    assert relative_change(bundle, "a", CLEAN, OTHER) == pytest.approx(0.1)
    assert relative_change(bundle, "a", CLEAN, CLEAN) == 0.0
    silent = pair(np.zeros(2, np.float32), np.ones(2, np.float32), "dense")
    assert relative_change(silent, "a", CLEAN, OTHER) == math.inf
    assert relative_change(silent, "a", CLEAN, CLEAN) == 0.0
