"""What of the sculptures of a scene is shown when, and how the course of their bundling is mixed from few shapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.gltf.casts import Cast, focus_of
from scenes.gltf.reel import reel_of
from scenes.gltf.tracks import mixtures, seen_of
from scenes.timeline import Timeline
from viewer.state import Camera, Hud, SculptureView, ViewState, Words

VIEW = SculptureView("000-weight")


def made(*views: tuple[SculptureView, ...], loops: bool = True) -> Timeline:
    """One state a second, whose title is its number."""
    states = [
        ViewState(Camera(), (), hud=Hud(words=(Words(str(k), (0, 0), part="title"),)), sculptures=each)
        for k, each in enumerate(views)
    ]
    return Timeline(float(len(states)), lambda t: states[min(int(t), len(states) - 1)], loops)


def lit(focus: int | None, toward: int | None = None, blend: float = 0.0) -> SculptureView:
    return replace(VIEW, focus=focus, toward=toward, blend=blend)


@pytest.mark.parametrize(
    ("view", "focus"),
    [(lit(None), None), (lit(2), 2), (lit(2, 3, 0.4), 2), (lit(2, 3, 0.6), 3), (lit(2, None, 0.6), None)],
)
def test_a_blend_counts_as_what_it_is_nearer_to(view: SculptureView, focus: int | None) -> None:
    assert focus_of(view) == focus


def test_each_class_is_lit_when_the_scene_lights_it() -> None:
    (cast,) = reel_of(made((lit(None),), (lit(1),), (lit(None),), (lit(0),))).casts
    assert cast.focuses == (None, 1, 0)
    assert [(span.from_secs, span.still) for span in cast.spans] == [(0, 0), (1, 1), (2, 0), (3, 2)]
    assert cast.steps is None


def test_the_words_of_a_class_are_those_of_the_moment_when_it_alone_is_lit() -> None:
    (cast,) = reel_of(made((lit(None, 1, 0.3),), (lit(None, 1, 0.7),), (lit(1),), (lit(1, None, 0.1),))).casts
    assert [frame.hud.words[0].text for frame in cast.frames] == ["0", "2"]


def test_two_sculptures_in_one_place_are_two_casts() -> None:
    other = replace(VIEW, sculpture_id="002-weight", offset=(1.0, 2.0, 3.0))
    one, two = reel_of(made((VIEW,), (other,))).casts
    times = reel_of(made((VIEW,), (other,))).times_secs
    assert seen_of(one, times) == [(0.0, True), (1.0, False)]
    assert seen_of(two, times) == [(0.0, False), (1.0, True)]
    assert (two.offsets == (1.0, 2.0, 3.0)).all()
    assert (one.offsets == 0).all()


def test_what_is_never_seen_is_no_cast() -> None:
    assert reel_of(made((replace(VIEW, opacity=0.0),))).casts == ()


def steps_of(cast: Cast) -> np.ndarray:
    assert cast.steps is not None
    return cast.steps


def test_the_bundling_of_a_sculpture_that_is_away_stays_where_it_was() -> None:
    (cast,) = reel_of(made((replace(VIEW, step=2.0),), (), (replace(VIEW, step=3.5),), (VIEW,))).casts
    assert steps_of(cast)[[0, 30, 60, 90]].tolist() == [2.0, 2.0, 3.5, np.inf]


@given(st.sets(st.integers(1, 19), max_size=5), st.floats(0, 25))
def test_what_is_mixed_is_what_lies_between_the_shapes(shapes: set[int], step: float) -> None:
    """A path that is one straight way in time is met exactly, whichever shapes are kept."""
    kept, last = (0, *sorted(shapes)), 20
    times = np.linspace(0, 1, 50)
    steps = np.full(50, step)
    keys = mixtures(steps, kept, last, times, 1.0, loops=False)
    there = (keys.values * np.array(kept)).sum(axis=1) + (1 - keys.values.sum(axis=1)) * last
    np.testing.assert_allclose(there, min(step, last), atol=1e-9)
    assert (keys.values >= 0).all()
    assert ((keys.values > 0).sum(axis=1) <= 2).all()
