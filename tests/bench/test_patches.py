"""What 64 channels with 9 patches each cost, beside following as many receptive fields, each for itself."""

from __future__ import annotations

import numpy as np
from paper_bundle import PaperBundle, layer, paper_bundle
from pytest_benchmark.fixture import BenchmarkFixture
from taking_turns import in_turns

from viewer.inspect.field import receptive_field
from viewer.learned.windows import window_of

CHANNELS, TOP, SIDES = 64, 9, (224, 224)


def deep() -> PaperBundle:
    """Eight blocks of two branches that are joined, a pool after every other one, as SqueezeNet has them."""
    window = {"strides": (1, 1), "dilation": (1, 1), "padding": "same"}
    layers = [layer("picture", "input", *SIDES, 3)]
    edges, side, last = [], 224, "picture"
    for block in range(8):
        names = [f"b{block}_{part}" for part in ("squeeze", "one", "three", "joined", "pool")]
        for name, size in zip(names[:3], (1, 1, 3), strict=True):
            layers.append(layer(name, "conv", side, side, 32, kernel_size=(size, size), **window))
        layers.append(layer(names[3], "merge", side, side, 64, mode="concatenate", settings={"axis": -1}))
        edges += [(last, names[0]), (names[0], names[1]), (names[0], names[2]), (names[1], names[3])]
        edges += [(names[2], names[3])]
        last = names[3]
        if block % 2:
            side = -(-side // 2)
            pool = {"pool_size": (2, 2), "strides": (2, 2), "padding": "same", "mode": "max"}
            layers.append(layer(names[4], "pool", side, side, 64, **pool))
            edges.append((last, names[4]))
            last = names[4]
    return paper_bundle(layers, edges)


def test_patches(benchmark: BenchmarkFixture, timings: list[str]) -> None:
    bundle = deep()
    last = bundle.manifest.layers[-1]
    side = last.outputs[0].shape[0] or 1
    places = np.random.default_rng(0).integers(0, side, (CHANNELS, TOP, 2))
    asked = [(channel, tuple(place)) for channel in range(CHANNELS) for place in places[channel].tolist()]

    def ours() -> list[object]:
        fresh = deep()  # nothing is kept of it yet
        return [window_of(fresh, last.name, place, channel, SIDES) for channel, place in asked]

    def each() -> list[object]:
        return [receptive_field(bundle, last.name, place, channel) for channel, place in asked]

    _, secs, made = in_turns({"windows": ours, "fields": each}, 3)
    for window, field in zip(made["windows"], made["fields"], strict=True):
        assert (window.start, window.stop) == (field.of("picture").start, field.of("picture").stop)
    benchmark.pedantic(ours, rounds=3)
    timings.append(
        f"{CHANNELS} channels x {TOP} patches of a net of {len(bundle.manifest.layers)} layers: "
        f"{secs['windows']:.2f} s, {secs['windows'] / secs['fields']:.2f} times following each for itself"
    )
