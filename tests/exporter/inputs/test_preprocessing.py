"""What is fed is (picture - mean) * scale, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from exporter.inputs import InputError, InputSpec, PreprocessingOptions, Sample, feed, picture_from_fed, valid_range
from exporter.inputs.preprocessing import preprocessing_for

COLOUR, GREY = InputSpec("x", (4, 5, 3)), InputSpec("x", (4, 5, 1))
RNG = np.random.default_rng(1)


def picture(channels: int) -> np.ndarray:
    return RNG.integers(0, 256, (4, 5, channels), dtype=np.uint8)


def fed(spec: InputSpec, options: PreprocessingOptions, values: np.ndarray) -> np.ndarray:
    preprocessing = preprocessing_for(spec, options, default_scale=1 / 255)
    return feed([Sample("a", (values,))], [spec], preprocessing)[0][0]


def test_by_default_every_grey_level_is_divided_by_255_and_rounded_once() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    found = fed(InputSpec("x", (16, 16, 1)), PreprocessingOptions(), levels)
    np.testing.assert_array_equal(found, levels.astype(np.float32) / np.float32(255))
    assert found.dtype == np.float32


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_mean_and_scale_in_the_colour_order(order: str) -> None:
    values, mean = picture(3), (10.0, 20.0, 30.5)
    found = fed(COLOUR, PreprocessingOptions(0.5, mean, order), values)  # type: ignore[arg-type]
    for channel in range(3):
        source = channel if order == "rgb" else 2 - channel
        np.testing.assert_array_equal(found[..., channel], (values[..., source] - np.float32(mean[channel])) / 2)


@pytest.mark.parametrize("options", [
    PreprocessingOptions(),
    PreprocessingOptions(1.0, (103.9, 116.8, 123.7), "bgr"),
    PreprocessingOptions(1 / 127.5, (127.5,)),
    PreprocessingOptions(1 / 255, (123.7, 116.3, 103.5), "rgb", (0.229, 0.224, 0.225)),
    PreprocessingOptions(1.0, (), "bgr", (58.4, 57.1, 57.4)),
])  # fmt: skip
def test_the_way_back_gives_the_picture(options: PreprocessingOptions) -> None:
    values = picture(3)
    preprocessing = preprocessing_for(COLOUR, options, default_scale=1 / 255)
    np.testing.assert_array_equal(picture_from_fed(fed(COLOUR, options, values), values, preprocessing), values)


def test_the_valid_range_is_that_of_pictures_of_0_to_255() -> None:
    preprocessing = preprocessing_for(COLOUR, PreprocessingOptions(1 / 127.5, (127.5,)), default_scale=1)
    assert (preprocessing.low, preprocessing.high, preprocessing.mean) == (-1, 1, (127.5,) * 3)
    uneven = preprocessing_for(COLOUR, PreprocessingOptions(1.0, (10.0, 20.0, 30.0)), default_scale=1)
    assert (uneven.low, uneven.high) == (-30, 245)
    low, high = valid_range(uneven, (4, 5, 3))
    assert (low.tolist(), high.tolist()) == ([-10, -20, -30], [245, 235, 225])
    assert [end.tolist() for end in valid_range(uneven, (60,))] == [-30, 245]


def test_std_divides_each_channel_and_bounds_what_may_be_fed() -> None:
    options = PreprocessingOptions(0.5, (10.0, 20.0, 30.0), "rgb", (2.0, 4.0, 8.0))
    values = picture(3)
    expected = (values - np.array([10.0, 20.0, 30.0])) * 0.5 / np.array([2.0, 4.0, 8.0])
    np.testing.assert_array_equal(fed(COLOUR, options, values), expected.astype(np.float32))
    preprocessing = preprocessing_for(COLOUR, options, default_scale=1)
    assert (preprocessing.low, preprocessing.high) == (-2.5, 61.25)
    low, high = valid_range(preprocessing, (4, 5, 3))
    assert low.tolist() == [-2.5, -2.5, -1.875]
    assert high.tolist() == [61.25, 29.375, 14.0625]
    one = preprocessing_for(COLOUR, PreprocessingOptions(1.0, std=(2.0,)), default_scale=1)
    assert (one.std, one.high) == ((2.0,) * 3, 127.5)
    assert PreprocessingOptions(std=(2.0,)).is_stated


def test_a_flat_input_takes_the_picture_row_by_row() -> None:
    values = picture(1)
    np.testing.assert_array_equal(fed(InputSpec("x", (20,)), PreprocessingOptions(1.0), values), values.ravel())
    np.testing.assert_array_equal(fed(InputSpec("x", (4, 5)), PreprocessingOptions(1.0), values), values[..., 0])


@pytest.mark.parametrize(("options", "told"), [
    (PreprocessingOptions(mean=(1.0, 2.0)), "expected 1 or 3 numbers, got 2"),
    (PreprocessingOptions(scale=0.0), "a number above 0"),
    (PreprocessingOptions(scale=float("nan")), "a number above 0"),
    (PreprocessingOptions(mean=(float("inf"),)), "finite numbers"),
    (PreprocessingOptions(std=(1.0, 2.0)), "the std.*expected 1 or 3 numbers, got 2"),
    (PreprocessingOptions(std=(1.0, 0.0, 1.0)), "the std.*numbers above 0"),
    (PreprocessingOptions(std=(float("nan"),)), "the std.*numbers above 0"),
    (PreprocessingOptions(colour_order="grey"), "expected rgb or bgr, got grey"),
])  # fmt: skip
def test_options_that_make_no_sense(options: PreprocessingOptions, told: str) -> None:
    with pytest.raises(InputError, match=told):
        preprocessing_for(COLOUR, options, default_scale=1)
