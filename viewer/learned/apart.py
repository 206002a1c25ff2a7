"""Which channels tell two classes apart: d' from means and spreads, AUC from the features themselves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.learned.classes import class_label, class_moments, d_prime, place_of, strongest_first
from viewer.learned.read import answers_of, features_of, true_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey, SurveyLayer, SurveyPass

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Apart:
    """How well each channel of a layer tells a class from another.

    Attributes
    ----------
    layer : its name.
    d_prime : (C,) float64, positive where the first class has the higher mean; infinite where neither has any spread.
    auc : (C,) float64 in 0..1: how likely an image of the first class has more of it than one of the second, equal ones
        counting for a half; 0.5 tells nothing apart. `None` where the features were not kept.
    mean, std : (2, C) float64, of both classes.
    images : how many images each of the two has.
    """

    layer: str
    d_prime: Floats
    auc: Floats | None
    mean: Floats
    std: Floats
    images: tuple[int, int]

    def strongest(self) -> NDArray[np.intp]:
        """All channels, those that are furthest apart by |d'| first, of equal ones the first; no numbers last."""
        return strongest_first(np.abs(self.d_prime))


def auc_of(ones: Floats, others: Floats) -> Floats:
    """The area under the ROC curve of each channel, (C,) float64 in 0..1.

    It is U / (n1 n2) of Mann and Whitney's test: the share of the pairs of which the one is greater, equal ones
    counting for a half (Hanley and McNeil, "The meaning and use of the area
    under a receiver operating characteristic (ROC) curve", 1982).

    Parameters
    ----------
    ones, others : (n1, C), (n2, C) floats; what is no number is left out. A channel with none on a side is `nan`.
    """
    found = np.full(ones.shape[1], np.nan)
    for channel in range(ones.shape[1]):
        here, there = (column[~np.isnan(column)] for column in (ones[:, channel], others[:, channel]))
        if here.size and there.size:
            there = np.sort(there)
            below = np.searchsorted(there, here, "left")
            wins = below.sum() + (np.searchsorted(there, here, "right") - below).sum() / 2
            found[channel] = wins / (here.size * there.size)
    return found


def apart_in(bundle: Bundle, survey: Survey, made: SurveyPass, layer: SurveyLayer, one: int, other: int) -> Apart:
    """How well each channel of a layer tells class `one` from class `other`, of the images of a survey.

    Raises
    ------
    KerascopeError
        Both are the same class, no image counts for one of them, or no means by class were kept.
    """
    if one == other:
        what = f"class {class_label(bundle, one)!r} cannot be told from itself"
        raise KerascopeError(what, expected="two classes", path=bundle.path)
    places = [place_of(bundle, made, each) for each in (one, other)]
    mean, std = (moments[places] for moments in class_moments(bundle, layer))
    counts = bundle.load(made.tensors["class_counts"])
    images = int(counts[places[0]]), int(counts[places[1]])
    auc, features = None, features_of(bundle, made, layer.layer)
    if features is not None:
        counted = counted_classes(bundle, survey, made)
        auc = auc_of(features[counted == one], features[counted == other])
    return Apart(layer.layer, d_prime(mean[0], std[0], mean[1], std[1]), auc, mean, std, images)


def counted_classes(bundle: Bundle, survey: Survey, made: SurveyPass) -> Counts:
    """For which class each image counts, (N,) int64: its true class, or where none is known the predicted one.

    Raises
    ------
    KerascopeError
        What the images count by was not kept.
    """
    if made.classes_by == "true":
        true = true_classes(bundle, survey)
    else:
        answers = answers_of(bundle, made)
        true = None if answers is None else answers.predicted
    if true is None:
        raise KerascopeError("the survey does not say of which class its images are", path=bundle.path)
    return true.astype(np.int64)
