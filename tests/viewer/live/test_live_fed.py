"""What is fed for a picture is what the exporter feeds for it, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from paper_bundle import PaperBundle, layer, paper_bundle

from exporter.bundle import KerascopeError
from exporter.bundle.schema import Input, Preprocessing, TensorRef
from exporter.inputs import InputSpec, Sample, feed
from exporter.inputs.preprocessing import PreprocessingOptions, preprocessing_for
from viewer.live.fed import fed_of, fed_shape, picture_of, picture_shape


def bundle_fed(*shape: int | None, preprocessing: Preprocessing | None = None, **more: Any) -> PaperBundle:
    """A network that is fed this shape."""
    entry = layer("in", "input", *shape)
    return paper_bundle([entry, layer("out", "dense", 3)], preprocessing=preprocessing or Preprocessing(), **more)


def pictured(*shape: int) -> dict[str, Any]:
    """The member of a manifest whose first picture has this shape."""
    image = TensorRef(file="inputs/000.npz", key="image", shape=shape, dtype="uint8")
    return {"inputs": (Input(id="shown", label="shown", image=image),)}


numbers = st.floats(0.0625, 300)


@st.composite
def preprocessings(draw: st.DrawFn, channels: int) -> Preprocessing:
    order = "grey" if channels == 1 else draw(st.sampled_from(("rgb", "bgr")))
    several = st.lists(numbers, min_size=channels, max_size=channels).map(tuple) | st.just(())
    options = PreprocessingOptions(draw(st.floats(1e-4, 4)), draw(several), order, draw(several))
    return preprocessing_for(InputSpec("in", (5, 4, channels)), options, default_scale=1.0)


@given(st.data())
def test_it_is_what_the_exporter_feeds(data: st.DataObject) -> None:
    channels = data.draw(st.sampled_from((1, 3)))
    preprocessing = data.draw(preprocessings(channels))
    shapes = [(5, 4, channels), (None, None, channels), (5 * 4 * channels,), *([(5, 4)] if channels == 1 else [])]
    shape = data.draw(st.sampled_from(shapes))
    bundle = bundle_fed(*shape, preprocessing=preprocessing, **pictured(5, 4, channels))
    picture = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, 256, (5, 4, channels)).astype(np.uint8)
    (theirs,) = feed([Sample("x", (picture,), picture)], [InputSpec("in", shape)], preprocessing)
    ours = fed_of(bundle, picture)
    assert picture_shape(bundle) == picture.shape
    assert fed_shape(bundle) == ours.shape == theirs.shape[1:]
    assert ours.dtype == theirs.dtype
    assert ours.tobytes() == theirs.tobytes()
    assert picture_of(bundle, ours).tolist() == picture.tolist()


def test_a_blue_first_network_gets_blue_first() -> None:
    bundle = bundle_fed(1, 1, 3, preprocessing=Preprocessing(colour_order="bgr"))
    assert fed_of(bundle, np.array([[[255, 2, 1]]], np.uint8)).tolist() == [[[1, 2, 255]]]


@pytest.mark.parametrize(
    ("shape", "got"),
    [
        ((8, 8, 4), "8 x 8 x 4 values"),
        ((16,), "16 values"),
        ((None, None, 3), "any x any x 3 values"),
        ((4, 3, 2, 1), "4 x 3"),
    ],
)
def test_a_network_that_takes_no_picture_is_told(shape: tuple[int | None, ...], got: str) -> None:
    with pytest.raises(KerascopeError, match=f"nothing can be drawn for this network: .* got {got}"):
        picture_shape(bundle_fed(*shape))


def test_a_network_of_two_inputs_is_told() -> None:
    bundle = bundle_fed(4, 4, 1)
    bundle.manifest = structs.replace(bundle.manifest, model=structs.replace(bundle.manifest.model, inputs=("in", "b")))
    with pytest.raises(KerascopeError, match="expected a network that takes one input, got 2 inputs"):
        picture_shape(bundle)


def test_a_picture_of_another_kind_is_refused() -> None:
    bundle = bundle_fed(4, 4, 1)
    for picture in (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 1), np.float32)):
        with pytest.raises(KerascopeError, match="the picture does not fit the network"):
            fed_of(bundle, picture)
