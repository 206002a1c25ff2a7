"""While something is muted a scene prints what the network answers then, and nothing else changes."""

from __future__ import annotations

import pytest
from tiny_bundle import CLASS_NAMES

from exporter.bundle import Bundle, read_bundle
from scenes.muted import answering
from scenes.present import Gallery
from viewer.forward.answers import answer
from viewer.state import CaptureKey, Mute, ViewState
from viewer.window.playable import Wish

KEY = CaptureKey("clean-0", "002")


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def last_state(bundle: Bundle, *muted: Mute, input_id: str | None = KEY.input_id) -> ViewState:
    playable = Gallery(bundle).build(Wish("flow", input_id=input_id, muted=muted))
    return playable.state_at(playable.duration_secs * 0.9)


def printed(state: ViewState) -> list[str]:
    return [words.text for words in state.hud.words]


def test_the_answer_in_the_picture_is_that_without_what_is_muted(bundle: Bundle) -> None:
    winner = bundle.capture("clean-0", "002").predicted
    assert winner is not None
    mute = Mute("scores", winner)
    shares = {name: words for words, name in zip(printed_shares(last_state(bundle, mute)), CLASS_NAMES, strict=True)}
    assert shares[CLASS_NAMES[winner]] == "0.0 %" or shares[CLASS_NAMES[winner]].startswith("<")
    assert printed(last_state(bundle)) != printed(last_state(bundle, mute))
    assert last_state(bundle).nets == last_state(bundle, mute).nets, "the nets are muted by the study, not by the scene"


def test_the_scene_shows_the_input_that_it_chose_before(bundle: Bundle) -> None:
    mute = Mute("scores", bundle.capture("clean-0", "002").predicted)
    own, without = last_state(bundle, input_id=None), last_state(bundle, mute, input_id=None)
    assert own.nets == without.nets
    assert printed(own) != printed(without)


def printed_shares(state: ViewState) -> list[str]:
    """The per cents in the order of the classes."""
    texts = printed(state)
    return [texts[texts.index(name) + 1] for name in CLASS_NAMES]


def test_every_capture_answers_without_it(bundle: Bundle) -> None:
    mute = Mute("conv", 1)
    seen = answering(bundle, (mute,))
    for capture in bundle.manifest.captures:
        given = answer(bundle, CaptureKey(capture.input, capture.checkpoint, (mute,)))
        shown = seen.capture(capture.input, capture.checkpoint)
        assert shown.scores == pytest.approx(given.scores)
        assert shown.predicted == given.predicted
        assert shown.outputs == capture.outputs


def test_without_mutes_it_is_the_bundle(bundle: Bundle) -> None:
    assert answering(bundle, ()) is bundle


def test_a_mute_of_another_network_changes_nothing(bundle: Bundle) -> None:
    seen = answering(bundle, (Mute("a layer of another net"),))
    assert seen.capture("clean-0", "002") == bundle.capture("clean-0", "002")
