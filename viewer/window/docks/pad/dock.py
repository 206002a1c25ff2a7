"""The drawing pad: a sheet to draw on, what the network makes of it, and what can be done with a drawing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from viewer.window.docks.action import action_button, row_of
from viewer.window.docks.pad.pane import Pane
from viewer.window.docks.pad.rows import rows_of
from viewer.window.docks.pad.status import StatusLine
from viewer.window.docks.pad.tools import Tools

if TYPE_CHECKING:
    from viewer.window.live.live import Answered
    from viewer.window.parts import Parts

METHODS = {"fgsm": "FGSM: one step, as small as flips the answer", "pgd": "PGD: small steps, no pixel far"}
VEILED = "guess first: Y shows the answer"
EMPTY = "draw on the sheet, or drop a picture on it"
ATTACKS = "change what is drawn a little, until the network errs"
SOON_MS, PATIENT_MS = 16, 250
OTHERS = "the scene shows the drawing, or what the attack made of it"
PLAINLY, ATTACKED = "drawn", "attacked"


class PadDock(QDockWidget):
    """Draw, and watch the network answer."""

    def __init__(self, window: Parts) -> None:
        super().__init__("Draw", window)
        self._window, self.live = window, window.live
        theme = lambda: window.view.theme  # noqa: E731 - asked anew for every painting
        easel = self.live.easel
        self.tools = Tools(easel.shape[2], easel.brush)
        self.drawn, self.attacked = Pane(theme, PLAINLY), Pane(theme, ATTACKED)
        self.status = StatusLine(theme)
        self.attack = action_button("Attack", ATTACKS)
        self.veil = action_button("Hide answer", "hide what the network says, in all of the window (Y)")
        self.picture, self.paste, self.camera, self.save = (
            action_button("Picture", "a picture file, as the network takes it; or drop one here"),
            action_button("Paste", "the picture that was copied (Ctrl V)"),
            action_button("Camera", "what the camera sees, again and again"),
            action_button("Save", "keep what is drawn"),
        )
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        self._arrange()
        self._connect()
        self._show_theme()
        self.refresh()
        self.setEnabled(not self.live.barred)
        self.toggleViewAction().setToolTip(self.live.barred)

    def tell_why(self) -> None:
        """Say why nothing can be drawn."""
        self._window.desk.failed.emit(self.live.barred)

    def refresh(self) -> None:
        """Everything shows what is."""
        self._soon.stop()
        live = self.live
        self.drawn.sheet.show_picture(live.easel.picture)
        self.tools.undo.setEnabled(live.easel.can_undo)
        self.tools.clear.setEnabled(not live.easel.is_empty)
        self.tools.show_colour(live.easel.colour)
        self._show_answers()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Another theme reaches the docks as another style."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "save"):
            self._show_theme()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Whoever answers gets ready while the person looks for the pencil."""
        super().showEvent(event)
        self.live.open()
        self._hold()

    def _arrange(self) -> None:
        self.drawn.sheet.is_open = True
        self.attacked.hide()
        self.attack.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        menu = QMenu(self.attack)
        for method, words in METHODS.items():
            menu.addAction(words, partial(self.live.attack, method))
        self.attack.setMenu(menu)
        keeping = QMenu(self.save)
        keeping.addAction("into the bundle, as a run", self.live.saving.save_into_bundle)
        keeping.addAction("as a PNG beside you", self.live.saving.save_as_png)
        self.save.setMenu(keeping)
        self.save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.veil.setCheckable(True)
        self.camera.setCheckable(True)
        whole = QWidget()
        whole.setObjectName("page")
        column = QVBoxLayout(whole)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(7)
        column.addWidget(self.tools)
        panes = QHBoxLayout()
        panes.setSpacing(10)
        for pane in (self.drawn, self.attacked):
            panes.addWidget(pane, 1)
        column.addLayout(panes, 1)
        column.addLayout(row_of(self.attack, self.veil))
        column.addLayout(row_of(self.picture, self.paste, self.camera, self.save))
        column.addWidget(self.status)
        self.setWidget(whole)

    def _connect(self) -> None:
        live, sheet, tools = self.live, self.drawn.sheet, self.tools
        live.drawn.connect(self._on_drawn)
        live.answered.connect(self.refresh)
        live.intake.camera.switched.connect(self.camera.setChecked)
        live.intake.came.connect(self._reveal)
        sheet.begun.connect(self._begin)
        sheet.moved.connect(live.move)
        sheet.ended.connect(live.end)
        sheet.resized.connect(self._hold)
        sheet.undone.connect(live.undo)
        tools.changed.connect(self._hold)
        tools.undone.connect(live.undo)
        tools.cleared.connect(live.clear)
        tools.inverted.connect(live.invert_ground)
        tools.coloured.connect(live.take_colour)
        self.attack.clicked.connect(self._attack)
        self.veil.clicked.connect(live.toggle_veil)
        self.picture.clicked.connect(lambda: live.intake.ask(self))
        self.paste.clicked.connect(live.intake.paste)
        self.camera.clicked.connect(live.intake.switch_camera)

    def _begin(self, spot: tuple[float, float], began_secs: float, erases: bool) -> None:
        self.live.begin(spot, began_secs, erases=erases or self.tools.erases)

    def _reveal(self) -> None:
        """A picture came, wherever it was dropped: here is what was made of it."""
        if self.visibleRegion().isEmpty():
            self.show()
            self.raise_()

    def _hold(self) -> None:
        """The brush that is taken."""
        self.live.easel.brush = self.tools.brush
        self.drawn.sheet.show_brush(self.tools.brush)

    def _on_drawn(self) -> None:
        """Paint the sheet with the frame of its answer, where that comes soon: each painting costs a frame."""
        if not self._soon.isActive():
            self._soon.start(PATIENT_MS if self.live.is_quick else SOON_MS)

    def _attack(self) -> None:
        """Attack, or back to the drawing."""
        if self.live.attacked is None:
            self.live.attack(next(iter(METHODS)))
        else:
            self.live.show_attacked(not self.live.shows_attacked)

    def _show_answers(self) -> None:
        live = self.live
        self._say(self.drawn, live.answer)
        self._say(self.attacked, live.attacked)
        self.attacked.setVisible(live.attacked is not None)
        if live.attacked is not None:
            self.attacked.sheet.show_picture(live.attacked.picture)
        for pane, name in ((self.drawn, PLAINLY), (self.attacked, ATTACKED)):
            is_shown = live.shows_attacked == (pane is self.attacked)
            pane.show_caption("" if live.attacked is None else name, is_shown=is_shown)
        barred = live.answers.barred_attack or ("" if not live.easel.is_empty else "draw something first")
        self.attack.setEnabled(not barred)
        self.attack.setToolTip(barred or (ATTACKS if live.attacked is None else OTHERS))
        back = "Back" if live.shows_attacked else "Attacked"
        self.attack.setText("Attack" if live.attacked is None else back)
        self.veil.setChecked(live.is_veiled)
        self.veil.setText("Show answer" if live.is_veiled else "Hide answer")
        self.save.setEnabled(live.answer is not None and not live.easel.is_empty)
        self.status.show_status(live.answers.status, None if live.easel.is_empty else live.latency_ms)

    def _say(self, pane: Pane, answered: Answered | None) -> None:
        live = self.live
        if live.easel.is_empty or answered is None:
            pane.answer.show_rows([], EMPTY if live.easel.is_empty else "…")
        elif live.is_veiled:
            pane.answer.show_veil(VEILED)
        else:
            names = self._window.desk.bundle.manifest.model.class_names
            rows = rows_of(answered.reply.scores, live.kind, names)
            pane.answer.show_rows(rows, answered.reply.problem or "the network makes no list of numbers")

    def _show_theme(self) -> None:
        self.tools.show_theme(self._window.view.theme)
        for part in (self.drawn, self.attacked, self.status):
            part.update()
