"""What the picture says of its edges: counts and shares of the right quantity, and only where they were measured."""

from __future__ import annotations

import pytest
from small_strands import strands_of

from scenes.panels.legends import note, strand_legend
from viewer.state import Edges
from viewer.threads.told import EdgesDrawn, retold, told_of_strands


def test_the_strongest_few_are_told_as_before() -> None:
    strands = strands_of(300, 17_230, 0.41, 0.8)
    told = told_of_strands(strands, Edges())
    assert (told.drawn, told.pairs, told.conv_share, told.dense_share) == (300, 17_230, 0.41, 0.8)
    assert told.share == pytest.approx(0.605)
    assert told.note == "strongest 300 of 17,230 drawn; they carry 41 % of the conv flow and 80 % of the dense flow"
    assert told_of_strands(strands_of(3, 17, None, None), Edges()).note == "strongest 3 of 17 drawn"


@pytest.mark.parametrize(
    ("edges", "title", "quantity"),
    [
        (Edges("contribution", 5000), "edges: value \u00d7 weight", "flow"),
        (Edges("weight"), "edges: weight", "weight"),
        (Edges("importance", 5000), "edges: importance", "mean flow"),
    ],
)
def test_a_legend_says_what_is_drawn_now(edges: Edges, title: str, quantity: str) -> None:
    hud = strand_legend(strands_of(300, 17_230, 0.41, 0.8)) + note(("a scale",), "strongest strands: value")
    told = EdgesDrawn(5000, 67_963, 0.2, "", None, 0.216)
    lines = [line.text for line in retold(hud, told, edges).words]
    assert title in lines
    assert "strongest 5,000 of 67,963 drawn; they carry" in lines
    assert f"22 % of the dense {quantity}" in lines
    assert "a scale" in lines
    assert not any("300" in line or "41 %" in line for line in lines)
    assert len(lines) == len(hud.words)


def test_where_all_are_drawn_nothing_is_said_of_a_share() -> None:
    hud = strand_legend(strands_of(300, 17_230, 0.41, 0.8))
    lines = [line.text for line in retold(hud, EdgesDrawn(90, 90, 1.0, "", 1.0, 1.0), Edges("weight", "all")).words]
    assert "all 90 drawn" in lines
    assert not any("carry" in line or "%" in line for line in lines)


def test_what_is_measured_now_is_told_where_nothing_was_before() -> None:
    hud = strand_legend(strands_of(300, 17_230, None, None))
    told = retold(hud, EdgesDrawn(50, 90, 0.4, "", 0.4, None), Edges("weight", 50)).words
    (first,), (more,) = ([line for line in told if line.tells == tells] for tells in ("drawn", "carried"))
    assert (first.text, more.text) == ("strongest 50 of 90 drawn; they carry", "40 % of the conv weight")
    assert more.at_px == (first.at_px[0], first.at_px[1] + 27.0)


def test_a_display_without_such_lines_stays_as_it_is() -> None:
    hud = note(("a scale",))
    assert retold(hud, EdgesDrawn(1, 2, None, ""), Edges("weight")) is hud
