"""Segmentation: the object that a model answers to, cut out of the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.explain.contract import (
    Explained,
    ExplainError,
    Explanation,
    Map,
    OptionValue,
    Question,
    Tick,
    untold,
)
from exporter.explain.feature_maps import picture_size
from exporter.explain.grad_cam import GRAD_CAM
from exporter.explain.saliency import SALIENCY
from exporter.probing import Probe

SEEDS = {"saliency": SALIENCY, "grad_cam": GRAD_CAM}
Levels = NDArray[np.uint8]


@dataclass(frozen=True)
class SegmentationOptions:
    """What can be asked of segmentation.

    Attributes
    ----------
    of : the map that says where the object is, `saliency` or `grad_cam`.
    object_share : the pixels above this share of the map's values are of the object for certain.
    ground_share : those below this share are not.
    rounds : how often GrabCut looks again at the colours of the two.
    smooth : how far the map is smoothed first, as a share of the shorter side of the picture; 0: not at all.
    """

    of: str = "saliency"
    object_share: float = 0.95
    ground_share: float = 0.30
    rounds: int = 5
    smooth: float = 1 / 16

    def __post_init__(self) -> None:
        if self.of not in SEEDS:
            expected = f"one of {', '.join(SEEDS)}"
            raise ExplainError("there is no segmentation by this map", expected=expected, got=repr(self.of))
        if not 0 < self.ground_share < self.object_share < 1:
            got = f"{self.ground_share:g} and {self.object_share:g}"
            raise ExplainError("the shares cannot be used", expected="0 < ground < object < 1", got=got)
        if self.rounds < 1:
            raise ExplainError("so few rounds cut nothing out", expected="1 or more", got=self.rounds)
        if not 0 <= self.smooth <= 1:
            raise ExplainError("the map cannot be smoothed so far", expected="0 to 1", got=self.smooth)


def run(probe: Probe, question: Question, options: SegmentationOptions, tick: Tick = untold) -> Explained:
    """A `mask` over each picture (n, rows, columns): 1 where the object is that the model answers to.

    Simonyan, Vedaldi and Zisserman 2013, arXiv 1312.6034, section 3.2: what lies above the 95 % quantile of the map is
    taken for the object, what lies below the 30 % quantile for the ground, a graph cut by colour decides over the rest,
    and of what it finds the largest connected part is kept. The cut is OpenCV's GrabCut. Other than there, the map is
    smoothed first: gradients of neighbouring pixels differ so much that half of an object would be ground.

    It cuts along colours: an object of the ground's colours is not found. All 0 where the map says nothing.

    Raises
    ------
    ExplainError
        inputs that are no pictures, or a map that is no map of this question.
    ProbeError
        a class, layer, channel or unit that is not there, or to which no gradient leads.
    """
    from exporter.explain.cut import cut  # noqa: PLC0415 - an optional dependency, and told before the long work

    size = picture_size(question)
    if size is None or _channels(question) not in (1, 3):
        got = "x".join(map(str, question.fed.shape[1:]))
        raise ExplainError("there is nothing to segment", expected="a picture, grey or of three colours", got=got)
    if options.of == GRAD_CAM.name and question.layer is not None:
        raise ExplainError("grad_cam explains classes", expected="a class", got=question.layer, remedy="see --of")
    seed = SEEDS[options.of]
    found = seed.run(probe, question, seed.chosen(), tick).maps[0].values.reshape(-1, *size)
    pairs = zip(pictures_of(question), found, strict=True)
    shares = options.ground_share, options.object_share
    how = shares, options.smooth * min(size), options.rounds, question.seed
    masks = np.stack([cut(picture, values, *how) for picture, values in pairs])
    details: tuple[dict[str, OptionValue], ...] = tuple({"share": float(mask.mean())} for mask in masks)
    return Explained((Map(probe.input_name, "mask", masks),), details)


def pictures_of(question: Question) -> Levels:
    """The pictures (n, rows, columns, 3) uint8, black to white as they can be; the order of colours is that of what is
    fed, which a cut by colour does not mind.
    """
    width = question.high.astype(np.float64) - question.low
    shares = (question.fed - question.low) / np.where(width > 0, width, 1.0)
    levels = np.clip(np.rint(np.nan_to_num(shares) * 255), 0, 255).astype(np.uint8)
    shaped = levels.reshape(-1, *_rows_and_columns(question), _channels(question))
    return np.ascontiguousarray(np.broadcast_to(shaped, (*shaped.shape[:3], 3)))


def _channels(question: Question) -> int:
    shape = question.picture or question.fed.shape[1:]
    return shape[2] if len(shape) == 3 else 1


def _rows_and_columns(question: Question) -> tuple[int, ...]:
    return tuple((question.picture or question.fed.shape[1:])[:2])


SEGMENTATION = Explanation(
    name="segmentation",
    summary="the object that the model answers to, cut out by colour around what another map marks",
    options=SegmentationOptions,
    run=run,
)
