"""The strongest strands of a net as thin tubes, by the plate that they end at. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import PALETTES
from viewer.solids.solid import Solid
from viewer.strands.curve import curve_points
from viewer.strands.trace import Strands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.layout import Layout
    from viewer.solids.detail import Detail
    from viewer.state import Theme

    Array = NDArray[np.float32]
    Tubes = tuple[Array, NDArray[np.uint32], NDArray[np.uint8]]

SIDES = 3
WINDING = 3
"""How many times the pieces those have that go over a ridge or back to the next row: they turn sharply, and are few."""
PIXELS_PER_EXTENT = 2000.0
"""Reference pixels that a layout is wide on the picture of a scene: by these a width in pixels is one in the world."""
SEEN_WIDTH = 0.55
"""How wide a strand looks whose light fades to its borders, beside its whole width."""
STRONGER = 1.2
"""How much more opaque a tube is than the core of a strand: it is not light that adds up."""
FAINTEST = 0.10


def edge_solids(
    strands: Strands, layout: Layout, theme: Theme, detail: Detail, *, width: float = 1.0, alpha: float = 1.0
) -> dict[int, Solid]:
    """Tubes along the strongest `detail.edges` strands, by the index of the plate that they end at, relative to its
    centre. A plate that none ends at has none. `width` and `alpha` are the net's own `edge_width` and `edge_alpha`.

    The strongest is the first in each, but those that go over a ridge or back to the next row come last.
    """
    strength = strands.look[:, 1] * strands.look[:, 3]
    strongest = np.argsort(-strength, kind="stable")[: detail.edges]
    kept = _part(strands, strongest[strength[strongest] > 0])
    is_winding = (kept.way[:, 2] != 0) | (kept.ends[:, 3] < kept.ends[:, 0])
    pieces = np.where(is_winding, WINDING * detail.bends, detail.bends)
    radii, colours = _radii(kept.look, layout.extent * width), _colours(kept.look, theme, alpha)
    solids = {}
    for target in np.unique(kept.pairs[:, 2]).tolist():
        centre, parts = np.asarray(layout.plates[target].centre, np.float32), []
        for count in np.unique(pieces).tolist():
            here = np.flatnonzero((kept.pairs[:, 2] == target) & (pieces == count))
            lines = curve_points(_part(kept, here), count + 1) - centre
            parts.append(_tubes(lines, radii[here], colours[here]))
        solids[target] = _joined(parts)
    return solids


def _part(strands: Strands, kept: NDArray[np.int64]) -> Strands:
    return Strands(
        strands.ends[kept],
        strands.look[kept],
        strands.way[kept],
        len(kept),
        strands.possible,
        None,
        None,
        strands.pairs[kept],
    )


def _radii(look: Array, extent: float) -> Array:
    """Radii (n,) in world units, by the widths of `shaders/strands.vert`."""
    kind, share = look[:, 0], look[:, 1]
    width_px = np.where(kind < 0.5, 2.2 + 7.0 * share**0.8, np.where(kind < 1.5, 1.5 + 4.5 * share, 2.0 + 3.5 * share))
    radii: Array = (width_px * (SEEN_WIDTH * 0.5 * extent / PIXELS_PER_EXTENT)).astype(np.float32)
    return radii


def _colours(look: Array, theme: Theme, strength: float) -> NDArray[np.uint8]:
    """Colours (n, 4) by sign, with the alpha of `shaders/strands.vert`, for what is blended and does not add up."""
    kind, share, sign, bright = look.T
    alpha = np.where(kind < 0.5, 0.22 + 0.62 * share, np.where(kind < 1.5, 0.10 + 0.50 * share, 0.12 + 0.45 * share))
    roles = PALETTES[theme].roles
    table = np.array([roles["subtracts"], roles["copies"], roles["adds"]])
    seen = np.clip(alpha * bright * STRONGER * strength, FAINTEST * min(strength, 1.0), 1.0)
    colours: NDArray[np.uint8] = np.rint(np.c_[table[np.sign(sign).astype(int) + 1], seen] * 255).astype(np.uint8)
    return colours


def _joined(parts: Sequence[Tubes]) -> Solid:
    """All as one solid."""
    points, triangles, colours = zip(*parts, strict=True)
    firsts = np.cumsum([0, *map(len, points[:-1])])
    moved = [each + np.uint32(first) for each, first in zip(triangles, firsts, strict=True)]
    return Solid(np.concatenate(points), np.concatenate(moved), np.concatenate(colours), blends=True)


def _tubes(lines: Array, radii: Array, colours: NDArray[np.uint8]) -> Tubes:
    """Points, triangles and colours of tubes round lines (n, count, 3)."""
    points = _around(lines, radii) if len(lines) else lines
    each = lines.shape[1] * SIDES
    return points.reshape(-1, 3), _triangles(len(lines), lines.shape[1]), np.repeat(colours, each, axis=0)


def _around(lines: Array, radii: Array) -> Array:
    """The points (n, count, SIDES, 3) round lines (n, count, 3)."""
    way = np.gradient(lines, axis=1)
    way = way / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-9)
    # Lines go along the spine, up, down and back, but never along z: about that axis they turn without a twist.
    one = np.cross(way, (0.0, 0.0, 1.0))
    one = one / np.maximum(np.linalg.norm(one, axis=-1, keepdims=True), 1e-9)
    two = np.cross(way, one)
    angles = np.radians(90 + np.arange(SIDES) * 360 / SIDES)[:, None]
    around = one[:, :, None] * np.cos(angles) + two[:, :, None] * np.sin(angles)
    points: Array = (lines[:, :, None] + around * radii[:, None, None, None]).astype(np.float32)
    return points


def _triangles(tubes: int, count: int) -> NDArray[np.uint32]:
    """The triangles of tubes of `count` rings of points."""
    ring, side = np.meshgrid(np.arange(count - 1), np.arange(SIDES), indexing="ij")
    here, beside = ring * SIDES + side, ring * SIDES + (side + 1) % SIDES
    one = np.stack([here, beside, beside + SIDES], axis=-1)
    two = np.stack([here, beside + SIDES, here + SIDES], axis=-1)
    tube = np.concatenate([one, two], axis=-1).reshape(-1, 3)
    first = np.arange(tubes)[:, None, None] * (count * SIDES)
    triangles: NDArray[np.uint32] = (first + tube).reshape(-1, 3).astype(np.uint32)
    return triangles
