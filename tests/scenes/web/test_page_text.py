"""The page as text: whole in itself, the same for the same model, harmless whatever names it is given."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hand_glb import HOSTILE, HandGlb, document_of

from scenes.web.page import page_of

WEB = Path(__file__).parents[3] / "scenes/web"
GLB = HandGlb().content()


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text in each script, style and title."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag in ("script", "style", "title"):
            self.texts.setdefault(tag, []).append("")
            self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if getattr(self, "inside", ""):
            self.texts[self.inside][-1] += data


def policy_of(page: str) -> dict[str, list[str]]:
    metas = [attrs for tag, attrs in Elements(page).found if tag == "meta" and "http-equiv" in attrs]
    parts = (part.split() for part in str(metas[0]["content"]).split(";"))
    return {name: values for name, *values in parts}


def test_the_model_in_the_page_is_the_model_that_was_given() -> None:
    scripts = Elements(page_of(GLB, "net")).texts["script"]
    assert base64.b64decode(scripts[0]) == GLB


def test_the_same_model_gives_the_same_page_and_another_another() -> None:
    assert page_of(GLB, "net") == page_of(GLB, "net")
    assert page_of(GLB, "net") != page_of(GLB + b"\0", "net")


def test_nothing_in_the_page_leads_elsewhere() -> None:
    found = Elements(page_of(GLB, "net")).found
    leading = [(tag, attrs) for tag, attrs in found if {"src", "srcset", "action", "data", "poster"} & attrs.keys()]
    links = [attrs["href"] for _, attrs in found if "href" in attrs]
    assert leading == []
    assert links == ["data:,"]
    assert "@import" not in (WEB / "page.css").read_text()
    assert "url(" not in (WEB / "page.css").read_text()


def test_the_policy_lets_run_only_the_script_and_style_of_the_page() -> None:
    page = page_of(GLB, "net")
    policy = policy_of(page)
    texts = Elements(page).texts
    for kind, text in (("script-src", texts["script"][-1]), ("style-src", texts["style"][0])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[kind] == [f"'sha256-{digest}'"]
    assert policy["default-src"] == ["'none'"]
    assert set(policy["connect-src"]) | set(policy["img-src"]) == {"blob:", "data:"}


@pytest.mark.parametrize("title", [HOSTILE, '"><b>', "$model ${script}", "a & b", "\udcff", "naïve ∂"])
def test_a_title_stays_a_title(title: str) -> None:
    page = page_of(GLB, title)
    shown = title.encode(errors="replace").decode()
    assert Elements(page).texts["title"] == [shown]
    assert len(Elements(page).found) == len(Elements(page_of(GLB, "net")).found)
    assert html.escape(shown) in page


def test_hostile_names_in_the_model_are_nowhere_in_the_page_as_text() -> None:
    glb = HandGlb(layers=(HOSTILE, "b"), title=HOSTILE).content()
    assert HOSTILE in {node["name"] for node in document_of(glb)["nodes"]}
    assert "onerror" not in page_of(glb, "net").replace((WEB / "page.js").read_text(), "")


def test_the_script_can_stand_in_a_page() -> None:
    script = (WEB / "page.js").read_text(encoding="utf-8")
    assert "</script" not in script.lower()
    assert "<!--" not in script
    assert not re.search(r"\beval\(|new Function\(|document\.write|\.innerHTML\s*=|insertAdjacentHTML", script)


def test_our_sources_never_read_words_as_html() -> None:
    for path in (WEB / "source").glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write", path.read_text(encoding="utf-8")), (
            path
        )


def test_the_licence_of_what_is_in_the_page_is_in_the_page() -> None:
    licence = (WEB / "LICENSES.txt").read_text(encoding="utf-8").strip()
    assert "three.js authors" in licence
    assert "The above copyright notice and this permission notice shall be included" in licence
    assert licence in page_of(GLB, "net")


def test_the_sources_are_small() -> None:
    sizes = {path.name: path.read_text(encoding="utf-8").count("\n") for path in (WEB / "source").glob("*.js")}
    assert len(sizes) > 10
    assert {name: size for name, size in sizes.items() if size > 250} == {}
