"""The text of arrays: the fewest digits that give every float32 back, and words for what is no number."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from exporter.interchange.unity import encode
from exporter.interchange.unity.encode import array_text, entry_start


def text(values: np.ndarray) -> bytes:
    return b"".join(array_text(values))


@given(arrays(np.float32, array_shapes(max_dims=4, max_side=4), elements=st.floats(width=32)))
def test_every_float_comes_back_whatever_it_is(values: np.ndarray) -> None:
    written = text(values)
    assert b"null" not in written
    back = np.array(json.loads(written), np.float32)
    assert back.shape == values.shape
    np.testing.assert_array_equal(back, values)
    finite = np.isfinite(values)
    assert np.array_equal(np.signbit(back[finite]), np.signbit(values[finite]))


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_there_are_no_more_digits_than_numpy_needs(value: float) -> None:
    written = text(np.array([value], np.float32))[1:-1]
    fewest = np.format_float_scientific(np.float32(value), unique=True, trim="-")
    digits = [part.split("e")[0].strip("-").replace(".", "").strip("0") for part in (written.decode(), fewest)]
    assert len(digits[0]) <= len(digits[1])


@pytest.mark.parametrize("block", [1, 3, 7, 100])
def test_pieces_make_the_text_of_the_whole(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(60, dtype=np.float32).reshape(5, 3, 4)
    values[2, 1] = np.nan
    whole = text(values)
    monkeypatch.setattr(encode, "_BLOCK_VALUES", block)
    parts = list(array_text(values))
    assert b"".join(parts) == whole
    assert len(parts) > 5 or block == 100


def test_it_is_compact_and_positional() -> None:
    assert text(np.array([[1, 0.5], [-2, np.inf]], np.float32)) == b"[[1.0,0.5],[-2.0,Infinity]]"
    assert entry_start("fc_out", (3, 2)) == b'["fc_out",[3,2],'
