"""What a legend says beside its colour strips, as words: a web page sets them in type of its own. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenes.gltf.boards_classes import class_hud
from scenes.gltf.boards_legend import legend_hud
from viewer.colour import code_of
from viewer.solids.boards_picture import colour_of

if TYPE_CHECKING:
    from viewer.state import Hud, Theme, ViewState, Words

SIGN_PX = 60.0
"""How far before its word a sign begins, at most."""


def legend_notes(state: ViewState) -> list[dict[str, Any]]:
    """The columns of a frame's legend that are no colour strip, from the left: `lines`, and `signs`, each a `name` and
    the `colour` (`#rrggbb`) that stands for it; empty where there are none.
    """
    hud = legend_hud(state)
    signs = {line: sign for line in hud.words if (sign := _sign(line, hud, state.theme))}
    found: dict[float, dict[str, Any]] = {}
    for line in sorted(hud.words, key=lambda line: (line.at_px[0], line.at_px[1])):
        if _is_of_strip(line, hud):
            continue
        if line in signs:
            last = found[max(found)] if found else found.setdefault(line.at_px[0], {"lines": [], "signs": []})
            last["signs"].append({"name": line.text, "colour": signs[line]})
        else:
            column = found.setdefault(round(line.at_px[0], 3), {"lines": [], "signs": []})
            column["lines"].append(line.text)
    classes = class_hud(state)
    listed = [{"name": line.text, "colour": _sign(line, classes, state.theme)} for line in classes.words]
    return [found[left] for left in sorted(found)] + ([{"lines": [], "signs": listed}] if listed else [])


def _is_of_strip(line: Words, hud: Hud) -> bool:
    x = line.at_px[0]
    return any(ramp.box_px[0] - 1 <= x <= ramp.box_px[0] + ramp.box_px[2] + 1 for ramp in hud.ramps)


def _sign(line: Words, hud: Hud, theme: Theme) -> str:
    """The colour of the bar right before a word, or nothing."""
    x, y = line.at_px
    for bar in hud.bars:
        left, top, _, height = bar.box_px
        if 0 < x - left <= SIGN_PX and y - line.size_px <= top + height / 2 <= y:
            return code_of(colour_of(bar, theme))
    return ""
