"""The main window: puts the parts together and does what the keys ask."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QLabel, QToolBar

from exporter.bundle import KerascopeError, read_bundle
from viewer.live.overlay import Overlay
from viewer.study import CameraOffset
from viewer.window.asking.session import Asking
from viewer.window.bars import TimeBar, TopBar
from viewer.window.beside import Beside
from viewer.window.chooser import Chooser
from viewer.window.copier import Copier
from viewer.window.desk import Desk
from viewer.window.docks.shelf import ROOMY_FOR_TWO_PX, add_docks
from viewer.window.drops import dropped_paths, is_bundle
from viewer.window.focus import FocusKeys
from viewer.window.help import HelpOverlay
from viewer.window.hover import Hover
from viewer.window.keeper import Keeper
from viewer.window.keys import BINDINGS, PRESENTING, Binding
from viewer.window.live.live import Live, Room
from viewer.window.look import style_sheet
from viewer.window.message import HINT, STEP_HINT, MessageBar
from viewer.window.mishaps import Mishaps
from viewer.window.navigator import Navigator
from viewer.window.parts import Parts
from viewer.window.playable import Playable, Wish, wish_of
from viewer.window.player import Player
from viewer.window.podium import Podium
from viewer.window.pointer import Pointer
from viewer.window.pointing import Pointing
from viewer.window.recorder import Recorder
from viewer.window.stand import Stand
from viewer.window.steps import Steps
from viewer.window.taker import Taker
from viewer.window.talk import Talk
from viewer.window.travel import Travel
from viewer.window.view import SceneView

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.state import Theme
    from viewer.study import Study, Vantage
    from viewer.window.playable import Catalogue


class Window(Parts):
    """A bundle (or two side by side), its scenes, a timeline, and docks. `folder` is where pictures are saved.

    `seen` is the view to begin with, where it is more than a wish, and `keeper` remembers until the next start. `model`
    answers to what is drawn.
    """

    def __init__(
        self,
        bundle: Bundle,
        catalogue: Catalogue,
        wish: Wish,
        folder: Path,
        *,
        seen: Vantage | None = None,
        keeper: Keeper | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.folder = folder
        self._model, self._model_of = model, bundle.path
        self.keeper = keeper or Keeper(None)
        self.beside: Beside | None = None
        self._shortcuts: list[tuple[QShortcut, bool]] = []
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._foot = QToolBar()
        self._foot.setObjectName("foot")
        self._foot.setMovable(False)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self._foot)
        self._furnish(bundle, catalogue, wish, seen)
        self._focus_keys = FocusKeys(self)
        for bindings, is_talk in ((BINDINGS, False), (PRESENTING, True)):
            self._bind(bindings, is_talk=is_talk)

    # --- What is shown ------------------------------------------------------------------------------------------------

    def vantage(self) -> Vantage:
        """The present view, complete."""
        return self.travel.vantage()

    def go_to(self, vantage: Vantage) -> None:
        """Show that view."""
        self.travel.go_to(vantage)

    def open_bundle(self, path: Path) -> None:
        """Show another bundle in place of this one; where it is none, a line says so and this one stays."""
        try:
            bundle = read_bundle(path)
        except KerascopeError as error:
            self._tell_failure(str(error))
            return
        self.keeper.keep(self, has_docks=not self.shelf.is_away)
        asked = self.asking.leave()
        self._clear()
        catalogue = self._catalogue.of(bundle)
        seen = self.keeper.view_of(bundle)
        now = self.chooser.wish
        wish = Wish(now.scene, theme=now.theme, language=now.language) if seen is None else wish_of(seen)
        drawn = self.live.easel
        self._furnish(bundle, catalogue, wish, seen)
        self.live.adopt(drawn)
        self.asking.take(asked)
        self.chooser.want_size(self.view.size_px)

    def open_beside(self, path: Path) -> None:
        """Show a second bundle beside this one, with the same scene, time, camera and study."""
        try:
            bundle = read_bundle(path)
        except KerascopeError as error:
            self._tell_failure(str(error))
            return
        self.close_beside()
        if self.width() < ROOMY_FOR_TWO_PX:
            self.shelf.send_away("beside")
        theme = self.chooser.wish.theme
        self.beside = Beside(self, bundle, self._catalogue.of(bundle), theme)
        self._stand.put_beside(self.beside.head, self.beside.view.widget, self._bundle.path.name)
        self.beside.closing.clicked.connect(self.close_beside)

    def close_beside(self) -> None:
        """Show only the first bundle."""
        if self.beside is not None:
            self.beside.close()
            self._stand.take_away()
            self.beside = None
            self.shelf.let_back("beside")

    def ask_bundle(self) -> None:
        """Ask for a bundle to open in place of this one."""
        name = QFileDialog.getExistingDirectory(self, "Open a bundle", str(self._bundle.path.parent))
        if name:
            self.open_bundle(Path(name))

    def ask_beside(self) -> None:
        """Ask for a bundle to show beside this one; where there are two already, show one again."""
        if self.beside is not None:
            self.close_beside()
            return
        name = QFileDialog.getExistingDirectory(self, "Show a bundle beside this one", str(self._bundle.path.parent))
        if name:
            self.open_beside(Path(name))

    def recall(self) -> None:
        """Stand where the window stood the last time, with the docks that were there."""
        self.keeper.restore_place(self)
        self.shelf.fit(self.width())
        if self.keeper.restore_docks(self):
            self.shelf.adopt()

    # --- What the keys do ---------------------------------------------------------------------------------------------

    def toggle_theme(self) -> None:
        """Dark, or light."""
        theme: Theme = "light" if self.chooser.wish.theme == "dark" else "dark"
        self._show_theme(theme)
        self.chooser.want(theme=theme)

    def toggle_bars(self) -> None:
        """Show the bars and docks, or nothing but the picture."""
        self.show_bars(not self.top.isVisible())

    def toggle_full_screen(self) -> None:
        """Nothing but the picture on the whole screen, or a window again."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.show_bars(not self.isFullScreen())

    def show_bars(self, are_visible: bool) -> None:
        """Bars and docks, or nothing but the picture."""
        for bar in (self.top, self._foot, self.words):
            bar.setVisible(are_visible)
        (self.shelf.let_back if are_visible else self.shelf.send_away)("bars")

    def leave(self) -> None:
        """Close the help, or else leave the full screen, bring back what an image of a data set took the place of, let
        go of what is pinned, give the keys to the picture.
        """
        if self.help.isVisible():
            self.help.hide()
        elif self.isFullScreen():
            self.toggle_full_screen()
        elif not any(brings_back() for brings_back in self.backs):
            self.desk.set(pinned=None, pinned_edge=None)
            self.view.widget.setFocus()

    # --- What Qt tells ------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """The docks make room where there is little."""
        super().resizeEvent(event)
        self.shelf.fit(self.width())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Folders may be dropped, and pictures."""
        if dropped_paths(event.mimeData()) or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """A bundle is opened; with Shift, or the second of two, beside the present one. A picture goes to the pad."""
        paths = dropped_paths(event.mimeData())
        event.acceptProposedAction()
        if not paths or not is_bundle(paths[0]):
            self.live.intake.take_data(event.mimeData())
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.open_beside(paths[0])
            return
        self.open_bundle(paths[0])
        for path in paths[1:2]:
            self.open_beside(path)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop, remember, and give everything back."""
        if self.isVisible():
            self.keeper.keep(self, has_docks=not self.shelf.is_away)
        self._clear()
        super().closeEvent(event)

    # --- How it is put together ---------------------------------------------------------------------------------------

    def _furnish(self, bundle: Bundle, catalogue: Catalogue, wish: Wish, seen: Vantage | None = None) -> None:
        """All parts, new, for a bundle."""
        bundle = Overlay(bundle)
        catalogue = catalogue.of(bundle)
        self._bundle, self._catalogue = bundle, catalogue
        self.offers, self.claims, self.backs = [], [], []
        self.top, self.time, self.words = TopBar(), TimeBar(), MessageBar()
        self.player = Player(self.time)
        self.desk = Desk(bundle, seen.study if seen else None)
        self.pointing = Pointing(self.player)
        self.view = SceneView(self.desk, self.pointing.state, wish.theme)
        self.pointing.follow(self.view)
        self.chooser = Chooser(bundle, catalogue, self.top, wish)
        self.travel = Travel(self.desk, self.view, self.chooser, self.player, catalogue.summaries)
        self.talk = Talk(self.desk, self.travel, self.player)
        self.recorder = Recorder(self.desk, catalogue.command)
        self._arrange()
        self.help = HelpOverlay(self)
        self.pointer, self.steps = Pointer(self), Steps(self, catalogue.summaries)
        self.mishaps = Mishaps(self)
        self.mishaps.reopening.connect(self.open_bundle)
        self.navigator = Navigator(self.desk, self.chooser, self.player)
        self.copier, self._hover = Copier(self), Hover(self)
        self.taker = Taker(self, self.recorder, self.folder)
        room = Room(self.desk, self.view, self.player, self.chooser, self.navigator, catalogue.summaries, self.folder)
        model = self._model if bundle.path == self._model_of else None
        self.live = Live(bundle, room, model)
        self.asking = Asking(bundle, self.desk, self.view, self.navigator, model)
        self._podium = Podium(self, self._stand, self.show_bars)
        self.shelf = add_docks(self)
        self.top.offer_panels(self.shelf.actions())
        self._waiting = QLabel("laying out the network …", self.view.widget)
        self._connect()
        self._show_theme(wish.theme)
        self.shelf.fit(self.width())
        if seen is not None:
            self.travel.expect(seen)

    def _clear(self) -> None:
        """Stop all parts and give back what they hold."""
        self.recorder.close()
        self.close_beside()
        self.player.stop()
        self.pointing.stop()
        self.mishaps.close()
        self.live.close()
        self.asking.close()
        self.chooser.close()
        self.view.close()
        self.shelf.forget()
        self.help.deleteLater()

    def _arrange(self) -> None:
        """The bars run along the whole window, the docks stand between them round the scene."""
        self._stand = Stand(self.view.widget)
        self.setMenuWidget(self.top)
        self.setCentralWidget(self._stand)
        self._foot.clear()
        self._foot.addWidget(self.time)
        self.words.addPermanentWidget(self.recorder.gauge)
        self.setStatusBar(self.words)
        self.setWindowTitle(f"{self._bundle.path.name} – Kerascope")

    def _connect(self) -> None:
        self.top.asked_theme.connect(self.toggle_theme)
        self.top.asked_picture.connect(self.taker.save_picture)
        self.top.asked_help.connect(self.help.toggle)
        self.player.moved.connect(self._draw)
        self.view.failed.connect(self._stop)
        self.view.resized.connect(self._want_size)
        self.chooser.built.connect(self._show_scene)
        self.desk.changed.connect(self._on_study)
        self.travel.themed.connect(self._show_theme)
        self.talk.presenting.connect(self._allow_keys)
        self.desk.told.connect(self.words.tell)
        self.desk.failed.connect(self._tell_failure)
        self.pointing.failed.connect(self._tell_failure)
        self.chooser.failed.connect(self._on_denied)
        self.chooser.noted.connect(self.words.tell)

    def _bind(self, bindings: tuple[Binding, ...], *, is_talk: bool) -> None:
        """Keys to what they do: looked up when they are pressed, as another bundle brings other parts."""
        for binding in bindings:
            for key in binding.keys:
                shortcut = QShortcut(QKeySequence(key), self, autoRepeat=binding.repeats)
                shortcut.activated.connect(partial(self._act, binding.action))
                shortcut.setEnabled(not is_talk)
                self._shortcuts.append((shortcut, is_talk))

    def _act(self, action: str) -> None:
        attrgetter(action)(self)()

    def _allow_keys(self, is_talk: bool) -> None:
        """While cues are presented, the keys of a clicker step them."""
        taken = {shortcut.key() for shortcut, is_of_talk in self._shortcuts if is_of_talk}
        for shortcut, is_of_talk in self._shortcuts:
            shortcut.setEnabled(is_talk if is_of_talk else not (is_talk and shortcut.key() in taken))

    def _on_study(self, _: Study, after: Study) -> None:
        """What the layout and the scene's answers depend on is the chooser's; all else is drawn."""
        wish = self.chooser.wish
        if (wish.opened, wish.closed, wish.muted) != (after.opened, after.closed, after.muted):
            self.chooser.want(opened=after.opened, closed=after.closed, muted=after.muted)
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
        self.words.rest(f"{wish.scene}: {self._catalogue.summaries[wish.scene]}")
        self.player.show(playable, is_other_scene=is_other_scene)
        self.steps.arrive(playable)
        self.words.hint(STEP_HINT if playable.stops_secs else HINT)
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
        if self.beside is not None:
            self.beside.show_theme(theme)
        self.setStyleSheet(style_sheet(theme))
        self.top.show_theme(theme)
        self.time.show_theme(theme)

    def _tell_failure(self, line: str) -> None:
        if self.player.playable is None:
            self._waiting.setText("nothing to show")
            self._waiting.adjustSize()
        self.words.tell(line, alarming=True)
