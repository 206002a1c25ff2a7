"""The colour of every image of a survey: of its class, of what the network took it for, or of how sure it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import BundleError
from viewer.colour import PALETTES, class_colours
from viewer.learned.read import answers_of, pass_of, true_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey
    from viewer.cloud import ColourBy
    from viewer.learned.read import Answers
    from viewer.state import ColourRole, Theme

    Array = NDArray[np.float32]

PLAIN: ColourRole = "text"
SURE: ColourRole = "copies"
UNSURE: ColourRole = "accent"
WRONG: ColourRole = "alarm"
FAINT, STRESSED = 0.22, 1.9
"""How strong the images that are taken for what they are stay where the others are shown, and how large those are."""


def image_colours(
    bundle: Bundle, survey: Survey, colour_by: ColourBy, theme: Theme, checkpoint_id: str | None = None
) -> Array:
    """Red, green, blue and strength of every image, (N, 4) float32 in 0..1; what is stronger than 1 is drawn so many
    times as large.

    Images of no known class are grey. By `margin` colours go from `UNSURE`, where the best two classes are equal, to
    `SURE`; by `wrong` images that are not taken for what they are have the colour `WRONG`, and the others are faint.

    Raises
    ------
    BundleError
        The survey does not know the classes, or what the network said at that checkpoint.
    """
    colours = np.ones((survey.images, 4), np.float32)
    roles = PALETTES[theme].roles
    if colour_by == "picture":
        colours[:, :3] = roles[PLAIN]
        return colours
    if colour_by == "class":
        colours[:, :3] = _of_classes(_known(true_classes(bundle, survey), "true classes", bundle), theme)
        return colours
    answers = _answers(bundle, survey, checkpoint_id)
    if colour_by == "prediction":
        colours[:, :3] = _of_classes(answers.predicted, theme)
    elif colour_by == "margin":
        share = np.nan_to_num(np.clip(answers.margin, 0, 1))[:, None]
        colours[:, :3] = np.asarray(roles[UNSURE]) * (1 - share) + np.asarray(roles[SURE]) * share
    else:
        true = _known(true_classes(bundle, survey), "true classes", bundle)
        is_wrong = (true >= 0) & (answers.predicted != true)
        colours[:, :3] = np.where(is_wrong[:, None], roles[WRONG], roles[SURE])
        colours[:, 3] = np.where(is_wrong, STRESSED, FAINT)
    return colours


def _of_classes(classes: NDArray[np.int64], theme: Theme) -> Array:
    table = class_colours(max(int(classes.max(initial=-1)) + 1, 1), theme)
    found: Array = np.where((classes < 0)[:, None], PALETTES[theme].roles["dim"], table[np.maximum(classes, 0)])
    return found


def _answers(bundle: Bundle, survey: Survey, checkpoint_id: str | None) -> Answers:
    found = answers_of(bundle, pass_of(bundle, survey, checkpoint_id))
    if found is None:
        raise BundleError("the survey has no answers to colour images by", got="a network of no classes",
                          remedy="colour by class or picture", path=bundle.path)  # fmt: skip
    return found


def _known(classes: NDArray[np.int64] | None, what: str, bundle: Bundle) -> NDArray[np.int64]:
    if classes is None:
        remedy = "colour by prediction or picture"
        raise BundleError(f"the survey knows no {what} to colour images by", remedy=remedy, path=bundle.path)
    return classes
