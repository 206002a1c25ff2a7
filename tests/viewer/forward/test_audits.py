"""A stored value is recomputed from what its layer got; what is damaged or misread does not go unseen."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forward_bundle import ref_of
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from paper_bundle import PaperBundle, noise
from tiny_bundle import LAYER_NAMES

from exporter.bundle import Bundle, BundleError, read_bundle
from exporter.bundle.schema import Layer, Manifest
from viewer.forward import CannotError, audit, audit_layer, formula
from viewer.state import CaptureKey, Mute
from viewer.study import Place

WHERE = CaptureKey("clean-1", "002")
COMPUTED = LAYER_NAMES[1:]


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path: Path) -> Bundle:
    """The tiny bundle."""
    return read_bundle(tiny_bundle_path)


def in_memory(bundle: Bundle, *, dtype: str = "float32", **changes: Any) -> PaperBundle:
    """The capture `WHERE` of the bundle in memory, where it can be changed; `changes` replace layers by name."""
    told = bundle.manifest
    outputs = {name: np.array(bundle.output(*_ids(), name)).astype(dtype) for name in LAYER_NAMES}
    weights = {name: np.array(bundle.load(ref)) for name, ref in bundle.checkpoint("002").weights.items()}
    capture = structs.replace(
        bundle.capture(*_ids()), outputs={name: ref_of(name, values) for name, values in outputs.items()}
    )
    last = structs.replace(told.checkpoints[-1], weights={name: ref_of(name, each) for name, each in weights.items()})
    layers = tuple(changes.get(layer.name, layer) for layer in told.layers)
    manifest: Manifest = structs.replace(
        told, layers=layers, captures=(capture,), checkpoints=(last,), derived=(), runs=()
    )
    return PaperBundle(manifest, {**outputs, **weights}, noise)


def _ids() -> tuple[str, str]:
    return WHERE.input_id, WHERE.checkpoint_id


def place_in(bundle: Bundle, layer: str, at: int) -> Place:
    shape = bundle.output(*_ids(), layer).shape
    *position, channel = (int(each) for each in np.unravel_index(at % int(np.prod(shape)), shape))
    return Place(layer, 0, channel, tuple(position) if position else None)


@given(st.sampled_from(LAYER_NAMES), st.integers(0, 10**6))
def test_every_value_is_what_was_stored_and_its_terms_add_up(tiny_bundle_path: Path, layer: str, at: int) -> None:
    bundle = read_bundle(tiny_bundle_path)
    place = place_in(bundle, layer, at)
    found, told = audit(bundle, WHERE, place), formula(bundle, WHERE, place)
    assert found.agrees
    assert found.relative_error is not None
    assert found.relative_error < 1e-5
    assert found.place == told.place == place
    index = (*(place.position or ()), place.channel)
    assert found.stored == pytest.approx(float(bundle.output(*_ids(), layer)[index]))
    assert told.value == pytest.approx(found.stored, rel=1e-5, abs=1e-6)
    if told.is_sum:
        total = sum(term.product for term in told.terms) + told.rest + told.constant
        assert total == pytest.approx(told.before, rel=1e-9, abs=1e-12)
    for term in told.terms if layer != "picture" else ():
        there = bundle.output(*_ids(), term.place.layer)[(*(term.place.position or ()), term.place.channel)]
        assert term.value == pytest.approx(float(there))
        assert term.product == pytest.approx(term.value * term.weight)


@pytest.mark.parametrize("layer", COMPUTED)
def test_whole_layers_agree(bundle: Bundle, layer: str) -> None:
    assert audit_layer(bundle, WHERE, layer) < 1e-6


@pytest.mark.parametrize("layer", COMPUTED)
def test_a_damaged_value_is_found(bundle: Bundle, layer: str) -> None:
    damaged = in_memory(bundle)
    values = damaged.arrays[layer]
    values[np.unravel_index(values.size // 2, values.shape)] += 1e-3
    assert audit_layer(damaged, WHERE, layer) > 1e-5
    found = audit(damaged, WHERE, place_in(damaged, layer, values.size // 2))
    assert not found.agrees
    assert found.words.startswith("differs by")


def test_a_wrong_weight_is_found(bundle: Bundle) -> None:
    damaged = in_memory(bundle)
    damaged.arrays["conv/kernel"][1, 1, 0, 2] *= 1.001
    assert audit_layer(damaged, WHERE, "conv") > 1e-5
    assert not audit(damaged, WHERE, Place("conv", 0, 2)).agrees
    assert audit(damaged, WHERE, Place("conv", 0, 1)).agrees


@pytest.mark.parametrize(
    ("layer", "change"),
    [
        ("conv", {"padding": "valid"}),
        ("conv", {"strides": (2, 2)}),
        ("conv", {"dilation": (2, 2)}),
        ("conv", {"activation": "tanh"}),
        ("pool", {"mode": "average"}),
        ("pool", {"pool_size": (3, 3), "padding": "same"}),
        ("relu", {"settings": {"computed_by": "ReLU", "max_value": None, "negative_slope": 0.1, "threshold": 0.0}}),
        ("scores", {"activation": "sigmoid"}),
    ],
)
def test_a_setting_that_is_wrong_is_found(bundle: Bundle, layer: str, change: dict[str, Any]) -> None:
    wrong: Layer = structs.replace(bundle.layer(layer), **change)
    misread = in_memory(bundle, **{layer: wrong})
    with suppress(CannotError):  # where even the shape is another
        assert audit_layer(misread, WHERE, layer) > 1e-3
    outcomes = [audit(misread, WHERE, place_in(misread, layer, at)) for at in range(0, 144, 7)]
    assert not all(each.agrees for each in outcomes)


def test_a_setting_that_is_missing_is_said(bundle: Bundle) -> None:
    old = in_memory(bundle, relu=structs.replace(bundle.layer("relu"), settings={}))
    found = audit(old, WHERE, Place("relu", 0, 1, (2, 2)))
    assert found.words == "relu: the bundle does not tell its negative_slope"
    assert (found.recomputed, found.relative_error, found.agrees) == (None, None, False)
    assert formula(old, WHERE, Place("relu")).lines == (found.words,)
    assert audit(old, WHERE, Place("conv")).agrees  # what has all it needs is computed all the same


def test_what_was_kept_in_float16_is_judged_as_such(bundle: Bundle) -> None:
    coarse = in_memory(bundle, dtype="float16")
    for layer in COMPUTED:
        for at in range(0, 40, 3):
            found = audit(coarse, WHERE, place_in(coarse, layer, at))
            assert found.agrees, (layer, found)
    assert any(
        "it was kept or computed to 0.0009766 only" in audit(coarse, WHERE, place_in(coarse, "conv", at)).words
        for at in range(20)
    )
    coarse.arrays["conv"][3, 3, 1] += np.float16(0.1)
    assert not audit(coarse, WHERE, Place("conv", 0, 1, (3, 3))).agrees


def test_what_gets_only_some_channels_is_not_recomputed(bundle: Bundle) -> None:
    relu = bundle.layer("relu")
    partial = structs.replace(relu, outputs=(structs.replace(relu.outputs[0], stored_channels=2),))
    found = audit(in_memory(bundle, relu=partial), WHERE, Place("pool", 0, 1, (0, 0)))
    assert found.words == "pool: of relu, which it takes, only the first 2 channels were kept"
    with pytest.raises(CannotError, match="only the first 2 channels"):
        audit_layer(in_memory(bundle, relu=partial), WHERE, "pool")
    assert audit(in_memory(bundle, relu=partial), WHERE, Place("relu", 0, 1, (0, 0))).agrees


def test_a_place_of_several_values_is_judged_by_its_largest(bundle: Bundle) -> None:
    values = bundle.output(*_ids(), "conv")
    whole, map_, cell = (audit(bundle, WHERE, each) for each in (
        Place("conv"), Place("conv", 0, 2), Place("conv", 0, None, (4, 1))))  # fmt: skip
    assert abs(whole.stored or 0) == np.abs(values).max()
    assert abs(map_.stored or 0) == np.abs(values[..., 2]).max()
    assert abs(cell.stored or 0) == np.abs(values[4, 1]).max()
    assert (map_.place.channel, cell.place.position) == (2, (4, 1))


def test_with_mutes_the_changed_values_are_recomputed(bundle: Bundle) -> None:
    muted = CaptureKey(*_ids(), (Mute("conv", 2),))
    place = Place("scores", 0, 0)
    found = audit(bundle, muted, place)
    assert found.agrees
    assert found.stored != audit(bundle, WHERE, place).stored
    assert audit(bundle, muted, Place("conv", 0, 1)).words == "conv: some of it is switched off"


def test_before_and_after_the_activation_are_both_told(bundle: Bundle) -> None:
    found = audit(bundle, WHERE, Place("scores", 0, 1))
    flat, kernel = bundle.output(*_ids(), "flatten"), bundle.weight("002", "scores", "kernel")
    logits = flat @ kernel + bundle.weight("002", "scores", "bias")
    assert found.before == pytest.approx(float(logits[1]), rel=1e-5)
    assert found.recomputed == pytest.approx(float(np.exp(logits[1]) / np.exp(logits).sum()), rel=1e-5)


def test_the_words_of_a_formula_have_its_numbers(bundle: Bundle) -> None:
    place = Place("scores", 0, 1)
    told = formula(bundle, WHERE, place)
    assert told.lines[0] == "sum of 36 values x weights"
    assert told.lines[-1].startswith("softmax(")
    logits = bundle.output(*_ids(), "flatten") @ bundle.weight("002", "scores", "kernel")
    logits += bundle.weight("002", "scores", "bias")
    assert told.lines[-2] == f"sum of e^x over all: {np.exp(logits.astype(float)).sum():.4g}"
    assert f"{told.constant:.4g}" in told.lines[1]
    assert formula(bundle, WHERE, Place("pool", 0, 1, (1, 1))).lines[0] == "largest of 2x2 values"
    assert formula(bundle, WHERE, Place("flatten", 0, 7)).lines[1] == "from pool 3 at (0, 1)"
    fed = formula(bundle, WHERE, Place("picture", 0, 0, (2, 2)))
    assert f"({bundle.image('clean-1')[2, 2, 0]} - 0)" in fed.lines[1]  # type: ignore[index]


def test_nobody_and_nowhere_are_errors(bundle: Bundle) -> None:
    with pytest.raises(BundleError):
        audit(bundle, WHERE, Place("nobody"))
    with pytest.raises(BundleError):
        formula(bundle, CaptureKey("nobody", "002"), Place("conv"))
    assert "no such place" in audit(bundle, WHERE, Place("conv", 0, 9)).words
