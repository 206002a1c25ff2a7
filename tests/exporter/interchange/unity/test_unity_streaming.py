"""A folder for Unity is written as it is read: what memory it takes does not grow with epochs."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest
from many_epochs import write_epochs

from exporter.bundle import read_bundle, store
from exporter.interchange.unity.convert import convert_unity

pytestmark = pytest.mark.slow

SAMPLES = 8
KEPT_BYTES = 2**20


def peak_and_size(folder: Path, epochs: int) -> tuple[int, int]:
    """The most that was held at a time while a folder was written, and how large it got, in bytes."""
    bundle = read_bundle(write_epochs(folder / f"{epochs}.bundle", epochs=epochs, samples=SAMPLES))
    gc.collect()
    tracemalloc.start()
    try:
        report = convert_unity(bundle, folder / f"{epochs}")
        return tracemalloc.get_traced_memory()[1], report.n_bytes
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_epochs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # An opened bundle keeps what it read last, within a limit of its own; here so little that it hides nothing.
    monkeypatch.setattr(store, "CACHED_BYTES", KEPT_BYTES)
    convert_unity(read_bundle(write_epochs(tmp_path / "first.bundle", epochs=1, samples=1)), tmp_path / "first")
    few_peak, few_bytes = peak_and_size(tmp_path, 3)
    many_peak, many_bytes = peak_and_size(tmp_path, 12)
    assert many_bytes > 3.9 * few_bytes
    assert many_peak < few_peak + 2 * KEPT_BYTES
    assert many_peak < many_bytes / 2
