"""The digits: one split, and `mnist:N` of the part that training never sees."""

from __future__ import annotations

import numpy as np
import pytest

from exporter.inputs import InputError, InputSet, InputSpec, PreprocessingOptions, feed, read_inputs
from exporter.inputs.digits import digit_split

pytestmark = pytest.mark.slow  # the digits come as a table of text


def read(source: str, spec: InputSpec) -> InputSet:
    return read_inputs(source, [spec], options=PreprocessingOptions(), default_scale=1 / 255)


def test_the_parts_are_balanced_apart_and_together_all() -> None:
    split = digit_split()
    assert np.bincount(split.training.classes).tolist() == [400] * 10
    assert np.bincount(split.held_out.classes).tolist() == [100] * 10
    training = {picture.tobytes() for picture in split.training.pictures}
    assert not training & {picture.tobytes() for picture in split.held_out.pictures}
    assert (np.diff(split.training.classes) != 0).mean() > 0.8, "the digits come sorted and must be shuffled"


def test_n_digits_are_balanced_and_held_out() -> None:
    found = read("mnist:20", InputSpec("x", (28, 28, 1)))
    assert [sample.true_class for sample in found.samples] == [*range(10)] * 2
    assert found.samples[17].label == "digit 7 (2)"
    assert found.class_names == tuple("0123456789")
    held_out = {picture.tobytes() for picture in digit_split().held_out.pictures}
    assert {sample.picture.tobytes() for sample in found.samples if sample.picture is not None} <= held_out
    assert len({sample.picture.tobytes() for sample in found.samples if sample.picture is not None}) == 20


def test_digits_to_train_on_are_balanced_and_none_of_them_is_held_out() -> None:
    found = read("mnist-training:40", InputSpec("x", (28, 28, 1)))
    assert [sample.true_class for sample in found.samples] == [*range(10)] * 4
    held_out = {picture.tobytes() for picture in digit_split().held_out.pictures}
    assert not {sample.picture.tobytes() for sample in found.samples if sample.picture is not None} & held_out
    assert len(read("mnist-training:4000", InputSpec("x", (784,))).samples) == 4000


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (784,)])
def test_the_same_digit_fits_models_of_other_rank(shape: tuple[int, ...]) -> None:
    spec = InputSpec("x", shape)
    found = read("mnist:1", spec)
    picture = found.samples[0].picture
    assert picture is not None
    assert picture.shape == (28, 28, 1)
    np.testing.assert_array_equal(
        feed(found.samples, [spec], found.preprocessing)[0][0].ravel(), picture.ravel() / np.float32(255)
    )


def test_a_colour_model_gets_colour_of_its_size() -> None:
    picture = read("mnist:1", InputSpec("x", (32, 40, 3))).samples[0].picture
    assert picture is not None
    assert picture.shape == (32, 40, 3)
    assert (picture[..., 0] == picture[..., 2]).all()


@pytest.mark.parametrize("source", ["mnist:0", "mnist:1001", "mnist:", "mnist:x", "mnist:-1", "mnist-training:4001"])
def test_so_many_cannot_be_had(source: str) -> None:
    with pytest.raises(InputError, match="so many digits cannot be had"):
        read(source, InputSpec("x", (28, 28, 1)))


def test_a_model_with_other_features_is_told() -> None:
    with pytest.raises(InputError, match="does not take pictures: expected 10 values"):
        read("mnist:5", InputSpec("x", (10,)))
