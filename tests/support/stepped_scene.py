"""A scene with steps that tells of every cell of a small board, for windows in tests: quick to build, easy to check."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from exporter.bundle import Bundle, KerascopeError
from scenes.framing import camera_for
from scenes.present import Gallery
from scenes.timeline import Marker
from viewer.camera import Rect
from viewer.layout import LayoutOptions, place
from viewer.state import CaptureKey, Grid, NetView, ViewState, Words
from viewer.window.playable import Playable, Wish

NAME = "convolution"
STOPS_SECS = (0.3, 0.6, 0.9, 1.2, 1.5)
LASTS_SECS = 1.8
SIDE = 6
BOX_PX = (120.0, 260.0, 600.0, 600.0)
BROKEN_PX = 1050.0
"""Pointing lower than this is a mistake in the scene."""


class SteppedGallery:
    """The gallery, with a scene `convolution` of which `asked` notes in which thread it was asked where."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle, self._gallery = bundle, Gallery(bundle)
        self.asked: list[tuple[int, tuple[float, float]]] = []

    @property
    def summaries(self) -> Mapping[str, str]:
        kept = {name: words for name, words in self._gallery.summaries.items() if name in ("flow", "structure")}
        return kept | {NAME: "a window slides over the picture"}

    @property
    def command(self) -> tuple[str, ...]:
        return self._gallery.command

    def of(self, bundle: Bundle) -> SteppedGallery:
        return SteppedGallery(bundle)

    def build(self, wish: Wish) -> Playable:
        if wish.scene != NAME:
            return self._gallery.build(wish)
        if wish.layer not in (None, "conv"):
            raise KerascopeError("no convolution to show there", got=wish.layer)
        aspect = wish.size_px[0] / wish.size_px[1]
        layout = place(self._bundle, LayoutOptions(aspect=aspect, max_rows=1))
        camera = camera_for(layout, aspect, Rect(0.6, 0.02, 0.97, 0.2))
        chosen = wish.at or (2, 2)
        own = ViewState(camera, (NetView(CaptureKey("clean-0", "002")),), wish.theme)

        def state_at(t_secs: float) -> ViewState:
            about = (0, 0) if t_secs < 0.75 else chosen if t_secs < 1.35 else (SIDE - 1, SIDE - 1)
            return board(own, about, f"{t_secs:.1f}")

        def pointed(_: float, at_px: tuple[float, float]) -> ViewState | None:
            self.asked.append((threading.get_ident(), at_px))
            if at_px[1] > BROKEN_PX:
                raise ValueError("no such row")
            cell = cell_under(at_px)
            return None if cell is None else board(own, cell, "pointed")

        return Playable(layout, LASTS_SECS, state_at, False, (Marker(0.9, "half"),), STOPS_SECS, pointed)


def board(own: ViewState, about: tuple[int, int], words: str) -> ViewState:
    """A table of which only the cell that the state is about is bright."""
    values = tuple(tuple(float((row, column) == about) for column in range(SIDE)) for row in range(SIDE))
    hud = replace(own.hud, words=(Words(words, (BOX_PX[0], 200.0), 40.0),))
    return replace(own, grids=(Grid("cells", values, BOX_PX, 1.0),), hud=hud, about=about)


def middle_of(cell: tuple[int, int]) -> tuple[float, float]:
    """The middle of a cell in reference pixels."""
    left, top, width, height = BOX_PX
    return left + (cell[1] + 0.5) * width / SIDE, top + (cell[0] + 0.5) * height / SIDE


def cell_under(at_px: tuple[float, float]) -> tuple[int, int] | None:
    """The cell at a place."""
    left, top, width, height = BOX_PX
    row, column = (at_px[1] - top) / height * SIDE, (at_px[0] - left) / width * SIDE
    return (int(row), int(column)) if 0 <= row < SIDE and 0 <= column < SIDE else None
