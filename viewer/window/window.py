"""The main window: puts the parts together and does what the keys ask."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QLabel, QMainWindow, QVBoxLayout, QWidget

from exporter.bundle import KerascopeError
from viewer.window.bars import TimeBar, TopBar
from viewer.window.chooser import Chooser
from viewer.window.help import HelpOverlay
from viewer.window.keys import BINDINGS
from viewer.window.look import style_sheet
from viewer.window.message import MessageBar
from viewer.window.playable import Playable, Wish
from viewer.window.playhead import Playhead
from viewer.window.snapshot import free_path, write_picture
from viewer.window.view import SceneView

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.state import Theme, ViewState
    from viewer.window.playable import Catalogue

TICK_MS = 16
ICON_BATCH = 8


class Window(QMainWindow):
    """One bundle, its scenes, and a timeline. `folder` is where pictures are saved."""

    def __init__(self, bundle: Bundle, catalogue: Catalogue, wish: Wish, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.playable: Playable | None = None
        self.playhead = Playhead(1.0)
        self._bundle, self._summaries = bundle, catalogue.summaries
        self.view = SceneView(bundle, self._state, wish.theme)
        self.top, self.time, self.words = TopBar(), TimeBar(), MessageBar()
        self.chooser = Chooser(bundle, catalogue, self.top, wish)
        self._arrange()
        self.help = HelpOverlay(self.view.widget)
        self._waiting = QLabel("laying out the network …", self.view.widget)
        self._connect()
        self._tick = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._on_tick)
        self._show_theme(wish.theme)

    # --- Playing --------------------------------------------------------------------------------------------------

    def toggle_playing(self) -> None:
        """Play, or pause."""
        self._put(self.playhead.paused(_clock()) if self.playhead.is_playing else self.playhead.played(_clock()))

    def play(self) -> None:
        """Play from here."""
        self._put(self.playhead.played(_clock()))

    def pause(self) -> None:
        """Rest here."""
        self._put(self.playhead.paused(_clock()))

    def scrub_to(self, t_secs: float) -> None:
        """Show this time."""
        self._put(self.playhead.moved(t_secs, _clock()))

    def step_forward(self) -> None:
        """The next frame."""
        self._put(self.playhead.stepped(1, _clock()))

    def step_back(self) -> None:
        """The frame before."""
        self._put(self.playhead.stepped(-1, _clock()))

    def next_moment(self) -> None:
        """The next moment of the timeline."""
        self._go_to([at_secs for at_secs in self._moments() if at_secs > self._time() + 1e-3][:1])

    def previous_moment(self) -> None:
        """The moment before; from a little after one, the one before it."""
        self._go_to([at_secs for at_secs in self._moments() if at_secs < self._time() - 0.3][-1:] or [0.0])

    def go_to_start(self) -> None:
        """The first frame."""
        self.scrub_to(0.0)

    def go_to_end(self) -> None:
        """The last frame, at rest."""
        self.pause()
        self.scrub_to(self.playhead.last_secs)

    def toggle_repeating(self) -> None:
        """Begin anew at the end, or stop there."""
        self._put(self.playhead.repeating(not self.playhead.repeats, _clock()))

    # --- Choosing -------------------------------------------------------------------------------------------------

    def next_scene(self) -> None:
        """The next scene that this bundle allows."""
        self.chooser.step(self.top.scene, 1)

    def previous_scene(self) -> None:
        """The scene before."""
        self.chooser.step(self.top.scene, -1)

    def next_input(self) -> None:
        """The next input."""
        self.chooser.step(self.top.input, 1)

    def previous_input(self) -> None:
        """The input before."""
        self.chooser.step(self.top.input, -1)

    def next_checkpoint(self) -> None:
        """The next checkpoint."""
        self.chooser.step(self.top.checkpoint, 1)

    def previous_checkpoint(self) -> None:
        """The checkpoint before."""
        self.chooser.step(self.top.checkpoint, -1)

    # --- Looking --------------------------------------------------------------------------------------------------

    def reset_view(self) -> None:
        """Back to the scene's own camera."""
        self.view.reset()

    def zoom_in(self) -> None:
        """Nearer."""
        self.view.zoom(2)

    def zoom_out(self) -> None:
        """Further off."""
        self.view.zoom(-2)

    def toggle_theme(self) -> None:
        """Dark, or light."""
        theme: Theme = "light" if self.chooser.wish.theme == "dark" else "dark"
        self._show_theme(theme)
        self.chooser.want(theme=theme)

    def toggle_bars(self) -> None:
        """Show the bars, or hide them."""
        self._show_bars(not self.top.isVisible())

    def toggle_full_screen(self) -> None:
        """Nothing but the picture on the whole screen, or a window again."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._show_bars(not self.isFullScreen())

    def toggle_help(self) -> None:
        """Show the keys, or hide them."""
        self.help.toggle()

    def leave(self) -> None:
        """Close the help, or else leave the full screen."""
        if self.help.isVisible():
            self.help.hide()
        elif self.isFullScreen():
            self.toggle_full_screen()

    def save_picture(self) -> None:
        """Save what is shown, under a free name in `folder`."""
        self._save(free_path(self.folder, f"{self._bundle.path.stem}-{self.chooser.wish.scene}-{self._time():.2f}s"))

    def save_picture_as(self) -> None:
        """Ask where to save what is shown."""
        proposed = free_path(self.folder, f"{self._bundle.path.stem}-{self.chooser.wish.scene}")
        name, _ = QFileDialog.getSaveFileName(self, "Save the picture", str(proposed), "PNG (*.png)")
        if name:
            path = Path(name)
            self._save(path if path.suffix.lower() == ".png" else path.with_name(path.name + ".png"))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Another shape of the window is another composition of the scene."""
        super().resizeEvent(event)
        self.view.stir()
        # Asked once the parts have their places.
        QTimer.singleShot(0, self._want_size)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop, and give everything back."""
        self._tick.stop()
        self.chooser.close()
        self.view.close()
        super().closeEvent(event)

    # --- Inside ---------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.view.widget, 1)
        column.addWidget(self.time)
        self.setCentralWidget(whole)
        self.setStatusBar(self.words)
        self.setWindowTitle(f"{self._bundle.path.name} – Kerascope")

    def _connect(self) -> None:
        for binding in BINDINGS:
            for key in binding.keys:
                QShortcut(QKeySequence(key), self, getattr(self, binding.action))
        self.top.asked_theme.connect(self.toggle_theme)
        self.top.asked_picture.connect(self.save_picture)
        self.top.asked_help.connect(self.toggle_help)
        self.time.play.clicked.connect(self.toggle_playing)
        self.time.repeat.clicked.connect(self.toggle_repeating)
        self.time.scrub.scrubbed.connect(self.scrub_to)
        self.time.scrub.held.connect(self._hold)
        self.time.scrub.released.connect(self._let_go)
        self._was_playing = False
        self.view.failed.connect(self._tell_failure)
        self.chooser.built.connect(self._show_scene)
        self.chooser.failed.connect(self._tell_failure)
        self.chooser.noted.connect(self.words.tell)

    def _want_size(self) -> None:
        self.chooser.want_size(self.view.size_px)
        self._waiting.move((self.view.widget.width() - self._waiting.width()) // 2, self.view.widget.height() // 2)

    def _show_scene(self, playable: Playable, wish: Wish, is_other_scene: bool) -> None:
        now_secs = _clock()
        self._waiting.hide()
        if self.playable is None or is_other_scene:
            self.view.offset = type(self.view.offset)()
            head = Playhead(playable.duration_secs, is_seamless=playable.loops, repeats=playable.loops)
            head = head.played(now_secs) if self.playable is None or self.playhead.is_playing else head
        else:
            head = self.playhead.lasting(playable.duration_secs, playable.loops, now_secs)
        self.playable, self.view.layout = playable, playable.layout
        self.time.show_scene(playable)
        self.words.rest(f"{wish.scene}: {self._summaries[wish.scene]}")
        self._put(head)

    def _show_theme(self, theme: Theme) -> None:
        self.view.theme = theme
        self.setStyleSheet(style_sheet(theme))
        self.top.show_theme(theme)
        self.time.show_theme(theme)

    def _show_bars(self, are_visible: bool) -> None:
        for bar in (self.top, self.time, self.words):
            bar.setVisible(are_visible)

    def _tell_failure(self, line: str) -> None:
        if self.playable is None:
            self._waiting.setText("nothing to show")
            self._waiting.adjustSize()
        self.words.tell(line, alarming=True)

    def _put(self, head: Playhead) -> None:
        """Everything that shows the time shows this one."""
        if head.is_playing != self._tick.isActive():
            (self._tick.start if head.is_playing else self._tick.stop)()
        self.playhead, self.view.is_playing = head, head.is_playing
        self.time.repeat.setChecked(head.repeats)
        self.time.show_playing(head.is_playing)
        self.time.show_time(self._time())
        self.view.stir()

    def _on_tick(self) -> None:
        if self.playhead.is_over(_clock()):
            self.pause()
            return
        self.time.show_time(self._time())
        self.view.stir()

    def _hold(self) -> None:
        self._was_playing = self.playhead.is_playing
        self.pause()

    def _let_go(self) -> None:
        if self._was_playing:
            self.play()

    def _go_to(self, times_secs: list[float]) -> None:
        for at_secs in times_secs:
            self.scrub_to(at_secs)

    def _moments(self) -> list[float]:
        return sorted(moment.at_secs for moment in self.playable.moments) if self.playable else []

    def _time(self) -> float:
        return self.playhead.time(_clock())

    def _state(self) -> ViewState | None:
        return self.playable.state_at(self._time()) if self.playable else None

    def _save(self, path: Path) -> None:
        try:
            pixels = self.view.render()
            if pixels is not None:
                write_picture(pixels, path)
                self.words.tell(f"saved {path}")
        except KerascopeError as error:
            self._tell_failure(str(error))


def _clock() -> float:
    return time.perf_counter()
