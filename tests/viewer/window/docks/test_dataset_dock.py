"""The dock of a data set in the real window on a virtual screen, driven by mouse and keys; and its words, without."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import dataset_driver
import numpy as np
import pytest
from clouded_bundle import clouded_bundle, made_pictures
from msgspec import structs
from virtual_screen import environment, virtual_screen

from exporter.bundle import KerascopeError, read_bundle
from viewer.cloud import Cloud
from viewer.dress import dressed
from viewer.layout import Layout
from viewer.learned.patches import in_digits, patches_of
from viewer.learned.read import survey_of
from viewer.state import Camera, ViewState
from viewer.study import Study, Vantage
from viewer.window.dataset.pictures import named_image, picture_for_net
from viewer.window.dataset.thumbs import tip_of
from viewer.window.dataset.words import NO_CLASSES, barred_colour, image_words, pass_at, survey_words
from viewer.window.live.easel import Easel
from viewer.window.live.sheet import Named

Facts = dict[str, Any]


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with everything that the driver wrote."""
    folder = tmp_path_factory.mktemp("dataset")
    command = [sys.executable, dataset_driver.__file__, str(folder)]
    with virtual_screen("1280x800") as display:
        done = subprocess.run(
            command, env=environment(display), capture_output=True, text=True, timeout=200, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def facts(driven: Path) -> Facts:
    return dict(json.loads((driven / "facts.json").read_text("utf-8")))


@pytest.mark.gl
@pytest.mark.slow
class TestInTheWindow:
    def test_it_is_there_where_something_was_surveyed_and_comes_by_a_key(self, facts: Facts) -> None:
        assert facts["hidden_at_first"]
        assert facts["shown_by_key"]
        assert facts["told"].startswith("36 images")
        assert "DataSetDock" not in facts["bare_docks"]
        assert "kerascope survey" in facts["bare_said"][0]

    def test_a_thumbnail_under_the_pointer_is_told(self, facts: Facts) -> None:
        assert facts["hovered"] == ["000", facts["row"]]
        assert facts["hover_line"].startswith(f"image {facts['row']}   true class: ")
        assert "taken for: " in facts["hover_line"]

    def test_a_choice_of_colours_reaches_the_scene_and_is_undone(self, facts: Facts) -> None:
        assert facts["coloured"] == ["wrong", None, "wrong"]
        assert facts["uncoloured"] == "class"

    def test_a_click_brings_the_image_into_the_net_and_escape_what_was_there(self, facts: Facts) -> None:
        _, true = made_pictures()
        assert facts["loaded"] == facts["row"]
        assert facts["scene"] == "drawing"
        assert facts["shown"] == [f"image {facts['row']}", int(true[facts["row"]]), True]
        assert facts["scores"][0] == pytest.approx(facts["scores"][1], abs=1e-6)
        assert f"image {facts['row']}: what the network makes of it" in facts["scene_words"]
        assert facts["said"].startswith("the network says ")
        assert facts["back"] == ["embedding", facts["at_before"], True, None]
        assert facts["pad_is_empty"], "the pad is as it was"

    def test_the_nearest_by_features_stand_over_those_by_pixels_and_load(self, facts: Facts) -> None:
        pictures, _ = made_pictures()
        flat = pictures.reshape(len(pictures), -1) / 255.0
        away = np.linalg.norm(flat - flat[facts["row"]], axis=1)
        nearest = np.argsort(away, kind="stable")[1:4].tolist()
        by_features, by_pixels = ([int(tip.split("\n")[0].split()[1]) for tip in row] for row in facts["near"])
        assert by_pixels == nearest
        assert len(by_features) == 3
        assert facts["second"] == nearest[0]

    def test_the_channel_that_is_clicked_shows_what_excites_it(self, facts: Facts, driven: Path) -> None:
        bundle = read_bundle(driven / "surveyed.bundle")
        patches = patches_of(bundle, survey_of(bundle), "relu", 1, 4)
        assert facts["title"] == facts["by_hand"] == "relu, channel 1, epoch 2"
        assert facts["rows"] == [patch.image for patch in patches]
        assert facts["values"] == [in_digits(patch.value) for patch in patches]
        assert facts["not_surveyed"] == ["the survey did not look at pool", 0]
        assert facts["loaded_patch"] == [patches[2].image, "drawing"]
        assert facts["lines"] == [], "each message is one line"

    def test_the_menu_of_a_channel_opens_it(self, facts: Facts) -> None:
        assert "Which pictures excite it?" in facts["menu"]
        assert facts["menu_opened"][0]
        assert facts["menu_opened"][1].startswith("relu, channel")

    def test_where_nobody_can_answer_a_line_says_so_and_what_was_shown_is_back(self, facts: Facts) -> None:
        assert facts["unanswered"] == ["numpy does not cover this network", "flow", True, False]

    def test_choosing_another_input_puts_that_in_the_scene_from_before(self, facts: Facts) -> None:
        assert facts["other_input"] == ["flow", "clean-1", True]


def test_a_picture_goes_into_the_net_as_it_was_kept_or_not_at_all() -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    pictures, true = made_pictures()
    assert np.array_equal(picture_for_net(bundle, survey, 7), pictures[7])
    small = {name: ref for name, ref in survey.tensors.items() if name not in ("pictures", "picture_images")}
    kept_small = structs.replace(survey, tensors=small)
    assert np.array_equal(picture_for_net(bundle, kept_small, 7), pictures[7]), "the thumbnail is as large"
    gone = structs.replace(survey, tensors={name: small[name] for name in ("names", "name_ends")})
    with pytest.raises(KerascopeError, match=r"kept this image only small.*'image 7'.*--pictures all") as told:
        picture_for_net(bundle, gone, 7)
    assert "\n" not in str(told.value)
    assert named_image(bundle, survey, 7) == Named("image 7", int(true[7]), 7)
    assert named_image(bundle, survey, 5).true_class is None


def test_what_is_said_of_images() -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    made = pass_at(bundle, survey, "000")
    assert made is not None
    assert made.checkpoint == "000"
    assert survey_words(bundle, survey, made).endswith("right")
    assert [words.split(":")[0] for words in image_words(bundle, survey, 5, made)] == ["image 5", "taken for", "margin"]
    assert len(image_words(bundle, survey, 6, made)) == 4
    blind = structs.replace(survey, tensors={k: v for k, v in survey.tensors.items() if k != "true_class"})
    assert barred_colour(bundle, blind, made, "wrong") == barred_colour(bundle, blind, made, "class") == NO_CLASSES
    assert barred_colour(bundle, blind, made, "margin") == barred_colour(bundle, survey, made, "wrong") == ""
    assert barred_colour(bundle, survey, None, "prediction") != ""
    assert "&lt;b&gt;" in tip_of(bundle, survey, 0, ("<b>",)), "a name is no markup"


def test_what_is_drawn_on_is_not_known_any_more_until_that_is_undone() -> None:
    easel = Easel((6, 6, 1), (0,), 0.1)
    easel.take(np.full((6, 6, 1), 9, np.uint8), named=Named("seven", 1, 7))
    assert easel.known == Named("seven", 1, 7)
    easel.begin((0.5, 0.5))
    assert easel.known is None
    easel.undo()
    assert easel.known is not None
    easel.undo()
    assert easel.is_empty


def test_colours_are_of_the_study_and_of_a_view_that_is_kept() -> None:
    clouds = (Cloud("images", "000", "pca-pixels", colour_by="class", colour_to="wrong", recolour=0.4),)
    state = ViewState(Camera(), (), clouds=clouds)
    layout: Layout = None  # type: ignore[assignment] # a state without nets does not ask for it
    (cloud,) = dressed(state, Study(colour_by="margin"), layout).clouds
    assert (cloud.colour_by, cloud.colour_to) == ("margin", None)
    assert dressed(state, Study(opacity=0.5), layout).clouds == clouds
    seen = Vantage("embedding", study=Study(colour_by="margin"))
    assert Vantage.from_json(seen.to_json()) == seen
