"""Words are read wherever the hand has moved the net: cards lie under them, and nowhere else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viewer.backing import APART_PX, backed
from viewer.labels import box_of
from viewer.state import Bar, Hud, Ramp, Words

LINES = st.builds(
    Words,
    st.text("abc 1", max_size=12),
    st.tuples(st.floats(0, 1900), st.floats(20, 1060)),
    st.floats(14, 40),
)
HUDS = st.builds(
    Hud,
    bars=st.lists(st.builds(Bar, st.tuples(*[st.floats(0, 900)] * 2, *[st.floats(1, 300)] * 2)), max_size=3).map(tuple),
    ramps=st.lists(st.builds(Ramp, st.just((40.0, 900.0, 300.0, 20.0))), max_size=1).map(tuple),
    words=st.lists(LINES, max_size=8).map(tuple),
)


def cards_of(hud: Hud) -> list[tuple[float, float, float, float]]:
    boxes = [bar.box_px for bar in hud.bars if bar.role == "ground"]
    return [(left, top, left + width, top + height) for left, top, width, height in boxes]


@given(HUDS)
def test_every_word_lies_on_a_card_and_cards_lie_apart(hud: Hud) -> None:
    cards = cards_of(backed(hud))
    for line in hud.words:
        if line.text:
            left, top, right, bottom = box_of(line)
            assert any(a <= left and b <= top and right <= c and bottom <= d for a, b, c, d in cards)
    for index, (a, b, c, d) in enumerate(cards):
        for left, top, right, bottom in cards[:index]:
            assert max(max(a, left) - min(c, right), max(b, top) - min(d, bottom)) > 0


@given(HUDS)
def test_nothing_else_changes_and_once_is_enough(hud: Hud) -> None:
    with_cards = backed(hud)
    assert (with_cards.words, with_cards.ramps, with_cards.lines) == (hud.words, hud.ramps, hud.lines)
    assert tuple(bar for bar in with_cards.bars if bar.role != "ground") == hud.bars
    assert with_cards.bars[len(with_cards.bars) - len(hud.bars) :] == hud.bars, "cards lie under everything"
    assert backed(with_cards) == with_cards


def test_far_groups_have_cards_of_their_own() -> None:
    near = Hud(words=(Words("one", (100.0, 100.0)), Words("two", (100.0, 100.0 + APART_PX))))
    far = near + Hud(words=(Words("three", (900.0, 700.0)),))
    assert len(cards_of(backed(near))) == 1
    assert len(cards_of(backed(far))) == 2
    assert backed(Hud()) == Hud()
