"""What the colours of a cloud mean, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.drift import faded
from viewer.inspect.attack import class_name
from viewer.learned.read import answers_of, pass_of, survey_of, true_classes
from viewer.learned.tinting import SURE, UNSURE, WRONG
from viewer.state import Bar, ColourRole, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from viewer.cloud import Cloud, ColourBy

SMALL_PX, GAP_PX, SWATCH_PX = 22.0, 20.0, 28.0
COLOURED: dict[ColourBy, str] = {
    "class": "colour: true class",
    "prediction": "colour: class it is taken for",
    "margin": "best two classes equal",
    "wrong": "taken for another class",
    "picture": "images as they are",
}
CERTAIN = "one far ahead"
MOST_IN_ORDER = 12
"""So many classes are named in their order; of more there is room for the commonest only."""


def shown_colours(cloud: Cloud) -> tuple[ColourBy, float]:
    """What a cloud is coloured by, and how clearly that can be said: half-way from one to another not at all."""
    if cloud.colour_to is None:
        return cloud.colour_by, 1.0
    is_there = cloud.recolour >= 0.5
    return cloud.colour_to if is_there else cloud.colour_by, abs(2.0 * cloud.recolour - 1.0)


def classes_coloured(bundle: Bundle, cloud: Cloud, colour_by: ColourBy) -> tuple[int, ...]:
    """The classes of the images that are coloured so, of very many the commonest first; none where colours are not of
    classes.
    """
    survey = survey_of(bundle, cloud.survey_id)
    found = true_classes(bundle, survey) if colour_by == "class" else None
    if colour_by == "prediction":
        answers = answers_of(bundle, pass_of(bundle, survey, cloud.checkpoint_id))
        found = None if answers is None else answers.predicted
    if found is None:
        return ()
    numbers, counts = np.unique(found[found >= 0], return_counts=True)
    order = range(len(numbers)) if len(numbers) <= MOST_IN_ORDER else np.argsort(-counts, kind="stable")
    return tuple(int(numbers[at]) for at in order)


def cloud_legend(cloud: Cloud, colour_by: ColourBy, clear: float, classes: Sequence[int], names: Sequence[str]) -> Hud:
    """What colours mean: as many classes in their colours as there is room for. Nothing where the cloud has no place
    for that.
    """
    if cloud.legend_px is None or clear * cloud.alpha <= 0:
        return Hud()
    x, y, right = cloud.legend_px
    text = COLOURED[colour_by]
    if colour_by == "wrong":
        said = _swatch(x, y, WRONG, text)
    elif colour_by == "margin":
        behind = x + width_of(text, SMALL_PX) + SWATCH_PX + 2 * GAP_PX
        said = _swatch(x, y, UNSURE, text) + _swatch(behind, y, SURE, CERTAIN)
    else:
        said = Hud(words=(Words(text, (x, y), SMALL_PX, role="dim"),))
        said += _classes(x + width_of(text, SMALL_PX) + GAP_PX, y, right, classes, names)
    return faded(said, clear * cloud.alpha)


def _classes(x: float, y: float, right: float, classes: Sequence[int], names: Sequence[str]) -> Hud:
    words = []
    for number in classes:
        name = class_name(names, number)
        wide = width_of(name, SMALL_PX, True)
        if x + wide > right:
            words.append(Words("\u2026", (x, y), SMALL_PX, role="dim"))
            break
        words.append(Words(name, (x, y), SMALL_PX, True, of_class=number))
        x += wide + GAP_PX
    return Hud(words=tuple(words))


def _swatch(x: float, y: float, role: ColourRole, text: str) -> Hud:
    words = (Words(text, (x + SWATCH_PX, y), SMALL_PX, role="dim"),)
    return Hud(bars=(Bar((x, y - 16.0, 18.0, 18.0), role),), words=words)
