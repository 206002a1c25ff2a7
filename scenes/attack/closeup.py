"""What is said beside the three tiles of a close-up: which layer and channel they are, and how they differ. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from scenes.panels.classes import class_name
from scenes.panels.heading import fitted
from scenes.panels.legends import colour_legend
from scenes.panels.numbers import signed
from viewer.drift import faded
from viewer.state import Hud, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.attack.approach import Box
    from scenes.attack.parting import Parting
    from viewer.state import ColourRole, Ramp

NAME_PX, LINE_PX, HEAD_PX, NUMBER_PX = 36.0, 26.0, 26.0, 21.0
HEADS: tuple[tuple[str, ColourRole], ...] = (("clean", "accent"), ("difference", "difference"), ("attacked", "alarm"))


def percent_text(change: float) -> str:
    """A relative change in words.

    >>> percent_text(0.0684), percent_text(0.4), percent_text(float("inf"))
    ('6.8 %', '40.0 %', 'from nothing')
    """
    if not math.isfinite(change):
        return "from nothing"
    return f"{change * 100:.1f} %"


def times(factor: float) -> str:
    """By which factor something grows.

    >>> times(1.943), times(float("inf"))
    ('\u00d71.94', 'from nothing')
    """
    return f"\u00d7{factor:.3g}" if math.isfinite(factor) else "from nothing"


def channel_text(parting: Parting, names: Sequence[str] = (), *, is_answer: bool = False) -> str:
    """Which channel, unit or class it is."""
    if is_answer:
        return f"class {class_name(names, parting.channel)}"
    what = "channel" if parting.is_map else "unit"
    return f"{what} {parting.channel} of {parting.channels} (from 0)"


def layer_text(parting: Parting, *, is_mean: bool = False) -> str:
    """What the layer does to the drift; with `is_mean` also that its plate shows the mean of its channels."""
    mean = f"; shown: mean size of {parting.channels} channels" if is_mean else ""
    if parting.growth is None:
        return f"relative change {percent_text(parting.change)}{mean}"
    return f"relative change {percent_text(parting.change)}, {times(parting.growth)} the layer before{mean}"


def name_line(parting: Parting, left_px: float, right_px: float, top_px: float) -> Hud:
    """The layer's name."""
    text = fitted(parting.layer, right_px - left_px, NAME_PX, True)
    return Hud(words=(Words(text, (left_px, top_px), NAME_PX, True),))


def detail_line(text: str, left_px: float, right_px: float, top_px: float) -> Hud:
    """A line under the name."""
    text = fitted(text, right_px - left_px, LINE_PX)
    return Hud(words=(Words(text, (left_px, top_px + 36.0), LINE_PX, role="dim"),))


def heads(gain: float, boxes: Sequence[Box]) -> Hud:
    """What each of the three is, over it; the difference with its gain."""
    words = []
    for (left, top, width, _), (name, role) in zip(boxes, HEADS, strict=True):
        text = f"{name} \u00d7{gain:g}" if role == "difference" else name
        words.append(Words(text, (left + width / 2, top - 18.0), HEAD_PX, True, role, "centre"))
    return Hud(words=tuple(words))


def numbers(parting: Parting, boxes: Sequence[Box], room_px: float) -> Hud:
    """Under each of the three its smallest and largest value, and that of the cell with the small frame."""
    words = []
    every = parting.clean, parting.difference, parting.attacked
    for (left, top, width, height), values, spot in zip(boxes, every, parting.at_spot, strict=True):
        span = f"{signed(float(values.min()))} to {signed(float(values.max()))}"
        for row, (text, is_bold) in enumerate(((f"framed {signed(spot)}", True), (span, False))):
            at_px = left + width / 2, top + height + 34.0 + row * 29.0
            line = fitted(text, room_px, NUMBER_PX, is_bold)
            words.append(Words(line, at_px, NUMBER_PX, is_bold, "text" if is_bold else "dim", "centre"))
    return Hud(words=tuple(words))


def legends(scale: float, gain: float, ramps: Sequence[Ramp]) -> Hud:
    """The words at `ramps` in the very numbers of a layer."""
    units = {"activation": scale, "difference": scale / gain}
    hud = Hud()
    for ramp in ramps:
        number = signed(units.get(ramp.map_name, scale)).lstrip("+")
        own = colour_legend(ramp.map_name, ramp.map_name, ramp.box_px[2], number)
        moved = (replace(line, at_px=(line.at_px[0] + ramp.box_px[0], line.at_px[1])) for line in own.words)
        hud += Hud(words=tuple(moved))
    return hud


def shown(hud: Hud, part: float) -> Hud:
    """A display that is there from the second half of `part` (0..1) on, fading in."""
    return faded(hud, max(2.0 * part - 1.0, 0.0))


def gone(hud: Hud, part: float) -> Hud:
    """A display that is away from the first half of `part` (0..1) on, fading out."""
    return faded(hud, max(1.0 - 2.0 * part, 0.0))
