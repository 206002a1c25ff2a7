"""The two bars: what is shown (scene, input, checkpoint, folding) on top, the timeline below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from viewer.window.choice import Choice
from viewer.window.look import colour, look_of
from viewer.window.pictures import play_icon
from viewer.window.playhead import clock_text
from viewer.window.scrub import ScrubBar

if TYPE_CHECKING:
    from viewer.state import Theme
    from viewer.window.playable import Playable


WIDE_PX, NARROWEST_PX = 980, 640


class TopBar(QWidget):
    """Choices of scene, input, checkpoint and what is folded, and buttons for what else there is."""

    asked_theme = Signal()
    asked_picture = Signal()
    asked_help = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.scene, self.input, self.checkpoint, self.fold = Choice(150), Choice(210), Choice(150), Choice(96)
        self._captions: list[QLabel] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 10, 7)
        row.setSpacing(8)
        choices = {"Scene": self.scene, "Input": self.input, "Checkpoint": self.checkpoint, "Fold": self.fold}
        for words, choice in choices.items():
            caption = QLabel(words)
            caption.setObjectName("caption")
            caption.setBuddy(choice)
            row.addWidget(caption)
            self._captions.append(caption)
            row.addWidget(choice, choice.maximumWidth())
            row.addSpacing(8)
        row.addStretch(1)
        self.theme = _button("Light theme", "for the picture and the window (T)")
        picture, helps = _button("Save picture", "a PNG file beside you (S)"), _button("Keys", "all keys (H or ?)")
        self.panels = _button("Panels", "show or hide the panels (D: all)")
        self.panels.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.panels.setMenu(QMenu(self.panels))
        row.addWidget(self.panels)
        for button, signal in ((self.theme, self.asked_theme), (picture, self.asked_picture), (helps, self.asked_help)):
            button.clicked.connect(signal)
            row.addWidget(button)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """A narrow bar leaves the captions out: what is chosen says what it is."""
        super().resizeEvent(event)
        for caption in self._captions:
            buddy = caption.buddy()
            caption.setVisible(self.width() >= WIDE_PX and buddy is not None and not buddy.isHidden())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrower than with captions, so that there can be a width at which they go."""
        return QSize(NARROWEST_PX, super().minimumSizeHint().height())

    def offer_panels(self, actions: list[QAction]) -> None:
        """The docks that can be shown and hidden; without any there is no button."""
        self.panels.menu().clear()
        self.panels.menu().addActions(actions)
        self.panels.setVisible(bool(actions))

    def show_theme(self, theme: Theme) -> None:
        """The button offers the other theme."""
        other = "Light" if theme == "dark" else "Dark"
        self.theme.setText(f"{other} theme")


class TimeBar(QWidget):
    """Play, the steps of a scene that has some, the time, the timeline, and whether it repeats."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("timeBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme: Theme = "dark"
        self._is_playing = False
        self._duration_secs = 1.0
        self.play = _button("", "play, pause (Space)")
        self.play.setObjectName("play")
        self.play.setFixedSize(32, 32)
        self.play.setIconSize(QSize(20, 20))
        self.step_back = _button("\N{LEFTWARDS ARROW} Step", "the step before (←)")
        self.step_forward = _button("Step \N{RIGHTWARDS ARROW}", "play to the end of the next step, and wait there (→)")
        self.clock = QLabel()
        self.clock.setObjectName("clock")
        self.clock.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.scrub = ScrubBar()
        self.repeat = _button("Repeat", "begin anew at the end (L)")
        self.repeat.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 10, 6)
        row.setSpacing(10)
        for part in (self.step_back, self.play, self.step_forward, self.clock, self.scrub, self.repeat):
            row.addWidget(part)
        self._offer_steps(False)
        self.show_theme("dark")

    def show_theme(self, theme: Theme) -> None:
        """Colours of what is painted and not styled."""
        self._theme = theme
        self.scrub.look = look_of(theme)
        self.scrub.update()
        self.show_playing(self._is_playing)

    def show_scene(self, playable: Playable) -> None:
        """Another scene, with its length and its moments. The clock is as wide as its longest text."""
        self._duration_secs = playable.duration_secs
        self._offer_steps(bool(playable.stops_secs))
        self.scrub.show_scene(playable.duration_secs, playable.moments)
        longest = clock_text(playable.duration_secs, playable.duration_secs)
        self.clock.setFixedWidth(self.clock.fontMetrics().horizontalAdvance(longest) + 8)

    def _offer_steps(self, are_there: bool) -> None:
        for button in (self.step_back, self.step_forward):
            button.setVisible(are_there)

    def show_time(self, t_secs: float) -> None:
        """Where the scene is."""
        self.clock.setText(clock_text(t_secs, self._duration_secs))
        self.scrub.show_time(t_secs)

    def show_playing(self, is_playing: bool) -> None:
        """The button offers the opposite."""
        self._is_playing = is_playing
        self.play.setIcon(play_icon(colour(look_of(self._theme).panel), is_playing))


def _button(words: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return button
