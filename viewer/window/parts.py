"""The parts of the main window by name: what its docks, its history and its presenter may use of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMainWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from viewer.inspect.pick import Hit
    from viewer.window.asking.session import Asking
    from viewer.window.bars import TimeBar, TopBar
    from viewer.window.chooser import Chooser
    from viewer.window.desk import Desk
    from viewer.window.help import HelpOverlay
    from viewer.window.live.live import Live
    from viewer.window.message import MessageBar
    from viewer.window.navigator import Navigator
    from viewer.window.player import Player
    from viewer.window.pointing import Pointing
    from viewer.window.talk import Talk
    from viewer.window.travel import Travel
    from viewer.window.view import SceneView

    Offer = tuple[str, Callable[[], object]]


class Parts(QMainWindow):
    """The main window as its docks see it. They take it as their only argument and reach everything through it."""

    desk: Desk
    view: SceneView
    chooser: Chooser
    player: Player
    pointing: Pointing
    live: Live
    asking: Asking
    time: TimeBar
    top: TopBar
    words: MessageBar
    navigator: Navigator
    travel: Travel
    talk: Talk
    help: HelpOverlay
    folder: Path
    offers: list[Callable[[Hit], Iterable[Offer]]]
    """Who adds to the menu of a right click: lines and what they do, for what was hit."""
    claims: list[Callable[[tuple[float, float]], bool]]
    """Who takes a click at a place of the widget before what lies there behind, and says whether it did."""
    backs: list[Callable[[], bool]]
    """Who brings something back when Esc is pressed, and says whether there was something."""
