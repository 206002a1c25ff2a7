"""Overlays of a bundle in colours, as a view state has them: which pixels matter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heat:
    """An overlay of the bundle in colours over what it lies on: which pixels matter.

    With `box_px` it is flat on the picture, over loupes; with `None` it lies on the plate of its layer in net number
    `net`: over its picture or, of a layer with feature maps, over each of its tiles, because it speaks of positions
    and not of channels. It is there as much as the plate is, hidden by what is nearer, never mirrored. Of a layer
    inside a folded group, and of a net that is not there, nothing is drawn; a group's output layer has its plate.

    Each value is shown as `value / scale`: 1 and above is full colour, 0 nothing (`None`: of the overlay's own largest
    size). The colours are those of `heat`, or of `evidence` for signed values; a mask leaves what is in it as it is and
    darkens the rest. With `blend` in 0..1 it goes over to overlay `toward`, which has a `toward_scale` of its own;
    where it lies goes by `overlay` alone. `alpha` is how strongly full colour covers what is under it; where `is_alone`
    every value covers as strongly, and small ones show the colour of zero. `is_smooth` blends between values; else, and
    in vectors, each is a square. `name` is what it is to the scene.
    """

    overlay: str
    box_px: tuple[float, float, float, float] | None = None
    net: int = 0
    scale: float | None = None
    alpha: float = 0.85
    toward: str | None = None
    toward_scale: float | None = None
    blend: float = 0.0
    is_alone: bool = False
    is_smooth: bool = True
    name: str = ""
