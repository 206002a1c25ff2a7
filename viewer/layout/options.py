"""What a layout may know of the picture that it is for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayoutOptions:
    """What the layout may know of the picture: `aspect` (width / height) of the part of the frame that the net fills,
    and how it will mostly be seen. `label_room` is kept free above and twice below for words, in world units;
    `with_weights` puts each layer's kernel under its plate. `fold` is which groups are one plate each: `auto` (models
    inside the model, and the blocks of a net too deep to read otherwise), `all`, `none`, or the names of groups.
    Layers `opened` show every channel that is stored, `closed` ones the mean over them, whatever their number.
    """

    aspect: float = 1.45
    azimuth_deg: float = 52.0
    elevation_deg: float = 6.0
    fov_deg: float = 11.0
    max_rows: int = 8
    label_room: float = 1.2
    with_weights: bool = False
    fold: str | tuple[str, ...] = "auto"
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
