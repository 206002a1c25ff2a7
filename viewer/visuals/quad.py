"""Buffers that every visual needs: the corners of a unit square, and one row of attributes per drawn thing."""

from __future__ import annotations

from typing import Any

import numpy as np
from vispy import gloo

CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)


def corner_buffer() -> gloo.VertexBuffer:
    """Corners of a unit square in the order of a triangle strip."""
    return gloo.VertexBuffer(CORNERS)


def instances(values: Any) -> gloo.VertexBuffer:
    """A buffer with one row of `values` (n, k) per drawn thing; (n,) counts as (n, 1)."""
    array = np.ascontiguousarray(values, np.float32)
    return gloo.VertexBuffer(array[:, None] if array.ndim == 1 else array, divisor=1)


def float_texture(values: Any) -> gloo.Texture2D:
    """A texture of 32-bit floats from (h, w) or (h, w, 3), read cell by cell."""
    array = np.ascontiguousarray(values, np.float32)
    if array.ndim == 2:
        return gloo.Texture2D(array[..., None], format="red", internalformat="r32f", interpolation="nearest")
    return gloo.Texture2D(array, format="rgb", internalformat="rgb32f", interpolation="nearest")


def refill(texture: gloo.Texture2D, values: Any) -> None:
    """Put other values of the same shape into a `float_texture`."""
    array = np.ascontiguousarray(values, np.float32)
    texture.set_data(array[..., None] if array.ndim == 2 else array)


def byte_texture(values: Any) -> gloo.Texture2D:
    """A texture of bytes (h, w), read between texels as 0..1."""
    array = np.ascontiguousarray(values, np.uint8)[..., None]
    return gloo.Texture2D(
        array, format="luminance", internalformat="r8", interpolation="linear", wrapping="clamp_to_edge"
    )


def table_texture(rows: Any) -> gloo.Texture2D:
    """A texture of colour tables (n, 256, 3) in 0..1, one a row, read with linear steps between colours."""
    array = np.round(np.asarray(rows, np.float32) * 255).astype(np.uint8)
    return gloo.Texture2D(array, interpolation="linear", wrapping="clamp_to_edge")


def colour_target(size_px: tuple[int, int], internal_format: str) -> gloo.Texture2D:
    """A texture (width, height) to draw into."""
    return gloo.Texture2D(
        (size_px[1], size_px[0], 4),
        format="rgba",
        internalformat=internal_format,
        interpolation="linear",
        wrapping="clamp_to_edge",
    )
