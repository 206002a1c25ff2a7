"""What a step scene is about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from exporter.bundle import Bundle, KerascopeError, read_bundle
from exporter.bundle.schema import Layer
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.steps.subject import subject_of
from viewer.forward import outputs
from viewer.state import CaptureKey, Mute


@pytest.fixture(scope="module")
def bundle(sculpted_path: Path) -> Bundle:
    return read_bundle(sculpted_path)


def is_conv(layer: Layer) -> bool:
    return layer.kind == "conv"


def is_dense(layer: Layer) -> bool:
    return layer.kind == "dense"


def test_without_a_choice_it_is_where_most_happens(bundle: Bundle) -> None:
    """The channel of the largest mean size, and of that the cell of the largest."""
    subject = subject_of(bundle, SceneOptions(), is_conv, "convolution")
    stored = np.abs(bundle.output(subject.key.input_id, subject.key.checkpoint_id, "conv"))
    assert subject.layer.name == "conv"
    assert stored[..., subject.channel].mean() == stored.mean(axis=(0, 1)).max()
    assert abs(subject.value(subject.at)) == stored[..., subject.channel].max()
    assert subject.cell(subject.index(subject.at)) == subject.at


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (SceneOptions(layer="relu"), "no convolution to show there: expected one of conv"),
        (SceneOptions(layer="nothing"), "no such layer"),
        (SceneOptions(channel=4), "no such channel of conv: expected --channel 0 to 3"),
        (SceneOptions(at=(6, 0)), "no such cell of conv: expected 0 to 5 and 0 to 5"),
        (SceneOptions(at=(1,)), "no such cell of conv"),
    ],
)
def test_what_is_not_there_is_told_in_a_line(bundle: Bundle, options: SceneOptions, said: str) -> None:
    """With what there is."""
    with pytest.raises(KerascopeError, match=said):
        subject_of(bundle, options, is_conv, "convolution")


def test_with_something_muted_it_is_about_the_network_without_it(bundle: Bundle) -> None:
    """The values are those that are computed without it, and what is muted itself cannot be told."""
    muted = (Mute("pool", channel=1),)
    subject = subject_of(bundle, SceneOptions(muted=muted), is_dense, "dense layer")
    key = CaptureKey(subject.key.input_id, subject.key.checkpoint_id, muted)
    assert subject.key == key
    np.testing.assert_array_equal(subject.case.values, outputs(bundle, key)["scores"])
    plain = subject_of(bundle, SceneOptions(), is_dense, "dense layer")
    assert not np.array_equal(subject.case.values, plain.case.values)
    for name in ("dense", "softmax", "flatten"):
        options = SceneOptions(muted=muted)
        timeline = scene(name).build(bundle, scene(name).lay_out(bundle, options), options)
        assert timeline.state_at(timeline.stops_secs[-1]).nets[0].capture == key
