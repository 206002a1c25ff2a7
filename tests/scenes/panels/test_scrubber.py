"""The track of an attack is true to its steps, and its words have room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.panels.classes import Place
from scenes.panels.scrubber import FLIPS, KNOB_PX, NEVER, scrubber
from viewer.labels import box_of
from viewer.state import Hud

PLACE = Place(100.0, 484.0, 118.0)
KEPT = "32 of 62 steps kept"


def knob_px(hud: Hud) -> float:
    (line,) = hud.lines
    (left, y), (right, _) = line.points_px
    assert (right - left, y) == (pytest.approx(KNOB_PX), PLACE.top_px)
    return (left + right) / 2


@given(
    places=st.lists(st.floats(0.001, 1), min_size=1, max_size=300).map(lambda all_: (0.0, *sorted(all_))),
    data=st.data(),
)
def test_knob_and_mark_stand_where_the_steps_do(places: tuple[float, ...], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(places) - 1))
    flip = data.draw(st.none() | st.integers(1, len(places) - 1))
    hud = scrubber(places, at, flip, KEPT, PLACE)
    assert knob_px(hud) == pytest.approx(100.0 + 384.0 * places[at])
    marks = [bar.box_px for bar in hud.bars if bar.role == "alarm"]
    expected = [] if flip is None else [100.0 + 384.0 * places[flip]]
    assert [left + width / 2 for left, _, width, _ in marks] == pytest.approx(expected)
    assert (hud.lines[0].role == "alarm") == (flip is not None and at >= flip)
    ticks = [bar.box_px[0] for bar in hud.bars if bar.role == "dim"]
    assert len(ticks) <= 60, "no more than can be told apart"


@given(st.floats(0.001, 1), st.sampled_from([231.0, 290.0, 384.0]))
def test_its_words_lie_inside_and_apart(flip: float, wide_px: float) -> None:
    place = Place(100.0, 100.0 + wide_px, 118.0)
    hud = scrubber((0.0, flip, 1.0), 0, 1, KEPT, place)
    (left, *_, right, _), (other_left, *_, other_right, _) = sorted(
        (box[0], box[1], box[2], box[3]) for box in map(box_of, hud.words)
    )
    assert left >= 99.0
    assert other_right <= place.right_px + 1.0
    assert right <= other_left
    assert any(line.text == FLIPS for line in hud.words)


def test_where_nothing_flips_it_says_so() -> None:
    hud = scrubber((0.0, 1.0), 1, None, KEPT, PLACE)
    assert {line.text for line in hud.words} == {NEVER, KEPT}
    assert all(bar.role != "alarm" for bar in hud.bars)
