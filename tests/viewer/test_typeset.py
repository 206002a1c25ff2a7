"""Words are measured as they are drawn, with every sign that the pictures use."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer import letters, typeset
from viewer.typeset import ASCENT, DESCENT, _font, coverage_of, width_of

ROOT = Path(__file__).parents[2]
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=40)


@given(LATIN, st.floats(10, 60), st.booleans())
def test_a_line_is_drawn_in_the_box_that_was_measured(text: str, size_px: float, is_bold: bool) -> None:
    size_px = round(size_px * 4) / 4
    coverage, (left, _) = coverage_of(text, size_px, is_bold)
    assert coverage.dtype == np.uint8
    _, columns = np.nonzero(coverage > 127)
    if len(columns):
        assert left + columns.min() >= -0.12 * size_px - 1.5
        assert left + columns.max() <= width_of(text, size_px, is_bold) + 0.12 * size_px + 1.5


@pytest.mark.parametrize("is_bold", [False, True])
@pytest.mark.parametrize("size_px", [14.0, 21.0, 40.0])
def test_capitals_digits_and_tails_stay_in_the_height_of_a_line(size_px: float, is_bold: bool) -> None:
    coverage, (_, top) = coverage_of("ABCÄgjpqy0123456789×±(%)", size_px, is_bold)
    rows = np.flatnonzero(coverage.max(axis=1) > 127)
    assert top + rows[0] >= -(ASCENT + 0.14) * size_px - 1  # the dots of an Ä may rise a little above
    assert top + rows[-1] <= DESCENT * size_px + 1


@given(LATIN, LATIN)
def test_width_adds_up_and_scales(one: str, two: str) -> None:
    assert width_of("", 21.0) == 0
    assert width_of(one + two, 20.0) == pytest.approx(width_of(one, 20.0) + width_of(two, 20.0), abs=3.0)
    assert width_of(one, 40.0) == pytest.approx(2 * width_of(one, 20.0))


def test_nothing_to_see() -> None:
    for text in ("", "   "):
        coverage, _ = coverage_of(text, 21.0, False)
        assert coverage.max() == 0
        assert coverage.size >= 1


@functools.cache
def signs_of_the_pictures() -> str:
    """Every sign beyond ASCII in a text constant (not a docstring) of the viewer and the scenes."""
    signs = set()
    for room in ("viewer", "scenes"):
        for path in (ROOT / room).rglob("*.py"):
            if "window" in path.parts or path.name == "whatif.py":
                continue  # Qt sets its own words
            tree = ast.parse(path.read_text("utf-8"))
            said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said]
            signs |= {
                sign for node in constants if isinstance(node.value, str) for sign in node.value if ord(sign) > 126
            }
    return "".join(sorted(sign for sign in signs if not sign.isspace()))


def is_in_the_font(sign: str, is_bold: bool) -> bool:
    face = letters.face_of(sign)
    if face not in letters.SHIPPED:
        return False
    font = _font(40.0, is_bold, face)
    missing = font.getmask("\U000e0fff", mode="L")
    drawn = font.getmask(sign, mode="L")
    return (drawn.size != missing.size or bytes(drawn) != bytes(missing)) and max(bytes(drawn)) > 0


# One test for all signs: to name each would read every source when tests are collected, in each process.
@pytest.mark.parametrize("is_bold", [False, True])
def test_every_sign_of_the_pictures_is_in_the_font(is_bold: bool) -> None:
    assert [sign for sign in signs_of_the_pictures() if not is_in_the_font(sign, is_bold)] == []
    assert not is_in_the_font("\U000e0ffe", is_bold), "one that no font has"


def test_the_signs_are_found() -> None:
    assert set(signs_of_the_pictures()) >= set("\u00b1\u00d7\u03b5\u2212\u2026")


@pytest.mark.parametrize("content", [None, b"", b"no font at all"])
def test_words_are_drawn_and_it_is_said_where_the_fonts_are_missing(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typeset.font_problem() == ""
    usual = coverage_of("Conv 3", 24.0, True)[0]
    (tmp_path / "fonts").mkdir()
    for name in typeset.FONTS if content is not None else ():
        (tmp_path / "fonts" / name).write_bytes(content)
    monkeypatch.setattr(letters, "files", lambda _: tmp_path)
    forget()
    try:
        covered, _ = coverage_of("Conv 3", 24.0, True)
        assert covered.max() == 255
        assert covered.shape != usual.shape or (covered != usual).any()
        assert 30 < width_of("Conv 3", 24.0, True) < 150
        assert width_of("6×6", 24.0) == width_of("6x6", 24.0), "a sign that the other font has"
        assert "OpenSans-Regular.ttf and OpenSans-Bold.ttf and NotoSansSC-Regular.ttf" in typeset.font_problem()
    finally:
        monkeypatch.undo()
        forget()


def forget() -> None:
    """What was found out about the fonts."""
    for cached in (
        letters._content,
        letters.font_of,
        letters.runs_of,
        letters.face_of,
        typeset._font,
        typeset._legible,
        width_of,
    ):
        cached.cache_clear()
