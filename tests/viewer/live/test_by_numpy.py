"""Answers from the bundle alone."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from asked import reply_of, until, wait_for
from msgspec import structs
from paper_bundle import PaperBundle, layer, paper_bundle
from tiny_bundle import forward

from exporter.bundle import Bundle, KerascopeError
from viewer.live import by_numpy
from viewer.live.by_numpy import NumpyResponder
from viewer.live.fed import fed_of

AT = "002"


@pytest.mark.parametrize("checkpoint", ["000", "002"])
def test_the_pictures_of_a_bundle_are_answered_with_what_was_stored(tiny_bundle: Bundle, checkpoint: str) -> None:
    responder = NumpyResponder(tiny_bundle, checkpoint)
    for input_id in ("clean-0", "clean-1"):
        capture = tiny_bundle.capture(input_id, checkpoint)
        fed = tiny_bundle.output(input_id, checkpoint, "picture")
        reply = reply_of(responder, responder.ask(fed))
        assert set(reply.outputs) == set(capture.outputs)
        for name, ref in capture.outputs.items():
            np.testing.assert_allclose(reply.outputs[name], tiny_bundle.load(ref), rtol=1e-5, atol=1e-6, err_msg=name)
        np.testing.assert_allclose(reply.scores, capture.scores, rtol=1e-5, atol=1e-6)
        assert (reply.problem, reply.fed) == ("", None)
    responder.close()


def test_a_picture_that_is_in_no_bundle(tiny_bundle: Bundle) -> None:
    responder = NumpyResponder(tiny_bundle)
    fed = np.random.default_rng(1).random((6, 6, 1)).astype(np.float32)
    names = ("conv/kernel", "conv/bias", "scores/kernel", "scores/bias")
    weights = {name: tiny_bundle.weight(AT, *name.split("/")) for name in names}
    reply = reply_of(responder, responder.ask(fed))
    for name, values in forward(fed, weights).items():  # written apart, from the definitions
        np.testing.assert_allclose(reply.outputs[name], values, rtol=1e-5, atol=1e-6, err_msg=name)
    assert not any(values.flags.writeable for values in reply.outputs.values())
    responder.close()


def test_only_the_newest_of_the_waiting_questions_is_answered(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = []

    def slow(bundle: Bundle, checkpoint_id: str, fed: np.ndarray) -> dict[str, np.ndarray]:
        answered.append(float(fed[0, 0, 0]))
        time.sleep(0.05)
        return {}

    monkeypatch.setattr(by_numpy, "whole_pass", slow)
    responder = NumpyResponder(tiny_bundle)
    responder.ask(np.zeros((6, 6, 1), np.float32))
    until(lambda: answered)
    began_secs = time.perf_counter()
    tickets = [responder.ask(np.full((6, 6, 1), level, np.float32)) for level in range(1, 6)]
    assert time.perf_counter() - began_secs < 0.04  # were asking to wait, it would take five times 0.05 s
    reply_of(responder, tickets[-1])
    assert answered == [0.0, 5.0]
    responder.close()


def with_layer(**changes: object) -> PaperBundle:
    """A network whose last layer is told otherwise."""
    last = layer("odd", "activation", 4, 4, 1, **{"class_name": "ReLU", **changes})
    return paper_bundle([layer("in", "input", 4, 4, 1, class_name="InputLayer"), last])


def test_a_layer_that_is_not_covered_is_named() -> None:
    with pytest.raises(
        KerascopeError, match="without TensorFlow: got odd: Lambda is not computed here; pass the model"
    ):
        NumpyResponder(with_layer(class_name="Lambda"))


def test_weights_that_were_not_kept_are_named(tiny_bundle: Bundle) -> None:
    bare = tuple(structs.replace(each, weights={}) for each in tiny_bundle.manifest.checkpoints)
    bundle = PaperBundle(
        structs.replace(tiny_bundle.manifest, checkpoints=bare), {}, lambda key, shape: np.zeros(shape)
    )
    with pytest.raises(KerascopeError, match="conv: the bundle has not kept its weights; scores: the bundle has not"):
        NumpyResponder(bundle)


def test_what_shows_only_in_the_stored_values_makes_it_fail() -> None:
    settings = {"negative_slope": 0.0, "threshold": 0.0, "max_value": None}
    responder = NumpyResponder(with_layer(settings=settings))  # what was stored is noise
    words = wait_for(responder, "failed", secs=5.0)
    assert words.startswith("odd: what is computed here differs from what was stored")
    responder.ask(np.zeros((4, 4, 1), np.float32))
    assert responder.poll() is None
    responder.close()


def test_values_that_are_no_numbers_are_told(tiny_bundle: Bundle) -> None:
    responder = NumpyResponder(tiny_bundle)
    reply = reply_of(responder, responder.ask(np.full((6, 6, 1), np.inf, np.float32)))
    assert reply.problem.startswith("picture puts out 36 of 36 values")
    assert set(reply.outputs) == set(tiny_bundle.capture("clean-0", AT).outputs)
    responder.close()


def test_a_bundle_that_is_gone_and_memory_that_is_short_are_told(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise KerascopeError("the bundle is gone")

    def short(*_: object) -> None:
        raise MemoryError("8 GB")

    responder = NumpyResponder(tiny_bundle)
    wait_for(responder, "ready")
    monkeypatch.setattr(by_numpy, "whole_pass", short)
    reply = reply_of(responder, responder.ask(np.zeros((6, 6, 1), np.float32)))
    assert (reply.problem, reply.outputs) == ("there is too little memory (8 GB)", {})
    responder.close()
    monkeypatch.setattr(by_numpy, "distrusted", gone)
    responder = NumpyResponder(tiny_bundle)
    assert wait_for(responder, "failed").startswith("the bundle is gone; pass --model")
    responder.close()


def test_it_cannot_attack(tiny_bundle: Bundle) -> None:
    responder = NumpyResponder(tiny_bundle)
    assert not responder.can_attack
    with pytest.raises(KerascopeError, match="numpy cannot attack"):
        responder.attack(np.zeros((6, 6, 1), np.float32), "fgsm")
    responder.close()
    until(lambda: not responder._thread.is_alive())


def test_another_shape_is_refused(tiny_bundle: Bundle, tmp_path: Path) -> None:
    responder = NumpyResponder(tiny_bundle)
    with pytest.raises(KerascopeError, match=r"expected the shape \(6, 6, 1\)"):
        responder.ask(np.zeros((6, 6), np.float32))
    picture = tiny_bundle.image("clean-0")
    assert picture is not None
    assert fed_of(tiny_bundle, picture).shape == (6, 6, 1)
    responder.close()
