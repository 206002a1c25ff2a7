"""The frozen pieces that leave the house: triangles, with colours of their own or a picture over them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


OPAQUE = 255


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A PNG file of `size_px` (width, height) for the face of a solid. `is_smooth` is whether its pixels are to be
    blended when it is enlarged (words), or stay cells (feature maps).
    """

    png: bytes
    size_px: tuple[int, int]
    is_smooth: bool = False


@dataclass(frozen=True, slots=True)
class Paint:
    """One colour for the whole of a solid, sRGB and alpha in bytes, under a name that a person finds it by."""

    name: str
    colour: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """Triangles to be drawn without any light, as they are.

    Attributes
    ----------
    points : (n, 3) float32
        World units, relative to the middle of the plate that the solid belongs to.
    triangles : (m, 3) uint32
        Indices of points, counter-clockwise seen from the outside.
    colours : (n, 4) uint8 or None
        sRGB and alpha, not premultiplied. They multiply a picture or a paint (light and shade).
    uv : (n, 2) float32 or None
        Where each point lies on `picture`: (0, 0) is its top left corner, as in glTF.
    picture : Picture or None
        What is painted over it.
    rise : (n, 3) float32 or None
        Where each point goes, relative to its place, when the heights are fully out.
    blends : bool
        Whether what lies behind shines through where alpha is below 255.
    paint : Paint or None
        What all of it is painted with.
    shapes : pairs of a name and (n, 3) float32
        Other shapes that it can take: where each point goes, relative to its place. Nothing has both these and `rise`.
    """

    points: NDArray[np.float32]
    triangles: NDArray[np.uint32]
    colours: NDArray[np.uint8] | None = None
    uv: NDArray[np.float32] | None = None
    picture: Picture | None = None
    rise: NDArray[np.float32] | None = None
    blends: bool = False
    paint: Paint | None = None
    shapes: tuple[tuple[str, NDArray[np.float32]], ...] = ()


def painted(solid: Solid, paint: Paint) -> Solid:
    """The same triangles painted; a paint that is not opaque lets through what is behind."""
    return replace(solid, paint=paint, blends=solid.blends or paint.colour[3] < OPAQUE)
