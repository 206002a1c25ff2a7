"""The times of a tour: each stop goes through its scene once, in order, and stands long enough to be read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.timeline import Marker, Timeline
from scenes.tour.route import CHOSEN, Pace, Route, held_at_secs, hop_secs, pace_of, reading_secs
from scenes.tour.strip import MOST_LINES, Strip, set_lines, strip_for
from viewer.camera import Camera
from viewer.state import ViewState

PACES = st.builds(
    lambda own, share, speed, hold: Pace(own, speed, own * share, hold),
    st.floats(1, 40), st.floats(0, 1), st.floats(0.25, 4), st.floats(0, 20),
)  # fmt: skip


def timeline(stops: tuple[float, ...] = (), markers: tuple[Marker, ...] = ()) -> Timeline:
    return Timeline(20.0, lambda _: ViewState(Camera(), ()), loops=True, stops_secs=stops, markers=markers)


@given(PACES)
def test_a_stop_shows_all_of_its_scene_in_order_and_stands_still_once(pace: Pace) -> None:
    times = [pace.lasts_secs * k / 50 for k in range(51)]
    own = [pace.own(t_secs) for t_secs in times]
    assert own[0] == 0
    assert own[-1] == pytest.approx(pace.own_secs)
    assert own == sorted(own)
    assert pace.own(pace.held_secs + pace.hold_secs / 2) == pytest.approx(pace.hold_at_secs)
    assert all(after - before <= pace.speed * pace.lasts_secs / 50 + 1e-6 for before, after in pairwise(own))


@given(st.lists(st.tuples(st.floats(0, 3), PACES), min_size=1, max_size=6), st.floats(0, 1))
def test_every_moment_belongs_to_one_way_or_stop(pieces: list[tuple[float, Pace]], part: float) -> None:
    route = Route(tuple(hop for hop, _ in pieces), tuple(pace for _, pace in pieces))
    number, is_there, gone_secs = route.at(part * route.duration_secs)
    lasts_secs = pieces[number][1].lasts_secs if is_there else pieces[number][0]
    assert -1e-9 <= gone_secs <= lasts_secs + 1e-9
    assert route.at(route.starts_secs(number))[:2] == (number, True)
    assert sum(hop + pace.lasts_secs for hop, pace in pieces) == pytest.approx(route.duration_secs)


def test_a_scene_is_held_at_what_was_chosen() -> None:
    markers = Marker(2.0, "first cell"), Marker(6.0, CHOSEN), Marker(10.0, "onwards")
    assert held_at_secs(timeline((3.0, 7.0, 9.0, 15.0), markers)) == 9.0
    assert held_at_secs(timeline((3.0, 7.0, 9.0, 15.0))) == 15.0
    assert held_at_secs(timeline()) == 20.0


def test_what_is_said_can_be_read() -> None:
    long = "word " * 120
    assert pace_of(timeline(), long, None, None).lasts_secs >= reading_secs(long)
    assert pace_of(None, long, None, None).lasts_secs == reading_secs(long)
    assert pace_of(timeline(), long, 0.0, 2.0).lasts_secs == 10.0, "the teacher decides"
    assert reading_secs("卷积核" * 10) > 2 * reading_secs("abc" * 10)


def test_the_light_needs_no_time_where_it_stays() -> None:
    assert hop_secs(0.0) == 0
    assert 0 < hop_secs(1.0) < hop_secs(4.0) <= hop_secs(100.0) == hop_secs(200.0)


def test_a_long_caption_is_turned_over_like_pages() -> None:
    caption = (" ".join(f"This is sentence {number} of a teacher that goes on." for number in range(20)),)
    strip = strip_for([caption], 1920.0)
    lines = set_lines(caption, 1920.0)
    assert strip.lines == MOST_LINES < len(lines)
    pages = list(dict.fromkeys(tuple(strip.page(lines, part / 100)) for part in range(101)))
    assert [line for page in pages for line in page] == list(lines)
    assert all(0 < len(page) <= MOST_LINES for page in pages)


def test_lines_of_a_teacher_stay_as_they_are_where_they_fit() -> None:
    assert set_lines(("one", "two"), 1920.0) == ("one", "two")
    assert len(set_lines(("word " * 60, "two"), 700.0)) > 2


@pytest.mark.parametrize("width_px", [608.0, 1080.0, 1440.0, 1920.0, 2520.0])
def test_the_strip_and_what_is_over_it_share_the_frame(width_px: float) -> None:
    for lines in range(1, MOST_LINES + 1):
        strip = Strip(width_px, lines)
        top = min(bar.box_px[1] for bar in strip.hud(["a line"] * lines, 0, 4).bars)
        assert (strip.part < 1) != (strip.foot_px > 0)
        assert strip.part * (1080.0 - strip.foot_px) - 31.0 * strip.part <= top, "legends end 31 px over the bottom"
