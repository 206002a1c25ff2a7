"""Maps of explanations in colours over a picture, as `viewer.heat.Heat` draws them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viewer.colour import PALETTES, apply_map
from viewer.sheets.sheet import Rgb

if TYPE_CHECKING:
    from viewer.state import Theme

Floats = NDArray[np.float32]
Kind = Literal["heat", "signed", "mask"]
ALPHA = 0.85
"""How strongly full colour covers the picture under it."""
SHOWN = 0.4
"""How much of a picture is seen under a map: over a bright one the colours of the map were lost."""
PERCENTILE = 99.0
"""Of the sizes of a map's values: full colour, so that a few pixels do not leave all others without any."""


def full_colour(maps: Iterable[Floats]) -> tuple[float, float]:
    """What full colour stands for in maps that share a scale, and the largest size of a value.

    The 99th percentile of all sizes; where it is 0, of those above 0; 1 where all are 0.
    """
    sizes = np.concatenate([np.abs(values).ravel() for values in maps]).astype(np.float64)
    sizes = sizes[np.isfinite(sizes)]
    above = sizes[sizes > 0]
    if not above.size:
        return 1.0, 0.0
    found = float(np.percentile(sizes, PERCENTILE))
    return (found if found > 0 else float(np.percentile(above, PERCENTILE))), float(above.max())


def blended(picture: Rgb, values: Floats, kind: Kind, scale: float, theme: Theme) -> Rgb:
    """A picture (H, W, 3) uint8 with a map (rows, columns) over it, spread over all of it.

    The picture is dimmed: 40 % of it over the ground of the theme. A value covers that as strongly as it is large,
    `scale` and above with 85 %. A mask leaves what is in it as it is and darkens the rest.
    """
    spread = _spread(np.nan_to_num(values.astype(np.float32)), picture.shape[:2])
    under = picture.astype(np.float32) / 255
    if kind == "mask":
        shown = under * (1 - ALPHA * (1 - np.clip(spread, 0, 1)))[..., None]
    else:
        part = np.clip(spread / np.float32(scale), -1.0 if kind == "signed" else 0.0, 1.0)
        colours = apply_map(part, theme, "evidence" if kind == "signed" else "heat")
        cover = (np.abs(part) * ALPHA)[..., None]
        ground = np.array(PALETTES[theme].roles["ground"], np.float32)
        shown = (under * SHOWN + ground * (1 - SHOWN)) * (1 - cover) + colours * cover
    rounded: Rgb = np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)
    return rounded


def _spread(values: Floats, shape: tuple[int, ...]) -> Floats:
    """A map with as many rows and columns as the picture, blended between its values."""
    if values.shape == shape:
        return values
    size = shape[1], shape[0]
    spread: Floats = np.asarray(Image.fromarray(values, "F").resize(size, Image.Resampling.BILINEAR))
    return spread
