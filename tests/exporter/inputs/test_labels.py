"""Class names in every form that is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporter.inputs import InputError, read_labels


@pytest.mark.parametrize(
    "text",
    [
        "cat\nred panda\n\nÅl\n",
        '["cat", "red panda", "Ål"]',
        '{"0": "cat", "2": "Ål", "1": "red panda"}',
        '{"0": ["n01", "cat"], "1": ["n02", "red panda"], "2": ["n03", "Ål"]}',
    ],
)
def test_forms(tmp_path: Path, text: str) -> None:
    (tmp_path / "names.txt").write_text(text, encoding="utf-8")
    assert read_labels(tmp_path / "names.txt", 3) == ("cat", "red panda", "Ål")


def test_names_in_memory_and_none() -> None:
    assert read_labels(["a", "b"], None) == ("a", "b")
    assert read_labels(None, 7) == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a\nb\n", "expected 3 names, got 2"),
        (b'{"0": "a", "2": "b"}', "cannot be read"),
        (b'["a"', "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "names.txt").write_bytes(content)
    with pytest.raises(InputError, match=told):
        read_labels(tmp_path / "names.txt", 3)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(tmp_path / "nowhere", 3)
