"""The desk: the study that the person has set, what the pointer is over, and who wants to know when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, Signal

from viewer.study import Study

if TYPE_CHECKING:
    from exporter.bundle import Bundle


class Desk(QObject):
    """What all parts of the window share: the bundle, and a study with its changes.

    `changed` brings the study before and after, `hovered` what is under the pointer (a `viewer.inspect.pick.Hit` or
    `None`), `told` a line for the person, `failed` one that says what went wrong.
    """

    changed = Signal(object, object)
    hovered = Signal(object)
    told = Signal(str)
    failed = Signal(str)

    def __init__(self, bundle: Bundle, study: Study | None = None) -> None:
        super().__init__()
        self.bundle = bundle
        self.study = study or Study()

    def put(self, study: Study) -> None:
        """Set another study. Nothing is told where it is the same."""
        before, self.study = self.study, study
        if study != before:
            self.changed.emit(before, study)

    def set(self, **changes: Any) -> None:
        """Change some fields of the study."""
        self.put(msgspec.structs.replace(self.study, **changes))
