"""The boards of a scene of sculptures as nodes: its title, what is told of it and its classes, which go round with the
camera, and names at its layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenes.gltf.boards import classes_board, legend_board, title_board
from scenes.gltf.boards_classes import class_hud
from scenes.gltf.boards_legend import legend_hud
from scenes.gltf.notes import legend_notes
from scenes.gltf.signs import turning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scenes.gltf.casts import Cast
    from scenes.gltf.nodes import Nodes
    from scenes.gltf.reel import Reel
    from scenes.gltf.standing import Standing
    from viewer.state import Hud, ViewState

ORBITS = {"faces": True, "orbits": True}


def add_cast_signs(nodes: Nodes, root: int, reel: Reel, frames: Sequence[ViewState], aspect: float) -> None:
    """Title, legend and classes of a scene, whose first sculpture lights each of its classes first in one of `frames`.

    They hang on a node that turns about the camera's target as the camera does: seen by it they stay where they are.
    """
    cast, target = reel.casts[0], np.asarray(reel.first.camera.target)
    words = nodes.add("words", root, at=target)
    nodes.animate(words, "rotation", turning(reel))
    title = title_board(reel.first, aspect=aspect)
    if title is not None:
        nodes.show("title", words, [title.solid], at=_from(title, target), extras={**ORBITS, "says": list(title.says)})
    for name, board, hud in (("legend", legend_board, legend_hud), ("classes", classes_board, class_hud)):
        for number, (frame, stills) in enumerate(_different(frames, hud)):
            standing = board(frame, aspect=aspect)
            if standing is not None:
                extras: dict[str, Any] = {**ORBITS, "says": list(standing.says)}
                extras |= {"legend_board": True, "notes": legend_notes(frame)} if name == "legend" else {}
                each = name if not number else f"{name} ({number + 1})"
                node = nodes.show(each, words, [standing.solid], at=_from(standing, target), extras=extras)
                nodes.step(node, _seen(cast, stills))


def _different(frames: Sequence[ViewState], hud: Callable[[ViewState], Hud]) -> list[tuple[ViewState, list[int]]]:
    """The frames that show something else than those before them, and which show the same as each."""
    found: dict[Hud, tuple[ViewState, list[int]]] = {}
    for number, frame in enumerate(frames):
        found.setdefault(hud(frame), (frame, []))[1].append(number)
    return list(found.values())


def _seen(cast: Cast, stills: Sequence[int]) -> list[tuple[float, bool]]:
    return [(span.from_secs, span.still in stills or span.still is None) for span in cast.spans]


def _from(standing: Standing, target: Any) -> Any:
    return np.asarray(standing.at) - target
