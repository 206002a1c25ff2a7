"""The list of a sculpture's classes as a board, with the colour of each and what is lit. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.gltf.boards_legend import legend_hud
from viewer.state import Hud
from viewer.wording import filled_hud

if TYPE_CHECKING:
    from viewer.state import Bar, ViewState, Words

INDENT_PX = 60.0
"""How far behind its swatch a class's name begins, at most."""


def class_hud(state: ViewState) -> Hud:
    """The swatches of classes on a frame and the names behind them, where they lie; empty where it has none.

    What the legend has (`legend_hud`) is not among them.
    """
    hud, below = filled_hud(state.hud, state.scope, state.clip_percentile), legend_hud(state)
    bars = tuple(bar for bar in hud.bars if bar.of_class is not None and bar not in below.bars)
    words = tuple(line for line in hud.words if line not in below.words and any(_names(line, bar) for bar in bars))
    return Hud(bars, words=words) if words else Hud()


def _names(line: Words, bar: Bar) -> bool:
    """Whether a line of words stands right behind a swatch."""
    left, top, _, height = bar.box_px
    x, y = line.at_px
    return 0 < x - left <= INDENT_PX and y - line.size_px <= top + height / 2 <= y
