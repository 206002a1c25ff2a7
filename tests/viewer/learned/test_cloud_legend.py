"""What the line says that tells what the colours of a cloud mean."""

from __future__ import annotations

from dataclasses import replace

import pytest
from clouded_bundle import clouded_bundle

from viewer.cloud import Cloud
from viewer.learned.cloud_legend import classes_coloured, cloud_legend, shown_colours
from viewer.learned.read import answers_of, pass_of, survey_of
from viewer.typeset import width_of

CLOUD = Cloud("images", "000", "pca-pixels", checkpoint_id="002", legend_px=(40.0, 900.0, 900.0))
NAMES = ("zero", "one", "two")


def said(cloud: Cloud, classes: tuple[int, ...] = (0, 1, 2)) -> list[str]:
    colour_by, clear = shown_colours(cloud)
    return [line.text for line in cloud_legend(cloud, colour_by, clear, classes, NAMES).words]


def test_it_says_what_the_cloud_is_coloured_by() -> None:
    assert said(CLOUD) == ["colour: true class", *NAMES]
    assert said(replace(CLOUD, colour_by="prediction"))[0] == "colour: class it is taken for"
    assert said(replace(CLOUD, colour_by="margin")) == ["best two classes equal", "one far ahead"]
    assert said(replace(CLOUD, colour_by="wrong")) == ["taken for another class"]
    assert said(replace(CLOUD, colour_by="picture"), ()) == ["images as they are"]
    assert said(replace(CLOUD, legend_px=None)) == []


@pytest.mark.parametrize(
    ("recolour", "first", "clear"), [(0.0, "class", 1.0), (0.5, "wrong", 0.0), (1.0, "wrong", 1.0)]
)
def test_on_the_way_from_one_colouring_to_another_it_goes_and_comes(recolour: float, first: str, clear: float) -> None:
    assert shown_colours(replace(CLOUD, colour_to="wrong", recolour=recolour)) == (first, clear)


def test_classes_that_have_no_room_are_dots() -> None:
    room = width_of("colour: true class", 22.0) + width_of("zero", 22.0, True) + 80.0
    assert said(replace(CLOUD, legend_px=(40.0, 900.0, room))) == ["colour: true class", "zero", "\u2026"]


def test_classes_are_those_that_images_have() -> None:
    bundle = clouded_bundle()
    assert classes_coloured(bundle, CLOUD, "class") == (0, 1, 2), "the class that is not known is none"
    answers = answers_of(bundle, pass_of(bundle, survey_of(bundle), "002"))
    assert answers is not None
    assert classes_coloured(bundle, CLOUD, "prediction") == tuple(sorted(set(answers.predicted.tolist())))
    assert classes_coloured(bundle, CLOUD, "margin") == ()
