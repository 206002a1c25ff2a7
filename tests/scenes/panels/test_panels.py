"""Panels: lists, charts and legends say the numbers they were given, inside the place they were given."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bundle.schema import Checkpoint
from scenes.panels.classes import Place, change_list, class_name, flat_list, shown_classes, tall_list
from scenes.panels.curve import learning_curve
from scenes.panels.heading import broken, fitted, heading
from scenes.panels.legends import colour_legend, strand_lines
from scenes.panels.numbers import count, percent, points
from viewer.labels import box_of
from viewer.state import Hud
from viewer.strands.trace import Strands
from viewer.typeset import width_of

PLACE = Place(1400.0, 1860.0, 180.0)
shares = st.lists(st.floats(0, 1), min_size=1, max_size=40)
names = st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), max_size=30), max_size=40)


def check_inside(hud: Hud, place: Place) -> None:
    for bar in hud.bars:
        left, _, width, height = bar.box_px
        assert place.left_px - 1e-6 <= left
        assert left + width <= place.right_px + 1e-6
        assert width >= 0
        assert height > 0
    for line in hud.words:
        left, _, right, _ = box_of(line)
        assert left >= place.left_px - 1e-6
        assert right <= place.right_px + 1e-6


@given(shares, st.integers(2, 12))
def test_shown_classes_are_the_most_likely(scores: list[float], most: int) -> None:
    shown = shown_classes(scores, most)
    assert len(set(shown)) == len(shown) <= most
    if len(scores) <= most:
        assert shown == tuple(range(len(scores)))
    else:
        assert len(shown) == most - 1, "one line is for the others"
        hidden = set(range(len(scores))) - set(shown)
        assert min(scores[i] for i in shown) >= max(scores[i] for i in hidden)
        assert [scores[i] for i in shown] == sorted((scores[i] for i in shown), reverse=True)


@given(shares, names)
def test_a_tall_list_has_every_number_and_keeps_to_its_place(scores: list[float], names: list[str]) -> None:
    hud = tall_list(scores, names, PLACE)
    check_inside(hud, PLACE)
    said = [line.text for line in hud.words]
    for index in shown_classes(scores, 10):
        assert percent(scores[index]) in said
    assert sum(line.role == "accent" for line in hud.words) <= 2
    if len(scores) > 10:
        assert f"{len(scores) - 9} others" in said


def test_bars_are_as_long_as_their_number() -> None:
    hud = tall_list([0.5, 0.25, 0.25], ["a", "b", "c"], PLACE)
    tracks = [bar.box_px[2] for bar in hud.bars if bar.role == "track"]
    filled = [bar.box_px[2] for bar in hud.bars if bar.role != "track"]
    assert tracks == [PLACE.width_px] * 3
    assert filled == pytest.approx([PLACE.width_px * share for share in (0.5, 0.25, 0.25)])


def test_a_class_that_the_light_has_not_reached_has_no_number() -> None:
    hud = tall_list([0.9, 0.1], ["a", "b"], PLACE, grown=0.0)
    assert [line.text for line in hud.words if line.text] == ["a", "b"]
    assert all(line.role == "text" for line in hud.words)


@given(shares, names)
def test_a_flat_list_leads_with_the_winner(scores: list[float], names: list[str]) -> None:
    winner = max(range(len(scores)), key=lambda index: scores[index])
    shown = sorted(range(len(scores)), key=lambda index: -scores[index])[:5]
    hud = flat_list(scores, names, shown, PLACE, "accent")
    check_inside(hud, PLACE)
    head, number = sorted(hud.words, key=lambda line: -line.size_px)[:2]
    assert number.text == percent(scores[winner])
    assert head.size_px == number.size_px >= 28.0
    room_px = PLACE.width_px - width_of(number.text, head.size_px, True) - 16.0
    assert head.text == fitted(class_name(names, winner), room_px, head.size_px, True)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12))
def test_changes_are_signed_and_start_at_the_middle(pairs: list[tuple[float, float]]) -> None:
    before, after = [a for a, _ in pairs], [b for _, b in pairs]
    shown = list(range(min(5, len(pairs))))
    hud = change_list(before, after, [], shown, PLACE)
    check_inside(hud, PLACE)
    said = [line.text for line in hud.words]
    for index in shown:
        assert points(after[index] - before[index]) in said
    (x, _), (same_x, _) = hud.lines[0].points_px
    assert x == same_x
    for bar, index in zip(hud.bars, shown, strict=False):
        left, _, width, _ = bar.box_px
        assert (left if after[index] > before[index] else left + width) == pytest.approx(x)
        assert bar.role == ("gain" if after[index] > before[index] else "loss")


@given(st.text(max_size=60), st.floats(30, 600))
def test_fitted_text_fits(text: str, room_px: float) -> None:
    made = fitted(text, room_px, 21.0)
    assert width_of(made, 21.0) <= room_px
    assert made == text or made.endswith("\u2026")


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_numbers_never_fail(value: float) -> None:
    assert percent(value)
    if math.isfinite(value) and 0 <= value <= 1:
        assert float(percent(value, unit=False).lstrip("<")) == pytest.approx(max(value * 100, 0.1), abs=0.06)


@given(st.floats(-1, 1))
def test_points_have_the_sign_of_the_change(change: float) -> None:
    text = points(change).replace("\u2212", "-")
    assert float(text) == pytest.approx(change * 100, abs=0.0501)
    assert text == "0.0" or text[0] in "+-"


def test_count() -> None:
    assert [count(n) for n in (0, 999, 1000, 25_636_712)] == ["0", "999", "1,000", "25,636,712"]


def checkpoints(**metrics: list[float | None]) -> list[Checkpoint]:
    rows = zip(*metrics.values(), strict=True)
    return [
        Checkpoint(id=f"{i:03}", label=f"{i}", weights={}, metrics=dict(zip(metrics, row, strict=True)))
        for i, row in enumerate(rows)
    ]


def test_the_learning_curve_prefers_held_out_accuracy() -> None:
    watched = checkpoints(loss=[2.0, 1.0, 0.5], accuracy=[0.1, 0.6, 0.9], val_accuracy=[0.1, 0.5, 0.8])
    for at, number in ((0.0, "10.0 %"), (1.0, "50.0 %"), (1.5, "65.0 %"), (2.0, "80.0 %")):
        hud = learning_curve(watched, at, PLACE, 150.0)
        said = [line.text for line in hud.words]
        assert number in said
        assert any("held-out accuracy" in text for text in said)
        dot = next(line for line in hud.lines if line.role == "accent").points_px
        assert (dot[0][0] + dot[1][0]) / 2 == pytest.approx(PLACE.left_px + PLACE.width_px * at / 2)


def test_a_curve_without_metrics_is_no_curve_and_gaps_are_bridged() -> None:
    assert learning_curve(checkpoints(other=[1.0, 2.0]), 0.0, PLACE, 150.0) == Hud()
    assert learning_curve(checkpoints(loss=[1.0, None]), 0.0, PLACE, 150.0) == Hud()
    hud = learning_curve(checkpoints(loss=[None, 2.0, math.nan, 1.0]), 2.0, PLACE, 150.0)
    assert "1.500" in [line.text for line in hud.words]


@given(st.lists(st.floats(0, 20), min_size=2, max_size=10), st.floats(0, 1))
def test_the_curve_stays_in_its_box(losses: list[float], part: float) -> None:
    hud = learning_curve(checkpoints(loss=losses), part * (len(losses) - 1), PLACE, 150.0)
    for line in hud.lines:
        for x, y in line.points_px:
            assert PLACE.left_px - 7.01 <= x <= PLACE.right_px + 7.01
            assert PLACE.top_px - 1e-6 <= y <= PLACE.top_px + 150.0 + 1e-6


def test_a_colour_legend_has_its_ends_and_its_zero() -> None:
    hud = colour_legend("activation", "activation", 300.0, unit="0.5")
    assert [line.text for line in hud.words] == ["activation", "\u22120.5", "0", "+0.5"]
    (ramp,) = hud.ramps
    ends = [line.at_px[0] for line in hud.words[1:]]
    assert ends == [ramp.box_px[0], ramp.box_px[0] + ramp.box_px[2] / 2, ramp.box_px[0] + ramp.box_px[2]]


def test_the_strand_legend_says_how_much_is_drawn() -> None:
    import numpy as np

    none = np.zeros((0, 6), np.float32)

    def strands(drawn: int, possible: int, conv: float | None, dense: float | None) -> Strands:
        return Strands(none, none[:, :4], none[:, :4], drawn, possible, conv, dense, none[:, :4].astype(np.int32))

    sentence = " ".join(strand_lines(strands(300, 17230, 0.41, 0.8)))
    assert all(part in sentence for part in ("300", "17,230", "41 %", "80 %"))
    assert "conv" not in " ".join(strand_lines(strands(300, 17230, None, 0.8)))
    assert "all 12" in " ".join(strand_lines(strands(12, 12, None, None)))


@given(st.text(max_size=60), st.text(max_size=60), st.floats(20, 100), st.floats(300, 1800))
def test_a_heading_stays_between_its_borders(title: str, subtitle: str, left_px: float, room_px: float) -> None:
    hud = heading(title, subtitle, left_px, left_px + room_px)
    boxes = [box_of(line) for line in hud.words]
    assert all(box[0] >= left_px - 1e-6 and box[2] <= left_px + room_px + 1e-6 for box in boxes)
    assert not (boxes[0][2] > boxes[1][0] and boxes[0][3] > boxes[1][1] + 12.0), "one beside or under the other"


@given(st.lists(st.sampled_from(["a", "picture,", "drift", "of", "12", "%"]), max_size=30), st.floats(200, 900))
def test_a_broken_sentence_loses_no_word(sentence: list[str], room_px: float) -> None:
    lines = broken(" ".join(sentence), room_px, 27.0)
    assert " ".join(lines).split() == sentence
    assert all(width_of(line, 27.0) <= room_px for line in lines)
