"""The classes in their colours: what is lit is said once in its colour, and everything keeps to its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.panels.bundled import ink_change
from scenes.panels.classes import Place
from scenes.panels.facts import facts
from scenes.panels.lit import FAINT, Lit, Moment, class_grid, class_list, grid_top
from scenes.panels.rising import chart
from viewer.labels import box_of
from viewer.state import Hud

PLACE = Place(1500.0, 1850.0, 190.0)
texts = st.lists(st.text(st.characters(min_codepoint=48, max_codepoint=122), min_size=1, max_size=20), min_size=1)
rooms = st.floats(240, 1800)


def lit_of(names: list[str]) -> Lit:
    return Lit(tuple(range(len(names))), tuple(names), len(names))


LIT = lit_of(["lifeboat", "ladybug", "pizza"])


def coloured(hud: Hud) -> set[tuple[str, int]]:
    return {(line.text, line.of_class) for line in hud.words if line.of_class is not None}


def test_nothing_is_lit_alone_while_all_are() -> None:
    hud = class_list(LIT, Moment(None), PLACE)
    assert coloured(hud) == set()
    assert [line.text for line in hud.words] == ["all classes", *LIT.names]
    assert {bar.of_class: bar.alpha for bar in hud.bars} == {0: 1.0, 1: 1.0, 2: 1.0}


def test_what_is_lit_is_named_in_its_colour_and_the_others_are_faint() -> None:
    hud = class_list(LIT, Moment(1), PLACE)
    assert coloured(hud) == {("ladybug", 1)}
    swatches = {bar.of_class: bar.alpha for bar in hud.bars[:3]}
    assert swatches == {0: FAINT, 1: 1.0, 2: FAINT}
    assert hud.bars[-1].of_class == 1, "a bar tells where we are"


@pytest.mark.parametrize(("here", "there"), [(None, 0), (0, 1), (2, None)])
def test_the_light_goes_over_evenly(here: int | None, there: int | None) -> None:
    for column in LIT.ids:
        ends = [Moment(stop).brightness(column) for stop in (here, there)]
        assert Moment(here, there, 0.0).brightness(column) == ends[0]
        assert Moment(here, there, 0.5).brightness(column) == pytest.approx(sum(ends) / 2)
    nearly, over = class_list(LIT, Moment(here, there, 0.999), PLACE), class_list(LIT, Moment(there), PLACE)
    assert [line.text for line in nearly.words] == [line.text for line in over.words]


@given(texts, rooms, st.sampled_from([None, 0]))
def test_a_grid_keeps_between_its_borders(names: list[str], room_px: float, here: int | None) -> None:
    lit = lit_of(names)
    hud = class_grid(lit, Moment(here), 30.0, 30.0 + room_px, 900.0)
    boxes = [box_of(line) for line in hud.words]
    boxes += [(x, y, x + w, y + h) for x, y, w, h in (bar.box_px for bar in hud.bars)]
    for left, top, right, bottom in boxes:
        assert 30.0 - 1e-6 <= left <= right <= 30.0 + room_px + 1e-6
        assert grid_top(lit, 30.0, 30.0 + room_px, 900.0) - 1e-6 <= top <= bottom <= 920.0


@given(st.lists(st.lists(st.text(max_size=60), max_size=4), max_size=5), rooms)
def test_facts_lose_no_word_and_keep_to_their_room(pieces: list[list[str]], room_px: float) -> None:
    hud, top_px = facts(pieces, 10.0, 10.0 + room_px, 1050.0)
    said = " ".join(line.text for line in hud.words).split()
    asked = " ".join(text for piece in pieces for text in piece).split()
    assert sorted(said) == sorted(asked)
    assert all(top_px <= line.at_px[1] <= 1050.0 + 1e-6 for line in hud.words)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=90), st.floats(-1, 100))
def test_a_chart_stays_in_its_box(values: list[float], at: float) -> None:
    hud = chart("ink", "50 %", values, at, PLACE, 90.0)
    for line in hud.lines:
        for x, y in line.points_px:
            assert PLACE.left_px - 7 <= x <= PLACE.right_px + 7
            assert PLACE.top_px <= y <= PLACE.top_px + 110.0


def test_a_chart_marks_the_present() -> None:
    hud = chart("ink", "50 %", (1.0, 0.5, 0.0), 1.0, PLACE, 90.0)
    (x0, y0), (x1, _) = hud.lines[-1].points_px
    middle = (PLACE.left_px + PLACE.right_px) / 2
    assert ((x0 + x1) / 2, y0) == pytest.approx((middle, PLACE.top_px + 16.0 + 45.0))


@given(st.floats(0, 3))
def test_ink_in_words_is_its_change(share: float) -> None:
    text = ink_change(share).replace("\u2212", "-").removesuffix(" %")
    assert float(text) == pytest.approx((share - 1) * 100, abs=0.5001)
