"""The images of a survey as rows of numbers that can be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Survey, TensorRef
from exporter.surveyed.origins import Origin

Array = NDArray[np.float32]
Places = NDArray[np.int64]
_WHITE = 255.0


@dataclass(frozen=True, eq=False)
class Rows:
    """Images as numbers, and what they are.

    Attributes
    ----------
    values : (N, F) float32, finite. Of pixels 0 to 255, so that equal distances are equal to the last bit.
    unit : by which distances are multiplied: 1/255 of pixels, so that they are of values 0 to 1; else 1.
    words : what they are, such as `features of dense at 009`.
    """

    values: Array
    unit: float
    words: str


def words_of(survey: Survey, origin: Origin) -> str:
    """What is compared, in words: of features with their checkpoint where the survey looked at several."""
    if origin.layer is None:
        height, width = survey.tensors["thumbnails"].shape[1:3]
        return f"pixels of the {width}x{height} thumbnails"
    return f"features of {origin.layer}" + (f" at {origin.checkpoint}" if len(survey.passes) > 1 else "")


def rows_of(bundle: Bundle, survey: Survey, origin: Origin, images: Places | None = None) -> Rows:
    """The rows of some images, rising, by default of all.

    Raises
    ------
    KerascopeError
        some are not finite.
    """
    words = words_of(survey, origin)
    kept = bundle.load(_ref(survey, origin))
    chosen = kept if images is None else kept[images]
    values = np.ascontiguousarray(chosen.reshape(len(chosen), -1), np.float32)
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=1))
    if not finite.all():
        raise KerascopeError(
            f"the {words} are not all finite",
            expected="numbers",
            got=f"NaN or infinity for {(~finite).sum():,} of {len(finite):,} images",
            remedy="ask for other layers or checkpoints with --layer and --checkpoint",
            path=bundle.path,
        )
    return Rows(values, 1.0 / _WHITE if origin.layer is None else 1.0, words)


def width_of(survey: Survey, origin: Origin) -> int:
    """How many numbers a row has."""
    return int(np.prod(_ref(survey, origin).shape[1:]))


def evenly_spread(images: int, most: int) -> Places | None:
    """Which of the images are looked at where they are more than `most`, rising and evenly spread; `None`: all.

    >>> evenly_spread(10, 4).tolist()
    [0, 2, 5, 7]
    """
    return None if images <= most else np.arange(most, dtype=np.int64) * images // most


def _ref(survey: Survey, origin: Origin) -> TensorRef:
    if origin.layer is None:
        return survey.tensors["thumbnails"]
    made = next(each for each in survey.passes if each.checkpoint == origin.checkpoint)
    return next(each for each in made.layers if each.layer == origin.layer).tensors["features"]
