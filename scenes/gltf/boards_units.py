"""The words at a sculpture as boards in its world: layers and how many units they have, and the classes. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scenes.gltf.standing import NAME_PADDING_PX, plain_point, standing
from viewer.camera import project
from viewer.labels import NAME_PX
from viewer.sculptures.labels import sculpture_labels
from viewer.state import Hud, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.gltf.standing import Standing
    from viewer.sculptures.read import Drawn
    from viewer.state import SculptureView, ViewState

HEAD_PX, HEAD_OVER_PX = 30.0, 64.0


def unit_boards(
    drawn: Drawn, view: SculptureView, state: ViewState, names: Sequence[str], *, aspect: float
) -> tuple[tuple[int, str, Standing], ...]:
    """The words that the picture of `state` has at one of its sculptures: the number of the layer that each belongs to,
    what it is (`name`, `size`, or `class` and a name), and the board where the picture has it; `at` is relative to the
    sculpture.

    All of them are as bright, whichever class is lit.
    """
    still = replace(view, focus=None, toward=None, blend=0.0, opacity=1.0)
    found = []
    for line in sculpture_labels(drawn, still, state.camera, aspect, names):
        layer = len(drawn.layers) - 1 if line.of_class is not None else _layer_of(line, drawn, still, state, aspect)
        through = drawn.frames[layer].mean(axis=0) + np.asarray(view.offset)
        board = standing(Hud(words=(replace(line, alpha=1.0),)), state, aspect, through, padding_px=NAME_PADDING_PX)
        at = plain_point(np.asarray(board.at) - np.asarray(view.offset))
        found.append((layer, _what(line), replace(board, at=at)))
    return tuple(found)


def heading_board(drawn: Drawn, view: SculptureView, state: ViewState, text: str, *, aspect: float) -> Standing:
    """A heading over a sculpture, as the picture of `state` has it; `at` is relative to the sculpture."""
    outline = drawn.frames.reshape(-1, 3) + np.asarray(view.offset)
    seen = project(state.camera, outline, aspect)
    middle_px = (seen[:, 0].min() + seen[:, 0].max()) / 2, seen[:, 1].min() - HEAD_OVER_PX
    head = Hud(words=(Words(text, (float(middle_px[0]), float(middle_px[1])), HEAD_PX, True, anchor="centre"),))
    board = standing(head, state, aspect, outline.mean(axis=0), padding_px=NAME_PADDING_PX)
    return replace(board, at=plain_point(np.asarray(board.at) - np.asarray(view.offset)))


def _what(line: Words) -> str:
    if line.of_class is not None:
        return f"class {line.text}"
    return "size" if line.role == "dim" else "name"


def _layer_of(line: Words, drawn: Drawn, view: SculptureView, state: ViewState, aspect: float) -> int:
    """The layer over or under whose middle a line stands."""
    frames = project(state.camera, drawn.frames.reshape(-1, 3) + np.asarray(view.offset), aspect).reshape(-1, 4, 2)
    away = np.abs(frames[:, :, 0].mean(axis=1) - line.at_px[0])
    texts = [layer.name if line.role != "dim" else str(layer.units) for layer in drawn.layers]
    fits = [line.text.split(" ")[0] == text.split(" ")[0] for text in texts]
    return int(np.argmin(np.where(fits, away, away + NAME_PX * 1000)))
