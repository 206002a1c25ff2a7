"""Whatever array goes in comes out, bit for bit, in C order and little-endian."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from plain_bundle import write_plain

from exporter.bundle import BundleError, BundleWriter, read_bundle, validate_bundle
from exporter.bundle.tensors import DTYPES

Array = np.ndarray[Any, Any]


@st.composite
def arrays(draw: st.DrawFn) -> Array:
    """Arrays of every dtype, with any bits (so any NaN payload), 0 to 4 axes, no element, any byte and memory order."""
    dtype = np.dtype(DTYPES[draw(st.sampled_from(sorted(DTYPES)))])
    shape = draw(npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    octets = dtype.itemsize * int(np.prod(shape))
    bits = draw(st.binary(min_size=octets, max_size=octets))
    octets_of = np.frombuffer(bits, np.uint8)
    array: Array = octets_of > 127 if dtype.kind == "b" else octets_of.view(dtype)
    array = array.reshape(shape).astype(draw(st.sampled_from([dtype, dtype.newbyteorder(">")])))
    order = draw(st.sampled_from(["C", "F", "reversed", "every other"]))
    if order == "reversed":
        return array[::-1] if array.ndim else array
    if order == "every other":
        return array.repeat(2, axis=-1)[..., ::2] if array.ndim else array
    return np.asarray(array, order=order)  # type: ignore[call-overload, no-any-return]


def bits_of(array: Array) -> bytes:
    return np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()


@given(array=arrays(), compress=st.booleans())
def test_arrays_come_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, array: Array, compress: bool) -> None:
    path = write_plain(tmp_path_factory.mktemp("trip") / "x.bundle", {"k": array}, compress=compress)
    loaded = read_bundle(path).weight("000", "a", "k")
    assert (loaded.shape, loaded.dtype.name) == (array.shape, array.dtype.name)
    assert loaded.tobytes() == bits_of(array)
    assert loaded.flags.c_contiguous
    assert loaded.dtype.newbyteorder("<") == loaded.dtype
    with np.load(path / "weights/000.npz") as file:  # NumPy is the peer: it reads the same
        assert file["k"].tobytes() == loaded.tobytes()
    assert validate_bundle(path) == []


def test_a_signalling_nan_keeps_its_bits(tmp_path: Path) -> None:
    bits = np.array([0x7F800001, 0xFFC12345, 0x80000000], np.uint32)
    path = write_plain(tmp_path / "x.bundle", {"k": bits.view(np.float32)})
    np.testing.assert_array_equal(read_bundle(path).weight("000", "a", "k").view(np.uint32), bits)


def test_loaded_arrays_cannot_be_changed(tmp_path: Path) -> None:
    loaded = read_bundle(write_plain(tmp_path / "x.bundle", {"k": np.zeros(3)})).weight("000", "a", "k")
    with pytest.raises(ValueError, match="read-only"):
        loaded[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        loaded.flags.writeable = True


@pytest.mark.slow
def test_an_array_larger_than_a_chunk_comes_back(tmp_path: Path) -> None:
    array = np.random.default_rng(0).integers(0, 255, 16 * 2**20 + 3).astype(np.uint8)
    path = write_plain(tmp_path / "x.bundle", {"k": array}, compress=True)
    np.testing.assert_array_equal(read_bundle(path).weight("000", "a", "k"), array)


@pytest.mark.parametrize(
    "array",
    [
        np.array([None]),
        np.array(["text"]),
        np.array([1j]),
        np.zeros(1, "f4,i4"),
        np.array(["2020-01-01"], "datetime64[D]"),
        np.zeros(1, np.longdouble),
    ],
    ids=lambda array: array.dtype.name,
)
def test_arrays_that_are_no_plain_numbers_are_refused_and_leave_nothing(tmp_path: Path, array: Array) -> None:
    with pytest.raises(BundleError, match="cannot be stored"), BundleWriter.create(tmp_path / "x.bundle") as writer:
        writer.write("a.npz", {"fine": np.zeros(2), "k": array})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["", "a\\b", "a\x00b", "a\nb"])
def test_unusual_keys_are_refused(tmp_path: Path, key: str) -> None:
    with BundleWriter.create(tmp_path / "x.bundle") as writer, pytest.raises(BundleError, match="not a name for a"):
        writer.write("a.npz", {key: np.zeros(1)})


def test_a_key_is_written_once(tmp_path: Path) -> None:
    with BundleWriter.create(tmp_path / "x.bundle") as writer, writer.open("a.npz") as stream:
        stream.add("k", np.zeros(1))
        with pytest.raises(BundleError, match="in the file already"):
            stream.add("k", np.ones(1))


def test_names_of_layers_may_be_in_any_script(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "x.bundle", {"größe/核": np.arange(3)})
    np.testing.assert_array_equal(read_bundle(path).weight("000", "a", "größe/核"), np.arange(3))
