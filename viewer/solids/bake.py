"""The arithmetic of the fragment shaders in numpy: from values to the colours that are seen. Pure.

The peers of `shaders/lib/tile.glsl` (`mapped`), `shaders/lib/pair.glsl` (`between`) and `shaders/pictures.frag`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import MAP_ENTRIES, apply_map, map_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.state import ColourSet, MapName, Theme

    Array = NDArray[np.float32]

TINT_LEAST, TINT = 0.30, 0.80
JUST_SEEN = 0.1


def between(here: Array, there: Array, blend: float, *, is_difference: bool) -> Array:
    """One of two blended towards the other by `blend`, or how much more the second is, times `blend`."""
    part = np.float32(blend)
    made: Array = (there - here) * part if is_difference else here * (1 - part) + there * part
    return made


def bytes_of(colours: Array) -> NDArray[np.uint8]:
    """Colours in 0..1 as bytes, rounded; what is outside is clipped."""
    return np.rint(np.clip(colours, 0.0, 1.0) * 255).astype(np.uint8)


def entries_of(parts: Array) -> NDArray[np.uint8]:
    """The entry of a colour map's table nearest to each of `parts`, values over their scale, clipped to -1..1.

    At most half an entry off: 1/510 of the whole ramp.
    """
    entries: NDArray[np.uint8] = np.rint((np.clip(parts, -1, 1) * 0.5 + 0.5) * (MAP_ENTRIES - 1)).astype(np.uint8)
    return entries


def palette_of(theme: Theme, name: MapName, colours: ColourSet) -> NDArray[np.uint8]:
    """A colour map as bytes (256, 3)."""
    return bytes_of(map_table(theme, name, colours))


def changed_picture(change: Array, theme: Theme, colours: ColourSet, *, is_grey: bool) -> NDArray[np.uint8]:
    """A difference of pictures (h, w, 3), gain included, as it is shown: that of grey ones by the colour map, that of
    coloured ones round grey, with the colour of zero where there is none.
    """
    if is_grey:
        return bytes_of(apply_map(change[..., 0], theme, "difference", colours))
    part = np.clip(np.abs(change).max(axis=-1, keepdims=True) / JUST_SEEN, 0, 1)
    is_change = part * part * (3 - 2 * part)
    zero = apply_map(np.zeros(1, np.float32), theme, "difference", colours)
    return bytes_of(zero * (1 - is_change) + (0.5 + 0.5 * np.clip(change, -1, 1)) * is_change)


def tinted(channels: Array, numbers: Sequence[int]) -> NDArray[np.uint8]:
    """Colour channels (n, h, w) of a picture, each in its own tint by its number: 0 red, 1 green, 2 blue."""
    tints = TINT_LEAST * (1 - TINT) + np.eye(3, dtype=np.float32)[list(numbers)] * np.float32(TINT)
    return bytes_of(channels[..., None] * tints[:, None, None])
