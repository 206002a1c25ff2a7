"""The drift chart is true to its axis, and stands under its plates from wherever the net is seen."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.camera import project
from viewer.drift import DOT_PX, LAST_PX, drift_chart, flat_of
from viewer.labels import box_of
from viewer.state import Camera, Drift, Hud, ViewState, Words

PLACES = tuple((3.0 * i, -1.0 - 0.2 * i, 0.0) for i in range(5))
CHANGES = (0.02, 0.04, 0.01, 0.05, 0.9)


def dots_of(hud: Hud) -> list[tuple[float, float]]:
    return [((a[0] + b[0]) / 2, a[1]) for a, b in (line.points_px for line in hud.lines if line.width_px == DOT_PX)]


def chart(changes: list[float], most_hidden: float) -> Hud:
    places = ((0.0, 0.0, 0.0),) * len(changes)
    feet = [(100.0 + 90 * i, 600.0) for i in range(len(changes))]
    return drift_chart(Drift(places, tuple(changes), most_hidden, height_px=80.0), feet)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=12), st.floats(0, 1))
def test_the_drift_chart_is_true_to_its_axis(changes: list[float], most_hidden: float) -> None:
    most_hidden = max(most_hidden, *changes[:-1], 0.0)
    hud = chart(changes, most_hidden)
    assert [x for x, _ in dots_of(hud)] == pytest.approx([100.0 + 90 * i for i in range(len(changes))])
    heights = [600.0 - y for _, y in dots_of(hud)]
    assert all(-1e-9 <= height <= 80.0 + 1e-9 for height in heights)
    for change, height in zip(changes[:-1], heights, strict=False):
        assert height == pytest.approx(80.0 * 0.62 * change / max(most_hidden, 1e-6), abs=1e-6)
    assert f"{changes[-1] * 100:.0f} %" in [line.text for line in hud.words]
    boxes = [box_of(line) for line in hud.words[1:-1]]
    assert all(a[2] < b[0] for a, b in itertools.pairwise(boxes)), "numbers lie apart"


def test_a_drift_of_infinity_is_drawn() -> None:
    for changes, hidden in (([0.1, 0.2, math.inf], 0.2), ([0.1, math.inf, 0.3], math.inf)):
        assert all(math.isfinite(y) for line in chart(changes, hidden).lines for _, y in line.points_px)


@given(st.floats(-170, 170), st.floats(-30, 40), st.floats(0.5, 3))
def test_the_chart_follows_the_camera(azimuth_deg: float, elevation_deg: float, zoom: float) -> None:
    """Each point stands right under its place, on one level below all of them."""
    camera = Camera(azimuth_deg, elevation_deg, target=(6.0, 0.0, 0.0), zoom=zoom)
    drift = Drift(PLACES, CHANGES, 0.05, height_px=60.0, below_px=104.0)
    hud = flat_of(ViewState(camera, (), drifts=(drift,)), 16 / 9)
    seen = project(camera, PLACES, 16 / 9)
    np.testing.assert_allclose([x for x, _ in dots_of(hud)], seen[:, 0], atol=1e-6)
    base = seen[:, 1].max() + 104.0
    assert all(base - 60.0 - 1e-6 <= y <= base + 1e-6 for _, y in dots_of(hud))
    assert dots_of(hud)[-1][1] == pytest.approx(base - 60.0), "the last stands at the top"


@pytest.mark.parametrize(("azimuth_deg", "anchor"), [(52.0, "left"), (-128.0, "right")])
def test_the_last_number_stands_outside_from_both_sides(azimuth_deg: float, anchor: str) -> None:
    state = ViewState(Camera(azimuth_deg, target=(6.0, 0.0, 0.0)), (), drifts=(Drift(PLACES, CHANGES, 0.05),))
    hud = flat_of(state, 16 / 9)
    (last,) = [line for line in hud.words if line.size_px == LAST_PX]
    assert last.anchor == anchor
    left, _, right, _ = box_of(last)
    assert all(not left <= x <= right for x, _ in dots_of(hud))


def test_a_state_without_charts_is_flat_as_it_says() -> None:
    hud = Hud(words=(Words("a", (0.0, 0.0)),))
    plain = ViewState(Camera(), (), hud=hud)
    assert flat_of(plain, 1.5) == hud
    assert flat_of(replace(plain, drifts=(Drift((), (), 0.0),)), 1.5) == hud


@pytest.mark.parametrize("at", range(len(CHANGES)))
def test_the_place_where_it_turns_is_marked_at_its_point_and_named_under_the_chart(at: int) -> None:
    feet = [(200.0 + 150 * i, 600.0) for i in range(len(CHANGES))]
    plain = Drift(PLACES, CHANGES, 0.05, height_px=80.0)
    without, hud = drift_chart(plain, feet), drift_chart(replace(plain, turn=(at, "here: ×3")), feet)
    stem, dot = (line for line in hud.lines if line.role == "alarm")
    x, y = dots_of(without)[at]
    assert [sum(axis) / 2 for axis in zip(*dot.points_px, strict=True)] == pytest.approx([x, y])
    assert stem.points_px[0] == pytest.approx((x, y))
    assert stem.points_px[1][1] > 600.0
    (words,) = (line for line in hud.words if line.role == "alarm")
    boxes = [box_of(line) for line in hud.words if line is not words]
    left, top, right, bottom = box_of(words)
    assert top > 590.0
    assert all(left >= b[2] or right <= b[0] or top >= b[3] or bottom <= b[1] for b in boxes)
    assert set(without.words) < set(hud.words)


def test_a_mark_without_room_keeps_its_dot_and_says_nothing() -> None:
    feet = [(100.0 + 20 * i, 600.0) for i in range(len(CHANGES))]
    hud = drift_chart(Drift(PLACES, CHANGES, 0.05, turn=(2, "much more than there is room for here")), feet)
    assert [line for line in hud.words if line.role == "alarm"] == []
    assert len([line for line in hud.lines if line.role == "alarm"]) == 2


@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0])
def test_a_chart_fades_as_a_whole(alpha: float) -> None:
    drift = Drift(PLACES, CHANGES, 0.05)
    whole = flat_of(ViewState(Camera(), (), drifts=(drift,)), 16 / 9)
    faded = flat_of(ViewState(Camera(), (), drifts=(replace(drift, alpha=alpha),)), 16 / 9)
    for before, after in ((whole.lines, faded.lines), (whole.words, faded.words)):
        assert [each.alpha for each in after] == pytest.approx([each.alpha * alpha for each in before if alpha > 0])
