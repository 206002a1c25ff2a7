"""The sheet of a confusion matrix: which classes are taken for which, and pictures of the most frequent mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.learned.classes import class_label, confusion_in
from viewer.learned.read import answers_of, image_names, pass_of, shown_image, survey_of, true_classes
from viewer.sheets.matrix import Matrix, rate_text, sequential
from viewer.sheets.sheet import Bar, Group, Sheet, Tile
from viewer.sheets.subject import SMOOTH_FROM_PX, Subject, rgb_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle.schema import Survey, SurveyPass
    from viewer.learned.classes import Confusion

MOST = 20
"""So many classes are shown, of more those that are most often confused."""
MOST_PAIRS, TILE_PX = 8, 168
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def sheet_of_confusion(subject: Subject) -> Sheet:
    """The sheet. Raises `KerascopeError` where no true class is known, or the model tells no classes apart."""
    bundle = subject.bundle
    survey = survey_of(bundle, subject.survey_id)
    made = pass_of(bundle, survey, subject.checkpoint_id)
    found = confusion_in(bundle, survey, made)
    chosen = chosen_classes(found, MOST)
    matrix = _matrix(subject, found, chosen)
    total = int(found.counts.sum())
    right = int(np.trace(found.counts))
    subject.tell(f"{right:,} of {total:,} images are right: {rate_text(found.accuracy)}")
    of = (
        f"the {len(chosen)} most often confused of {len(found.classes)} classes"
        if len(chosen) < len(found.classes)
        else ""
    )
    parts = (f"{rate_text(found.accuracy)} of {total:,} images right", of, f"checkpoint {made.checkpoint}")
    bar = Bar("share of the images of the class (the row)", sequential(subject.theme), _numbers())
    group = _mistakes(subject, survey, made, found)
    groups = (group,) if group is not None else ()
    shares = ", and their share of all images of the class (the row)" if matrix.has_shares else ""
    notes = [
        f"Each cell: how many images{shares}. Colour goes by the root of the share, so that rare mistakes are seen."
    ]
    unknown = survey.images - total
    notes += [f"{unknown:,} images whose class is not known are left out."] if unknown else []
    title = f"What {subject.model_name} takes for what"
    return Sheet(title, ", ".join(filter(None, parts)), groups, (bar,), tuple(notes), matrix)


def chosen_classes(found: Confusion, most: int) -> NDArray[np.int64]:
    """All classes, or where there are more than `most` those of the most frequent mistakes, rising; where there are too
    few mistakes, the first classes too.
    """
    if len(found.classes) <= most:
        return found.classes
    kept: dict[int, None] = {}
    for true, said, _ in found.pairs():
        if len(kept.keys() | {true, said}) <= most:
            kept |= {true: None, said: None}
        if len(kept) >= most:
            break
    for number in found.classes.tolist():
        if len(kept) < most:
            kept[number] = None
    return np.array(sorted(kept), np.int64)


def _matrix(subject: Subject, found: Confusion, chosen: NDArray[np.int64]) -> Matrix:
    at = np.searchsorted(found.classes, chosen)
    labels = tuple(class_label(subject.bundle, number) for number in chosen.tolist())
    images = found.counts.sum(axis=1)[at]
    shares = found.rates[np.ix_(at, at)]
    return Matrix(found.only(chosen), shares, found.recall[at], found.precision[at], images, labels, subject.theme)


def _numbers() -> tuple[str, ...]:
    """At the quarters of the strip, as colour goes by the root of a share."""
    return tuple(f"{100 * share**2:.0f}{' %' if share == 1 else ''}" for share in QUARTERS)


def _mistakes(subject: Subject, survey: Survey, made: SurveyPass, found: Confusion) -> Group | None:
    """An image of each of the most frequent mistakes: the one of which the network was surest."""
    true, answers = true_classes(subject.bundle, survey), answers_of(subject.bundle, made)
    pairs = found.pairs()[:MOST_PAIRS]
    if not {"thumbnails", "pictures"} & survey.tensors.keys() or true is None or answers is None or not pairs:
        return None
    totals = dict(zip(found.classes.tolist(), found.counts.sum(axis=1).tolist(), strict=True))
    tiles = []
    for own, said, count in pairs:
        rows = np.flatnonzero((true == own) & (answers.predicted == said))
        row = int(rows[np.argmax(answers.score[rows])])
        names = (class_label(subject.bundle, number) for number in (own, said))
        lines = f"{count:,} of {totals[own]:,}", image_names(subject.bundle, survey, [row])[0]
        picture = shown_image(subject.bundle, survey, row)
        smooth = min(picture.shape[:2]) >= SMOOTH_FROM_PX
        tiles.append(Tile(rgb_of(picture), " \u2192 ".join(names), lines, is_smooth=smooth))
    return Group(tuple(tiles), TILE_PX, "The most frequent mistakes, of each the image of which the network was surest")
