"""A frame in two halves: where they lie, and the picture of both with a line between them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenes.sides import BESIDE_FROM
from viewer.colour import PALETTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.frames import Image
    from viewer.state import Theme

SIDE_PER_LINE_PX = 720


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a frame in whole pixels, from its top left corner."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.width_px, self.height_px

    @property
    def pixels(self) -> tuple[slice, slice]:
        """Its rows and columns in a picture (height, width, ...)."""
        return slice(self.top_px, self.top_px + self.height_px), slice(self.left_px, self.left_px + self.width_px)


def whole(size_px: tuple[int, int]) -> tuple[Part, ...]:
    """The one part of a frame that is not shared."""
    return (Part(0, 0, *size_px),)


def halves(size_px: tuple[int, int], multiple: int = 1) -> tuple[Part, Part]:
    """Both halves of a frame, which together are exactly the frame: beside each other where it is wide, else one over
    the other.

    The side that is shared is parted at a multiple of `multiple` pixels, the first half the larger one where the two
    cannot be equal. A video keeps colour for blocks of 2x2 pixels only: parted at an even pixel none of them
    lies in both halves.

    >>> halves((1280, 720))
    (Part(left_px=0, top_px=0, width_px=640, height_px=720), Part(left_px=640, top_px=0, width_px=640, height_px=720))
    >>> [half.size_px for half in halves((720, 1282), multiple=2)]
    [(720, 642), (720, 640)]
    """
    width_px, height_px = size_px
    if width_px / height_px >= BESIDE_FROM:
        first_px = _first_px(width_px, multiple)
        return Part(0, 0, first_px, height_px), Part(first_px, 0, width_px - first_px, height_px)
    first_px = _first_px(height_px, multiple)
    return Part(0, 0, width_px, first_px), Part(0, first_px, width_px, height_px - first_px)


def divider(parts: tuple[Part, Part]) -> Part:
    """The line on the border of two halves, as much of it on one as on the other.

    >>> divider(halves((1280, 720)))
    Part(left_px=639, top_px=0, width_px=2, height_px=720)
    """
    first, second = parts
    if second.left_px:
        half_px = _half_line_px(second.left_px + second.width_px, first.height_px)
        return Part(second.left_px - half_px, 0, 2 * half_px, first.height_px)
    half_px = _half_line_px(first.width_px, second.top_px + second.height_px)
    return Part(0, second.top_px - half_px, first.width_px, 2 * half_px)


def composed(images: Sequence[Image], parts: Sequence[Part], theme: Theme) -> Image:
    """The frame (height, width, 3) uint8 of one picture per part, with a line between two of them.

    Raises
    ------
    ValueError
        A picture has not the size of its part, or one is missing.
    """
    height_px = max(part.top_px + part.height_px for part in parts)
    width_px = max(part.left_px + part.width_px for part in parts)
    frame = np.empty((height_px, width_px, 3), np.uint8)
    for image, part in zip(images, parts, strict=True):
        if image.shape != (part.height_px, part.width_px, 3):
            raise ValueError(f"a picture of shape {image.shape} for a part of {part.width_px}x{part.height_px}")
        frame[part.pixels] = image
    if len(parts) == 2:
        colour = np.rint(np.asarray(PALETTES[theme].border) * 255).astype(np.uint8)
        frame[divider((parts[0], parts[1])).pixels] = colour
    return frame


def _first_px(side_px: int, multiple: int) -> int:
    return min(-(-side_px // (2 * multiple)) * multiple, side_px)


def _half_line_px(width_px: int, height_px: int) -> int:
    return max(min(width_px, height_px) // SIDE_PER_LINE_PX, 1)
