"""Pairs of any link: bounded where kernels are large, of kept channels only, and never a claim that is not measured."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import KEY, PaperBundle, layer, paper_bundle

from exporter.bundle.schema import Output, TensorRef
from viewer.layout import place
from viewer.state import CaptureKey
from viewer.strands import pairs
from viewer.strands.contribution import conv_contribution
from viewer.strands.pairs import STRONG_SOURCES, STRONG_TARGETS, PairsOf
from viewer.strands.trace import trace

KEY0 = CaptureKey(*KEY)
RNG = np.random.default_rng(3)


def dense_net(inputs: int, units: int, kernel: np.ndarray | None = None) -> PaperBundle:
    arrays = {} if kernel is None else {"b/kernel": kernel}
    return paper_bundle(
        [layer("a", "input", inputs), layer("b", "dense", units)], kernels={"b": (inputs, units)}, arrays=arrays
    )


def chosen_of(bundle: PaperBundle, at: int = 0):
    layout = place(bundle)
    link = layout.links[at]
    return PairsOf(bundle, KEY0).choose(link, layout.plates[link.source], layout.plates[link.target])


def test_of_few_units_the_strongest_are_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = dense_net(200, 100)
    exact = chosen_of(bundle)
    monkeypatch.setattr(pairs, "MOST_PAIRS", 0)
    part = chosen_of(bundle)
    for name in ("source", "target", "share", "sign"):
        np.testing.assert_array_equal(getattr(part, name), getattr(exact, name))
    assert part.pairs == exact.pairs == 20_000
    assert np.isfinite([exact.drawn, exact.total]).all()
    assert np.isnan([part.drawn, part.total]).all(), "what was not measured is not claimed"


def test_a_large_dense_layer_is_read_in_part_and_told_truly() -> None:
    inputs, units = 6000, 4000
    row = RNG.normal(size=units).astype(np.float32)
    bundle = dense_net(inputs, units, np.broadcast_to(row, (inputs, units)))
    tracemalloc.start()
    chosen = chosen_of(bundle)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < inputs * units * 4 / 4
    values, there = bundle.output(*KEY, "a"), bundle.output(*KEY, "b")
    assert set(chosen.source) <= set(np.argsort(np.abs(values))[-STRONG_SOURCES:])
    assert set(chosen.target) <= set(np.argsort(np.abs(there))[-STRONG_TARGETS:])
    flow = values[chosen.source] * row[chosen.target]
    np.testing.assert_array_equal(chosen.sign, np.sign(flow))
    np.testing.assert_allclose(chosen.share, np.abs(flow) / np.abs(flow).max(), rtol=1e-5)
    strands = trace(bundle, place(bundle), KEY0)
    assert (strands.dense_share, strands.possible) == (None, inputs * units)


def test_only_channels_that_were_kept_have_strands() -> None:
    kernel = RNG.normal(size=(3, 3, 24, 8)).astype(np.float32)
    layers = [layer("a", "conv", 9, 9, 24), layer("b", "conv", 7, 7, 8, strides=(1, 1), padding="valid")]
    layers[0] = structs.replace(layers[0], outputs=(Output((9, 9, 24), "float32", stored_channels=6),))
    bundle = paper_bundle(layers, arrays={"b/kernel": kernel})
    (capture,) = bundle.manifest.captures
    outputs = {**capture.outputs, "a": TensorRef(file="inputs/000.npz", key="a", shape=(9, 9, 6), dtype="float32")}
    manifest = structs.replace(bundle.manifest, captures=(structs.replace(capture, outputs=outputs),))
    bundle = PaperBundle(manifest, bundle.arrays, bundle.fill)
    chosen = chosen_of(bundle)
    strength, _ = conv_contribution(bundle.output(*KEY, "a"), kernel[:, :, :6], (1, 1), (1, 1), "valid")
    assert set(chosen.source) <= set(range(6))
    np.testing.assert_allclose(chosen.share, strength[chosen.source, chosen.target] / strength.max(), rtol=1e-5)


MIXES_ITS_CHANNELS = ["recurrent", "attention", "embedding", "reshape", "other"]


@pytest.mark.parametrize("kind", MIXES_ITS_CHANNELS)
def test_layers_that_mix_have_one_strand(kind: str) -> None:
    bundle = paper_bundle([layer("a", "activation", 5, 5, 4), layer("b", kind, 5, 5, 4)])
    assert chosen_of(bundle).source.tolist() == [-1]


@pytest.mark.parametrize("kind", ["activation", "normalisation", "dropout", "pool", "depthwise", "resize"])
def test_layers_that_keep_their_channels_apart_have_one_each(kind: str) -> None:
    bundle = paper_bundle([layer("a", "activation", 5, 5, 4), layer("b", kind, 5, 5, 4)])
    chosen = chosen_of(bundle)
    assert chosen.source.tolist() == chosen.target.tolist() == [0, 1, 2, 3]


def test_where_nothing_was_kept_there_is_one_strand() -> None:
    bundle = paper_bundle([layer("a", "activation", 5, 5, 4), layer("b", "activation", 5, 5, 4)])
    (capture,) = bundle.manifest.captures
    manifest = structs.replace(bundle.manifest, captures=(structs.replace(capture, outputs={}),))
    assert chosen_of(PaperBundle(manifest, {}, bundle.fill)).source.tolist() == [-1]


def test_a_closed_convolution_makes_no_claim_about_the_flow() -> None:
    layers = [layer("a", "input", 6, 6, 3), layer("b", "conv", 6, 6, 4), layer("c", "conv", 6, 6, 90)]
    bundle = paper_bundle(layers, kernels={"b": (3, 3, 3, 4), "c": (3, 3, 4, 90)})
    assert trace(bundle, place(bundle), KEY0).conv_share is None
    opened = paper_bundle(layers[:2], kernels={"b": (3, 3, 3, 4)})
    assert trace(opened, place(opened), KEY0).conv_share
