"""Words about the colours of a frame, which a legend cannot know before the frame: what shares a scale, and where it is
clipped. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viewer.state import Hud, Scope, Words

OWN: dict[Scope, str] = {"layer": "of its layer", "net": "of the whole net", "unit": "of its map"}
PRINTED: dict[Scope, str] = {
    "layer": "printed under each layer",
    "net": "the same for every layer",
    "unit": "of each map; range under its layer",
}


def filled(line: Words, scope: Scope = "layer", percentile: float = 99.0) -> Words:
    """The line with its places filled: `{percentile}`, `{own}` (whose scale it is) and `{printed}` (where it is told).
    A line that does not fill stays as it is, braces and all.
    """
    if not line.fills:
        return line
    text = line.text.replace("{percentile}", f"{ordinal(percentile)} percentile")
    return replace(line, text=text.replace("{own}", OWN[scope]).replace("{printed}", PRINTED[scope]))


def filled_hud(hud: Hud, scope: Scope, percentile: float) -> Hud:
    """All words of a display filled; the same display where there is nothing to fill."""
    if not any(line.fills for line in hud.words):
        return hud
    return replace(hud, words=tuple(filled(line, scope, percentile) for line in hud.words))


def ordinal(number: float) -> str:
    """A number as one counts.

    >>> [ordinal(each) for each in (99.0, 100.0, 92.0, 99.9, 81.0, 11.0)]
    ['99th', '100th', '92nd', '99.9th', '81st', '11th']
    """
    text = f"{number:g}"
    if "." in text or text[-2:] in ("11", "12", "13"):
        return f"{text}th"
    return text + {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
