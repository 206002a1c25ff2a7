"""The dock that says everything about what is under the pointer, or about what is pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QFrame, QScrollArea, QVBoxLayout, QWidget

from exporter.bundle import KerascopeError
from viewer.inspect.pick import Hit
from viewer.study import Place
from viewer.window.docks.inspector.actions import Actions
from viewer.window.docks.inspector.card import copied_text
from viewer.window.docks.inspector.details import Details, details_of
from viewer.window.docks.inspector.panel import Panel
from viewer.window.docks.inspector.proof import Proof
from viewer.window.docks.inspector.readings import Said, is_slow, said_of
from viewer.window.docks.inspector.rows import Line
from viewer.window.docks.inspector.strip import Strip
from viewer.window.docks.inspector.subject import Subject, captures_of, subject_of
from viewer.window.docks.layers.deeds import deeds_of
from viewer.window.docks.muting.mutes import mutes_at
from viewer.window.errand import Errand
from viewer.window.pictures import input_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

    from viewer.state import ViewState
    from viewer.study import Study
    from viewer.window.docks.inspector.card import Card
    from viewer.window.parts import Parts

REST_MS = 120
MOST_ICONS = 64
HINT = "Point at anything in the picture: a cell, a map, a unit, an edge. A click keeps it here."


class InspectorDock(QDockWidget):
    """Words and numbers at once; details when the pointer rests, computed in a thread."""

    def __init__(self, window: Parts) -> None:
        super().__init__("Inspector", window)
        self._window, self._desk = window, window.desk
        self.deeds = deeds_of(window, self)
        self.strip, self.panel, self.proof, self.buttons, self.hint = Strip(), Panel(), Proof(), Actions(), Line()
        self._hit: Hit | None = None
        self._net = 0
        self._state: ViewState | None = None
        self._subject: Subject | None = None
        self._card: Card | None = None
        self._icons: dict[str, QIcon] = {}
        self._reader, self._errand = Errand("readings", self), Errand("details", self)
        self._resting = QTimer(self, singleShot=True, interval=REST_MS)
        self._following = QTimer(self, singleShot=True, interval=REST_MS)
        self._arrange()
        self._connect()
        self._show_theme()
        self._on_study(self._desk.study, self._desk.study)

    @property
    def is_idle(self) -> bool:
        """Whether all that there is to say is said."""
        is_said = self._reader.is_idle and self._errand.is_idle
        return is_said and not self._resting.isActive() and not self._following.isActive()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Another theme reaches the docks as another style."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_following"):
            self._show_theme()

    def _arrange(self) -> None:
        inner, whole, scroll = QWidget(), QWidget(), QScrollArea()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        for part in (self.hint, self.panel, self.proof):
            column.addWidget(part)
        column.addStretch(1)
        inner.setObjectName("inspectPage")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(12, 10, 4, 6)
        rows.addWidget(self.strip)
        rows.addWidget(scroll, 1)
        rows.addWidget(self.buttons)
        self.hint.setObjectName("inspectDim")
        self.setWidget(whole)

    def _connect(self) -> None:
        desk, deeds, buttons, window = self._desk, self.deeds, self.buttons, self._window
        desk.hovered.connect(self._on_hovered)
        desk.changed.connect(self._on_study)
        window.chooser.built.connect(self._follow, Qt.ConnectionType.QueuedConnection)
        window.player.moved.connect(self._follow)
        self._following.timeout.connect(self._keep_up)
        self._resting.timeout.connect(self._ask_details)
        self._reader.done.connect(self._show_said)
        self._reader.failed.connect(self._show_failure)
        self._errand.done.connect(self._show_details)
        self._errand.failed.connect(self._show_failure)
        self.proof.terms.wanted.connect(self._walk)
        self.proof.cone.toggled.connect(self._switch_cone)
        self.strip.unmuted.connect(deeds.muter.toggle)
        self.strip.cleared.connect(self._clear_mutes)
        deeds.muter.told.connect(self._tell_answer)
        buttons.pin.clicked.connect(self._toggle_pin)
        buttons.isolate.clicked.connect(self._toggle_isolated)
        buttons.muting.connect(deeds.muter.toggle)
        buttons.fly.clicked.connect(self._fly)
        buttons.copy.clicked.connect(self._copy)
        window.offers.append(deeds.offers)

    def _on_hovered(self, hit: Hit | None) -> None:
        """What was pointed at last stays, so that the hand can come over to the buttons."""
        if hit is not None:
            self._hit = hit
            if not self._is_pinned():
                self._net = hit.net
                self._show()

    def _on_study(self, _: Study, study: Study) -> None:
        pinned = study.pinned_edge or study.pinned
        if self._hit is not None and pinned in (self._hit.edge, self._hit.place):
            self._net = self._hit.net
        self.strip.show_mutes(study.muted)
        self.proof.cone.setChecked(study.cone)
        self._show()

    def _follow(self) -> None:
        """While a scene plays, what is shown may become another input or checkpoint."""
        self._state = None
        if not self._following.isActive():
            self._following.start()

    def _keep_up(self) -> None:
        self.deeds.muter.refresh()
        if self._subject is not None and self._now() != self._subject:
            self._show()

    def _now(self) -> Subject | None:
        self._state = self._state or self._window.player.state()
        return subject_of(self._desk.study, self._hit, captures_of(self._state, self._net))

    def _is_pinned(self) -> bool:
        return self._desk.study.pinned is not None or self._desk.study.pinned_edge is not None

    def _show(self) -> None:
        """The words at once, the details soon."""
        subject, is_other = self._now(), False
        is_other, self._subject = subject != self._subject, subject
        self._show_actions(subject)
        if subject is not None and is_other:
            self._say(subject)
        for part in (self.panel, self.proof):
            part.setVisible(subject is not None)
        self.hint.say("" if subject is not None else HINT)

    def _say(self, subject: Subject) -> None:
        """Here where that is quick, else in a thread; what was said of another subject is not waited for any more."""
        bundle = self._desk.bundle
        self._reader.drop()
        self._errand.drop()
        try:
            if is_slow(bundle, subject):
                self._reader.ask(subject, lambda: said_of(bundle, subject))
            else:
                self._show_said(subject, said_of(bundle, subject))
        except KerascopeError as error:
            self._show_failure(subject, str(error))

    def _show_said(self, subject: Subject, said: Said) -> None:
        if subject == self._subject:
            self._card = said.card
            self.panel.show_card(said.card, self._icon(subject.key.input_id), said.compared)
            self.panel.show_spread(said.reading)
            self.proof.clear()
            self._resting.start()

    def _show_actions(self, subject: Subject | None) -> None:
        study, buttons = self._desk.study, self.buttons
        buttons.setVisible(subject is not None)
        buttons.pin.setChecked(self._is_pinned())
        if subject is not None:
            buttons.isolate.setChecked(self.deeds.isolated_layer() == subject.place.layer)
            buttons.offer_mutes(mutes_at(subject.place, subject.edge), study.muted)

    def _ask_details(self) -> None:
        subject, bundle = self._subject, self._desk.bundle
        if subject is not None:
            self._errand.ask(subject, lambda: details_of(bundle, subject))

    def _show_details(self, subject: Subject, details: Details) -> None:
        if subject == self._subject:
            self.proof.show_details(details)

    def _show_failure(self, _: object, line: str) -> None:
        self.proof.clear(line)

    def _icon(self, input_id: str) -> QIcon:
        if input_id not in self._icons:
            while len(self._icons) >= MOST_ICONS:
                self._icons.pop(next(iter(self._icons)))
            self._icons[input_id] = input_icon(self._desk.bundle, input_id)
        return self._icons[input_id]

    def _tell_answer(self, words: str, is_other: bool) -> None:
        self.strip.show_answer(words, is_other=is_other)

    def _walk(self, place: Place) -> None:
        self.deeds.pin(place)

    def _switch_cone(self, is_on: bool) -> None:
        self._desk.set(cone=is_on)

    def _clear_mutes(self) -> None:
        self.deeds.muter.want(())

    def _toggle_pin(self) -> None:
        if self._is_pinned() or self._subject is None:
            self.deeds.pin(None)
        elif self._subject.edge is not None:
            self.deeds.pin(None, self._subject.edge)
        else:
            self.deeds.pin(self._subject.place)

    def _toggle_isolated(self) -> None:
        if self._subject is not None:
            self.deeds.toggle_isolated(self._subject.place.layer)

    def _fly(self) -> None:
        if self._subject is not None:
            self.deeds.fly_to(self._subject.place)

    def _copy(self) -> None:
        if self._card is not None:
            QGuiApplication.clipboard().setText(copied_text(self._card))
            self._desk.told.emit("copied what the inspector says")

    def _show_theme(self) -> None:
        theme = self._window.view.theme
        self.panel.show_theme(theme)
        self.proof.show_theme(theme)
