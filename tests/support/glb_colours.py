"""Which colour a GLB, as trimesh reads it, has at a place of a plate."""

from __future__ import annotations

from typing import Any

import numpy as np
import trimesh

Array = np.ndarray[Any, Any]


def faces_of(mesh: trimesh.Trimesh, *, behind: bool = False) -> Array:
    """Points (n, 3, 3) and their indices (n, 3) of the triangles that look to the input, or away from it."""
    normals = mesh.face_normals[:, 0]
    return mesh.faces[normals > 0.99 if behind else normals < -0.99]


def srgb(light: Array) -> Array:
    """Linear light in 0..1 as it is seen, by IEC 61966-2-1."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def shares(corners: Array, at: Array) -> Array:
    """Of each corner of the triangles (n, 3, 2) its share (n, m, 3) in the points (m, 2): negative outside."""
    origin, one, two = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    to = at[None] - origin[:, None]
    second = (to[..., 0] * two[:, None, 1] - to[..., 1] * two[:, None, 0]) / area[:, None]
    third = (one[:, None, 0] * to[..., 1] - one[:, None, 1] * to[..., 0]) / area[:, None]
    return np.stack([1 - second - third, second, third], axis=-1)


def colours_at(mesh: trimesh.Trimesh, at: Array, *, behind: bool = False) -> Array:
    """Colours (m, 3) in 0..1, as they are seen, where the points (m, 2), as (z, y), meet the mesh."""
    faces = faces_of(mesh, behind=behind)
    parts = shares(mesh.vertices[faces][..., [2, 1]], np.asarray(at))
    inside = parts.min(axis=-1)
    hit = inside.argmax(axis=0)
    assert (inside.max(axis=0) > -1e-6).all(), "a point beside the mesh"
    corners, weights = faces[hit], parts[hit, np.arange(len(hit))]
    picture = mesh.visual.material.baseColorTexture
    if picture is None:
        light = mesh.visual.vertex_attributes["color"][corners] / 65535
        return srgb((light * weights[..., None]).sum(axis=1))[:, :3]
    uv = (mesh.visual.uv[corners] * weights[..., None]).sum(axis=1)
    pixels = np.asarray(picture.convert("RGB"))
    column, row = uv[:, 0] * pixels.shape[1], (1 - uv[:, 1]) * pixels.shape[0]  # trimesh counts from the bottom
    return pixels[np.floor(row).astype(int), np.floor(column).astype(int)] / 255
