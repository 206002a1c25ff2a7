"""Where the docks stand round the scene, which are there at first, and when they make room for the picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDockWidget

from viewer.window.docks.asking.dock import AskDock
from viewer.window.docks.cues import CuesDock
from viewer.window.docks.dataset.dock import DataSetDock
from viewer.window.docks.divergence.dock import DivergenceDock
from viewer.window.docks.heading import Heading
from viewer.window.docks.inputs.dock import InputsDock
from viewer.window.docks.inspector.dock import InspectorDock
from viewer.window.docks.layers.dock import LayersDock
from viewer.window.docks.look.dock import LookDock
from viewer.window.docks.pad.dock import PadDock
from viewer.window.docks.whatif.dock import WhatIfDock

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from viewer.window.parts import Parts

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea

SHELF: tuple[tuple[Callable[[Parts], QDockWidget], Qt.DockWidgetArea, bool], ...] = (
    (InputsDock, LEFT, True),
    (LayersDock, LEFT, True),
    (InspectorDock, RIGHT, True),
    (LookDock, RIGHT, True),
    (CuesDock, RIGHT, False),
    (WhatIfDock, RIGHT, False),
    (DivergenceDock, BOTTOM, False),
    (PadDock, RIGHT, False),
    (AskDock, RIGHT, False),
    (DataSetDock, RIGHT, False),
)
"""Docks, the side they stand on (those of one side are tabs), and whether they are there at first: one that has nothing
to show, and is disabled for it, never is. That of data sets is for bundles that hold a survey only."""

WIDTHS_PX = {LEFT: 240, RIGHT: 300}
NARROWEST_PX, LOWEST_PX = 150, 90
NO_SURVEY = "the bundle holds no survey of a data set: make one with kerascope survey"
ROOMY_PX, ROOMY_FOR_TWO_PX = 1200, 1800
"""In a narrower window, with one bundle or two, the docks go until they are asked for: the picture comes first."""


class Shelf(QObject):
    """The docks of a window. They may be away for several reasons at once, and come back when the last one is gone."""

    def __init__(self, window: Parts) -> None:
        super().__init__(window)
        self._window = window
        self.docks: list[QDockWidget] = []
        self._sides: dict[QDockWidget, Qt.DockWidgetArea] = {}
        self._away: set[str] = set()
        self._come_back: list[QDockWidget] = []
        self._was_roomy = True
        window.setDockNestingEnabled(True)
        for corner, side in (
            (Qt.Corner.BottomLeftCorner, LEFT),
            (Qt.Corner.BottomRightCorner, RIGHT),
        ):
            window.setCorner(corner, side)

    def add(self, dock: QDockWidget, side: Qt.DockWidgetArea, *, is_shown: bool) -> None:
        """Put a dock on a side, as a tab beside those that are there."""
        dock.setObjectName(type(dock).__name__)
        dock.setTitleBarWidget(Heading(dock))
        dock.setMinimumSize(NARROWEST_PX, LOWEST_PX)
        action = dock.toggleViewAction()
        action.setShortcut(f"Ctrl+{(len(self.docks) + 1) % 10}")
        self._window.addAction(action)
        self._window.addDockWidget(side, dock)
        beside = [other for other in self.docks if self._sides[other] == side]
        if beside:
            self._window.tabifyDockWidget(beside[-1], dock)
            beside[0].raise_()
        self.docks.append(dock)
        self._sides[dock] = side
        dock.setVisible(is_shown)

    def actions(self) -> list[QAction]:
        """Show or hide each dock."""
        return [dock.toggleViewAction() for dock in self.docks]

    @property
    def is_away(self) -> bool:
        """Whether the docks have made room for a while."""
        return bool(self._away)

    def send_away(self, reason: str) -> None:
        """Hide all docks for a reason."""
        if not self._away:
            self._come_back = [dock for dock in self.docks if not dock.isHidden()]
        self._away.add(reason)
        for dock in self.docks:
            dock.hide()

    def let_back(self, reason: str) -> None:
        """A reason is gone; with the last one those docks return that were there before."""
        self._away.discard(reason)
        if not self._away:
            for dock in self._come_back:
                dock.show()
            self._come_back = []
            self._share()

    def toggle(self) -> None:
        """All docks away, or back: also in a narrow window, where they are asked for now."""
        if any(not dock.isHidden() for dock in self.docks):
            self.send_away("asked")
            return
        if not self._come_back:
            self._come_back = list(self.docks)
        self._away.clear()
        self.let_back("asked")

    def toggle_pad(self) -> None:
        """The drawing pad in front of the docks of its side, or away."""
        pad = next(dock for dock in self.docks if isinstance(dock, PadDock))
        if not pad.isEnabled():
            pad.tell_why()
        self._toggle(pad)

    def toggle_asking(self) -> None:
        """What is asked of the model in front of the docks of its side, or away."""
        self._toggle(next(dock for dock in self.docks if isinstance(dock, AskDock)))

    def toggle_dataset(self) -> None:
        """The data set in front of the docks of its side, or away; a line where none was surveyed."""
        dock = next((dock for dock in self.docks if isinstance(dock, DataSetDock)), None)
        if dock is None:
            self._window.desk.told.emit(NO_SURVEY)
        else:
            self._toggle(dock)

    def _toggle(self, dock: QDockWidget) -> None:
        is_seen = not dock.visibleRegion().isEmpty()
        dock.setVisible(not is_seen and dock.isEnabled())
        dock.raise_()
        self._window.resizeDocks([dock], [max(dock.width(), WIDTHS_PX[RIGHT])], Qt.Orientation.Horizontal)

    def fit(self, width_px: int) -> None:
        """The window has another width."""
        is_roomy = width_px >= ROOMY_PX
        if is_roomy != self._was_roomy:
            self._was_roomy = is_roomy
            (self.let_back if is_roomy else self.send_away)("narrow")

    def adopt(self) -> None:
        """The docks that are there now are those that were asked for, also where they have to make room at once."""
        self._come_back = [dock for dock in self.docks if not dock.isHidden()]
        if self._away:
            for dock in self.docks:
                dock.hide()

    def forget(self) -> None:
        """Take all docks down for good."""
        for dock in self.docks:
            if isinstance(dock, DataSetDock):
                dock.forget()
            self._window.removeAction(dock.toggleViewAction())
            self._window.removeDockWidget(dock)
            dock.deleteLater()
        self.docks, self._sides, self._come_back = [], {}, []

    def _share(self) -> None:
        """The sides as wide as they are at first."""
        for side, width_px in WIDTHS_PX.items():
            shown = [dock for dock in self.docks if self._sides[dock] == side and not dock.isHidden()]
            if shown:
                self._window.resizeDocks(shown[:1], [width_px], Qt.Orientation.Horizontal)


def add_docks(window: Parts) -> Shelf:
    """All docks of `SHELF` round the window, in the order of the table."""
    shelf = Shelf(window)
    has_survey = bool(window.desk.bundle.manifest.surveys)
    for make, side, is_shown in SHELF:
        if make is DataSetDock and not has_survey:
            continue
        dock = make(window)
        shelf.add(dock, side, is_shown=is_shown and dock.isEnabled())
    shelf.let_back("making")
    return shelf
