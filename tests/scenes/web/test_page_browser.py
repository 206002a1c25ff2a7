"""The page as a person meets it: opened from disk in a browser without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hand_glb import GREEN, HOSTILE, RED, HandGlb
from web_browser import Opened, chromium, opened

from scenes.web.page import page_of

pytestmark = pytest.mark.slow
SIZE_PX = (960, 540)
NO_WEBGL = "HTMLCanvasElement.prototype.getContext = () => null"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def written(folder: Path, glb: bytes) -> Path:
    path = folder / "page.html"
    path.write_bytes(page_of(glb, "a net").encode())
    return path


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One page for most tests: each begins with the whole net in sight, at the beginning, standing."""
    path = written(tmp_path_factory.mktemp("web"), HandGlb().content())
    with opened(browser, path) as found:
        yield found
        assert found.said == []
        assert [url for url in found.asked if not url.startswith("blob:")] == [path.as_uri()]


@pytest.fixture(autouse=True)
def _at_the_beginning(request: pytest.FixtureRequest) -> None:
    if "page" in request.fixturenames:
        found: Opened = request.getfixturevalue("page")
        found.page.set_viewport_size({"width": SIZE_PX[0], "height": SIZE_PX[1]})
        found.page.mouse.move(2, 2)
        found.page.keyboard.press("r")
        found.page.keyboard.press("Home")
        found.rest()


def on_screen(linear: tuple[float, ...]) -> tuple[int, ...]:
    """The sRGB colour of linear light, as IEC 61966-2-1 has it: nothing else may change a colour on its way."""
    encoded = (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in linear[:3])
    return tuple(round(255 * part) for part in encoded)


def shown(page: Opened) -> set[str]:
    return {name.rpartition(" @ ")[2] for name in page.read("kerascope.shown()") if " @ " in name}


def place_of(page: Opened, layer: str) -> tuple[float, float]:
    x_px, y_px = page.read(f"kerascope.pixelOf({layer!r})")
    return x_px, y_px


def test_it_says_what_the_model_says(page: Opened) -> None:
    assert page.read("document.documentElement.dataset.state") == "ready"
    assert page.text("#title") == "A small net"
    assert page.page.title() == "a net"
    assert page.text("#subtitle") == "all is red"
    assert page.text("#caption") == "It begins."
    assert page.text(".legend").split() == ["activation", "\u22121", "0", "+1"]
    assert " ".join(page.text("#answers").split()) == "digit 3 three 90.0 % five 10.0 % seven <0.1 %"
    assert page.read("kerascope.layers()") == ["picture", "conv_1", "dense", "output"]


def test_play_lets_time_pass_and_changes_what_is_seen(page: Opened) -> None:
    place = place_of(page, "dense")
    assert shown(page) == {"red"}
    assert page.pixel(*place) == on_screen(RED)
    page.page.click("#play")
    page.until("kerascope.secs() > 1.05")
    page.page.click("#play")
    page.rest()
    assert 1.05 < page.read("kerascope.secs()") < 2
    assert shown(page) == {"green"}
    assert page.pixel(*place) == on_screen(GREEN)
    assert page.text("#subtitle") == "all is green"
    assert page.text(".answer li:first-child").split() == ["five", "90.0", "%"]


def test_nothing_is_drawn_while_nothing_moves(page: Opened) -> None:
    before = page.read("kerascope.frames()")
    page.page.wait_for_timeout(300)
    assert page.read("kerascope.frames()") == before
    page.page.click("#play")
    page.until(f"kerascope.frames() > {before + 3}")
    page.page.click("#play")


def test_a_click_on_a_layer_tells_all_of_it_and_goes_there(page: Opened) -> None:
    home = page.read("kerascope.camera()")
    page.page.mouse.click(*place_of(page, "conv_1"))
    page.rest()
    said = page.text("#facts")
    for words in (
        "conv_1",
        "Conv2D",
        "28\u00d728\u00d78",
        "kernel 3\u00d73\u00d71\u00d78",
        "81",
        "pre-activation",
        "linear",
    ):
        assert words in said
    assert page.read("document.getElementById('layers').selectedOptions[0].textContent") == "conv_1"
    assert page.read("kerascope.camera()") != home
    x_px, y_px = place_of(page, "conv_1")
    room = page.read("document.getElementById('room').getBoundingClientRect().toJSON()")
    assert x_px == pytest.approx(room["x"] + room["width"] / 2, abs=room["width"] * 0.05)
    assert y_px == pytest.approx(room["y"] + room["height"] / 2, abs=room["height"] * 0.05)
    page.page.keyboard.press("Escape")
    page.rest()
    assert page.text("#facts") == ""
    assert page.read("kerascope.camera()") == pytest.approx(home)


def test_the_list_of_layers_goes_there_too(page: Opened) -> None:
    page.page.select_option("#layers", label="output")
    page.rest()
    assert "output" in page.text("#facts h2")
    page.page.click("#close")
    assert page.text("#facts") == ""


def test_hovering_names_a_layer_and_draws_a_line_round_it(page: Opened) -> None:
    place = place_of(page, "dense")
    page.page.mouse.move(*place)
    page.until("!document.getElementById('hint').hidden")
    assert page.text("#hint").startswith("dense\nconv \u00b7 28\u00d728\u00d78 \u00b7 82 parameters \u00b7 \u00b11.25")
    page.page.mouse.move(480, 20)
    page.until("document.getElementById('hint').hidden")


@pytest.mark.parametrize(
    ("keys", "secs"),
    [("ArrowRight", 1.0), ("ArrowRight ArrowRight", 2.0), ("End ArrowLeft", 1.0), ("End Home", 0.0)],
)
def test_keys_step_from_marker_to_marker(page: Opened, keys: str, secs: float) -> None:
    for key in keys.split():
        page.page.keyboard.press(key)
    page.rest()
    assert page.read("kerascope.secs()") == secs


def test_space_plays_and_pauses_also_when_the_slider_has_the_focus(page: Opened) -> None:
    page.page.focus("#slider")
    page.page.keyboard.press("Space")
    assert page.read("kerascope.isPlaying()") is True
    page.until("document.getElementById('play').getAttribute('aria-label') === 'Pause'")
    page.page.keyboard.press("Space")
    assert page.read("kerascope.isPlaying()") is False
    page.page.keyboard.press("ArrowRight")
    assert page.read("kerascope.secs()") == 1.0


def test_the_slider_scrubs(page: Opened) -> None:
    box = page.page.locator("#slider").bounding_box()
    page.page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    page.rest()
    assert page.read("kerascope.secs()") == pytest.approx(1.5, abs=0.05)
    assert shown(page) == {"green"}


def test_the_hand_turns_and_zooms_and_a_double_click_shows_everything(page: Opened) -> None:
    home = page.read("kerascope.camera()")
    page.page.mouse.move(500, 300)
    page.page.mouse.down()
    page.page.mouse.move(640, 330, steps=4)
    page.page.mouse.up()
    page.rest()
    turned = page.read("kerascope.camera()")
    assert turned != pytest.approx(home, rel=0.01)
    page.page.mouse.wheel(0, -400)
    page.rest()
    assert page.read("kerascope.camera()") != pytest.approx(turned, rel=0.01)
    assert page.text("#facts") == ""
    page.page.mouse.dblclick(480, 20)
    page.rest()
    assert page.read("kerascope.camera()") == pytest.approx(home)


def test_the_keys_are_told(page: Opened) -> None:
    page.page.click("#question")
    assert "play or pause" in page.text("#help")
    page.page.keyboard.press("Escape")
    assert page.text("#help") == ""


@pytest.mark.parametrize("size_px", [(1920, 1080), (390, 844), (600, 400)])
def test_everything_is_in_the_picture_at_any_size(page: Opened, size_px: tuple[int, int]) -> None:
    page.page.set_viewport_size({"width": size_px[0], "height": size_px[1]})
    page.until(f"document.getElementById('picture').width === {size_px[0]}")
    page.rest()
    room = page.read("document.getElementById('room').getBoundingClientRect().toJSON()")
    places = [place_of(page, layer) for layer in ("picture", "conv_1", "dense", "output")]
    for x_px, y_px in places:
        assert room["left"] < x_px < room["right"]
        assert room["top"] < y_px < room["bottom"]
    assert room["width"] > size_px[0] * 0.4
    assert room["height"] > size_px[1] * 0.3
    assert page.read("document.documentElement.scrollWidth") <= size_px[0]
    controls = page.read(
        "[...document.querySelectorAll('#bar button:not(.tick):not([hidden]), #layers, #slider')]"
        ".map(e => e.getBoundingClientRect().toJSON())"
    )
    assert all(box["left"] >= 0 and box["right"] <= size_px[0] and box["bottom"] <= size_px[1] for box in controls)


def test_it_plays_by_itself_unless_a_person_wants_rest(browser: Any, tmp_path: Path) -> None:
    path = written(
        tmp_path, HandGlb(nets=("clean", "attacked"), theme="light", loops=False, duration_secs=0.6).content()
    )
    with opened(browser, path, is_still=False) as page:
        page.until("kerascope.secs() === 0.6")
        page.rest()
        assert page.read("kerascope.isPlaying()") is False
        assert page.read("document.documentElement.dataset.theme") == "light"
        assert page.read("[...document.querySelectorAll('.answer h2')].map(e => e.textContent)") == [
            "clean",
            "attacked",
        ]
        home = page.read("kerascope.camera()")
        page.page.mouse.move(480, 440)
        page.page.mouse.down()
        page.page.mouse.move(560, 440, steps=3)
        page.page.mouse.up()
        page.page.keyboard.press("r")
        page.rest()
        assert page.read("kerascope.camera()") == pytest.approx(home), "what the hand set in motion went on"
        page.page.mouse.click(*place_of(page, "attacked/dense"))
        page.rest()
        assert page.text("#facts h2") == "attacked/dense"
        assert page.said == []


def test_in_another_page_the_wheel_is_that_page_s_until_a_click(browser: Any, tmp_path: Path) -> None:
    written(tmp_path, HandGlb().content())
    outer = tmp_path / "outer.html"
    outer.write_text("<html data-state=ready><iframe src=page.html width=600 height=400></iframe>")
    with opened(browser, outer) as page:
        page.page.frame_locator("iframe").locator("html[data-state=ready]").wait_for()
        inside = page.page.frames[1]
        eye = "kerascope.camera()"
        home = inside.evaluate(eye)
        page.page.mouse.move(300, 150)
        page.page.mouse.wheel(0, -300)
        page.page.wait_for_timeout(150)
        assert inside.evaluate(eye) == home
        page.page.mouse.click(300, 60)
        page.page.mouse.wheel(0, -300)
        page.page.wait_for_timeout(150)
        assert inside.evaluate(eye) != home
        assert page.said == []


def test_hostile_names_are_only_words(browser: Any, tmp_path: Path) -> None:
    glb = HandGlb(layers=(HOSTILE, "constructor", "__proto__", "x panel"), title=HOSTILE).content()
    with opened(browser, written(tmp_path, glb)) as page:
        page.page.mouse.click(*page.read("kerascope.pixelOf(kerascope.layers()[0])"))
        page.rest()
        assert page.text("#facts h2") == page.text("#title") == HOSTILE
        assert page.page.locator("img").count() == 0
        assert page.read("kerascope.layers()") == [HOSTILE, "constructor", "__proto__", "x panel"]
        assert page.said == []


def test_without_3d_the_words_are_still_there(browser: Any, tmp_path: Path) -> None:
    with opened(browser, written(tmp_path, HandGlb().content()), before=NO_WEBGL) as page:
        assert "cannot draw in 3-D" in page.text("#notice")
        page.page.keyboard.press("End")
        page.until("document.getElementById('subtitle').textContent === 'all is green'")
        page.page.select_option("#layers", label="conv_1")
        assert "Conv2D" in page.text("#facts")
        assert page.said == []


@pytest.mark.parametrize("glb", [b"no model", HandGlb().content()[:-40]], ids=["text", "cut"])
def test_a_broken_model_is_said_to_be_broken(browser: Any, tmp_path: Path, glb: bytes) -> None:
    with opened(browser, written(tmp_path, glb)) as page:
        assert "damaged" in page.text("#notice")
        assert page.said == []


def test_a_picture_that_the_browser_takes_away_comes_back(page: Opened) -> None:
    lose = "window.lost = document.getElementById('picture').getContext('webgl2').getExtension('WEBGL_lose_context')"
    page.read(f"({lose}).loseContext()")
    page.until("!document.getElementById('notice').hidden")
    page.read("window.lost.restoreContext()")
    page.until("document.getElementById('notice').hidden")
    page.rest()
    assert page.pixel(*place_of(page, "dense")) == on_screen(RED)
