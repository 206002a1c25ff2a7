"""Pickles of arrays are read as Python would read them, and nothing that is in them is executed."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import nn_vis_hostile as hostile
import numpy as np
import pytest

from exporter.pickles import PickleError, Stored, unpickled


def read(pickled: bytes) -> Any:
    return unpickled(io.BytesIO(pickled), len(pickled))


def plain(value: Any) -> Any:
    """The same with arrays in the place of what stands for them."""
    if isinstance(value, Stored):
        return value.values
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value))
    return {key: plain(part) for key, part in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8"])
def test_dictionaries_of_arrays_are_what_they_were(protocol: int, dtype: str) -> None:
    values = np.random.default_rng(4).normal(size=(2, 3, 4)).astype(dtype)
    held = {"one": [values, np.asfortranarray(values[0])], "two": {"deep": (1, -2, 0.5, None, True)}, "three": {}}
    found = plain(read(pickle.dumps(held, protocol=protocol)))
    assert list(found) == ["one", "two", "three"]
    assert (found["two"], found["three"]) == ({"deep": (1, -2, 0.5, None, True)}, {})
    for ours, theirs in zip(found["one"], held["one"], strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype


@pytest.mark.parametrize("entries", [1, 3, 1500])
def test_entries_come_one_by_one_or_together(entries: int) -> None:
    held = {f"layer {number}": number for number in range(entries)}
    assert read(pickle.dumps(held, protocol=3)) == held


@pytest.mark.parametrize(("pickled", "told"), [
    (b"\x80\x02}(]u.", "operands"), (b"\x80\x02}(]]u.", "keys are no texts"), (b"\x80\x02](]]u.", "operands"),
    (b"\x80\x02}K\x01s.", "operands"), (b"\x80\x02}K\x01K\x01s.", "keys are no texts"), (b"\x80\x02}u.", "operands"),
    (pickle.dumps({1: 2}, protocol=3), "keys are no texts"), (pickle.dumps({"a"}, protocol=4), "EMPTY_SET"),
    (b"", "too early"), (b"no pickle at all", "the instruction"),
])  # fmt: skip
def test_damaged_dictionaries(pickled: bytes, told: str) -> None:
    with pytest.raises(PickleError, match=told):
        read(pickled)


def test_names_in_a_dictionary_are_told_and_never_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in hostile.NAMES:
        for spelling in ("global", "stack", "instance"):
            inside = b"\x80\x04}X\x01\x00\x00\x00a" + hostile.call(*name, spelling) + b"s."
            with pytest.raises(PickleError, match="arrays of numbers do not need"):
                read(inside)
    assert not list(tmp_path.iterdir())
