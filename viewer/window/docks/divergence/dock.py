"""The attack dock: how strong the attack is, to slide, and how far each layer has drifted because of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from viewer.inspect.attack import answer_text, epsilon_text
from viewer.inspect.divergence import Drifted, divergence, turn_of
from viewer.state import CaptureKey
from viewer.study import Place
from viewer.window.docks.divergence.axis import Axis, axis_over
from viewer.window.docks.divergence.slider import EpsilonSlider
from viewer.window.docks.divergence.spine import DivergenceSpine
from viewer.window.errand import Errand

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.inspect.attack import Attack
    from viewer.layout import Layout
    from viewer.study import Study
    from viewer.window.parts import Parts

MOST_KEPT = 256


class DivergenceDock(QDockWidget):
    """A slider over the steps of the attack that is shown, and the divergence spine beside it."""

    def __init__(self, window: Parts) -> None:
        super().__init__("Attack", window)
        self._window, self._bundle, self.navigator = window, window.desk.bundle, window.navigator
        self.slider = EpsilonSlider(lambda: window.view.theme)
        self.spine = DivergenceSpine(lambda: window.view.theme)
        self.answer, self.strength, self.reason = QLabel(), QLabel(), QElidingLabel()
        self.turn = QPushButton("Go to where it turns")
        self._errand = Errand("divergence", self)
        self._layout: Layout | None = None
        self._known: dict[CaptureKey, tuple[tuple[Drifted, ...], Axis]] = {}
        self._flies = False
        self._arrange()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """What is shown now: its attack, its step, and the drift, worked out where it is not known."""
        attack, at = self.navigator.attack(), self.navigator.at_step()
        self._pages.setCurrentIndex(0 if attack is not None and at is not None else 1)
        if attack is None or at is None:
            self.spine.put((), None, Axis())
            return
        if attack is not self.slider.attack:
            self.slider.put(attack, [self._words_of(attack, step) for step in range(len(attack.steps))])
        self.slider.show_step(at)
        self._tell(attack, at)
        self._show_drift(attack, at)

    def go_to_turn(self) -> None:
        """Fly to the layer where the drift turns; first work it out."""
        self._flies = True
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """What was let be while nobody saw it."""
        super().showEvent(event)
        self.refresh()

    def _arrange(self) -> None:
        self.setEnabled(bool(self.navigator.attacks()))
        self.answer.setObjectName("answer")
        self.reason.setObjectName("quiet")
        self.reason.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.turn.setToolTip("the layer that lets the change grow most over the layer before it (W)")
        left, right, foot = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        foot.addWidget(self.answer, 1)
        foot.addWidget(self.turn)
        left.addWidget(self.strength)
        left.addWidget(self.slider)
        left.addStretch(1)
        left.addLayout(foot)
        right.addWidget(self.reason)
        right.addWidget(self.spine, 1)
        for column in (left, right):
            column.setSpacing(2)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(12, 8, 10, 6)
        row.setSpacing(18)
        row.addLayout(left, 4)
        row.addLayout(right, 7)
        self._pages = QStackedWidget()
        self._pages.addWidget(page)
        self._pages.addWidget(self._page_of_attacks())
        self.setWidget(self._pages)

    def _page_of_attacks(self) -> QWidget:
        """What there is where the shown input was not attacked: the attacks that can be shown."""
        page = QWidget()
        row = QHBoxLayout(page)
        attacks = self.navigator.attacks()
        row.addWidget(QLabel("This input was not attacked." if attacks else "There is no attack in this bundle."))
        for attack in attacks[:3]:
            button = QPushButton(f"Show {attack.method.upper()} on {attack.steps[0].label}")
            button.clicked.connect(
                partial(self.navigator.show, attack.steps[-1 if attack.flip is None else attack.flip])
            )
            row.addWidget(button)
        row.addStretch(1)
        return page

    def _connect(self) -> None:
        window = self._window
        self.slider.moved.connect(self._on_moved)
        self.spine.chosen.connect(self._fly)
        self.turn.clicked.connect(self.go_to_turn)
        self.navigator.shown.changed.connect(self._on_shown)
        window.chooser.built.connect(self._on_shown)
        window.desk.changed.connect(self._on_study)
        self._errand.done.connect(self._on_done)
        self._errand.failed.connect(lambda _, line: self.reason.setText(line))
        action = QAction("Go to where the attack turns", self)
        action.setShortcut("W")
        action.triggered.connect(self.go_to_turn)
        window.addAction(action)

    def _on_shown(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_study(self, before: Study, after: Study) -> None:
        if before.muted != after.muted:
            self._on_shown()

    def _on_moved(self, at: int) -> None:
        attack = self.slider.attack
        if attack is not None:
            self._tell(attack, at)
            self.navigator.go_to_step(attack, at)

    def _tell(self, attack: Attack, at: int) -> None:
        step = attack.steps[at]
        what = f"{attack.method.upper()} on {attack.steps[0].label}"
        self.strength.setText(f"{what}, {f'ε = {epsilon_text(self._bundle, step)}' if at else 'clean'}")
        self.answer.setText(answer_text(self._bundle.manifest.model.class_names, step))
        self.answer.setProperty("alarming", step.is_flipped)
        self.answer.style().unpolish(self.answer)
        self.answer.style().polish(self.answer)

    def _words_of(self, attack: Attack, at: int) -> str:
        step = attack.steps[at]
        said = answer_text(self._bundle.manifest.model.class_names, step)
        strength = f"ε {epsilon_text(self._bundle, step)}" if at else "clean"
        return f"{strength}: {said}" + (", the first of another class" if at == attack.flip else "")

    def _show_drift(self, attack: Attack, at: int) -> None:
        layout = self._window.view.layout
        if layout is None:
            return
        if layout is not self._layout:
            self._layout, self._known = layout, {}
        mutes = self._window.desk.study.muted
        keys = tuple(CaptureKey(step.input_id, attack.checkpoint_id, mutes) for step in attack.steps)
        if keys[at] in self._known:
            self._put(*self._known[keys[at]])
        else:
            wanted = (keys[0], keys[at], keys[1], keys[-1])
            self._errand.ask((layout, keys[at]), partial(_drift_and_axis, self._bundle, layout, *wanted))

    def _on_done(self, question: tuple[Layout, CaptureKey], found: tuple[tuple[Drifted, ...], Axis]) -> None:
        layout, key = question
        if layout is self._layout:
            while len(self._known) >= MOST_KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = found
            self._put(*found)

    def _put(self, drifted: tuple[Drifted, ...], axis: Axis) -> None:
        turn = turn_of(drifted, self._bundle.manifest.model.outputs[0])
        self.spine.put(drifted, turn, axis)
        moved = any(each.change for each in drifted)
        nowhere = "no layer lets the change grow by a quarter" if moved else "the clean input: nothing has moved"
        self.reason.setText(nowhere if turn is None else turn.words)
        self.reason.setToolTip(self.reason.text())
        self.turn.setEnabled(turn is not None)
        if self._flies and turn is not None:
            self._fly(drifted[turn.at].layer)
        self._flies = False

    def _fly(self, layer: str) -> None:
        place = Place(layer)
        self._window.desk.set(pinned=place, pinned_edge=None)
        self._window.view.fly_to(place)


def _drift_and_axis(
    bundle: Bundle, layout: Layout, clean: CaptureKey, here: CaptureKey, first: CaptureKey, last: CaptureKey
) -> tuple[tuple[Drifted, ...], Axis]:
    """The drift of a step, and an axis that holds the weakest and the strongest step: it stays while one slides."""
    ends = (change.change for key in (first, last) for change in divergence(bundle, layout, clean, key))
    axis = axis_over(ends)
    return divergence(bundle, layout, clean, here), axis
