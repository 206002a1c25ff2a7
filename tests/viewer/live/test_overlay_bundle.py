"""A bundle with drawings in front of it is a bundle, and what lies under it is as it was."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from exporter.bundle import Bundle, BundleError
from viewer.layout import Layout
from viewer.live import overlay
from viewer.live.overlay import Overlay
from viewer.live.reply import Reply
from viewer.state import Camera, CaptureKey, NetView, ViewState

AT = "002"


@pytest.fixture
def drawn_on(tiny_bundle: Bundle) -> Overlay:
    return Overlay(tiny_bundle)


def reply_as(bundle: Bundle, input_id: str, scores: np.ndarray | None = None) -> Reply:
    """What was stored of an input, as if it had just been answered."""
    capture = bundle.capture(input_id, AT)
    outputs = {name: bundle.load(ref) for name, ref in capture.outputs.items()}
    return Reply(1, outputs, np.float32(capture.scores) if scores is None else scores, 3.0)


def shown(drawn_on: Overlay, input_id: str = "clean-0") -> CaptureKey:
    """An input of the bundle as a drawing."""
    fed = drawn_on.output(input_id, AT, "picture")
    return drawn_on.show(drawn_on.image(input_id), fed, reply_as(drawn_on, input_id))


def test_a_drawing_is_an_input_like_any_other(drawn_on: Overlay) -> None:
    key = shown(drawn_on)
    assert key == CaptureKey("drawing~1", AT)
    assert drawn_on.image(key.input_id).tolist() == drawn_on.image("clean-0").tolist()
    assert drawn_on.input(key.input_id).kind == "clean"
    ours, theirs = drawn_on.capture("drawing~1", AT), drawn_on.capture("clean-0", AT)
    assert (ours.scores, ours.predicted) == (theirs.scores, theirs.predicted)
    for name, ref in theirs.outputs.items():
        assert drawn_on.load(ours.outputs[name]).tolist() == drawn_on.load(ref).tolist()
        assert drawn_on.output("drawing~1", AT, name).tolist() == drawn_on.load(ref).tolist()
    assert list(drawn_on.inputs_at(AT))[-1] == "drawing~1"
    assert "drawing~1" not in drawn_on.inputs_at("000")


def test_what_lies_under_it_is_as_it_was(drawn_on: Overlay, tiny_bundle: Bundle) -> None:
    before = list(drawn_on.inputs_at(AT))
    shown(drawn_on)
    assert drawn_on.manifest is tiny_bundle.manifest
    assert [each.input for each in drawn_on.captures_at(AT)] == before
    assert drawn_on.capture("clean-1", "000") == tiny_bundle.capture("clean-1", "000")
    assert drawn_on.weight(AT, "conv", "kernel") is tiny_bundle.weight(AT, "conv", "kernel")
    assert drawn_on.statistics("conv").keys() == tiny_bundle.statistics("conv").keys()
    with pytest.raises(BundleError, match="no such input"):
        drawn_on.input("nothing")
    with pytest.raises(BundleError, match="no such capture"):
        drawn_on.capture("drawing~1", "000")


def test_no_id_is_used_twice_and_the_last_few_are_kept(drawn_on: Overlay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "MOST_KEPT", 3)
    keys = [shown(drawn_on, f"clean-{nth % 2}") for nth in range(5)]
    assert [key.input_id for key in keys] == [f"drawing~{nth}" for nth in range(1, 6)]
    assert list(drawn_on.inputs_at(AT))[-3:] == ["drawing~3", "drawing~4", "drawing~5"]
    with pytest.raises(BundleError, match="no such"):
        drawn_on.capture("drawing~2", AT)
    ref = drawn_on.capture("drawing~3", AT).outputs["conv"]
    shown(drawn_on)
    with pytest.raises(BundleError, match="no longer kept"):
        drawn_on.load(ref)


def test_one_is_kept_however_large(drawn_on: Overlay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "MOST_BYTES", 1)
    shown(drawn_on)
    key = shown(drawn_on)
    assert drawn_on.output(*(key.input_id, AT), "conv").shape == (6, 6, 4)
    assert "drawing~1" not in drawn_on.inputs_at(AT)


def test_nobody_can_change_what_was_drawn(drawn_on: Overlay) -> None:
    picture = np.zeros((6, 6, 1), np.uint8)
    key = drawn_on.show(picture, drawn_on.output("clean-0", AT, "picture"), reply_as(drawn_on, "clean-0"))
    picture[:] = 255
    assert drawn_on.image(key.input_id).max() == 0
    assert not drawn_on.image(key.input_id).flags.writeable


def test_an_attacked_drawing_shows_what_was_fed(drawn_on: Overlay) -> None:
    reply = reply_as(drawn_on, "attack-1")
    fed = reply.outputs.pop("picture")  # type: ignore[attr-defined]
    reply = Reply(1, reply.outputs, reply.scores, 1.0, fed=fed)
    key = drawn_on.show(drawn_on.image("attack-1"), drawn_on.output("clean-0", AT, "picture"), reply)
    assert drawn_on.output(key.input_id, AT, "picture").tolist() == fed.tolist()


def test_scores_that_are_no_numbers_are_no_choice(drawn_on: Overlay) -> None:
    reply = reply_as(drawn_on, "clean-0", np.float32([np.nan, 1, np.inf]))
    key = drawn_on.show(drawn_on.image("clean-0"), drawn_on.output("clean-0", AT, "picture"), reply)
    capture = drawn_on.capture(key.input_id, AT)
    assert (capture.scores, capture.predicted) == ((None, 1.0, None), None)


def test_several_threads_draw_and_read(drawn_on: Overlay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "MOST_KEPT", 80)
    keys: list[CaptureKey] = []
    threads = [threading.Thread(target=lambda: keys.extend(shown(drawn_on) for _ in range(20))) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for input_id in list(drawn_on.inputs_at(AT))[-3:]:
            assert drawn_on.image(input_id).shape == (6, 6, 1)
    assert len({key.input_id for key in keys}) == 80


@pytest.mark.gl
def test_the_frame_of_a_drawing_is_that_of_the_same_input(drawn_on: Overlay, tiny_layout: Layout) -> None:
    from viewer.stage import Stage

    key, other = shown(drawn_on), shown(drawn_on, "clean-1")
    camera = Camera(distance=40.0)
    with Stage(drawn_on, tiny_layout) as stage:
        frames = [
            stage.render(ViewState(camera, (NetView(each),)), (160, 90))
            for each in (key, CaptureKey("clean-0", AT), other, key)
        ]
    assert (frames[0] == frames[1]).all()
    assert (frames[0] != frames[2]).any()
    assert (frames[0] == frames[3]).all()
