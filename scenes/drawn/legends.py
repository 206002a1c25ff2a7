"""What the colours of a drawing's net mean: the same for every picture that is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.legends import (
    LINE_PX,
    SIZE_PX,
    STRAND_ROLES,
    TOP_PX,
    colour_legend,
    legend_row,
    note,
)
from viewer.state import Bar, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.drawn.places import DrawnFrame

STRANDS = "strands: value \u00d7 weight"


def legends_of(bundle: Bundle, frame: DrawnFrame) -> Hud:
    """Legends in a row at the bottom of the frame, as many as there is room for."""
    notes: tuple[str, ...] = ("scale: {percentile} of |value| over all", "inputs, {printed}, clipped")
    before = [layer.name for layer in bundle.manifest.layers if layer.value == "pre-activation"]
    if before:
        notes = (*notes, f"{before[0]} and its like: before activation")
    ramp = colour_legend("activation / \u00b1scale {own}", "activation", 360.0 if frame.is_wide else 260.0)
    pieces = ramp, _strands(), note(notes)
    return legend_row(pieces, frame.margin_px, frame.right_px)


def _strands() -> Hud:
    """Signs and their colours; how many strands there are is another number for every moment."""
    hud = Hud(words=(Words(STRANDS, (0.0, TOP_PX), SIZE_PX, tells="title"),))
    x = width_of(STRANDS, SIZE_PX) + 28.0
    for role in STRAND_ROLES:
        hud += Hud(
            bars=(Bar((x, TOP_PX - 9.0, 30.0, 5.0), role, round_px=2.0),),
            words=(Words(role, (x + 38.0, TOP_PX), SIZE_PX),),
        )
        x += 38.0 + width_of(role, SIZE_PX) + 24.0
    which = "the strongest few into each channel and unit"
    return hud + Hud(words=(Words(which, (0.0, TOP_PX + LINE_PX), SIZE_PX, role="dim", tells="drawn"),))
