"""How cells, channels and shapes are called in a language: words that several scenes share. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.legends import colour_legend
from scenes.speech.speech import speech_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.options import Language
    from scenes.steps.fields import Field
    from viewer.state import Hud, MapName

TIMES = "\u00d7"
NAMED = {1: ("place",), 2: ("row", "column"), 3: ("slice", "row", "column")}
LEGEND_PX = 300.0


def where(language: Language, position: Sequence[int], channel: int = 0) -> str:
    """The name of a cell of a map, or of a unit of a vector (an empty position).

    >>> where("en", (3, 5)), where("en", (), 7), where("en", (1, 2, 3, 4))
    ('row 3, column 5', 'unit 7', 'cell 1, 2, 3, 4')
    """
    speech = speech_of(language, "cells")
    if not position:
        return speech("cell_0", channel=channel)
    if len(position) in NAMED:
        return speech(f"cell_{len(position)}", **dict(zip(NAMED[len(position)], position, strict=True)))
    return speech("cell_n", places=", ".join(map(str, position)))


def progress(language: Language, field: Field, cell: int) -> str:
    """Which cell of how many: the first is 1."""
    place = field.position(cell)
    named = where(language, place, field.index(cell)[-1])
    return speech_of(language, "cells")("progress", where=named, number=cell + 1, count=field.count)


def tile_name(language: Language, field: Field) -> str:
    """What stands over the tile of a field: its layer, and which channel."""
    speech = speech_of(language, "cells")
    if field.channel is None:
        return speech("vector", layer=field.layer, count=field.count)
    return speech("channel", layer=field.layer, channel=field.channel)


def shape_text(sizes: Sequence[int]) -> str:
    """Sizes as they are written.

    >>> shape_text((62, 62)), shape_text((1690,)), shape_text(())
    ('62\u00d762', '1690', '1')
    """
    return TIMES.join(map(str, sizes)) or "1"


def scale_legend(
    language: Language, scale: float, title: str = "", colours: MapName = "activation", *, width_px: float = LEGEND_PX
) -> Hud:
    """What colours mean, with its numbers."""
    named = title or speech_of(language, "cells")("scale")
    return colour_legend(named, colours, width_px, f"{scale:.3g}")
