"""Lines are broken where a reader of the language expects it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.panels.breaking import BEGINS, ENDS, joined, pieces_of
from scenes.panels.heading import balanced, broken, caption, fitted
from viewer.typeset import width_of

SENTENCE = (
    "卷积核在 conv_1 层的输入上滑动：每一步把 3×3 窗口里的 9 个数与权重相乘，再求和（加上偏置），得到“特征图”的一格。"
)
WORDS = st.lists(st.text("abc01._×", min_size=1, max_size=6), max_size=12)
MIXED = st.text("卷积核数 ab1，。（）“”：", max_size=40)


@given(WORDS, st.floats(20, 300))
def test_words_are_broken_at_spaces_as_ever(words: list[str], room_px: float) -> None:
    """Against the plainest way there is."""
    lines: list[str] = []
    for word in words:
        if lines and width_of(f"{lines[-1]} {word}", 20.0) <= room_px:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    assert broken("  ".join(words), room_px, 20.0) == lines


@given(MIXED, st.floats(60, 400))
def test_nothing_is_lost_and_no_line_is_too_long_or_begins_or_ends_wrongly(text: str, room_px: float) -> None:
    lines = broken(text, room_px, 20.0)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert line == line.strip() != ""
        assert width_of(line, 20.0) <= room_px or len(pieces_of(line)) == 1
    is_spaced = [text[:at][-1:].isspace() for at, sign in enumerate(text) if not sign.isspace()]
    count = 0
    for before, after in pairwise(lines):
        count += len("".join(before.split()))
        if not is_spaced[count]:
            assert after[0] not in ENDS
            assert before[-1] not in BEGINS
            assert not (before[-1].isascii() and after[0].isascii()), "a word is whole"


@pytest.mark.parametrize("room_px", [150.0, 200.0, 260.0, 333.0, 500.0])
def test_a_sentence_of_a_teacher(room_px: float) -> None:
    lines = broken(SENTENCE, room_px, 26.0)
    assert all(width_of(line, 26.0) <= room_px for line in lines)
    assert not {line[0] for line in lines} & set("，。：）”")
    assert not {line[-1] for line in lines} & set("（“")
    assert sum("conv_1" in line for line in lines) == 1
    assert sum("3×3" in line for line in lines) == 1
    if room_px > 200:
        assert sum(width_of(line, 26.0) for line in lines[:-1]) > 0.8 * room_px * (len(lines) - 1), "lines are filled"


def test_lines_given_are_joined_before_they_are_broken_anew() -> None:
    one, two = SENTENCE[:20], SENTENCE[20:]
    words = caption((one, two), 0.0, 400.0).words
    assert joined([line.text for line in words]) == SENTENCE
    assert len(words) > 2


@pytest.mark.parametrize("room_px", [200.0, 333.0, 500.0, 900.0])
def test_balanced_lines_are_as_few_and_about_as_long(room_px: float) -> None:
    lines, greedy = balanced(SENTENCE, room_px, 26.0), broken(SENTENCE, room_px, 26.0)
    assert joined(lines) == SENTENCE
    assert len(lines) == len(greedy)
    widths = [width_of(line, 26.0) for line in lines]
    assert max(widths) <= room_px
    assert min(widths) > 0.4 * max(widths)


def test_clauses_stay_whole_where_they_can() -> None:
    text = "最大池化只留下最大的值，这里是 2.75。特征究竟出现在哪一格，也不再那么要紧。"
    room_px = 0.6 * width_of(text, 26.0)
    assert broken(text, room_px, 26.0)[0][-1] not in "，。"
    assert balanced(text, room_px, 26.0)[0][-1] in "，。"


def test_nothing_is_balanced_of_nothing() -> None:
    assert balanced("", 100.0, 20.0) == []


def test_what_a_no_break_space_joins_stays_together() -> None:
    assert broken("one two\u00a0three", 60.0, 20.0) == ["one", "two\u00a0three"]


def test_what_is_too_long_is_cut() -> None:
    cut = fitted(SENTENCE, 300.0, 26.0)
    assert cut.endswith("…")
    assert SENTENCE.startswith(cut[:-1])
    assert 260.0 < width_of(cut, 26.0) <= 300.0
