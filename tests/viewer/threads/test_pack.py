"""Eight bytes an edge: what is packed is what is read."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from viewer.threads.pack import BYTES_PER_EDGE, EDGES_A_ROW, packed, unpacked
from viewer.threads.units import MOST_UNITS

units = st.integers(0, MOST_UNITS - 1)


@given(st.lists(st.tuples(units, units, st.floats(-1, 1)), max_size=40))
def test_a_round_trip_loses_only_the_last_bits_of_the_weight(edges: list[tuple[int, int, float]]) -> None:
    source, target, weight = (
        (np.array(column) for column in zip(*edges, strict=True)) if edges else (np.zeros(0, int),) * 3
    )
    texels = packed(source, target, weight)
    found = unpacked(texels, len(edges))
    np.testing.assert_array_equal(found[0], source)
    np.testing.assert_array_equal(found[1], target)
    np.testing.assert_allclose(found[2], weight, atol=0.5 / 32767 + 1e-9)
    np.testing.assert_array_equal(np.sign(found[2]), np.sign(np.round(weight * 32767)))
    assert not unpacked(texels, EDGES_A_ROW)[2][len(edges) :].any(), "what fills the row has no weight"


def test_bytes() -> None:
    count = 5 * EDGES_A_ROW
    assert (
        packed(np.zeros(count, int), np.zeros(count, int), np.zeros(count)).nbytes
        == BYTES_PER_EDGE * count
        == 8 * count
    )


def test_a_weight_beyond_its_range_is_cut_and_not_wrapped() -> None:
    assert unpacked(packed(np.zeros(2, int), np.zeros(2, int), np.array([-7.0, 1.001])), 2)[2].tolist() == [-1.0, 1.0]
