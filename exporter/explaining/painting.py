"""Maps in colours over pictures, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from cmap import Colormap
from numpy.typing import NDArray

from exporter.explain.contract import Floats, Kind

# The viewer's maps of sizes and of evidence, which it must not lend: a test holds them to be the same.
HEAT = ("#05030C", "#261952", "#771071", "#CD0061", "#FC5848", "#FFA940", "#FCEF52")
EVIDENCE = (
    *("#DC6BFE", "#B112E1", "#690387", "#360B44", "#05070C"),
    *("#292F00", "#667400", "#A5BB02", "#D7F305"),
)
COVER = 0.85
"""How much of the picture full colour covers."""
OUTSIDE = 0.22
"""How bright the picture is outside a mask."""
_SHARE = 0.995
_SPIKY = 1.5
Levels = NDArray[np.uint8]


@dataclass(frozen=True)
class Scale:
    """What full colour stands for.

    Attributes
    ----------
    full : the value, above 0.
    largest : the largest size of all values.
    """

    full: float
    largest: float

    @property
    def is_cut(self) -> bool:
        """Whether values larger than full colour are shown as if they were not."""
        return self.largest > self.full


def scale_of(values: Floats) -> Scale:
    """The scale of a map: its largest size, or where a few values tower above the others the 99.5 % quantile.

    >>> scale_of(np.array([[0.0, 2.0]], np.float32)).full
    2.0
    """
    sizes = np.abs(values)
    largest, most = float(sizes.max(initial=0.0)), float(np.quantile(sizes, _SHARE)) if sizes.size else 0.0
    full = most if 0 < most * _SPIKY < largest else largest
    return Scale(full if full > 0 else 1.0, largest)


def painted(picture: Levels, values: Floats, kind: Kind, full: float) -> Levels:
    """The picture with its map over it, (rows, columns, 3) uint8.

    Parameters
    ----------
    picture : (rows, columns, 3) uint8.
    values : (rows, columns), in the same size.
    kind : `heat` and `signed` cover a grey picture the more the larger their size; a `mask` darkens what is outside.
    full : the value of full colour.
    """
    light = picture.astype(np.float64)
    if kind == "mask":
        return _levels(light * np.where(values[..., None] > 0.5, 1.0, OUTSIDE))
    grey = light @ np.array([0.299, 0.587, 0.114])
    shares = np.clip(values.astype(np.float64) / full, -1, 1)
    cover = COVER * np.abs(shares)[..., None]
    return _levels(grey[..., None] * (1 - cover) + colours_of(shares, kind) * cover)


def colours_of(shares: NDArray[np.float64], kind: Kind) -> NDArray[np.float64]:
    """The colours (..., 3) in 0..255 of shares of full colour, 0..1, or -1..1 of `signed`."""
    places = (shares + 1) / 2 if kind == "signed" else shares
    colours: NDArray[np.float64] = np.asarray(_map(kind)(places), np.float64)[..., :3] * 255
    return colours


@cache
def _map(kind: Kind) -> Colormap:
    return Colormap(EVIDENCE if kind == "signed" else HEAT)


def _levels(light: NDArray[np.float64]) -> Levels:
    return np.clip(np.rint(light), 0, 255).astype(np.uint8)
