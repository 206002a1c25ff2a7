"""The main window: puts the parts together and does what the keys ask."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QLabel, QToolBar

from exporter.bundle import KerascopeError
from viewer.study import CameraOffset
from viewer.window.bars import TimeBar, TopBar
from viewer.window.chooser import Chooser
from viewer.window.desk import Desk
from viewer.window.docks.shelf import add_docks
from viewer.window.help import HelpOverlay
from viewer.window.keys import BINDINGS
from viewer.window.look import style_sheet
from viewer.window.message import MessageBar
from viewer.window.navigator import Navigator
from viewer.window.parts import Parts
from viewer.window.playable import Playable, Wish
from viewer.window.player import Player
from viewer.window.pointer import Pointer
from viewer.window.snapshot import free_path, write_picture
from viewer.window.travel import Travel
from viewer.window.view import SceneView

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.state import Theme
    from viewer.study import Study, Vantage
    from viewer.window.playable import Catalogue


class Window(Parts):
    """One bundle, its scenes, a timeline, and docks. `folder` is where pictures are saved."""

    def __init__(self, bundle: Bundle, catalogue: Catalogue, wish: Wish, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.offers = []
        self._bundle, self._summaries = bundle, catalogue.summaries
        self.top, self.time, self.words = TopBar(), TimeBar(), MessageBar()
        self.player = Player(self.time)
        self.desk = Desk(bundle)
        self.view = SceneView(self.desk, self.player.state, wish.theme)
        self.chooser = Chooser(bundle, catalogue, self.top, wish)
        self.travel = Travel(self)
        self._arrange()
        self.help = HelpOverlay(self.view.widget)
        self.pointer = Pointer(self)
        self.navigator = Navigator(self.desk, self.chooser, self.player)
        self.shelf = add_docks(self)
        self.top.offer_panels(self.shelf.actions())
        self._waiting = QLabel("laying out the network …", self.view.widget)
        self._connect()
        self._show_theme(wish.theme)

    def vantage(self) -> Vantage:
        """The present view, complete."""
        return self.travel.vantage()

    def go_to(self, vantage: Vantage) -> None:
        """Show that view."""
        self.travel.go_to(vantage)

    def toggle_theme(self) -> None:
        """Dark, or light."""
        theme: Theme = "light" if self.chooser.wish.theme == "dark" else "dark"
        self._show_theme(theme)
        self.chooser.want(theme=theme)

    def toggle_bars(self) -> None:
        """Show the bars and docks, or nothing but the picture."""
        self._show_bars(not self.top.isVisible())

    def toggle_full_screen(self) -> None:
        """Nothing but the picture on the whole screen, or a window again."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._show_bars(not self.isFullScreen())

    def leave(self) -> None:
        """Close the help, or else leave the full screen."""
        if self.help.isVisible():
            self.help.hide()
        elif self.isFullScreen():
            self.toggle_full_screen()

    def save_picture(self) -> None:
        """Save what is shown, under a free name in `folder`."""
        self._save(
            free_path(self.folder, f"{self._bundle.path.stem}-{self.chooser.wish.scene}-{self.player.at_secs:.2f}s")
        )

    def save_picture_as(self) -> None:
        """Ask where to save what is shown."""
        proposed = free_path(self.folder, f"{self._bundle.path.stem}-{self.chooser.wish.scene}")
        name, _ = QFileDialog.getSaveFileName(self, "Save the picture", str(proposed), "PNG (*.png)")
        if name:
            path = Path(name)
            self._save(path if path.suffix.lower() == ".png" else path.with_name(path.name + ".png"))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """The docks make room where there is little."""
        super().resizeEvent(event)
        self.shelf.fit(self.width())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop, and give everything back."""
        self.player.stop()
        self.chooser.close()
        self.view.close()
        super().closeEvent(event)

    def _arrange(self) -> None:
        """The bars run along the whole window, the docks stand between them round the scene."""
        self.setMenuWidget(self.top)
        self.setCentralWidget(self.view.widget)
        foot = QToolBar()
        foot.setObjectName("foot")
        foot.setMovable(False)
        foot.addWidget(self.time)
        foot.toggleViewAction().setEnabled(False)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, foot)
        self._foot = foot
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setStatusBar(self.words)
        self.setWindowTitle(f"{self._bundle.path.name} – Kerascope")

    def _connect(self) -> None:
        for binding in BINDINGS:
            for key in binding.keys:
                QShortcut(QKeySequence(key), self, attrgetter(binding.action)(self))
        self.top.asked_theme.connect(self.toggle_theme)
        self.top.asked_picture.connect(self.save_picture)
        self.top.asked_help.connect(self.help.toggle)
        self.player.moved.connect(self._draw)
        self.view.failed.connect(self._stop)
        self.view.resized.connect(self._want_size)
        self.chooser.built.connect(self._show_scene)
        self.desk.changed.connect(self._on_study)
        self.travel.themed.connect(self._show_theme)
        self.desk.told.connect(self.words.tell)
        self.desk.failed.connect(self._tell_failure)
        self.chooser.failed.connect(self._on_denied)
        self.chooser.noted.connect(self.words.tell)

    def _on_study(self, _: Study, after: Study) -> None:
        """Which layers show their channels is a matter of the layout, which the chooser gets; all else is drawn."""
        wish = self.chooser.wish
        if (wish.opened, wish.closed) != (after.opened, after.closed):
            self.chooser.want(opened=after.opened, closed=after.closed)
        self.view.stir()

    def _want_size(self) -> None:
        """Another shape of the picture is another composition of the scene."""
        self.chooser.want_size(self.view.size_px)
        self._waiting.move((self.view.widget.width() - self._waiting.width()) // 2, self.view.widget.height() // 2)

    def _show_scene(self, playable: Playable, wish: Wish, is_other_scene: bool) -> None:
        self._waiting.hide()
        self.view.layout = playable.layout
        if is_other_scene:
            self.view.put_offset(CameraOffset())
        self.words.rest(f"{wish.scene}: {self._summaries[wish.scene]}")
        self.player.show(playable, is_other_scene=is_other_scene)
        self.travel.arrive()

    def _on_denied(self, line: str) -> None:
        """What is shown stays, and with it which layers are open."""
        self.travel.give_up()
        wish = self.chooser.wish
        self.desk.set(opened=wish.opened, closed=wish.closed)
        self._tell_failure(line)

    def _draw(self) -> None:
        self.view.is_playing = self.player.head.is_playing
        self.view.stir()

    def _stop(self, line: str) -> None:
        """What cannot be drawn is not drawn again until something changes."""
        self.player.stop()
        self.view.is_playing = False
        self._tell_failure(line)

    def _show_theme(self, theme: Theme) -> None:
        self.view.theme = theme
        self.setStyleSheet(style_sheet(theme))
        self.top.show_theme(theme)
        self.time.show_theme(theme)

    def _show_bars(self, are_visible: bool) -> None:
        for bar in (self.top, self._foot, self.words):
            bar.setVisible(are_visible)
        (self.shelf.let_back if are_visible else self.shelf.send_away)("bars")

    def _tell_failure(self, line: str) -> None:
        if self.player.playable is None:
            self._waiting.setText("nothing to show")
            self._waiting.adjustSize()
        self.words.tell(line, alarming=True)

    def _save(self, path: Path) -> None:
        try:
            pixels = self.view.render()
            if pixels is not None:
                write_picture(pixels, path)
                self.words.tell(f"saved {path}")
        except KerascopeError as error:
            self._tell_failure(str(error))
