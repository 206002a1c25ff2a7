"""Each letter is written by a font that has it; Chinese and Latin stand on one line."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from chinese_font import CIRCLED, LEVEL_1, SIGNS, WIDE, letters_of, shipped_letters
from hypothesis import given
from hypothesis import strategies as st

from viewer import letters, system_fonts, typeset
from viewer.labels import box_of
from viewer.letters import CHINESE, LATIN, Face, face_of, has, is_tight, runs_of
from viewer.state import Words
from viewer.typeset import coverage_of, letters_problem, width_of

ROOT = Path(__file__).parents[2]
HANZI = letters_of(LEVEL_1)
PUNCTUATION = "，。：；、！？（）《》「」"
MIXED = st.lists(
    st.one_of(st.sampled_from(HANZI[::50]), st.sampled_from(PUNCTUATION), st.sampled_from("abgjQ09_×.+ ")), max_size=30
).map("".join)


@pytest.fixture
def bare_system(monkeypatch: pytest.MonkeyPatch):
    """A system without any font."""
    monkeypatch.setattr(letters, "fonts_with", lambda _: ())
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget() -> None:
    for cached in (runs_of, face_of, width_of):
        cached.cache_clear()
    letters._missing.clear()


def test_level_1_of_gb_2312_is_whole() -> None:
    assert len(HANZI) == 3755
    assert HANZI[0] == "啊"
    assert HANZI[-1] == "座"


@pytest.mark.slow
def test_both_weights_have_every_letter_that_was_to_be_kept() -> None:
    kept = "".join(map(letters_of, (SIGNS, CIRCLED, WIDE, LEVEL_1)))
    assert set(kept) < set(shipped_letters())
    for name in (CHINESE.regular, CHINESE.bold):
        font = letters.ImageFont.truetype(ROOT / "viewer/fonts" / name, 16)
        none = letters._drawn(font, letters.NO_LETTER)
        lacking = [letter for letter in kept if letters._drawn(font, letter) == none]
        assert lacking == [], name


def test_what_the_scenes_say_is_written_with_what_ships() -> None:
    # A character of theirs that no rows have is cut out by name: `make fonts`.
    said = "".join(path.read_text("utf-8") for path in (ROOT / "scenes/speech").glob("*/*.toml"))
    lacking = [
        letter for letter in sorted(set(said) - set("\n\t")) if not any(has(face, letter) for face in letters.SHIPPED)
    ]
    assert lacking == [], "run `make fonts`"


def test_a_letter_that_was_not_cut_is_not_there() -> None:
    assert not has(CHINESE, "龘")
    assert not has(LATIN, "卷")
    assert has(CHINESE, "卷")
    assert has(LATIN, "c")


def test_the_licence_lies_beside_the_fonts_and_their_name_may_stay() -> None:
    licence = (ROOT / "viewer/fonts/NotoSansSC-LICENSE.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "with Reserved Font Name 'Source'\n" in licence


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("conv_1 (3×3)", [("conv_1 (3×3)", LATIN)]),
        ("在 conv_1 层，步幅 2", [("在", CHINESE), (" conv_1 ", LATIN), ("层，步幅", CHINESE), (" 2", LATIN)]),
        ("“red”", [("“red”", LATIN)]),
        ("是“red”", [("是“", CHINESE), ("red", LATIN), ("”", CHINESE)]),
        ("", []),
    ],
)
def test_a_line_is_cut_into_runs(text: str, told: list[tuple[str, Face]]) -> None:
    assert [(piece, face) for face, piece in runs_of(text)] == told


@given(MIXED)
def test_the_runs_are_the_line_and_neighbours_differ(text: str) -> None:
    runs = runs_of(text)
    assert "".join(piece for _, piece in runs) == text
    assert all(one[0] != two[0] or is_tight(one[1][-1], two[1][0]) for one, two in pairwise(runs))


@given(MIXED, MIXED, st.booleans())
def test_widths_add_up(one: str, two: str, is_bold: bool) -> None:
    kern = 10.0 if one and two and is_tight(one[-1], two[0]) else 0.0
    whole = width_of(one + two, 20.0, is_bold)
    assert whole == pytest.approx(width_of(one, 20.0, is_bold) + width_of(two, 20.0, is_bold) - kern, abs=1.5)


@given(st.text(st.sampled_from(HANZI), max_size=20), st.booleans())
def test_a_character_is_as_wide_as_the_type(text: str, is_bold: bool) -> None:
    assert width_of(text, 20.0, is_bold) == pytest.approx(20.0 * len(text))


def test_marks_that_follow_each_other_move_together() -> None:
    assert width_of("数。“熊”，", 20.0) == pytest.approx(20.0 * 6 - 2 * 10.0)
    assert width_of("数。熊", 20.0) == pytest.approx(60.0)
    coverage, _ = coverage_of("数。“熊”", 40.0, False)
    gaps = np.diff(np.flatnonzero(coverage.max(axis=0) > 127))
    assert gaps.max() < 40, "no gap as wide as a character"


@given(MIXED, st.sampled_from([14.0, 21.0, 40.25]), st.booleans(), st.sampled_from(["left", "centre", "right"]))
def test_boxes_hold_the_ink(text: str, size_px: float, is_bold: bool, anchor: str) -> None:
    left, top, right, bottom = box_of(Words(text, (0.0, 0.0), size_px, is_bold, anchor=anchor))  # type: ignore[arg-type]
    coverage, (x, y) = coverage_of(text, size_px, is_bold)
    rows, columns = np.nonzero(coverage > 127)
    if len(rows):
        assert x + columns.min() >= -0.12 * size_px - 1
        assert x + columns.max() <= right - left + 0.12 * size_px + 1
        assert y + rows.min() >= top - 1
        assert y + rows.max() <= bottom + 1


def test_both_fonts_stand_on_one_line() -> None:
    """Each run has the same pixels as alone, moved by the width of what stands before it."""
    mixed, (_, mixed_top) = coverage_of("Em中", 64.0, False)
    for text, start in (("Em", 0.0), ("中", width_of("Em", 64.0))):
        alone, (left, top) = coverage_of(text, 64.0, False)
        rows, columns = np.nonzero(alone > 127)
        seen = mixed[rows + top - mixed_top, columns + left + round(start) + 1]
        assert np.mean(seen > 100) > 0.9, text


def test_the_chinese_font_is_left_alone_by_latin_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    asked: list[Face] = []
    monkeypatch.setattr(letters, "has", lambda face, letter: asked.append(face) is None and has(face, letter))
    runs_of("conv_1: 3×3, ±0.88 …")
    assert set(asked) == {LATIN}
    runs_of("卷积")
    assert CHINESE in asked
    forget()


def test_what_no_font_has_is_a_box_and_is_told_once(bare_system: None) -> None:
    assert letters_problem() == ""
    coverage, _ = coverage_of("龘", 40.0, False)
    box, _ = coverage_of("\U0010fffe", 40.0, False)
    assert (coverage == box).all()
    assert coverage.max() == 255
    width_of("龘龘", 20.0)
    assert letters_problem().startswith("no font here has 龘 U+10FFFE: drawn as boxes; install a font")


def test_a_font_of_the_system_writes_what_the_own_ones_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    own = ROOT / "viewer/fonts" / CHINESE.bold  # stands in for a font of the system
    monkeypatch.setattr(letters, "SHIPPED", (LATIN,))
    monkeypatch.setattr(letters, "fonts_with", lambda _: ((ROOT / "no.ttf", 0), (own, 0)))
    try:
        assert face_of("卷") == Face(str(own), str(own))
        assert width_of("卷", 20.0) == pytest.approx(20.0)
        assert letters.missing_letters() == ""
    finally:
        monkeypatch.undo()
        forget()


@pytest.mark.parametrize("answer", ["", "not a number\n/a.ttf", "0\n/nowhere/a.ttf"])
def test_odd_answers_of_fontconfig_are_no_fonts(answer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "fc-match"
    program.write_text(f"#!/bin/sh\nprintf '{answer}'\n")
    program.chmod(0o755)
    monkeypatch.setattr(system_fonts.shutil, "which", lambda _: str(program))
    monkeypatch.setattr(system_fonts, "PLACES", {})
    assert list(system_fonts.fonts_with("龘")) == []


def test_fontconfig_names_a_file_and_its_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program, font = tmp_path / "fc-match", tmp_path / "a.ttc"
    font.write_bytes(b"")
    program.write_text(f"#!/bin/sh\nprintf '65538\\n{font}'\n")
    program.chmod(0o755)
    monkeypatch.setattr(system_fonts.shutil, "which", lambda _: str(program))
    monkeypatch.setattr(system_fonts, "PLACES", {})
    assert list(system_fonts.fonts_with("龘")) == [(font, 2)]


def test_the_doctor_names_the_fonts_and_what_is_missing(bare_system: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert typeset.fonts_told().startswith("Open Sans, Noto Sans SC for Chinese; rarer characters: none; install")
    assert letters_problem() == "", "nobody has asked for one yet"
    monkeypatch.setattr(typeset, "face_of_system", lambda _: Face("/fonts/whole.ttc", "/fonts/whole.ttc"))
    assert typeset.fonts_told().endswith("rarer characters: /fonts/whole.ttc")


def test_all_of_it_is_small() -> None:
    size_bytes = sum(path.stat().st_size for path in (ROOT / "viewer/fonts").glob("NotoSansSC*"))
    assert size_bytes < 2.5e6
    assert len(typeset.FONTS) == 4


def test_a_command_says_once_which_letters_are_missing(bare_system: None, capsys: pytest.CaptureFixture[str]) -> None:
    from scenes.commands import _tell_missing_letters

    width_of("conv 卷积", 20.0)
    _tell_missing_letters()
    assert capsys.readouterr().err == ""
    width_of("龘 and 龘", 20.0)
    _tell_missing_letters()
    told = capsys.readouterr().err
    assert told.startswith("warning: no font here has 龘: drawn as boxes; install")
    assert len(told.splitlines()) == 1
