"""What a network makes of each class: which ones it takes for which, and which channels stand out for one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.learned.read import answers_of, true_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Survey, SurveyLayer, SurveyPass

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]

MOST_CLASSES = 4096
"""Of more classes than that no matrix is made: it would take more than 128 MiB."""


@dataclass(frozen=True, eq=False)
class Confusion:
    """How often each class was taken for each.

    Attributes
    ----------
    classes : (L,) int64, rising: those that occur, as the true or as the predicted class of an image.
    counts : (L, L) int64: images by their true class (rows) and the predicted one (columns).
    """

    classes: Counts
    counts: Counts

    @property
    def accuracy(self) -> float:
        """The share of the images that are right; `nan` without images."""
        total = int(self.counts.sum())
        return float(np.trace(self.counts)) / total if total else float("nan")

    @property
    def recall(self) -> Floats:
        """Of the images of each class, the share that is right, (L,); `nan` where there are none of it."""
        return _shares(np.diagonal(self.counts), self.counts.sum(axis=1))

    @property
    def precision(self) -> Floats:
        """Of the images that were taken for each class, the share that is right, (L,); `nan` where none was."""
        return _shares(np.diagonal(self.counts), self.counts.sum(axis=0))

    @property
    def rates(self) -> Floats:
        """The counts as shares of their rows, (L, L) in 0..1; a row of a class without images is `nan`."""
        return _shares(self.counts, self.counts.sum(axis=1, keepdims=True))

    def pairs(self) -> list[tuple[int, int, int]]:
        """The mistakes as (true class, predicted class, count), the most frequent first, of equally frequent ones the
        lower classes first.
        """
        wrong = self.counts.copy()
        np.fill_diagonal(wrong, 0)
        rows, columns = np.nonzero(wrong)
        order = np.argsort(-wrong[rows, columns], kind="stable")
        return [
            (int(self.classes[row]), int(self.classes[column]), int(wrong[row, column]))
            for row, column in zip(rows[order], columns[order], strict=True)
        ]

    def only(self, classes: Counts) -> Confusion:
        """The same of these classes alone, rising: others are left out as true and as predicted classes."""
        wanted = np.intersect1d(self.classes, classes)
        at = np.searchsorted(self.classes, wanted)
        return Confusion(wanted, self.counts[np.ix_(at, at)])


@dataclass(frozen=True, eq=False)
class Outstanding:
    """How far each channel of a layer stands out for each class: L classes, C channels.

    Attributes
    ----------
    classes : (L,) int64.
    images : (L,) int64, how many images count for each.
    difference : (L, C) float64, the sensitivity index d' of the class against all others: positive where the class has
        the higher mean.
    mean, std : (L, C) float64, of the features of the images of the class.
    others_mean, others_std : (L, C) float64, of those of all other images.
    """

    classes: Counts
    images: Counts
    difference: Floats
    mean: Floats
    std: Floats
    others_mean: Floats
    others_std: Floats

    def strongest(self, nth: int) -> NDArray[np.intp]:
        """All channels for the nth class, those with the greatest difference first, of equal ones the first; what is
        no number comes last.
        """
        return strongest_first(self.difference[nth])


def confusion_of(true: Counts, predicted: Counts) -> Confusion:
    """How often each class was taken for each; images whose true class is not known (-1) are left out.

    Raises
    ------
    KerascopeError
        More than 4096 classes occur.
    """
    known = true >= 0
    true, predicted = true[known], predicted[known]
    classes = np.union1d(true, predicted).astype(np.int64)
    if len(classes) > MOST_CLASSES:
        expected = f"at most {MOST_CLASSES}"
        raise KerascopeError("too many classes for a confusion matrix", expected=expected, got=len(classes))
    counts = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(counts, (np.searchsorted(classes, true), np.searchsorted(classes, predicted)), 1)
    return Confusion(classes, counts)


def confusion_in(bundle: Bundle, survey: Survey, made: SurveyPass) -> Confusion:
    """The confusion of a survey at a checkpoint.

    Raises
    ------
    KerascopeError
        No true class is known, or the model tells no classes apart.
    """
    true, answers = true_classes(bundle, survey), answers_of(bundle, made)
    if answers is None:
        raise KerascopeError("the model tells no classes apart", expected="a classifier", path=bundle.path)
    if true is None or not (true >= 0).any():
        remedy = "survey images whose classes are known, such as folders by class, or an .npz with y"
        raise KerascopeError("the true classes of these images are not known", remedy=remedy, path=bundle.path)
    return confusion_of(true, answers.predicted)


def strongest_first(values: Floats) -> NDArray[np.intp]:
    """The order of values, the greatest first, of equal ones the first first; what is no number comes last.

    >>> strongest_first(np.array([1.0, np.nan, 3.0, 3.0, -np.inf, np.inf])).tolist()
    [5, 2, 3, 0, 4, 1]
    """
    return np.argsort(-values, kind="stable")


def d_prime(mean: Floats, std: Floats, other_mean: Floats, other_std: Floats) -> Floats:
    """The sensitivity index of two distributions: the difference of their means over the root of the mean of their
    variances, `(m1 - m2) / sqrt((s1^2 + s2^2) / 2)` (Simpson and Fitter, "What is the best index of detectability?",
    1973, d_a). Of two normal distributions it is sqrt(2) times the normal quantile of the AUC.

    0 where means are equal, infinite where they differ and neither distribution has any spread; `nan` of `nan`.
    """
    apart, spread = mean - other_mean, np.sqrt((std**2 + other_std**2) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = apart / spread
    # 0 / 0 is no number, yet equal means are 0 apart
    return np.where((apart == 0) & (spread == 0), 0.0, found)


def outstanding(bundle: Bundle, made: SurveyPass, layer: SurveyLayer) -> Outstanding:
    """How far each channel of a layer stands out for each class: d' of its images against all others.

    It is from the stored means and spreads alone. Selectivity of a unit for a class is often `(m_class - m_others) /
    (m_class + m_others)` (Morcos et al., "On the importance of single directions for generalization", 2018), which has
    no meaning where activations may be negative, and does not tell a difference that is large beside the spread from
    one that is not.

    Raises
    ------
    KerascopeError
        There are no means by class of this layer.
    """
    mean, std = class_moments(bundle, layer)
    images = bundle.load(made.tensors["class_counts"]).astype(np.int64)
    others_mean, others_std = _of_others(mean, std, images)
    difference = d_prime(mean, std, others_mean, others_std)
    difference[images == 0] = np.nan
    classes = np.array(made.classes, np.int64)
    return Outstanding(classes, images, difference, mean, std, others_mean, others_std)


def class_moments(bundle: Bundle, layer: SurveyLayer) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each channel by class, (L, C) each. Raises as `outstanding`."""
    if not {"class_mean", "class_std"} <= layer.tensors.keys():
        what = f"no means by class were kept of {layer.layer}"
        remedy = "survey a classifier, or images whose classes are known"
        raise KerascopeError(what, remedy=remedy, path=bundle.path)
    mean, std = (bundle.load(layer.tensors[name]).astype(np.float64) for name in ("class_mean", "class_std"))
    return mean, std


def class_named(bundle: Bundle, name: str) -> int:
    """The number of a class that is named, or numbered.

    Raises
    ------
    KerascopeError
        There is no such class: says the nearest name.
    """
    names = bundle.manifest.model.class_names
    if name in names:
        return names.index(name)
    if name.isdecimal() and len(name) < 10 and (not names or int(name) < len(names)):
        return int(name)
    near = get_close_matches(name, names, 1, 0.4)
    remedy = f"did you mean {near[0]!r}?" if near else ""
    few = f"one of {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}, or its number" if names else "its number"
    raise KerascopeError("no such class", expected=few, got=repr(name), remedy=remedy, path=bundle.path)


def class_label(bundle: Bundle, number: int) -> str:
    """What a class is called; `class 3` where it has no name, empty where it is not known (-1)."""
    names = bundle.manifest.model.class_names
    return "" if number < 0 else names[number] if number < len(names) else f"class {number}"


def place_of(bundle: Bundle, made: SurveyPass, number: int) -> int:
    """Which row of class means stands for a class. Raises `KerascopeError` where no image of the survey is of it."""
    counts = bundle.load(made.tensors["class_counts"]) if "class_counts" in made.tensors else ()
    if number in made.classes and counts[made.classes.index(number)] > 0:
        return made.classes.index(number)
    what = f"no image of the survey counts for class {class_label(bundle, number)!r}"
    few = ", ".join(class_label(bundle, each) for each in made.classes[:8]) + (", ..." if len(made.classes) > 8 else "")
    expected = f"one of {few}" if made.classes else "a survey of a classifier"
    raise KerascopeError(what, expected=expected, path=bundle.path)


def _shares(parts: Counts, wholes: Counts) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.divide(parts, wholes, dtype=np.float64)


def _of_others(mean: Floats, std: Floats, images: Counts) -> tuple[Floats, Floats]:
    """Mean and spread of all images but those of each class, (L, C) each; `nan` where there are no others."""
    others_mean, others_std = np.empty_like(mean), np.empty_like(std)
    for nth in range(len(mean)):
        weight = np.where(np.arange(len(mean)) == nth, 0, images).astype(np.float64)[:, None]
        is_there = weight[:, 0] > 0
        total = weight.sum()
        if not total:
            others_mean[nth] = others_std[nth] = np.nan
            continue
        share, means, stds = weight[is_there] / total, mean[is_there], std[is_there]
        others_mean[nth] = (share * means).sum(axis=0)
        others_std[nth] = np.sqrt((share * (stds**2 + (means - others_mean[nth]) ** 2)).sum(axis=0))
    return others_mean, others_std
