"""Arrays that stay on disk are those that are read, and cost no memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_bundle import write_plain

from exporter.bundle import BundleError, read_bundle, store, validate_bundle
from exporter.bundle.npz_map import map_tensor
from exporter.bundle.npz_read import open_npz, read_tensor
from exporter.bundle.npz_write import NpzWriter
from exporter.bundle.tensors import DTYPES


@given(
    dtype=st.sampled_from(sorted(DTYPES)), shape=st.lists(st.integers(1, 5), max_size=4), key=st.text("ab/", min_size=1)
)
def test_a_mapped_array_is_the_one_that_is_read(tmp_path_factory, dtype: str, shape: list[int], key: str) -> None:
    path = tmp_path_factory.mktemp("map") / "x.npz"
    values = np.random.default_rng(0).integers(0, 2**16, shape).astype(dtype)
    with NpzWriter(path, "x.npz", shown=path) as writer:
        writer.add("before", np.zeros(3, np.int8))  # so that values begin at an odd place
        ref = writer.add(key, values)
    with open_npz(path) as archive:
        mapped, there = map_tensor(archive, ref, path), read_tensor(archive, ref, path)
    assert mapped is not None
    assert (mapped.dtype, mapped.shape, mapped.flags.writeable) == (there.dtype, there.shape, False)
    assert mapped.tobytes() == there.tobytes() == values.tobytes()


def test_what_is_compressed_is_not_mapped(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "x.bundle", {"k": np.zeros((64, 64), np.float32)}, compress=True)
    ref = read_bundle(path).manifest.checkpoints[0].weights["a/k"]
    with open_npz(path / ref.file) as archive:
        assert map_tensor(archive, ref, path / ref.file) is None


def test_large_arrays_take_no_memory_and_do_not_drive_out_small_ones(tmp_path: Path) -> None:
    large = np.ones(store.MAPPED_BYTES // 4, np.float32)
    path = write_plain(tmp_path / "x.bundle", {"k": large, "m": np.ones(8, np.float32)})
    bundle = read_bundle(path)
    small = bundle.weight("000", "a", "m")
    tracemalloc.start()
    assert bundle.weight("000", "a", "k")[-1] == 1
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
    assert bundle.weight("000", "a", "m") is small
    assert bundle.held_bytes == small.nbytes + 2 * store.ENTRY_BYTES


def test_rotten_values_are_found_by_a_read_and_by_validation_but_not_by_a_map(tmp_path: Path, monkeypatch) -> None:
    path = write_plain(tmp_path / "x.bundle", {"k": np.arange(6000, dtype=np.float32)})
    file = path / "weights/000.npz"
    content = bytearray(file.read_bytes())
    content[content.index(np.float32(5000).tobytes())] ^= 1
    file.write_bytes(content)
    with pytest.raises(BundleError, match="damaged"):
        read_bundle(path).weight("000", "a", "k")
    assert len(validate_bundle(path)) == 1
    monkeypatch.setattr(store, "MAPPED_BYTES", 0)
    assert read_bundle(path).weight("000", "a", "k")[4999] == 4999
