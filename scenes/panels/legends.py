"""Legends with numbers: what a colour means, what a strand means, and how much of the flow is drawn.

Each stands at the left border; `scenes.panels.arrange` gives it its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.arrange import in_a_row
from scenes.panels.numbers import MINUS, count
from viewer.colour import SEQUENTIAL
from viewer.state import REFERENCE_HEIGHT_PX, Anchor, Bar, ColourRole, EdgeLine, Hud, MapName, Ramp, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.strands.trace import Strands

TOP_PX = REFERENCE_HEIGHT_PX - 106.0
LINE_PX = 27.0
SIZE_PX = 21.0
TELLS: tuple[EdgeLine, ...] = ("drawn", "carried")
STRAND_ROLES: tuple[ColourRole, ...] = ("adds", "subtracts", "copies")


def colour_legend(title: str, map_name: MapName, width_px: float = 300.0, unit: str = "1") -> Hud:
    """A strip of the colour map with -`unit`, 0 and +`unit` under it, of a map of sizes with 0 and `unit`.

    The title may have places to fill.
    """
    top = TOP_PX + 16.0
    numbers: tuple[tuple[float, str, Anchor], ...] = (
        (0.0, f"{MINUS}{unit}", "left"),
        (width_px / 2, "0", "centre"),
        (width_px, f"+{unit}", "right"),
    )
    if map_name in SEQUENTIAL:
        numbers = (0.0, "0", "left"), (width_px, unit, "right")
    return Hud(
        ramps=(Ramp((0.0, top, width_px, 16.0), map_name),),
        words=(
            Words(title, (0.0, TOP_PX), SIZE_PX, fills=True),
            *(Words(text, (x, top + 44.0), SIZE_PX, anchor=anchor) for x, text, anchor in numbers),
        ),
    )


def note(lines: Sequence[str], edge_line: str = "") -> Hud:
    """Small lines beside a legend; they may have places to fill. `edge_line` is one more, of which edges are drawn."""
    words = [Words(line, _note_at(i), SIZE_PX, role="dim", fills=True) for i, line in enumerate(lines)]
    if edge_line:
        words.append(Words(edge_line, _note_at(len(lines)), SIZE_PX, role="dim", tells="line"))
    return Hud(words=tuple(words))


def _note_at(line: int) -> tuple[float, float]:
    return 0.0, TOP_PX + line * LINE_PX


def strand_legend(strands: Strands) -> Hud:
    """What the strands' colours mean, how many of how many are drawn, and the share of the flow that they carry.

    Where no strand stands for a product of value and weight, there is no talk of one.
    """
    is_measured = bool((strands.look[:, 2] != 0).any())
    title = "strands: value \u00d7 weight" if is_measured else "strands: from layer to layer"
    hud = Hud(words=(Words(title, (0.0, TOP_PX), SIZE_PX, tells="title" if is_measured else None),))
    x = width_of(title, SIZE_PX) + 28.0
    for role in STRAND_ROLES if is_measured else ():
        hud += Hud(
            bars=(Bar((x, TOP_PX - 9.0, 30.0, 5.0), role, round_px=2.0),),
            words=(Words(role, (x + 38.0, TOP_PX), SIZE_PX),),
        )
        x += 38.0 + width_of(role, SIZE_PX) + 24.0
    lines = strand_lines(strands) if is_measured else ()
    below = (
        Words(line, (0.0, TOP_PX + (i + 1) * LINE_PX), SIZE_PX, role="dim", tells=TELLS[i])
        for i, line in enumerate(lines)
    )
    return hud + Hud(words=tuple(below))


def legend_row(pieces: Sequence[Hud], left_px: float, right_px: float) -> Hud:
    """Legends beside each other, the most important first; those that find no room are left out."""
    return sum(in_a_row(pieces, left_px, right_px), Hud())


def strand_lines(strands: Strands) -> tuple[str, ...]:
    """How many strands are drawn and what they carry, in words; of a net too large to measure that nothing is said."""
    is_known = (strands.conv_share, strands.dense_share) != (None, None)
    first = f"{'strongest ' if is_known else ''}{count(strands.drawn)} of {count(strands.possible)} drawn"
    if strands.drawn == strands.possible:
        first = f"all {count(strands.possible)} drawn"
    carried = [
        f"{'under 1' if 0 < share < 0.005 else f'{share * 100:.0f}'} % of the {kind} flow"
        for kind, share in (("conv", strands.conv_share), ("dense", strands.dense_share))
        if share is not None
    ]
    return (f"{first}; they carry" if carried else first, " and ".join(carried)) if carried else (first,)
