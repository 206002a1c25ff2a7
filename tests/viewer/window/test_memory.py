"""What the window remembers until the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from viewer.study import CameraOffset, Vantage
from viewer.window.memory import MEMORY_FILE, MOST_BUNDLES, Memory, Seen, read_memory, write_memory
from viewer.window.start import Start

VIEW = Vantage("training", at_secs=1.0, theme="light", offset=CameraOffset(zoom=1.5))


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return read_bundle(make_tiny_bundle(tmp_path / "tiny.bundle", attack=False))


def test_what_is_remembered_comes_back(bundle: Bundle, tmp_path: Path) -> None:
    folder = tmp_path / "settings" / "deep"
    assert read_memory(folder) == Memory(), "the first time there is nothing"
    memory = Memory(geometry="AA==").with_view(bundle, VIEW)
    write_memory(folder, memory)
    again = read_memory(folder)
    assert again == memory
    assert (again.view_of(bundle), again.theme) == (VIEW, "light")
    assert [path.name for path in folder.iterdir()] == [MEMORY_FILE]


def test_another_bundle_at_the_same_place_is_another_bundle(bundle: Bundle, tmp_path: Path) -> None:
    memory = Memory().with_view(bundle, VIEW)
    make_tiny_bundle(tmp_path / "other.bundle")
    manifest = (tmp_path / "other.bundle" / "manifest.json").read_bytes()
    (bundle.path / "manifest.json").write_bytes(manifest)
    assert memory.view_of(bundle) is None


def test_a_view_that_does_not_fit_is_forgotten(bundle: Bundle) -> None:
    assert Memory().with_view(bundle, replace(VIEW, input_id="nobody")).view_of(bundle) is None


def test_the_bundles_longest_not_seen_are_forgotten(bundle: Bundle) -> None:
    many = Memory(bundles={f"/{number}": Seen("", VIEW) for number in range(MOST_BUNDLES + 5)})
    kept = many.with_view(bundle, VIEW).bundles
    assert len(kept) == MOST_BUNDLES
    assert "/0" not in kept
    assert list(kept)[-1] == str(bundle.path.resolve())


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"geometry": 3}', b'{"bundles": {"a": {"digest": "b"}}}'])
def test_a_damaged_memory_is_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / MEMORY_FILE).write_bytes(content)
    with pytest.raises(KerascopeError, match="damaged") as told:
        read_memory(tmp_path)
    assert "\n" not in str(told.value)


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(KerascopeError, match="cannot remember"):
        write_memory(tmp_path / "file", Memory())


def test_what_is_asked_for_wins_over_what_is_remembered() -> None:
    assert Start().vantage(None) == Vantage("flow")
    assert Start().vantage(None, "light") == Vantage("flow", theme="light")
    assert Start().vantage(VIEW) == VIEW
    assert Start(theme="dark").vantage(VIEW) == replace(VIEW, theme="dark")
    assert Start(scene="flow").vantage(VIEW) == Vantage("flow", theme="light")
    assert Start(fold="all").vantage(VIEW).fold == "all"
    view = Vantage("structure")
    assert Start(view=view).vantage(VIEW, "light") == view
