"""A bundle as a page on disk: whole or not at all, and what is told of it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from exporter.bundle import read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.gltf.convert import glb_of
from scenes.options import SceneOptions
from scenes.web.page import convert_html


def test_the_page_holds_the_model_of_the_scene(tiny_bundle_path: Path, tmp_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    options = SceneOptions(theme="light")
    report = convert_html(bundle, tmp_path / "net.html", scene="structure", options=options)
    glb = glb_of(bundle, scene="structure", options=options)
    page = (tmp_path / "net.html").read_text(encoding="utf-8")
    inside = re.search(r'id="model">([^<]*)<', page)
    assert inside is not None
    assert base64.b64decode(inside[1]) == glb.content
    assert report.path == tmp_path / "net.html"
    assert report.n_bytes == (tmp_path / "net.html").stat().st_size
    assert report.n_model_bytes == len(glb.content)
    assert (report.n_states, report.notes) == (glb.n_states, glb.notes)
    assert [path.name for path in tmp_path.iterdir()] == ["net.html"]


def test_the_same_bundle_gives_the_same_page(tiny_bundle_path: Path, tmp_path: Path) -> None:
    pages = [tmp_path / "a.html", tmp_path / "b.html"]
    for page in pages:
        convert_html(read_bundle(tiny_bundle_path), page)
    assert pages[0].read_bytes() == pages[1].read_bytes()


@pytest.mark.parametrize(
    ("name", "says"),
    [("net.glb", "ends in .html"), ("nowhere/net.html", "no such folder"), ("taken.html", "--overwrite")],
)
def test_a_place_where_it_cannot_go_is_refused_on_one_line(
    tiny_bundle_path: Path, tmp_path: Path, name: str, says: str
) -> None:
    (tmp_path / "taken.html").write_text("mine")
    with pytest.raises(KerascopeError, match=re.escape(says)) as refused:
        convert_html(read_bundle(tiny_bundle_path), tmp_path / name)
    assert "\n" not in str(refused.value)
    assert (tmp_path / "taken.html").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["taken.html"]


def test_what_is_there_is_replaced_only_when_asked(tiny_bundle_path: Path, tmp_path: Path) -> None:
    (tmp_path / "taken.html").write_text("mine")
    convert_html(read_bundle(tiny_bundle_path), tmp_path / "taken.html", overwrite=True)
    assert (tmp_path / "taken.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_model_that_cannot_be_so_small_leaves_nothing(tiny_bundle_path: Path, tmp_path: Path) -> None:
    with pytest.raises(KerascopeError, match="does not fit"):
        convert_html(read_bundle(tiny_bundle_path), tmp_path / "net.html", max_mb=0.0001)
    assert list(tmp_path.iterdir()) == []
