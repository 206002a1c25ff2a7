"""What is asked about, how it is called, which results stay, how maps are laid and painted: all without a window."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from exporter.bundle import Bundle, BundleError
from viewer.live.asked import Ask, FoundMap, Progress
from viewer.live.overlay import Overlay
from viewer.state import Camera, CaptureKey, Mute, NetView, ViewState
from viewer.study import Place
from viewer.window.asking.about import About, about_of, asked_words, image_ask, pixels_ask
from viewer.window.asking.laying import laid_over
from viewer.window.asking.results import MOST, Result, Results, with_new, with_news
from viewer.window.docks.asking.paint import painted

AT = "002"
SOMEBODY: Any = SimpleNamespace(is_closed=False)


@pytest.mark.parametrize(
    ("place", "about"),
    [
        (Place("conv", 0, 3, (2, 5)), About("conv", 3, (2, 5))),
        (Place("conv", 0, None, (2, 5)), About("conv")),
        (Place("flatten", 0, 7), About("flatten", 7)),
        (Place("scores", 0, 2), About(class_=2)),
        (Place("picture", 0, 0, (1, 1)), About()),
        (Place("conv", 1, 0), None),
    ],
)
def test_what_a_place_is_about(tiny_bundle: Bundle, place: Place, about: About | None) -> None:
    assert about_of(tiny_bundle, place, {"scores"}) == about


def test_classes_are_asked_for_their_image_and_channels_for_theirs() -> None:
    assert image_ask(About(class_=2), "a").method == "class_image"
    assert image_ask(About("conv", 3), "a") == Ask("synthesise", "filter", "a", "conv", 3)
    asked = pixels_ask(About("conv"), "a", "grad_cam")
    assert asked_words(replace(asked, class_=1), ("cat", "dog")) == "Which places of conv speak for “dog”?"


def result(number: int, stage: Any = "done") -> Result:
    return Result(number, SOMEBODY, Progress(number, Ask("synthesise", "filter"), stage))


def test_the_oldest_results_go_but_none_that_is_under_way() -> None:
    results: Results = (result(0, "going"),)
    gone: list[int] = []
    for number in range(1, MOST + 3):
        results, dropped = with_new(results, result(number))
        gone += [each.number for each in dropped]
    assert len(results) == MOST
    assert gone == [1, 2, 3]
    assert [results[0].number, results[-1].number] == [MOST + 2, 0]


def test_news_are_of_the_one_who_was_asked() -> None:
    results = (result(5), replace(result(5), asker=SimpleNamespace()))
    news = with_news(results, SOMEBODY, (Progress(5, Ask("explain", "saliency"), step=3),))
    assert [each.now.step for each in news] == [3, 0]


def net(input_id: str, **changes: Any) -> NetView:
    return NetView(CaptureKey(input_id, AT), **changes)


def test_a_map_is_laid_over_each_net_that_shows_its_input() -> None:
    muted = NetView(CaptureKey("a", AT, (Mute("conv"),)))
    nets = (net("a"), net("b"), net("b", toward=CaptureKey("a", AT), blend=0.9), net("a", quantity="difference"), muted)
    state = ViewState(Camera(), nets)
    assert [heat.net for heat in laid_over(state, "asked~1", CaptureKey("a", AT)).heats] == [0, 2]
    assert laid_over(state, "asked~1", CaptureKey("c", AT)) is state
    assert laid_over(state, "asked~1", CaptureKey("a", "000")) is state


def test_a_bundle_hands_out_maps_that_are_laid_over_it(tiny_bundle: Bundle) -> None:
    overlay = Overlay(tiny_bundle)
    values = np.arange(36, dtype=np.float32).reshape(6, 6)
    first, second = (overlay.lay("clean-0", FoundMap("picture", kind, values)) for kind in ("heat", "signed"))
    assert first != second
    told = overlay.overlay(second)
    assert (told.input, told.layer, told.kind) == ("clean-0", "picture", "signed")
    assert overlay.load(told.values) is values
    for _ in range(64):
        overlay.lay("clean-0", FoundMap("picture", "heat", values))
    with pytest.raises(BundleError, match="no such overlay"):
        overlay.overlay(first)
    with pytest.raises(BundleError, match="no longer kept"):
        overlay.load(told.values)


def test_a_map_covers_as_much_as_it_says() -> None:
    picture = np.full((6, 6, 1), 100, np.uint8)
    values = np.zeros((6, 6), np.float32)
    bare = painted(picture, FoundMap("picture", "heat", values), "dark").astype(int)
    assert (bare == bare[0, 0]).all()
    assert (bare < 100).all(), "the picture steps back"
    values[:, 3:] = 2.0
    heat = painted(picture, FoundMap("picture", "heat", values), "dark").astype(int)
    assert (heat[:, : heat.shape[1] // 4] == bare[0, 0]).all()
    assert np.abs(heat[:, -1] - bare[0, 0]).max() > 50
    mask = painted(picture, FoundMap("picture", "mask", values / 2), "dark")
    assert mask[0, 0].tolist() == [25] * 3
    assert mask[0, -1].tolist() == [100] * 3
    signed = FoundMap("picture", "signed", np.where(values > 0, values, -2.0).astype(np.float32))
    assert painted(picture, signed, "light")[0, 0].tolist() != painted(picture, signed, "light")[0, -1].tolist()
    assert painted(None, FoundMap("vector", "heat", values[0]), "dark").shape[2] == 3
