"""Inversions: exact where a layer keeps everything, worse the deeper a layer lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matched_net import SHAPE, blob, matched_canvas, matched_net, stripes

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def probe(keras: Any) -> Any:
    from exporter.probing import Probe

    return Probe(matched_net(keras))


def task(layer: str | None, content: Any = None, **kept: Any) -> Any:
    from exporter.synthesis.contract import Task

    references = {} if content is None else {"content": content}
    chosen: dict[str, Any] = {"start": np.full((1, *SHAPE), 128, np.float32), "is_given": False} | kept
    return Task(layer=layer, references=references, **chosen)


def inverted(probe: Any, asked: Any, canvas: Any = None, **options: Any) -> list[Any]:
    from exporter.synthesis.registry import synthesis_named

    method = synthesis_named("inversion")
    return list(method.run(probe, canvas or matched_canvas(), asked, method.chosen(**options)))


def test_a_layer_that_keeps_everything_gives_the_picture_back(keras: Any) -> None:
    from exporter.probing import Probe

    mixing = keras.layers.Conv2D(3, 1, name="mixing")
    model = keras.Sequential([keras.Input(SHAPE), mixing, keras.layers.GlobalAveragePooling2D()])
    mixing.set_weights([np.array([[[[1, 0.4, 0], [0, 1, 0.3], [0.5, 0, 1]]]]), np.array([1, 2, 3])])
    picture = blob()
    last = inverted(Probe(model), task("mixing", picture), steps=60, optimiser="lbfgs", tv_weight=0.0)[-1]
    assert np.abs(last.levels[0] - picture).max() < 3
    assert last.terms["error"][0] < 1e-3


def test_the_error_falls_and_is_what_numpy_says(keras: Any, probe: Any) -> None:
    steps = inverted(probe, task("fine", stripes()), steps=20, tv_weight=0.3)
    first, last = steps[0], steps[-1]
    assert last.terms["error"][0] < first.terms["error"][0] / 2
    below = keras.Model(probe.model.inputs[0], probe.model.get_layer("fine").output)
    wanted, found = (below(matched_canvas().fed(each)).numpy() for each in (stripes()[None], last.levels))
    assert last.terms["error"][0] == pytest.approx(np.sum((found - wanted) ** 2) / np.sum(wanted**2), rel=1e-3)
    assert last.losses[0] == pytest.approx(last.terms["error"][0] + 0.3 * last.terms["variation"][0], rel=1e-4)


def test_the_same_seed_begins_and_ends_the_same(probe: Any) -> None:
    one, same, other = (inverted(probe, task("fine", blob(), seed=seed), steps=3)[-1].levels for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_starts_of_the_users_are_what_is_inverted_where_there_is_no_content(probe: Any) -> None:
    starts = np.stack([blob(), stripes()])
    together = inverted(probe, task("fine", start=starts, is_given=True), steps=40, step_size=8.0, tv_weight=0.0)
    np.testing.assert_array_equal(together[0].levels[0], together[0].levels[1])
    for row in (0, 1):
        own, cross = (np.abs(together[-1].levels[row] - starts[place]).mean() for place in (row, 1 - row))
        assert own < 0.8 * cross


def test_weights_make_a_picture_smoother_and_greyer(probe: Any) -> None:
    plain, smooth, grey = (
        inverted(probe, task("fine", stripes()), steps=30, **weights)[-1]
        for weights in ({"tv_weight": 0.0}, {"tv_weight": 5.0}, {"tv_weight": 0.0, "alpha_weight": 50.0})
    )
    assert smooth.terms["variation"] < 0.7 * plain.terms["variation"]
    assert np.abs(grey.levels - 127.5).max() < 0.9 * np.abs(plain.levels - 127.5).max()


@pytest.mark.slow
def test_the_error_grows_with_depth(learned: tuple[Any, Any]) -> None:
    from exporter.inputs.digits import digit_split
    from exporter.probing import Probe
    from exporter.synthesis.contract import Canvas

    model, _ = learned
    probe = Probe(model)
    shape = tuple(model.input_shape[1:])
    canvas = Canvas(np.zeros(1, np.float32), np.ones(1, np.float32), shape)
    digit = digit_split().held_out.pictures[:1].reshape(1, *shape).astype(np.float32)
    layers = [layer.name for layer in model.layers if layer.weights]
    off = []
    for layer in (layers[0], layers[1], layers[-1]):
        asked = task(layer, start=digit, is_given=True)
        last = inverted(probe, asked, canvas, steps=30, step_size=16.0, tv_weight=0.0)[-1]
        off.append(np.abs(last.levels - digit).mean())
    assert off[0] < off[1] < off[2]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"layer": "fine"}, "inversion needs a picture: expected content, got none"),
        ({"layer": None, "content": np.zeros(SHAPE)}, "asked about no layer"),
        ({"layer": "fine", "content": np.zeros((9, 9, 3))}, "the picture for content does not fit"),
        ({"layer": "fine", "content": np.full(SHAPE, np.nan)}, "expected finite numbers"),
    ],
)
def test_what_cannot_be_inverted_is_told(probe: Any, asked: dict[str, Any], said: str) -> None:
    from exporter.synthesis.contract import SynthesisError

    with pytest.raises(SynthesisError, match=said):
        inverted(probe, task(**asked))


def test_a_layer_that_is_silent_is_told(keras: Any) -> None:
    from exporter.probing import Probe
    from exporter.synthesis.contract import SynthesisError

    silent = keras.layers.Conv2D(2, 1, activation="relu", name="silent")
    model = keras.Sequential([keras.Input(SHAPE), silent, keras.layers.GlobalAveragePooling2D()])
    silent.set_weights([np.zeros((1, 1, 3, 2)), -np.ones(2)])
    with pytest.raises(SynthesisError, match="'silent' says nothing about the picture"):
        inverted(Probe(model), task("silent", blob()))
