"""Where things are in the frame of the scene of embeddings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.frame import Frame
from viewer.camera import Rect, fit, gentle_camera
from viewer.state import REFERENCE_HEIGHT_PX

if TYPE_CHECKING:
    from viewer.state import Camera

FOV_DEG = 11.0
REACH = 1.04
WIDEST_WALL, TALLEST_WALL = 2.3, 0.6
LARGEST_SIDE, SMALLEST_SIDE, SIDE_OF_ROOT = 0.16, 0.012, 2.5


@dataclass(frozen=True, slots=True)
class EmbeddingFrame(Frame):
    """A frame of this aspect ratio."""

    @property
    def head_px(self) -> float:
        """The baseline of the name of the layer."""
        return 152.0

    @property
    def cloud(self) -> Rect:
        """Where the images are, as parts of the frame."""
        return Rect(0.03, 0.13, 0.97, 0.875) if self.is_wide else Rect(0.03, 0.205, 0.97, 0.735)

    @property
    def foot_right_px(self) -> float:
        """Right border of what stands at the bottom left."""
        return self.left_px + (self.right_px - self.left_px) * 0.52 if self.is_wide else self.right_px

    @property
    def caption_left_px(self) -> float:
        """Left border of the caption."""
        return self.foot_right_px + 40.0 if self.is_wide else self.left_px

    @property
    def strip_px(self) -> float:
        """The baseline of the names of the layers."""
        return REFERENCE_HEIGHT_PX - (88.0 if self.is_wide else 218.0)

    @property
    def epochs_px(self) -> float:
        """The baseline of the names of the epochs."""
        return self.strip_px + 54.0

    @property
    def legend_px(self) -> tuple[float, float, float]:
        """Left, baseline and right border of what colours mean."""
        return self.left_px, self.strip_px - 50.0, self.foot_right_px - 40.0

    @property
    def wall_aspect(self) -> float:
        """Width over height of the wall of images that fills its part of the frame."""
        rect = self.cloud
        aspect = self.aspect * (rect.right - rect.left) / (rect.bottom - rect.top)
        return min(max(aspect, TALLEST_WALL), WIDEST_WALL)

    @property
    def camera(self) -> Camera:
        """A camera that has all within 1 of the middle, and the wall, in its part of the frame."""
        wide, high = REACH * max(self.wall_aspect, 1.0), REACH / min(self.wall_aspect, 1.0)
        corners = np.array([[x, y, 0.0] for x in (-wide, wide) for y in (-high, high)])
        return fit(gentle_camera(corners, 0.0, 0.0, FOV_DEG), corners, self.aspect, self.cloud)


def side_for(count: int) -> float:
    """How wide thumbnails are, in the world, of so many images: they overlap a little where they lie close.

    >>> side_for(10), round(side_for(5000), 3), side_for(10**6)
    (0.16, 0.035, 0.012)
    """
    return min(max(SIDE_OF_ROOT / math.sqrt(count), SMALLEST_SIDE), LARGEST_SIDE)
