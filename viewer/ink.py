"""Which colour a flat shape or a line of text has: that of its role, or of the class that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.colour import PALETTES, class_colours

if TYPE_CHECKING:
    from viewer.colour import Rgb
    from viewer.state import Bar, Polyline, Theme, Words


def ink_of(piece: Bar | Polyline | Words, theme: Theme) -> Rgb:
    """Red, green, blue in 0..1."""
    if piece.of_class is None:
        return PALETTES[theme].roles[piece.role]
    red, green, blue = class_colours(piece.of_class + 1, theme)[piece.of_class].tolist()
    return red, green, blue
