"""The lower part of the inspector, which takes a moment: neighbours, what is seen of the input, the formula, the
audit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from superqt import QToggleSwitch

from viewer.window.docks.inspector.patch import PatchPicture
from viewer.window.docks.inspector.rows import Line
from viewer.window.docks.inspector.terms import TermTable
from viewer.window.look import look_of

if TYPE_CHECKING:
    from viewer.state import Theme
    from viewer.window.docks.inspector.details import Details


class Proof(QWidget):
    """Shows details when they have come, and which part of them is still on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.patch, self.unit, self.terms = PatchPicture(), Line("inspectDim"), TermTable()
        self.field, self.cone = Line("inspectLine"), QToggleSwitch("Cone")
        self.formula, self.audit, self.waiting = Line("inspectLine"), Line("inspectLine"), Line("inspectDim")
        self.cone.setToolTip("draw what it sees, from here back to the input")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.waiting)
        self._sections = [
            self._section(column, "Formula", self.formula, self.terms),
            self._section(column, "Audit", self.audit),
            self._section(column, "Sees", self._sight()),
            self._section(column, "Neighbours", self.unit, self.patch),
        ]
        self.clear()

    def clear(self, waiting: str = "") -> None:
        """Show nothing but that something is on its way."""
        self.waiting.say(waiting)
        for section in self._sections:
            section.hide()

    def show_details(self, details: Details) -> None:
        """Show what there is, and only that."""
        self.waiting.say("")
        formula, audit, sight, patch = self._sections
        if details.patch is not None:
            self.patch.show_patch(*details.patch)
            self.unit.say(f"in units of {self.patch.unit}" if self.patch.unit else "")
        self.field.say(details.field)
        self.formula.say("\n".join(details.formula))
        self.terms.show_terms(details.terms)
        self.audit.say(details.audit)
        self.audit.setProperty("verdict", details.verdict)
        self.audit.style().unpolish(self.audit)
        self.audit.style().polish(self.audit)
        patch.setVisible(details.patch is not None)
        sight.setVisible(bool(details.field))
        formula.setVisible(bool(details.formula or details.terms))
        audit.setVisible(bool(details.audit))

    def show_theme(self, theme: Theme) -> None:
        """The colours of a theme."""
        look = look_of(theme)
        self.patch.theme = theme
        self.patch.update()
        self.cone.onColor, self.cone.offColor = QColor(look.accent), QColor(look.faint)
        self.cone.handleColor = QColor(look.text)

    def _sight(self) -> QWidget:
        sight = QWidget()
        row = QHBoxLayout(sight)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.field, 1)
        row.addWidget(self.cone, 0, Qt.AlignmentFlag.AlignTop)
        return sight

    @staticmethod
    def _section(column: QVBoxLayout, words: str, *parts: QWidget) -> QWidget:
        section, heading = QWidget(), QLabel(words)
        heading.setObjectName("inspectHeading")
        inner = QVBoxLayout(section)
        inner.setContentsMargins(0, 8, 0, 0)
        inner.setSpacing(4)
        inner.addWidget(heading)
        for part in parts:
            inner.addWidget(part)
        column.addWidget(section)
        return section
