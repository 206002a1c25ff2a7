"""How large the change of an attacked input is, in shares of what a pixel can be. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Preprocessing
    from viewer.state import CaptureKey

LEVELS = 255


@dataclass(frozen=True, slots=True)
class ChangeSize:
    """The size of a change of an input that goes from 0 to 1: `linf` is how far one pixel moves at most, `l2` the
    Euclidean length of the whole. `is_picture` says whether 1 are the 255 levels of a picture.
    """

    linf: float
    l2: float
    is_picture: bool

    @property
    def linf_words(self) -> str:
        """Of pictures in their 255 levels, of anything else as a share of the valid range.

        >>> ChangeSize(8 / 255, 1.0, True).linf_words, ChangeSize(0.125, 1.0, False).linf_words
        ('L\u221e 8.0/255', 'L\u221e 0.125')
        """
        return f"L\u221e {self.linf_number}" + (f"/{LEVELS}" if self.is_picture else "")

    @property
    def linf_number(self) -> str:
        """The same as a plain number."""
        return f"{self.linf * LEVELS:.1f}" if self.is_picture else f"{self.linf:.3g}"

    @property
    def l2_number(self) -> str:
        """The Euclidean length to three digits or two places.

        >>> [ChangeSize(0.0, size, True).l2_number for size in (0.0123, 0.5, 12.345)]
        ['0.012', '0.50', '12.35']
        """
        return f"{self.l2:.2f}" if self.l2 >= 0.1 or self.l2 == 0 else f"{self.l2:.2g}"

    @property
    def l2_words(self) -> str:
        """The Euclidean length with its name."""
        return f"L2 {self.l2_number}"


def change_size(bundle: Bundle, clean: CaptureKey, other: CaptureKey) -> ChangeSize:
    """The size of the change between what was fed for two captures: pixels = (fed - low) / (high - low), per channel.

    Equal captures have 0. Of a model with several inputs it is that of the first.

    Raises
    ------
    BundleError
        The bundle lacks one of the captures, or what was fed for it.
    """
    name = bundle.manifest.model.inputs[0]
    before, after = (
        np.asarray(bundle.output(key.input_id, key.checkpoint_id, name), np.float64) for key in (clean, other)
    )
    is_picture = bundle.input(clean.input_id).image is not None
    change = np.abs(after - before) / _width(bundle.manifest.preprocessing, before.shape, is_picture)
    change = np.nan_to_num(change)
    return ChangeSize(float(change.max(initial=0.0)), float(np.linalg.norm(change)), is_picture)


def _width(preprocessing: Preprocessing, shape: tuple[int, ...], is_picture: bool) -> NDArray[np.float64]:
    """How wide the valid range of what is fed is: per channel where the preprocessing is, else one number."""
    std = np.asarray(preprocessing.std or 1.0, np.float64)
    is_per_channel = std.size > 1 and bool(shape) and shape[-1] == std.size
    if is_picture and (std.size == 1 or is_per_channel):
        width = LEVELS * abs(preprocessing.scale) / std
    else:
        width = np.asarray(preprocessing.high - preprocessing.low, np.float64)
    found: NDArray[np.float64] = np.where(width > 0, width, 1.0)
    return found
