"""What is seen of a solid along the spine, found by rays: it knows nothing of how solids are put together."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from viewer.solids.solid import Picture, Solid

Array = np.ndarray[Any, Any]


def decoded(picture: Picture) -> Array:
    """The pixels (height, width, 3) of a picture's file."""
    with Image.open(io.BytesIO(picture.png)) as image:
        assert image.format == "PNG"
        assert image.size == picture.size_px
        return np.asarray(image.convert("RGB"))


def seen(solid: Solid, places: Array, *, from_input: bool = True, risen: float = 0.0) -> tuple[Array, Array]:
    """Colours (..., 3) in 0..1 and x (...) of what is seen first at `places` (..., 3) of which x does not matter; not a
    number where nothing is. Only triangles that run counter-clockwise from where it is looked from are seen.
    """
    facing = -1.0 if from_input else 1.0
    rays = np.asarray(places, float).reshape(-1, 3)
    points = solid.points.astype(float) + (0.0 if solid.rise is None else risen * solid.rise)
    a, b, c = (points[solid.triangles[:, corner]] for corner in range(3))
    part, is_hit = _inside(a, b, c, rays)
    is_hit &= (np.cross(b - a, c - a)[:, 0] * facing > 1e-12)[None]
    x = part[..., 0] * a[:, 0] + part[..., 1] * b[:, 0] + part[..., 2] * c[:, 0]
    nearest = np.argmin(np.where(is_hit, -x * facing, np.inf), axis=1)
    rows = np.arange(len(rays))
    there = is_hit[rows, nearest]
    colours = _colours(solid, solid.triangles[nearest], part[rows, nearest])
    colours[~there] = np.nan
    return colours.reshape(places.shape), np.where(there, x[rows, nearest], np.nan).reshape(places.shape[:-1])


def _inside(a: Array, b: Array, c: Array, rays: Array) -> tuple[Array, Array]:
    """Barycentric coordinates (rays, triangles, 3) in the plane across the spine, and which rays meet which."""
    one, two, away = (b - a)[:, [2, 1]], (c - a)[:, [2, 1]], rays[:, None, [2, 1]] - a[None][..., [2, 1]]
    area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    safe = np.where(np.abs(area) < 1e-12, np.inf, area)
    second = (away[..., 0] * two[:, 1] - away[..., 1] * two[:, 0]) / safe
    third = (one[:, 0] * away[..., 1] - one[:, 1] * away[..., 0]) / safe
    part = np.stack([1 - second - third, second, third], axis=-1)
    return part, (part >= -1e-9).all(axis=-1) & np.isfinite(safe)[None]


def _colours(solid: Solid, corners: Array, part: Array) -> Array:
    """Colours (n, 3) at parts of triangles: picture, read at the nearest texel, times the points' own."""
    found = np.ones((len(part), 3))
    if solid.picture is not None and solid.uv is not None:
        pixels = decoded(solid.picture) / 255
        height, width = pixels.shape[:2]
        at = np.einsum("nk,nkd->nd", part, solid.uv[corners].astype(float)) * (width, height)
        column, row = np.floor(at).astype(int).T
        found = pixels[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    if solid.colours is not None:
        found = found * np.einsum("nk,nkd->nd", part, solid.colours[corners][..., :3] / 255.0)
    return found


def sides_met(solid: Solid) -> Array:
    """How many more triangles run along each side of a triangle one way than the other, (sides,): all 0 where the solid
    is closed and all its triangles look outward alike. Points at one place count as one.
    """
    _, welded = np.unique(np.round(solid.points.astype(float), 5), axis=0, return_inverse=True)
    corners = welded.reshape(-1)[solid.triangles.astype(int)]
    ways = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    ordered, sign = np.sort(ways, axis=1), np.where(ways[:, 0] < ways[:, 1], 1, -1)
    _, side = np.unique(ordered, axis=0, return_inverse=True)
    return np.bincount(side.reshape(-1), weights=sign)


def volume(solid: Solid) -> float:
    """What a closed solid holds, by the divergence theorem: positive where its triangles look outward."""
    a, b, c = (solid.points[solid.triangles[:, corner]].astype(float) for corner in range(3))
    return float(np.einsum("nd,nd->n", a, np.cross(b, c)).sum() / 6)


def check_sound(solid: Solid) -> None:
    """Every number is one, every index is that of a point, and what belongs together is of one length."""
    count = len(solid.points)
    assert solid.points.dtype == np.float32
    assert solid.points.shape == (count, 3)
    assert np.isfinite(solid.points).all()
    assert solid.triangles.dtype == np.uint32
    assert solid.triangles.shape[1] == 3
    assert solid.triangles.max(initial=0) < max(count, 1)
    assert (np.sort(solid.triangles, axis=1)[:, 1:] != np.sort(solid.triangles, axis=1)[:, :-1]).all()
    for values, width, kind in ((solid.colours, 4, np.uint8), (solid.uv, 2, np.float32), (solid.rise, 3, np.float32)):
        if values is not None:
            assert values.shape == (count, width)
            assert values.dtype == kind
            assert np.isfinite(values).all()
    assert (solid.uv is None) == (solid.picture is None)
    if solid.uv is not None:
        assert (solid.uv >= 0).all()
        assert (solid.uv <= 1).all()
