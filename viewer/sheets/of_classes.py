"""The sheet of classes: of each the channels that stand out for it, with the pictures that excite these most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.learned.classes import class_label, confusion_in, outstanding
from viewer.learned.patches import patches_of, pixels_of
from viewer.learned.read import layer_of, pass_of, survey_of
from viewer.sheets.matrix import rate_text
from viewer.sheets.page import row_px_for
from viewer.sheets.patches import drawn
from viewer.sheets.sheet import Group, Sheet, Tile
from viewer.sheets.subject import Subject

if TYPE_CHECKING:
    from exporter.bundle.schema import Survey, SurveyLayer, SurveyPass
    from viewer.learned.classes import Confusion, Outstanding

MOST_CLASSES, CHANNELS, TOP, MOST_TOP = 10, 3, 3, 12
LARGEST_PX, LEAST_PX = 150, 60
_NOTE = (
    "d' is the difference between the mean of the channel over the images of the class and that over all others, in "
    "units of their spread (the root of the mean of both variances). Of normal distributions, 1 tells 76 % of the "
    "pairs of an image of the class and another one right, 3 tells 98 %. The pictures are those of all classes that "
    "excite the channel most."
)


def sheet_of_classes(subject: Subject) -> Sheet:
    """The sheet. Raises `KerascopeError` where the survey counted no classes, or no means were kept of the layer."""
    bundle = subject.bundle
    survey = survey_of(bundle, subject.survey_id)
    made = pass_of(bundle, survey, subject.checkpoint_id)
    if not made.classes:
        raise KerascopeError("the model tells no classes apart", expected="a survey of a classifier", path=bundle.path)
    layer = _layer(subject, made)
    found = outstanding(bundle, made, layer)
    confusion = confusion_in(bundle, survey, made) if made.classes_by == "true" else None
    shown, why = _shown(found, confusion)
    top = min(subject.top or TOP, MOST_TOP)
    px = row_px_for(CHANNELS * top, LARGEST_PX, LEAST_PX)
    groups = tuple(
        _group(subject, (survey, made, layer), (found, nth), _heading(subject, found, confusion, nth), (top, px))
        for nth in shown
    )
    many = found.difference.shape[1]
    beside = f"{subject.model_name}, {min(CHANNELS, many)} of {many} channels each, checkpoint {made.checkpoint}"
    title = f"What stands out in {layer.layer} for each class"
    return Sheet(title, f"{beside}{why}", groups, (), (_NOTE,))


def _layer(subject: Subject, made: SurveyPass) -> SurveyLayer:
    """The layer that is asked for, or the last one of which means by class were kept and whose channels are no classes:
    it has not as many of them as the output.
    """
    if subject.layer is not None:
        return layer_of(subject.bundle, made, subject.layer)
    with_means = [each for each in made.layers if "class_mean" in each.tensors]
    if not with_means:
        raise KerascopeError("no means by class were kept", remedy="survey it again", path=subject.bundle.path)
    outputs = subject.bundle.manifest.model.outputs
    units = [each.tensors["class_mean"].shape[1] for each in with_means if each.layer in outputs]
    inner = [each for each in with_means if each.tensors["class_mean"].shape[1] not in units]
    return (inner or with_means)[-1]


def _shown(found: Outstanding, confusion: Confusion | None) -> tuple[list[int], str]:
    """Which classes, in their order, and why these: all, or those that are right least often, or have most images."""
    there = [nth for nth, images in enumerate(found.images.tolist()) if images]
    if len(there) <= MOST_CLASSES:
        return there, ""
    if confusion is None:
        most = sorted(there, key=lambda nth: (-int(found.images[nth]), nth))[:MOST_CLASSES]
        return sorted(most), f", the {MOST_CLASSES} of {len(there)} classes with the most images"
    recall = dict(zip(confusion.classes.tolist(), confusion.recall.tolist(), strict=True))
    hardest = sorted(there, key=lambda nth: (recall[int(found.classes[nth])], nth))[:MOST_CLASSES]
    return sorted(hardest), f", the {MOST_CLASSES} of {len(there)} classes that are right least often"


def _heading(subject: Subject, found: Outstanding, confusion: Confusion | None, nth: int) -> str:
    number, images = int(found.classes[nth]), int(found.images[nth])
    text = f"{class_label(subject.bundle, number)}: {images:,} image{'' if images == 1 else 's'}"
    if confusion is None:
        return f"{text} taken for it"
    at = int(np.searchsorted(confusion.classes, number))
    text += f", {rate_text(float(confusion.recall[at]))} right"
    wrong = next(((said, count) for own, said, count in confusion.pairs() if own == number), None)
    return text + (f", most often taken for {class_label(subject.bundle, wrong[0])} ({wrong[1]:,})" if wrong else "")


def _group(
    subject: Subject,
    of: tuple[Survey, SurveyPass, SurveyLayer],
    at: tuple[Outstanding, int],
    heading: str,
    size: tuple[int, int],
) -> Group:
    (survey, made, layer), (found, nth), (top, px) = of, at, size
    tiles = []
    for channel in found.strongest(nth)[:CHANNELS].tolist():
        told = f"d' {found.difference[nth, channel]:.2f}"
        for place, patch in enumerate(patches_of(subject.bundle, survey, layer.layer, channel, top, made.checkpoint)):
            picture = drawn(pixels_of(subject.bundle, survey, patch), px)
            label = subject.class_name(patch.true_class) or patch.name
            name = f"channel {channel}" if not place else told if place == 1 else ""
            tiles.append(Tile(picture, name, (label,), is_smooth=True))
    return Group(tuple(tiles), px, heading)
