"""A map of an explanation in colours over its picture. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from viewer.colour import PALETTES, apply_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.live.asked import FoundMap, MapKind
    from viewer.state import MapName, Theme

    Picture = NDArray[np.uint8]

ALPHA = 0.85
DARKENED = 0.25
DIM = 0.55
"""How much of the picture is gone under a map: at full strength its colours and those of the map are one."""
LEAST_PX, MOST_PX = 112, 384
MAPS: dict[MapKind, MapName] = {"heat": "heat", "signed": "evidence", "mask": "heat"}
"""The colours of each kind."""


def largest_of(found: FoundMap) -> float:
    """What full colour stands for: the largest size of a value; 1 where all are 0."""
    values = found.values[np.isfinite(found.values)]
    return float(np.abs(values).max(initial=0.0)) or 1.0


def painted(picture: Picture | None, found: FoundMap, theme: Theme) -> Picture:
    """A picture (H, W, 1 or 3) uint8 with a map over it, (rows, columns, 3) uint8 of 112 to 384 pixels a side.

    The map is stretched over the picture, which steps back to the ground of the theme. The larger a value, the more it
    covers; a mask darkens what is not in it. A map of what is no picture, or that has none, is alone.
    """
    values = np.nan_to_num(np.atleast_2d(found.values).astype(np.float32), posinf=0.0, neginf=0.0)
    under = np.zeros((*values.shape, 3), np.uint8) if picture is None else _coloured(picture)
    size = _size(under.shape[0], under.shape[1])
    base = np.asarray(Image.fromarray(under).resize(size, _way(under, size)), np.float32)
    spread = np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BILINEAR), np.float32)
    if found.kind == "mask":
        kept = np.clip(spread, 0, 1)[..., None]
        return _bytes(base * (DARKENED + (1 - DARKENED) * kept))
    ground = 255 * np.asarray(PALETTES[theme].panel, np.float32)
    base = base + (ground - base) * DIM
    parts = np.clip(spread / largest_of(found), -1, 1)
    alpha = np.abs(parts)[..., None] * ALPHA
    return _bytes(base * (1 - alpha) + 255 * apply_map(parts, theme, MAPS[found.kind]) * alpha)


def _coloured(picture: Picture) -> Picture:
    return np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else np.ascontiguousarray(picture)


def _size(rows: int, columns: int) -> tuple[int, int]:
    """Width and height to paint at: whole times larger where it is small, at most 384 a side."""
    times = max(1, -(-LEAST_PX // max(rows, columns)))
    scale = min(1.0, MOST_PX / (max(rows, columns) * times)) * times
    return max(round(columns * scale), 1), max(round(rows * scale), 1)


def _way(under: Picture, size: tuple[int, int]) -> Image.Resampling:
    """Pixels of a small picture stay pixels."""
    return Image.Resampling.NEAREST if size[0] >= under.shape[1] else Image.Resampling.BOX


def _bytes(values: NDArray[np.float32]) -> Picture:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
