"""The bundling's mathematics without a grid: every pair of points, in double precision, in plain numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.field import Cloud, Pace

Doubles = NDArray[np.float64]


def along_edges(cloud: Cloud) -> tuple[Doubles, NDArray[np.int64]]:
    """(P,) 0..1, how far along its edge each point is, and (P,) which edge that is."""
    counts = np.diff(cloud.starts)
    edge = np.repeat(np.arange(len(counts)), counts)
    return (np.arange(len(edge)) - cloud.starts[edge]) / np.maximum(counts[edge] - 1, 1), edge


def carried(cloud: Cloud) -> Doubles:
    """(P, 1 + C), mass and charges of each point, without its edge's gain."""
    along, edge = along_edges(cloud)
    mix = cloud.mix.astype(np.float64)
    charges = cloud.charges.astype(np.float64)[cloud.edges[edge]]
    return charges[:, 0] * (mix[0] + along * mix[1])[:, None] + charges[:, 1] * (mix[2] + along * mix[3])[:, None]


def kernel_sums(cloud: Cloud, bandwidth: float, *, flat: bool = False) -> tuple[Doubles, Doubles]:
    """(P, 1 + C) densities at each point, and (P, 3, 1 + C) how they rise in a unit of length along each axis.

    The kernel is the product over the axes of 1 - (distance / bandwidth)^2, nothing beyond.
    """
    _, edge = along_edges(cloud)
    weight = carried(cloud) * cloud.gain.astype(np.float64)[edge][:, None]
    points = cloud.points.astype(np.float64)
    away = (points[None] - points[:, None]) / bandwidth
    shape = np.clip(1 - away**2, 0, None)
    slope = np.where(np.abs(away) < 1, 2 * away, 0) / bandwidth
    if flat:
        shape[..., 2], slope[..., 2] = 1, 0
    density = shape.prod(axis=2) @ weight
    others = [np.delete(shape, axis, axis=2).prod(axis=2) * slope[..., axis] for axis in range(3)]
    return density, np.stack([each @ weight for each in others], axis=1)


def spherical_sums(cloud: Cloud, bandwidth: float) -> Doubles:
    """(P, 1 + C) densities with the kernel 1 - (distance / bandwidth)^2 of the distance in space."""
    _, edge = along_edges(cloud)
    weight = carried(cloud) * cloud.gain.astype(np.float64)[edge][:, None]
    points = cloud.points.astype(np.float64)
    square = ((points[None] - points[:, None]) ** 2).sum(axis=2) / bandwidth**2
    return np.clip(1 - square, 0, None) @ weight


def exact_forces(cloud: Cloud, pace: Pace) -> tuple[Doubles, Doubles]:
    """(P, 3) how what pulls at each point rises in a unit of length, and (P,) the density of all mass."""
    density, slopes = kernel_sums(cloud, pace.bandwidth, flat=pace.flat)
    own = carried(cloud)
    mass = own[:, :1]
    parts = np.divide(own, mass, out=np.zeros_like(own), where=mass > 0) * pace.likeness
    parts[:, 0] = 1 - pace.likeness
    return np.einsum("pac,pc->pa", slopes, parts), density[:, 0]


def exact_moves(cloud: Cloud, pace: Pace) -> Doubles:
    """(P, 3) how far each point goes in one iteration."""
    force, density = exact_forces(cloud, pace)
    size = np.linalg.norm(force, axis=1, keepdims=True) * pace.bandwidth
    mean_shift = pace.eagerness / np.maximum(density[:, None], 1e-300)
    scale = np.minimum(mean_shift, pace.longest / np.maximum(size, 1e-300)) * pace.bandwidth
    return np.where(density[:, None] > 0, scale * pace.bandwidth * force, 0)
