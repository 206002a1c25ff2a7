"""Who looks for words over words finds them, and only them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from overlap import FRAME, overlaps, words_of
from paper_bundle import KEY, PaperBundle, layer, paper_bundle

from viewer.camera import Camera
from viewer.layout import Layout, place
from viewer.state import CaptureKey, Grid, Hud, NetView, ViewState, Words

ASPECT = 16 / 9


@pytest.fixture(scope="module")
def stage() -> tuple[Layout, PaperBundle]:
    bundle = paper_bundle(
        [layer("picture", "input", 6, 6, 1), layer("hidden", "dense", 12), layer("scores", "dense", 3)]
    )
    return place(bundle), bundle


def seen(stage: tuple[Layout, PaperBundle], *words: Words, grids: tuple[Grid, ...] = ()) -> list[tuple[str, str]]:
    layout, bundle = stage
    state = ViewState(Camera(), (), hud=Hud(words=words), grids=grids)
    return overlaps(layout, bundle, state, ASPECT)


def test_words_over_words_are_found(stage: tuple[Layout, PaperBundle]) -> None:
    one = Words("one line", (100.0, 100.0))
    assert seen(stage, one, Words("another", (140.0, 104.0))) == [("one line", "another")]
    assert seen(stage, one, Words("another", (140.0, 140.0))) == []
    assert seen(stage, one, Words("another", (400.0, 104.0))) == []


def test_words_that_the_frame_cuts_off_are_found(stage: tuple[Layout, PaperBundle]) -> None:
    for at_px in ((-5.0, 100.0), (1900.0, 100.0), (100.0, 10.0), (100.0, 1079.0)):
        assert seen(stage, Words("a line", at_px)) == [("a line", FRAME)]


def test_what_cannot_be_seen_covers_nothing(stage: tuple[Layout, PaperBundle]) -> None:
    one = Words("one line", (100.0, 100.0))
    for other in (replace(one, text="gone", alpha=0.0), replace(one, text="  ")):
        assert seen(stage, one, other) == []


def test_numbers_of_grids_are_words(stage: tuple[Layout, PaperBundle]) -> None:
    grid = Grid("window 0", ((0.25, None),), (100.0, 100.0, 120.0, 60.0), 1.0)
    assert seen(stage, Words("over it", (110.0, 140.0)), grids=(grid,)) == [("+.25", "over it")]
    assert seen(stage, Words("aside", (170.0, 140.0)), grids=(grid,)) == []


def test_labels_of_plates_are_words_and_keep_off_the_others(stage: tuple[Layout, PaperBundle]) -> None:
    layout, bundle = stage
    state = ViewState(Camera(), (NetView(CaptureKey(*KEY)),))
    assert overlaps(layout, bundle, state, ASPECT) == []
    name = next(line for line in words_of(layout, bundle, state, ASPECT) if line.text == "hidden")
    over = Grid("over it", ((1.0,),), (name.at_px[0] - 40.0, name.at_px[1] - 40.0, 80.0, 60.0), 1.0)
    assert ("+1.00", "hidden") in overlaps(layout, bundle, replace(state, grids=(over,)), ASPECT)
