"""The statistics of a layer, against numpy on the values one by one."""

from __future__ import annotations

import numpy as np
import pytest
from examples import share_of_examples
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from exporter.bundle.statistics import PERCENTILES, statistics_layout

pytestmark = pytest.mark.tf

FLOATS = st.floats(-1e6, 1e6, width=32) | st.sampled_from([0.0, -0.0, np.nan, np.inf, -np.inf])


@share_of_examples(2.5)
@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 3)), elements=FLOATS))
def test_each_channel_is_what_numpy_says(values: np.ndarray) -> None:
    from exporter.capture import channel_statistics

    found = channel_statistics(values)
    channels = values.shape[-1]
    assert {name: (array.shape, array.dtype.name) for name, array in found.items()} == statistics_layout(channels)
    assert (np.diff(found["histogram_edges"]) > 0).all()
    for channel in range(channels):
        column = values[..., channel].ravel()
        finite = column[np.isfinite(column)].astype(np.float64)
        assert found["nan_count"][channel] == column.size - finite.size
        assert found["histogram"][channel].sum() == finite.size
        if finite.size == 0:
            assert found["min"][channel] == found["std"][channel] == found["zero_fraction"][channel] == 0
            continue
        assert found["min"][channel] == finite.min()
        assert found["max"][channel] == finite.max()
        np.testing.assert_allclose(found["mean"][channel], finite.mean(), rtol=1e-6, atol=1e-30)
        np.testing.assert_allclose(found["std"][channel], finite.std(), rtol=1e-6, atol=1e-30)
        np.testing.assert_allclose(
            found["percentiles"][channel], np.percentile(finite, PERCENTILES), rtol=1e-5, atol=1e-30
        )
        np.testing.assert_allclose(found["zero_fraction"][channel], np.mean(finite == 0), rtol=1e-6)
        expected = np.histogram(finite, found["histogram_edges"].astype(np.float64))[0]
        np.testing.assert_array_equal(found["histogram"][channel], expected)
    sizes = np.abs(values[np.isfinite(values)].astype(np.float64))
    np.testing.assert_allclose(found["abs_p99"], np.percentile(sizes, 99) if sizes.size else 0.0, rtol=1e-5, atol=1e-30)


def test_a_vector_has_a_channel_per_unit_and_a_number_has_one() -> None:
    from exporter.capture import channel_statistics

    assert channel_statistics(np.arange(6.0).reshape(2, 3))["max"].tolist() == [3, 4, 5]
    assert channel_statistics(np.arange(6.0))["max"].tolist() == [5]


def test_the_values_that_are_given_stay_as_they_are() -> None:
    from exporter.capture import channel_statistics

    values = np.array([[3.0], [np.nan], [-1.0]], np.float32)
    before = values.copy()
    channel_statistics(values)
    np.testing.assert_array_equal(values, before)
