"""How fine a model that leaves the house is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detail:
    """The most that is kept of each thing; what is over it is averaged (cells) or left out, weakest first (edges).

    `tile_px` and `picture_px` are the longest side of a feature map and of a picture in pixels. A vector of up to
    `boxes` units has a box for each, a longer one is a picture; of classes each of `units` has one, however many there
    are. `edges` is how many edges a net has and `bends` the pieces of each. A sculpture has `cables` edges, and of its
    bundling `shapes` before its end.
    """

    tile_px: int = 64
    picture_px: int = 256
    boxes: int = 256
    units: int = 4096
    edges: int = 1500
    bends: int = 8
    cables: int = 4000
    shapes: int = 4
