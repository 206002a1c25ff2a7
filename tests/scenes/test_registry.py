"""Scenes are found by their files, and described without being imported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from exporter.bundle.errors import KerascopeError
from scenes import registry

GOOD = (
    '"""Shows {name}.\n\nAt length.\n"""\n\nCHECK = "still"\n\n\ndef build(bundle, layout, options):\n    return None\n'
)
EXPLODES = '"""Must not be imported to be listed."""\n\nraise RuntimeError("imported")\n'


@pytest.fixture
def gallery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with three scenes, one of which cannot be imported, and a private module."""
    folder = tmp_path / "some_gallery"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "flow.py").write_text(GOOD.format(name="a flow"))
    (folder / "attack.py").write_text(GOOD.format(name="an attack"))
    (folder / "broken.py").write_text(EXPLODES)
    (folder / "_kit.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("some_gallery")]:
        monkeypatch.delitem(sys.modules, name)
    return "some_gallery"


def test_lists_names_sorted_and_without_private_ones(gallery: str) -> None:
    assert registry.scene_names(gallery) == ("attack", "broken", "flow")


def test_summaries_come_without_an_import(gallery: str) -> None:
    summaries = registry.scene_summaries(gallery)
    assert summaries == {
        "attack": "Shows an attack.",
        "broken": "Must not be imported to be listed.",
        "flow": "Shows a flow.",
    }
    assert f"{gallery}.flow" not in sys.modules


def test_imports_only_the_scene_asked_for(gallery: str) -> None:
    scene = registry.scene("flow", gallery)
    assert (scene.name, scene.summary, scene.check) == ("flow", "Shows a flow.", "still")
    assert scene.build is sys.modules[f"{gallery}.flow"].build
    assert f"{gallery}.attack" not in sys.modules


def test_an_unknown_name_gets_the_list_and_the_nearest(gallery: str) -> None:
    with pytest.raises(KerascopeError) as raised:
        registry.scene("atack", gallery)
    words = str(raised.value)
    assert "attack or broken or flow" in words
    assert "did you mean 'attack'?" in words
    assert "\n" not in words


def test_an_unknown_name_like_no_other_gets_the_list(gallery: str) -> None:
    with pytest.raises(KerascopeError, match="attack or broken or flow") as raised:
        registry.scene("zzzzzz", gallery)
    assert "did you mean" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CHECK = 'still'\ndef build(*_): ...\n", "summary"),
        ('"""Says what."""\ndef build(*_): ...\n', "check"),
        ('"""Says what."""\nCHECK = "maybe"\ndef build(*_): ...\n', "'maybe'"),
        ('"""Says what."""\nCHECK = "run"\n', "built"),
    ],
)
def test_a_file_that_lacks_its_header_is_named(gallery: str, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / gallery / "lacking.py"
    path.write_text(text)
    with pytest.raises(KerascopeError, match=words) as raised:
        registry.scene("lacking", gallery)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("name", registry.scene_names())
def test_every_scene_of_the_gallery_has_its_header(name: str) -> None:
    scene = registry.scene(name)
    assert scene.summary.endswith(".")
    assert len(scene.summary) <= 115
