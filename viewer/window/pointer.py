"""What the pointer does in the scene: hovering tells, clicks pin, double clicks open or fly, right clicks ask."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QMenu

from viewer.window.pick import what_can_be_asked
from viewer.window.switches import closed_again, layer_is_open, opened_too

if TYPE_CHECKING:
    from viewer.inspect.pick import Hit
    from viewer.window.parts import Parts

HOVER_MS = 16


class Pointer(QObject):
    """Joins the hand over the picture to the window's desk. `menu` is what a right click offers."""

    def __init__(self, window: Parts) -> None:
        super().__init__()
        self._window, self._view, self._desk = window, window.view, window.desk
        self.menu = QMenu(window)
        self._at: tuple[float, float] | None = None
        self._hovered: Hit | None = None
        self._soon = QTimer(self, singleShot=True, interval=HOVER_MS)
        self._soon.timeout.connect(self._hover)
        hand = self._view.hand
        hand.pointed.connect(self._on_pointed)
        hand.clicked.connect(self._on_clicked)
        hand.doubled.connect(self._on_doubled)
        hand.asked.connect(self._on_asked)

    def _on_pointed(self, at_px: tuple[float, float] | None) -> None:
        self._at = at_px
        if not self._soon.isActive():
            self._soon.start()

    def _hover(self) -> None:
        hit = None if self._at is None else self._view.hit_at(self._at)
        if _told(hit) != _told(self._hovered):
            self._desk.hovered.emit(hit)
        self._hovered = hit

    def _on_clicked(self, at_px: tuple[float, float]) -> None:
        if any(takes(at_px) for takes in self._window.claims):
            return
        hit = self._view.hit_at(at_px)
        if hit is None and self._window.pointing.keep(at_px):
            return
        if hit is None:
            self._desk.set(pinned=None, pinned_edge=None)
        elif hit.edge is not None:
            self._desk.set(pinned=None, pinned_edge=hit.edge)
        else:
            self._desk.set(pinned=hit.place, pinned_edge=None)

    def _on_doubled(self, at_px: tuple[float, float]) -> None:
        hit, layout = self._view.hit_at(at_px), self._view.layout
        if hit is None or layout is None:
            self._view.reset()
        elif layout.plates[hit.plate].group:
            self._window.chooser.open_group(layout.plates[hit.plate].group or "")
        else:
            self._view.fly_to(hit.place)

    def _on_asked(self, at_px: tuple[float, float], on_screen: QPoint) -> None:
        hit = self._view.hit_at(at_px)
        self.menu.clear()
        if hit is None:
            return
        self._offer_layer(hit)
        for offer in self._window.offers:
            lines = list(offer(hit))
            if lines and self.menu.actions():
                self.menu.addSeparator()
            for words, does in lines:
                self.menu.addAction(words, does)
        if self.menu.actions():
            self.menu.popup(on_screen)

    def _offer_layer(self, hit: Hit) -> None:
        """Groups to open and fold, channels to fan out, and what to keep in the inspector."""
        layout, desk = self._view.layout, self._desk
        if layout is None:
            return
        plate = layout.plates[hit.plate]
        for asked in what_can_be_asked(desk.bundle.manifest.groups, plate):
            does = self._window.chooser.open_group if asked.does == "open" else self._window.chooser.fold_group
            self.menu.addAction(asked.words, partial(does, asked.group))
        is_open = layer_is_open(plate)
        if is_open is not None:
            words = f"Close {plate.layer}: only the mean" if is_open else f"Open {plate.layer}: every channel"
            change = closed_again if is_open else opened_too
            self.menu.addAction(words, lambda: desk.put(change(desk.study, plate.layer)))
        if hit.edge is None and hit.place != desk.study.pinned:
            self.menu.addAction("Pin to the inspector", lambda: desk.set(pinned=hit.place, pinned_edge=None))


def _told(hit: Hit | None) -> tuple[object, ...]:
    """What of a hit is told: moving within a cell is no news."""
    return () if hit is None else (hit.net, hit.place, hit.edge, hit.kernel)
