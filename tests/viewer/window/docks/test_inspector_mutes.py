"""Switching parts off: what is offered where, and that what is said is what the network computes without them."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_bundle import CLASS_NAMES, forward

from exporter.bundle import Bundle, KerascopeError
from viewer.forward.answers import Answer, answer
from viewer.state import CaptureKey, Mute
from viewer.study import EdgePlace, Place
from viewer.window.docks.muting.answer import said, verdict_of
from viewer.window.docks.muting.mutes import mute_action, mute_words, mutes_at, percent_words, toggled

KEY = CaptureKey("clean-0", "002")


def test_a_cell_its_channel_and_its_layer_can_be_muted_the_smallest_first() -> None:
    cell, channel, layer = mutes_at(Place("conv", channel=1, position=(2, 3)))
    assert (cell, channel, layer) == (Mute("conv", 1, (2, 3)), Mute("conv", 1), Mute("conv"))
    assert mutes_at(Place("dense", channel=4)) == (Mute("dense", 4), Mute("dense"))
    assert mutes_at(Place("conv", position=(2, 3))) == (Mute("conv"),), "the mean of all channels is no channel"
    assert mutes_at(Place("attention", output=1)) == mutes_at(None) == ()
    edge = EdgePlace("flatten", 3, "scores", 1)
    assert mutes_at(Place("scores", channel=1), edge) == (Mute("flatten", 3, None, "scores", 1), Mute("flatten", 3))


def test_an_edge_of_a_whole_layer_is_not_muted_by_channel() -> None:
    edge = EdgePlace("conv", -1, "relu", -1)
    assert mutes_at(Place("relu"), edge) == (Mute("conv", None, None, "relu", None), Mute("conv"))


def test_muting_twice_is_not_muting() -> None:
    one, two = Mute("conv", 1), Mute("scores")
    assert toggled(toggled((one,), two), two) == (one,)
    assert mute_action(one, ()) == "Mute channel 1"
    assert mute_action(one, (one,)) == "Unmute channel 1"
    assert mute_words(Mute("a", 1, None, "b", 2)) == "a · channel 1 · only into b channel 2"


def test_the_verdict_tells_both_predictions_and_is_the_networks(tiny_bundle: Bundle) -> None:
    weights = {
        f"{layer}/{variable}": tiny_bundle.weight("002", layer, variable)
        for layer in ("conv", "scores")
        for variable in ("kernel", "bias")
    }
    fed = np.asarray(tiny_bundle.load(tiny_bundle.capture("clean-0", "002").outputs["picture"]))
    before = forward(fed, weights)["scores"]
    bare = {**weights, "conv/kernel": np.zeros_like(weights["conv/kernel"]), "conv/bias": np.zeros(4, np.float32)}
    after = forward(fed, bare)["scores"]
    verdict = verdict_of(tiny_bundle, (KEY,), (Mute("conv"),))
    told = [f"{CLASS_NAMES[scores.argmax()]} {percent_words(float(scores.max()))}" for scores in (before, after)]
    assert verdict.words == " → ".join(told)
    assert verdict.is_other == (before.argmax() != after.argmax())
    assert not verdict.stopped


def test_muting_the_winner_lets_another_class_win(tiny_bundle: Bundle) -> None:
    winner = answer(tiny_bundle, KEY).predicted
    verdict = verdict_of(tiny_bundle, (KEY,), (Mute("scores", winner),))
    assert verdict.is_other
    assert not verdict_of(tiny_bundle, (KEY,), (Mute("conv", 0, (0, 0)),)).is_other, "one cell decides nothing here"


def test_a_mute_of_nothing_is_an_error(tiny_bundle: Bundle) -> None:
    with pytest.raises(KerascopeError, match="no such channel"):
        verdict_of(tiny_bundle, (KEY,), (Mute("conv", 99),))


def test_scores_are_said_as_what_they_are() -> None:
    given = Answer(np.array([2.0, 0.0], np.float32), 0, "")
    assert said(given, "logits", ("cat", "dog")) == "cat 88.1 %", "softmax of 2 and 0"
    assert said(given, "values", ()) == "class 0 2"
    assert said(Answer(np.zeros(0, np.float32), None, ""), "shares", ()) == "nothing"
