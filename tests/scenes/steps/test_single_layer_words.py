"""Scenes of one layer in both languages at every shape of frame: no words lie over each other, and errors are told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from overlap import overlaps
from paper_bundle import PaperBundle
from pointwise import WIDE, built
from taught_bundle import taught_bundle

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.steps.naming import where
from scenes.steps.scenery import StepFrame
from viewer.typeset import width_of

SHAPES = ((1280, 720), (720, 720), (450, 800), (1000, 800))
SCENES = ("activation", "pooling", "normalisation", "flatten")


@pytest.mark.parametrize("size_px", SHAPES, ids=str)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SCENES)
def test_no_words_lie_over_each_other(name: str, language: Any, size_px: tuple[int, int]) -> None:
    """Where all is written at last, and in the whole net."""
    bundle, options = taught_bundle(), SceneOptions(size_px, language=language)
    layout = scene(name).lay_out(bundle, options)
    timeline = scene(name).build(bundle, layout, options)
    for at_secs in (0.0, timeline.stops_secs[0], timeline.stops_secs[-1]):
        assert overlaps(layout, bundle, timeline.state_at(at_secs), options.aspect) == []


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("odd", [(np.nan, np.inf, -np.inf, 6e4, 1.0, 0.0), (0.0,)], ids=["no numbers", "zero"])
def test_values_that_are_no_numbers_are_shown_or_told(name: str, odd: tuple[float, ...]) -> None:
    """Nothing warns, and words stay apart."""
    bundle, options = taught_bundle(), SceneOptions(WIDE)
    outputs = [key for key in bundle.arrays if "/" not in key and key != "image"]
    bent = {key: np.resize(np.array(odd, np.float32), bundle.arrays[key].shape) for key in outputs}
    made = PaperBundle(bundle.manifest, {**bundle.arrays, **bent}, bundle.fill)
    layout = scene(name).lay_out(made, options)
    if (name, odd) == ("normalisation", (0.0,)):
        with pytest.raises(KerascopeError, match="it was stored as 0, and its weights make"):
            scene(name).build(made, layout, options)
        return
    timeline = scene(name).build(made, layout, options)
    for at_secs in timeline.stops_secs[::3]:
        assert overlaps(layout, made, timeline.state_at(at_secs), options.aspect) == []


@pytest.mark.parametrize("name", SCENES)
def test_they_speak_chinese(name: str) -> None:
    """Title, names and sentence."""
    timeline = built(taught_bundle(), name, SceneOptions(WIDE, language="zh"))
    said = [line.text for line in timeline.state_at(timeline.stops_secs[-1]).hud.words]
    assert sum(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in said) >= 5


@pytest.mark.parametrize(
    ("name", "choice", "told"),
    [
        ("activation", {"layer": "scores"}, "use --scene softmax --layer scores"),
        ("activation", {"layer": "conv"}, "no activation function to show there: expected one of relu"),
        ("pooling", {"layer": "relu"}, "no pool to show there: expected one of pool"),
        ("pooling", {"channel": 4}, "no such channel of pool: expected --channel 0 to 3, got 4"),
        ("normalisation", {"at": (6, 0)}, "no such cell of norm: expected 0 to 5 and 0 to 5, got 6,0"),
        ("flatten", {"at": (9,)}, "no such cell of what flatten takes: expected 0 to 8, got 9"),
        ("flatten", {"channel": 36}, "no such place of flatten: expected --channel 0 to 35, got 36"),
    ],
)
def test_what_cannot_be_shown_is_told(name: str, choice: dict[str, Any], told: str) -> None:
    """In one line, with what there is instead."""
    bundle: Bundle = taught_bundle()
    with pytest.raises(KerascopeError) as caught:
        built(bundle, name, SceneOptions(WIDE, **choice))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SCENES)
def test_what_is_said_behind_the_title_stays_there(name: str, language: Any) -> None:
    """It would jump under the title and back where numbers grow longer: there is room for those of a large map."""
    timeline = built(taught_bundle(), name, SceneOptions((1920, 1080), language=language))
    words = {line.part: line for line in timeline.state_at(timeline.stops_secs[-1]).hud.words if line.part}
    longest = where(language, (122, 133)) + ": cell 27,462 of 50,176"
    assert words["subtitle"].at_px[1] == words["title"].at_px[1]
    assert words["subtitle"].at_px[0] + width_of(longest, 26.0) < StepFrame(16 / 9).title_right_px
