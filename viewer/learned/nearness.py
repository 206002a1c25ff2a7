"""The nearest images of images, by a layer's features beside by pixels, and how often they are of one class. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.learned.read import true_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Neighbours, Survey

    Rows = NDArray[np.int64]

CHUNK = 4096
COMMAND = "make them with `kerascope neighbours BUNDLE`"


@dataclass(frozen=True, eq=False)
class Nearness:
    """The nearest of every image of a survey, in one space.

    Attributes
    ----------
    entry : what it is of: a layer at a checkpoint, or pixels.
    images : (N, K) int64, the nearest first.
    distances : (N, K) float32, Euclidean.
    classes : (N, K) int64, the true classes of the nearest; `None` where none is known.
    own : (N,) int64, the true class of each image, -1 where it is not known; `None` where none is.
    votes : (N,) int64, the class that most of the nearest have whose class is known, of equally many that of the
        nearest among these; -1 where none is known. `None` where `classes` is.
    """

    entry: Neighbours
    images: Rows
    distances: NDArray[np.float32]
    classes: Rows | None
    own: Rows | None
    votes: Rows | None

    @property
    def k(self) -> int:
        """How many neighbours each image has."""
        return int(self.images.shape[1])

    @property
    def of(self) -> str:
        """What it is of, in words."""
        return "pixels" if self.entry.layer is None else self.entry.layer

    @property
    def agrees(self) -> NDArray[np.bool_] | None:
        """Which of the nearest are of the class of the image, (N, K); of unknown classes none is."""
        if self.classes is None or self.own is None:
            return None
        agrees: NDArray[np.bool_] = (self.classes == self.own[:, None]) & (self.own[:, None] >= 0)
        return agrees

    @property
    def accuracy(self) -> float | None:
        """The share of the images with a known class that their neighbours vote for; `None` where none is known."""
        if self.votes is None or self.own is None or not (self.own >= 0).any():
            return None
        known = self.own >= 0
        return float((self.votes[known] == self.own[known]).mean())


def nearness_of(bundle: Bundle, survey: Survey, entry: Neighbours, most: int | None = None) -> Nearness:
    """The `most` nearest of every image, by default all that were kept.

    Raises
    ------
    KerascopeError
        There were fewer kept.
    """
    images, distances = (bundle.load(entry.tensors[name]) for name in ("images", "distances"))
    if most is not None and most > images.shape[1]:
        remedy = f"make more of them with `kerascope neighbours`, of entry {entry.id!r}"
        got, expected = most, f"at most {images.shape[1]}"
        raise KerascopeError("so many neighbours were not kept", expected=expected, got=got, remedy=remedy)
    images, distances = images[:, :most], distances[:, :most]
    if images.size and not (images.min() >= 0 and images.max() < survey.images):
        raise KerascopeError(f"neighbours {entry.id!r} name images that are not there", path=bundle.path)
    own = true_classes(bundle, survey)
    classes = None if own is None else own[images]
    votes = None if classes is None else votes_of(classes)
    return Nearness(entry, images, distances, classes, own, votes)


def votes_of(classes: Rows) -> Rows:
    """The class that most of each row (N, K) have, of equally many the first there; unknown ones (-1) do not count.

    >>> votes_of(np.array([[4, 2, 2], [3, 1, -1], [-1, -1, -1]])).tolist()
    [2, 3, -1]
    """
    found = np.full(len(classes), -1, np.int64)
    for start in range(0, len(classes), CHUNK):
        part = classes[start : start + CHUNK]
        counts = (part[:, :, None] == part[:, None, :]).sum(axis=2)
        counts[part < 0] = 0
        if part.shape[1]:
            best = counts.argmax(axis=1)
            found[start : start + CHUNK] = np.where(counts.max(axis=1) > 0, part[np.arange(len(part)), best], -1)
    return found


def entries_of(bundle: Bundle, survey: Survey) -> tuple[Neighbours, ...]:
    """The neighbours that were made of a survey. Raises `KerascopeError` where there are none."""
    found = tuple(each for each in bundle.manifest.neighbours if each.survey == survey.id)
    if not found:
        raise KerascopeError("no neighbours were found of these images yet", remedy=COMMAND, path=bundle.path)
    return found


def beside_pixels(
    bundle: Bundle, survey: Survey, layer: str | None = None, checkpoint_id: str | None = None
) -> tuple[Neighbours, Neighbours]:
    """The neighbours by features and those by pixels: of `layer` at a checkpoint, by default the last that were made.

    Raises
    ------
    KerascopeError
        There are none by features, or of such a layer, or none by pixels.
    """
    entries = entries_of(bundle, survey)
    by_features = [each for each in entries if each.layer is not None]
    fits = [
        each
        for each in by_features
        if layer in (None, each.layer) and (checkpoint_id is None or each.checkpoint == checkpoint_id)
    ]
    if not fits:
        made = ", ".join(f"{each.layer} at {each.checkpoint}" for each in by_features[:8])
        what = "no neighbours by features" + (f" of {layer}" if layer else "")
        what += f" at checkpoint {checkpoint_id}" if checkpoint_id else ""
        expected = f"one of {made}" if made else ""
        raise KerascopeError(what, expected=expected, remedy=COMMAND, path=bundle.path)
    pixels = next((each for each in reversed(entries) if each.layer is None), None)
    if pixels is None:
        raise KerascopeError("no neighbours by pixels", remedy=COMMAND, path=bundle.path)
    return fits[-1], pixels


def telling_rows(features: Nearness, pixels: Nearness, most: int) -> tuple[list[int], str]:
    """Images for which features and pixels differ most, at most `most`, and why these, in a line.

    In turn one for which features are of its class more often and one for which pixels are, each of another class; of
    unknown classes some of those that share the fewest neighbours, from all over the data set; where the two never
    differ, the first images.
    """
    by_features, by_pixels = features.agrees, pixels.agrees
    if by_features is None or by_pixels is None:
        both = np.array([np.isin(*rows).sum() for rows in zip(features.images, pixels.images, strict=True)], np.int64)
        fewest = np.flatnonzero(both == both.min())
        rows = np.argsort(both, kind="stable")[:most]
        if len(fewest) > most:
            rows = fewest[np.linspace(0, len(fewest) - 1, most).round().astype(int)]
        return rows.tolist(), "some of those for which the two have the fewest images in common"
    ahead = by_features.sum(axis=1) - by_pixels.sum(axis=1)
    own = features.own if features.own is not None else np.full(len(ahead), -1)
    better = _of_different_classes(np.argsort(-ahead, kind="stable"), ahead > 0, own, most)
    worse = _of_different_classes(np.argsort(ahead, kind="stable"), ahead < 0, own, most)
    turns = [row for pair in zip_longest(better, worse) for row in pair if row is not None]
    if not turns:
        return list(range(min(most, len(ahead)))), "the first images: the two never differ in classes"
    return turns[:most], "chosen where the two differ most, either way"


def _of_different_classes(
    order: NDArray[np.intp], wanted: NDArray[np.bool_], own: NDArray[np.int64], most: int
) -> list[int]:
    """The first rows of an order that are wanted, each of another class."""
    found: dict[int, int] = {}
    for row in order[wanted[order]].tolist():
        found.setdefault(int(own[row]), row)
        if len(found) == most:
            break
    return list(found.values())
