"""What the colours of maps mean, with the numbers of their ends. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.explained.strength import PERCENTILE
from scenes.panels.legends import SIZE_PX, TOP_PX, colour_legend, legend_row, note
from viewer.state import Bar, Hud, Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenes.explained.places import ExplainFrame
    from viewer.state import MapName

RAMP_PX = 190.0
KINDS: dict[str, tuple[str, MapName]] = {"heat": ("counts", "heat"), "signed": ("against | for", "evidence")}
SWATCH_PX = 30.0
NARROW_PX, NARROW_RAMP_PX = 700.0, 120.0
"""Frames narrower than this have short legends without numbers of their own: these stand under the pictures. So there
is room for what full colour is.
"""


def legends(
    kinds: Sequence[str], units: Mapping[str, str], notes: Sequence[str], frame: ExplainFrame, *, net: bool
) -> Hud:  # fmt: skip
    """The colours of maps with the numbers of their ends, `units` by kind; or those of the `net`."""
    if net:
        ramp = colour_legend("activation / \u00b1scale {own}", "activation", 360.0 if frame.is_wide else 260.0)
        scale = note(("scale: {percentile} of |value| over all", "inputs, {printed}, clipped"))
        return legend_row((ramp, scale), frame.left_px, frame.legends_right_px)
    is_tight = frame.width_px < NARROW_PX and len(kinds) > 1
    wide_px, ends = (NARROW_RAMP_PX, {}) if is_tight else (RAMP_PX, units)
    pieces = [colour_legend(*KINDS[kind], wide_px, ends.get(kind, "1")) for kind in KINDS if kind in kinds]
    pieces.append(note(tuple(notes)))
    if "mask" in kinds:
        pieces.append(_mask_legend())
    return legend_row(pieces, frame.left_px, frame.legends_right_px)


def _mask_legend() -> Hud:
    bars = (Bar((0.0, TOP_PX + 16.0, SWATCH_PX, 16.0), "track", round_px=2.0),)
    return Hud(bars, words=(Words("dark: cut away", (0.0, TOP_PX), SIZE_PX),))


def notes_of(left_out: int, frame: ExplainFrame) -> tuple[str, ...]:
    """What stands beside the legends of many maps."""
    if frame.width_px < NARROW_PX:
        return f"1: {PERCENTILE:g}th percentile", "of |values|, clipped"
    lines = (f"1: full colour, the {PERCENTILE:g}th percentile", "of each method's |values|, clipped")
    more = f"{left_out} more explanation{'s' if left_out > 1 else ''} not shown"
    return (*lines, more) if left_out else lines


def notes_alone(name: str, units: Mapping[str, str], frame: ExplainFrame) -> tuple[str, ...]:
    """What stands beside the legend of one map."""
    if frame.width_px < NARROW_PX:
        return notes_of(0, frame)
    if "mask" in units:
        return (f"{name}: inside or outside, nothing between",)
    return (
        f"{name}: {', '.join(units.values())} is full colour,",
        f"the {PERCENTILE:g}th percentile of |value|, clipped",
    )
