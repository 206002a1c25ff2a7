"""Frames of sculptures whose words tell of the edges that are in the file, where these are fewer. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenes.panels.bundled import edge_lines
from scenes.sculptures.sculpting import drawn_part

if TYPE_CHECKING:
    from exporter.bundle.schema import Sculpture
    from viewer.sculptures.read import Drawn
    from viewer.state import ViewState


def retold_edges(frame: ViewState, sculpture: Sculpture, drawn: Drawn, kept: int, *, in_steps: bool) -> ViewState:
    """The frame, which tells of `kept` edges where the scene told of more; as it is where it told of no more."""
    told, told_share = drawn_part(drawn, in_steps=in_steps)
    if kept >= told:
        return frame
    whole = float(drawn.strength.sum(dtype="float64"))
    share = float(drawn.strength[:kept].sum(dtype="float64")) / whole if whole > 0 else 1.0
    before = edge_lines(sculpture, told, told_share)
    after = edge_lines(sculpture, kept, share)
    lines = after if len(after) == len(before) else (" ".join(after),)
    instead = dict(zip(before, lines, strict=True))
    words = tuple(replace(line, text=instead.get(line.text, line.text)) for line in frame.hud.words)
    return replace(frame, hud=replace(frame.hud, words=words))
