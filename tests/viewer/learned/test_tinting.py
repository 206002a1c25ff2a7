"""Images have the colour of their class, of what they are taken for, or of how sure that was."""

from __future__ import annotations

import numpy as np
import pytest
from clouded_bundle import clouded_bundle, made_pictures
from msgspec import structs

from exporter.bundle.errors import BundleError
from viewer.colour import PALETTES, class_colours
from viewer.learned.read import answers_of, pass_of, survey_of
from viewer.learned.tinting import FAINT, STRESSED, SURE, UNSURE, WRONG, image_colours


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_classes_have_their_own_colours(theme: str) -> None:
    bundle = clouded_bundle()
    survey, true = survey_of(bundle), made_pictures()[1]
    found = image_colours(bundle, survey, "class", theme)  # type: ignore[arg-type]
    for row, number in enumerate(true):
        wanted = PALETTES[theme].roles["dim"] if number < 0 else class_colours(3, theme)[number]  # type: ignore[index, arg-type]
        np.testing.assert_allclose(found[row], [*wanted, 1.0], atol=1e-6)
    assert len({tuple(row) for row in image_colours(bundle, survey, "picture", theme).tolist()}) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("at", ["000", "002"])
def test_answers_are_those_of_the_checkpoint(at: str) -> None:
    bundle = clouded_bundle()
    survey, true = survey_of(bundle), made_pictures()[1]
    answers = answers_of(bundle, pass_of(bundle, survey, at))
    assert answers is not None
    by_class = image_colours(bundle, survey, "prediction", "dark", at)
    np.testing.assert_allclose(by_class[:, :3], class_colours(3, "dark")[answers.predicted], atol=1e-6)
    wrong = image_colours(bundle, survey, "wrong", "dark", at)
    is_wrong = (answers.predicted != true) & (true >= 0)
    assert (wrong[:, 3] == np.where(is_wrong, np.float32(STRESSED), np.float32(FAINT))).all()
    assert (wrong[is_wrong, :3] == np.float32(PALETTES["dark"].roles[WRONG])).all()
    margin = image_colours(bundle, survey, "margin", "dark", at)
    ends = (np.array(PALETTES["dark"].roles[role]) for role in (UNSURE, SURE))
    unsure, sure = ends
    np.testing.assert_allclose(margin[:, :3], unsure + (sure - unsure) * answers.margin[:, None], atol=1e-5)


def test_what_is_not_known_is_told_in_a_line() -> None:
    bundle = clouded_bundle()
    survey = survey_of(bundle)
    bare = {key: ref for key, ref in survey.tensors.items() if key != "true_class"}
    no_classes = structs.replace(survey, tensors=bare)
    for colour_by in ("class", "wrong"):
        with pytest.raises(BundleError, match="no true classes"):
            image_colours(bundle, no_classes, colour_by, "dark")  # type: ignore[arg-type]
    silent = structs.replace(survey, passes=tuple(structs.replace(each, tensors={}) for each in survey.passes))
    with pytest.raises(BundleError, match="no answers"):
        image_colours(bundle, silent, "margin", "dark")
