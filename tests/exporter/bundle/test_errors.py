from __future__ import annotations

import pickle

import pytest

from exporter.bundle import BundleError, KerascopeError


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({}, "it broke"),
        ({"expected": "2 axes"}, "it broke: expected 2 axes"),
        ({"got": 3}, "it broke: got 3"),
        ({"expected": 2, "got": 0, "remedy": "try again"}, "it broke: expected 2, got 0; try again"),
        ({"remedy": "try again", "path": "a/b.npz"}, "it broke; try again (a/b.npz)"),
        ({"got": "two\nlines\r\n and\ttabs"}, "it broke: got two lines and tabs"),
    ],
)
def test_an_error_is_one_line_with_the_path_last(parts: dict[str, object], line: str) -> None:
    assert str(KerascopeError("it broke", **parts)) == line  # type: ignore[arg-type]


def test_a_bundle_error_is_caught_as_a_kerascope_error() -> None:
    with pytest.raises(KerascopeError, match="it broke"):
        raise BundleError("it broke")


def test_an_error_survives_the_way_from_a_worker_process() -> None:
    error = BundleError("it broke", expected=1, got=2, remedy="mend it", path="a")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
