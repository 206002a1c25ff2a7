"""The strongest few by weight and by importance: of the checkpoint alone, by numbers that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle

from exporter.bundle import Bundle
from viewer.layout import Layout, place
from viewer.state import CaptureKey, EdgeMode, Mute
from viewer.strands import pairs as choosing
from viewer.strands.average import clean_sample, mean_size
from viewer.strands.pairs import INTO_EACH_CLASS
from viewer.strands.trace import CONV, DENSE, Strands, trace

FINAL = "002"


@pytest.fixture(scope="module")
def layout(tiny_bundle: Bundle) -> Layout:
    return place(tiny_bundle)


def dense_part(layout: Layout, strands: Strands) -> tuple[np.ndarray, Strands]:
    """The pairs (n, 2) into the classes, and the strands that they are."""
    target = next(at for at, plate in enumerate(layout.plates) if plate.layer == "scores")
    mine = strands.pairs[:, 2] == target
    part = replace(strands, **{name: getattr(strands, name)[mine] for name in ("ends", "look", "way", "pairs")})
    return part.pairs[:, [1, 3]], part


@pytest.mark.parametrize("mode", ["weight", "importance"])
def test_they_do_not_depend_on_the_input(tiny_bundle: Bundle, layout: Layout, mode: EdgeMode) -> None:
    one, two, other = (
        trace(tiny_bundle, layout, CaptureKey(*key), mode)
        for key in (("clean-0", FINAL), ("attack-3", FINAL), ("clean-0", "000"))
    )
    for name in ("ends", "look", "way", "pairs"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert not np.array_equal(one.look, other.look), "the checkpoint counts"
    contribution = [trace(tiny_bundle, layout, CaptureKey(name, FINAL)) for name in ("clean-0", "attack-3")]
    assert not np.array_equal(contribution[0].look, contribution[1].look)


def test_dense_strands_by_weight_are_the_largest_weights(tiny_bundle: Bundle, layout: Layout) -> None:
    strands = trace(tiny_bundle, layout, CaptureKey("clean-0", FINAL), "weight")
    kernel = tiny_bundle.weight(FINAL, "scores", "kernel")
    pairs, part = dense_part(layout, strands)
    found = kernel[pairs[:, 0], pairs[:, 1]]
    np.testing.assert_allclose(part.look[:, 1], np.abs(found) / np.abs(kernel).max(), rtol=1e-5)
    np.testing.assert_array_equal(part.look[:, 2], np.sign(found))
    largest = np.sort(np.abs(kernel), axis=0)[::-1][:INTO_EACH_CLASS]
    assert strands.dense_share == pytest.approx(largest.sum() / np.abs(kernel).sum(), rel=1e-4)


def test_importance_is_the_mean_over_clean_inputs(tiny_bundle: Bundle, layout: Layout) -> None:
    keys = clean_sample(tiny_bundle, FINAL)
    assert {key.checkpoint_id for key in keys} == {FINAL}
    assert all(tiny_bundle.input(key.input_id).kind == "clean" for key in keys)
    means = np.mean([np.abs(tiny_bundle.output(key.input_id, FINAL, "flatten")) for key in keys], axis=0)
    np.testing.assert_allclose(mean_size(tiny_bundle, FINAL, "flatten"), means, rtol=1e-6)
    strands = trace(tiny_bundle, layout, CaptureKey("clean-0", FINAL), "importance")
    flow = means[:, None] * np.abs(tiny_bundle.weight(FINAL, "scores", "kernel"))
    pairs, part = dense_part(layout, strands)
    np.testing.assert_allclose(part.look[:, 1], flow[pairs[:, 0], pairs[:, 1]] / flow.max(), rtol=1e-4)


def test_convolutions_by_weight_go_by_the_norm_and_the_sign_of_the_sum(tiny_bundle: Bundle, layout: Layout) -> None:
    strands = trace(tiny_bundle, layout, CaptureKey("clean-0", FINAL), "weight")
    kernel = tiny_bundle.weight(FINAL, "conv", "kernel").astype(np.float64)
    norm = np.sqrt((kernel**2).sum(axis=(0, 1)))
    mine = strands.look[:, 0] == CONV
    source, target = strands.pairs[mine][:, [1, 3]].T
    np.testing.assert_allclose(strands.look[mine, 1], norm[source, target] / norm.max(), rtol=1e-4)
    np.testing.assert_array_equal(strands.look[mine, 2], np.sign(kernel.sum(axis=(0, 1))[source, target]))


@pytest.mark.parametrize("mode", ["contribution", "weight", "importance"])
@pytest.mark.parametrize("most_pairs", [2**22, 0])
def test_what_is_cut_has_no_strand(mode: EdgeMode, most_pairs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a kernel is so large that only a part of it is looked at."""
    monkeypatch.setattr(choosing, "MOST_PAIRS", most_pairs)
    layers = [layer("in", "input", 6), layer("out", "dense", 4)]
    bundle = paper_bundle(layers, kernels={"out": (6, 4)}, arrays={"in": np.arange(1, 7, dtype=np.float32)})
    layout, key = place(bundle), CaptureKey(*KEY)
    whole = trace(bundle, layout, key, mode)
    assert (whole.look[:, 0] == DENSE).all()
    unit = int(whole.pairs[0, 1])
    into = int(whole.pairs[0, 3])
    cut = trace(bundle, layout, replace(key, mutes=(Mute("in", unit, target="out", into=into),)), mode)
    gone = {tuple(pair) for pair in whole.pairs.tolist()} - {tuple(pair) for pair in cut.pairs.tolist()}
    assert (0, unit, 1, into) in gone
    assert len(cut.pairs)
