"""What is switched off is 0 for whatever comes after it, and nothing else is computed anew."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forward_bundle import ref_of
from paper_bundle import layer, paper_bundle
from tiny_bundle import LAYER_NAMES, forward, make_tiny_bundle

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Capture, Input
from viewer.forward import answer, answers, outputs, passes, scores, unsupported
from viewer.forward.registry import compute
from viewer.kept import output_of
from viewer.state import CaptureKey, Mute

INPUT, MOMENT = "clean-0", "002"


@pytest.fixture
def bundle(tiny_bundle_path: Path) -> Bundle:
    """The tiny bundle, opened anew: nothing is kept of earlier passes."""
    return read_bundle(tiny_bundle_path)


def key(*mutes: Mute) -> CaptureKey:
    return CaptureKey(INPUT, MOMENT, mutes)


def weights_of(bundle: Bundle) -> dict[str, Any]:
    names = ("conv/kernel", "conv/bias", "scores/kernel", "scores/bias")
    return {name: np.array(bundle.weight(MOMENT, *name.split("/"))) for name in names}


def expected(bundle: Bundle, weights: dict[str, Any]) -> dict[str, Any]:
    return forward(bundle.output(INPUT, MOMENT, "picture"), weights)


def assert_same(found: Any, wanted: dict[str, Any]) -> None:
    for name in LAYER_NAMES:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_without_mutes_all_is_as_it_was_stored(bundle: Bundle) -> None:
    found = outputs(bundle, key())
    assert not found.computed
    for name in LAYER_NAMES:
        assert found[name] is bundle.output(INPUT, MOMENT, name)
    assert list(found) == list(bundle.capture(INPUT, MOMENT).outputs)


def test_a_channel_that_is_off_is_a_filter_without_weights(bundle: Bundle) -> None:
    weights = weights_of(bundle)
    weights["conv/kernel"][..., 2] = weights["conv/bias"][2] = 0
    assert_same(outputs(bundle, key(Mute("conv", 2))), expected(bundle, weights))


def test_a_layer_that_is_off_leaves_the_biases_of_the_next(bundle: Bundle) -> None:
    found = outputs(bundle, key(Mute("pool")))
    logits = np.exp(weights_of(bundle)["scores/bias"])
    np.testing.assert_allclose(found["scores"], logits / logits.sum(), rtol=1e-6)
    assert not found["pool"].any()


def test_a_cell_that_is_off_is_off_where_windows_see_it(bundle: Bundle) -> None:
    fed = np.array(bundle.output(INPUT, MOMENT, "picture"))
    fed[2, 3, 0] = 0
    assert_same(outputs(bundle, key(Mute("picture", 0, (2, 3)))), forward(fed, weights_of(bundle)))


def test_an_edge_that_is_off_carries_nothing_into_its_unit_alone(bundle: Bundle) -> None:
    weights = weights_of(bundle)
    weights["scores/kernel"].reshape(3, 3, 4, 3)[:, :, 1, 0] = 0
    mute = Mute("pool", 1, target="scores", into=0)  # through the layer that puts all in a row
    assert_same(outputs(bundle, key(mute)), expected(bundle, weights))


def test_edges_into_one_unit_add_up(bundle: Bundle) -> None:
    weights = weights_of(bundle)
    kernel = weights["scores/kernel"].reshape(3, 3, 4, 3)
    kernel[:, :, 1, 0] = kernel[1, 2, 3, 0] = kernel[0, 0, 0, 2] = 0
    mutes = (
        Mute("pool", 1, target="scores", into=0),
        Mute("pool", 3, (1, 2), target="scores", into=0),
        Mute("flatten", 0, target="scores", into=2),
    )
    assert_same(outputs(bundle, key(*mutes)), expected(bundle, weights))


def test_an_edge_between_maps_is_a_slice_of_the_kernel(bundle: Bundle) -> None:
    weights = weights_of(bundle)
    weights["conv/kernel"][:, :, 0, 3] = 0
    assert_same(outputs(bundle, key(Mute("picture", 0, target="conv", into=3))), expected(bundle, weights))


def test_only_what_comes_after_a_mute_is_computed_and_only_once(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []

    def counted(node: Any, inputs: Any) -> Any:
        called.append(node.layer.name)
        return compute(node, inputs)

    monkeypatch.setattr(passes, "compute", counted)
    found = outputs(bundle, key(Mute("relu", 0)))
    assert called == ["pool", "flatten", "scores"]
    assert found.computed == {"relu", "pool", "flatten", "scores"}
    assert found["conv"] is bundle.output(INPUT, MOMENT, "conv")
    outputs(bundle, key(Mute("relu", 0)))
    assert len(called) == 3


def test_the_answer_tells_the_class_before_and_after(bundle: Bundle) -> None:
    before, after = (answer(bundle, each) for each in (key(), key(Mute("pool"))))
    capture = bundle.capture(INPUT, MOMENT)
    assert (before.predicted, before.class_name) == (capture.predicted, "zero")
    np.testing.assert_allclose(before.scores, capture.scores, rtol=1e-6)
    assert before.score == pytest.approx(before.scores.max())
    assert after.predicted == int(np.argmax(weights_of(bundle)["scores/bias"]))
    np.testing.assert_array_equal(scores(bundle, key(Mute("pool"))), after.scores)


def test_the_stage_sees_the_network_without_what_is_off(bundle: Bundle) -> None:
    shown = output_of(bundle, key(Mute("conv", 2)), "relu")
    assert shown is not None
    assert shown.dtype == np.float32
    assert not shown[..., 2].any()
    np.testing.assert_array_equal(shown[..., 1], bundle.output(INPUT, MOMENT, "relu")[..., 1])


@pytest.mark.parametrize(
    ("mute", "told"),
    [
        (Mute("nobody"), "no such layer"),
        (Mute("conv", 4), "conv has no such channel: expected 0 to 3, got 4"),
        (Mute("conv", 0, (6, 0)), "conv has no such cell"),
        (Mute("conv", 0, (1,)), "conv has no such cell"),
        (Mute("conv", 0, target="scores", into=3), "scores has no such channel"),
    ],
)
def test_a_place_that_is_not_there_is_an_error(bundle: Bundle, mute: Mute, told: str) -> None:
    with pytest.raises(KerascopeError, match=told):
        outputs(bundle, key(mute))


def test_an_edge_that_goes_nowhere_says_so(bundle: Bundle) -> None:
    found = outputs(bundle, key(Mute("pool", 0, target="conv", into=0)))
    assert found.stopped == ("conv: nothing goes there from pool",)


def test_a_layer_that_nobody_knows_stops_what_comes_after_it_and_no_more() -> None:
    layers = [layer("a", "input", 3), layer("odd", "other", 3), layer("b", "flatten", 3, class_name="Flatten")]
    layers.append(layer("apart", "flatten", 3, class_name="Flatten"))
    bundle = paper_bundle(layers, [("a", "odd"), ("odd", "b"), ("a", "apart")], fill=lambda key, shape: np.ones(shape))
    place = CaptureKey("shown", "000", (Mute("a", 1),))
    found = outputs(bundle, place)
    assert found.stopped == ("odd: Other is not computed here",)
    assert set(found) == {"a", "apart"}
    assert found.get("b") is None
    assert output_of(bundle, place, "b") is None
    np.testing.assert_array_equal(found["apart"], [1, 0, 1])
    assert unsupported(bundle, after="odd") == ()
    assert unsupported(bundle, after="a") == found.stopped
    behind = CaptureKey("shown", "000", (Mute("odd", 1),))  # what is before a mute need not be known
    np.testing.assert_array_equal(outputs(bundle, behind)["b"], [1, 0, 1])
    assert answer(bundle, place).predicted is None


def test_what_does_not_give_what_was_stored_is_not_trusted() -> None:
    layers = [layer("a", "input", 4), layer("b", "flatten", 4, class_name="Flatten")]
    arrays = {"a": np.arange(4, dtype=np.float32), "b": np.arange(4, dtype=np.float32) * 2}
    found = outputs(paper_bundle(layers, arrays=arrays), CaptureKey("shown", "000", (Mute("a", 1),)))
    (told,) = found.stopped
    assert "b: what is computed here differs from what was stored" in told


def test_a_layer_that_was_trusted_is_looked_at_again_for_another_input() -> None:
    layers = [layer("a", "input", 4), layer("b", "flatten", 4, class_name="Flatten")]
    values = np.arange(4, dtype=np.float32)
    other = np.array([0, 1, 2, 0], np.float32)  # as a mask would leave it
    arrays = {"1/a": values, "1/b": values, "2/a": values, "2/b": other}
    captures = tuple(
        Capture(input=name, checkpoint="000", outputs={each: ref_of(f"{name}/{each}", values) for each in "ab"})
        for name in "12"
    )
    inputs = tuple(Input(id=name, label=name) for name in "12")
    bundle = paper_bundle(layers, arrays=arrays, captures=captures, inputs=inputs)
    one, two = (outputs(bundle, CaptureKey(name, "000", (Mute("a", 1),))) for name in "12")
    assert one.stopped == ()
    assert "b: what is computed here differs from what was stored by 150.0%" in two.stopped[0]


def test_passes_are_kept_within_a_limit(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = answers._Kept()
    monkeypatch.setattr(answers, "_KEPT", kept)
    sizes = []
    for channel in range(4):
        outputs(bundle, key(Mute("conv", channel)))
        sizes.append(answers.kept_bytes())
    monkeypatch.setattr(answers, "MOST_BYTES", 2 * sizes[0])
    for position in np.ndindex(3, 3):
        outputs(bundle, key(Mute("conv", 0, position)))
        assert answers.kept_bytes() <= 2 * sizes[0]
    assert sizes == [sizes[0] * n for n in (1, 2, 3, 4)]


def test_passes_of_a_bundle_that_is_gone_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_KEPT", answers._Kept())
    gone, there = (read_bundle(make_tiny_bundle(tmp_path / name)) for name in ("1.bundle", "2.bundle"))
    outputs(gone, key(Mute("conv", 0)))
    size = answers.kept_bytes()
    del gone
    outputs(there, key(Mute("conv", 0)))
    assert answers.kept_bytes() == size


def test_threads_share_a_pass(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []

    def counted(*args: Any) -> Any:
        runs.append(args)
        return run(*args)

    run = answers.run
    monkeypatch.setattr(answers, "run", counted)
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(outputs(bundle, key(Mute("conv", 1)))["scores"])) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 1
    assert all(each is found[0] for each in found)
