"""Scenes of a bundle as pages in a browser: what the file says is what the page shows, beside the picture or in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_browser import Opened, chromium, opened

from exporter.bundle import read_bundle
from scenes.web.page import convert_html

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def boards(page: Opened) -> set[str]:
    return {name for name in page.read("kerascope.shown()") if name.startswith(("changes", "legend", "answer"))}


def test_answers_come_with_the_light_and_legends_are_words(
    browser: Any, tiny_bundle_path: Path, tmp_path: Path
) -> None:
    convert_html(read_bundle(tiny_bundle_path), tmp_path / "flow.html", input_ids=("clean-0",))
    with opened(browser, tmp_path / "flow.html", size_px=(1280, 720)) as page:
        assert "waiting" in (page.page.get_attribute(".answer", "class") or "")
        slider = page.page.locator("#slider").bounding_box()
        page.page.mouse.click(slider["x"] + slider["width"] * 0.8, slider["y"] + slider["height"] / 2)
        page.rest()
        assert "waiting" not in (page.page.get_attribute(".answer", "class") or "")
        name, share, _ = page.text(".answer li:first-child").split()
        assert (name, float(share)) == ("zero", pytest.approx(74.25, abs=0.1))
        assert page.text("#notes").startswith("strands: value \u00d7 weight")
        assert page.text(".mark:last-child") == "copies"
        assert page.text("#title") == "Tiny"
        assert boards(page) == set()
        assert page.said == []


def test_a_chart_that_stands_apart_is_shown_beside_the_picture(
    browser: Any, tiny_bundle_path: Path, tmp_path: Path
) -> None:
    convert_html(read_bundle(tiny_bundle_path), tmp_path / "training.html", scene="training")
    with opened(browser, tmp_path / "training.html") as page:
        before = page.page.get_attribute("#chart", "aria-label")
        assert page.page.locator("#chart").is_visible()
        assert boards(page) == set()
        page.page.keyboard.press("ArrowRight")
        page.rest()
        assert page.page.get_attribute("#chart", "aria-label") != before
        assert page.read("document.getElementById('chart').getContext('2d').getImageData(9, 9, 1, 1).data[3]") > 0
        assert page.said == []


def test_the_changes_of_an_attack_stand_between_its_nets(browser: Any, tiny_bundle_path: Path, tmp_path: Path) -> None:
    convert_html(read_bundle(tiny_bundle_path), tmp_path / "attack.html", scene="adversarial")
    with opened(browser, tmp_path / "attack.html") as page:
        assert page.page.locator("#chart").is_hidden()
        assert len(boards(page)) == 1
        first = boards(page)
        page.page.keyboard.press("ArrowRight")
        page.rest()
        assert len(boards(page)) == 1
        assert boards(page) != first
        assert page.read("document.documentElement.dataset.nets") == "2"
        assert page.said == []


def test_a_sculpture_lights_its_classes_and_its_layers_can_be_chosen(
    browser: Any, sculpted_path: Path, tmp_path: Path
) -> None:
    convert_html(read_bundle(sculpted_path), tmp_path / "sculpture.html", scene="sculpture")
    with opened(browser, tmp_path / "sculpture.html", size_px=(1280, 720)) as page:
        assert page.read("kerascope.layers()") == ["picture", "conv", "scores"]
        assert page.text("#subtitle").endswith("all classes")
        lit = {name for name in page.read("kerascope.shown()") if name.startswith("cables of")}
        assert lit
        assert not any("faint" in name for name in lit)
        page.page.keyboard.press("ArrowRight")
        page.rest()
        assert page.text("#subtitle").endswith("zero")
        assert any("faint" in name for name in page.read("kerascope.shown()"))
        assert page.page.locator("#notes .mark").count() == 3
        page.page.select_option("#layers", label="conv")
        page.rest()
        assert "conv" in page.text("#facts")
        assert page.said == []


def test_what_flows_together_has_room_from_the_start(browser: Any, sculpted_path: Path, tmp_path: Path) -> None:
    """The layers are wider before their units gather: they are in the picture then, too."""
    convert_html(read_bundle(sculpted_path), tmp_path / "bundling.html", scene="bundling")
    with opened(browser, tmp_path / "bundling.html", size_px=(1280, 720)) as page:
        for name in page.read("kerascope.layers()"):
            x_px, y_px = page.read(f"kerascope.pixelOf('{name}')")
            assert 0 < x_px < 1280
            assert 0 < y_px < 720
        before = page.page.screenshot()
        page.page.keyboard.press("End")
        page.rest()
        page.page.keyboard.press("ArrowLeft")
        page.rest()
        assert page.page.screenshot() != before
        assert page.said == []
