"""The worker itself, in its own process with TensorFlow: what it answers to a picture is what Keras predicts for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import reply_of, wait_for

from exporter.bundle import read_bundle
from viewer.live.by_numpy import NumpyResponder
from viewer.live.by_worker import WorkerResponder
from viewer.live.fed import fed_of, picture_of, picture_shape
from viewer.live.overlay import Overlay
from viewer.live.responder import Responder

pytestmark = [pytest.mark.tf, pytest.mark.slow]

ALIKE = {"rtol": 1e-4, "atol": 1e-5}


@pytest.fixture(scope="module")
def drawn_on(learned_bundle: Path) -> Overlay:
    """The bundle of ten digits, to be drawn on."""
    return Overlay(read_bundle(learned_bundle))


@pytest.fixture(scope="module")
def worker(
    drawn_on: Overlay, learned: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerResponder]:
    """It takes seconds to start: the only one of these tests. A module of the user's has the name of one of ours."""
    folder = tmp_path_factory.mktemp("live")
    learned[0].save(folder / "digits.keras")
    (folder / "exporter.py").write_text("raise SystemExit('this is not ours')")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        responder = WorkerResponder(drawn_on, "digits.keras")
        assert wait_for(responder, "ready", "failed") == "the model answers"
    yield responder
    responder.close()


@pytest.fixture(scope="module", params=["worker", "numpy"])
def responder(request: pytest.FixtureRequest, drawn_on: Overlay) -> Iterator[Responder]:
    """Either of those who answer."""
    if request.param == "worker":
        yield request.getfixturevalue("worker")
        return
    in_numpy = NumpyResponder(drawn_on)
    yield in_numpy
    in_numpy.close()


def drawing(shape: tuple[int, ...]) -> np.ndarray:
    """A thick stroke that nobody trained on."""
    picture = np.zeros(shape, np.uint8)
    picture[4:24, 12:16] = 255
    picture[10:13, 6:22] = 180
    return picture


def test_a_drawing_is_answered_with_what_keras_predicts(
    responder: Responder, drawn_on: Overlay, learned: tuple[Any, Any]
) -> None:
    from exporter.capture import LayerOutputs

    picture = drawing(picture_shape(drawn_on))
    fed = fed_of(drawn_on, picture)
    reply = reply_of(responder, responder.ask(fed))
    model = learned[0]
    predicted = model.predict(picture[None] / np.float32(255), verbose=0)[0]
    np.testing.assert_allclose(reply.scores, predicted, **ALIKE)
    key = drawn_on.show(picture, fed, reply)
    capture = drawn_on.capture(key.input_id, key.checkpoint_id)
    assert capture.predicted == predicted.argmax()
    expected = LayerOutputs(model).run([fed[None]])
    assert set(capture.outputs) == set(expected)
    for name, values in expected.items():
        shown = drawn_on.output(key.input_id, key.checkpoint_id, name)
        np.testing.assert_allclose(shown, values[0], **ALIKE, err_msg=name)


def test_the_pictures_of_the_bundle_are_answered_with_what_was_stored(responder: Responder, drawn_on: Overlay) -> None:
    checkpoint = drawn_on.final_checkpoint.id
    for capture in list(drawn_on.captures_at(checkpoint)):
        picture = drawn_on.image(capture.input)
        assert picture is not None
        reply = reply_of(responder, responder.ask(fed_of(drawn_on, picture)))
        assert reply.problem == ""
        assert set(reply.outputs) == set(capture.outputs)
        for name, ref in capture.outputs.items():
            np.testing.assert_allclose(reply.outputs[name], drawn_on.load(ref), **ALIKE, err_msg=name)
        np.testing.assert_allclose(reply.scores, capture.scores, **ALIKE)


def test_an_attack_on_a_drawing_changes_the_answer_and_little_else(
    worker: WorkerResponder, drawn_on: Overlay, learned: tuple[Any, Any]
) -> None:
    picture = drawing(picture_shape(drawn_on))
    fed = fed_of(drawn_on, picture)
    before = reply_of(worker, worker.ask(fed))
    reply = reply_of(worker, worker.attack(fed, "fgsm"))
    assert reply.fed is not None
    assert reply.problem == ""
    assert reply.scores.argmax() != before.scores.argmax()
    moved = np.abs(reply.fed - fed).max()
    assert 0 < moved <= 0.3 + 1e-6
    assert 0 <= reply.fed.min() <= reply.fed.max() <= 1
    predicted = learned[0].predict(reply.fed[None], verbose=0)[0]
    np.testing.assert_allclose(reply.scores, predicted, **ALIKE)
    seen = picture_of(drawn_on, reply.fed)
    assert np.abs(seen.astype(float) - picture).max() <= np.ceil(moved * 255)
    key = drawn_on.show(seen, fed, reply)
    shown = drawn_on.output(key.input_id, key.checkpoint_id, drawn_on.manifest.model.inputs[0])
    assert shown.tolist() == reply.fed.tolist()
