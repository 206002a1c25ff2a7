"""Objects cut out of pictures along their colours, with OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exporter.explain.contract import Floats

Levels = NDArray[np.uint8]


def cut(
    picture: Levels, values: Floats, shares: tuple[float, float], sigma_px: float, rounds: int, seed: int
) -> Floats:
    """The mask of an object, 1 where it is, being where the values are large.

    Parameters
    ----------
    picture : (rows, columns, 3) uint8.
    values : (rows, columns), a map of the object.
    shares : the pixels below the first share of the values are ground, those above the second are of the object.
    sigma_px : of the Gaussian that smooths the values first; 0: none.
    rounds : how often the colours of both are learnt again.
    seed : of what is random.

    Returns
    -------
    (rows, columns) float32, 0 or 1; all 0 where the values are one and the same.
    """
    if sigma_px > 0:
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), sigma_px), np.float32)
    lower, upper = np.quantile(values, shares)
    if upper <= lower:
        return np.zeros(values.shape, np.float32)
    marks = np.where(values > (upper + lower) / 2, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks[values < lower] = cv2.GC_BGD  # not those at it: where most of a map is 0, colours decide about that
    marks[values >= upper] = cv2.GC_FGD
    cv2.setRNGSeed(seed)
    models = np.zeros((2, 1, 65))  # of the colours of both, which are learnt from the marks
    cv2.grabCut(picture, marks, (0, 0, 1, 1), models[0], models[1], rounds, cv2.GC_INIT_WITH_MASK)
    return _largest(np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)))


def _largest(is_object: NDArray[np.bool_]) -> Floats:
    """The largest connected part (rows, columns) of an object."""
    count, parts, measures, _ = cv2.connectedComponentsWithStats(is_object.astype(np.uint8), connectivity=8)
    if count < 2:
        return np.zeros(is_object.shape, np.float32)
    largest = 1 + int(measures[1:, cv2.CC_STAT_AREA].argmax())
    return np.asarray(parts == largest, np.float32)
