"""The application round the window: Qt's, with vispy drawing through it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import vispy
from PySide6.QtCore import QCoreApplication, QSize, QStandardPaths, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from vispy.util import use_log_level

from exporter.bundle import KerascopeError
from viewer.backend import NO_GL_REMEDY, DrawError
from viewer.window.keeper import Keeper
from viewer.window.look import load_fonts
from viewer.window.playable import wish_of
from viewer.window.window import Window

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.study import Vantage
    from viewer.window.playable import Catalogue, Wish
    from viewer.window.start import Start

SIZE_PX = (1280, 800)
LARGEST_PX, SMALLEST_PX = (1680, 1000), (640, 400)
SCREEN_PART = 0.92
LISTEN_MS = 200
INTERRUPTED = 130


def run(bundle: Bundle, catalogue: Catalogue, start: Start) -> int:
    """The exit code of the window, once it has been closed. Raises as `open_window` does."""
    with use_log_level("error", print_msg=False):  # what Qt says of a missing driver is told in one line
        application = prepare()
        with _interruptible(application):
            window = _begun(bundle, catalogue, start)
            code = application.exec() if window.isVisible() else 0
        window.close()
    return code


def prepare() -> QCoreApplication:
    """Qt's application, with vispy set to draw in its windows.

    Raises
    ------
    DrawError
        This process has drawn without a screen already.
    """
    if sys.platform.startswith("linux"):
        _agree_on_egl()
    try:
        vispy.use(app="pyside6", gl="gl+")
    except RuntimeError as error:
        remedy = "open the window first, or in a process of its own: kerascope view"
        raise DrawError("this process draws without a screen already", remedy=remedy) from error
    application = QApplication.instance() or QApplication(["kerascope"])
    application.setApplicationName("Kerascope")
    load_fonts()
    return application


def _begun(bundle: Bundle, catalogue: Catalogue, start: Start) -> Window:
    """The window as it was asked for, else as it was left."""
    keeper = Keeper(config_folder(), fresh=start.fresh)
    view = start.vantage(keeper.view_of(bundle), keeper.theme, keeper.language)
    wish = wish_of(view, SIZE_PX)
    window = make_window(bundle, catalogue, wish, Path.cwd(), seen=view, keeper=keeper, model=start.model)
    if keeper.problem:
        window.desk.failed.emit(keeper.problem)
    if start.cues is not None:
        window.talk.open(start.cues)
    if start.beside is not None:
        window.open_beside(start.beside)
    return window


def config_folder() -> Path:
    """Where this platform keeps settings of an application."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppConfigLocation))


def make_window(
    bundle: Bundle,
    catalogue: Catalogue,
    wish: Wish,
    folder: Path,
    *,
    seen: Vantage | None = None,
    keeper: Keeper | None = None,
    model: str | None = None,
) -> Window:
    """The window, shown and drawing; all as `Window` takes it.

    Raises
    ------
    KerascopeError
        There is no such scene.
    DrawError
        No OpenGL answers in a window.
    """
    if wish.scene not in catalogue.summaries:
        raise KerascopeError("no such scene", expected=" or ".join(catalogue.summaries), got=repr(wish.scene))
    window = Window(bundle, catalogue, wish, folder, seen=seen, keeper=keeper, model=model)
    window.resize(_roomy_size() if keeper is not None else QSize(*SIZE_PX))
    window.recall()
    window.view.widget.setFocus()
    window.show()
    QCoreApplication.processEvents()
    if not window.view.has_context:
        window.close()
        raise DrawError("no OpenGL in a window on this display", expected="an EGL driver", remedy=NO_GL_REMEDY)
    return window


def _roomy_size() -> QSize:
    """The size at the very first: large, but not all of the screen."""
    screen = QGuiApplication.primaryScreen()
    room = screen.availableSize() * SCREEN_PART if screen is not None else QSize(*SIZE_PX)
    return QSize(*LARGEST_PX).boundedTo(room).expandedTo(QSize(*SMALLEST_PX).boundedTo(room))


def _agree_on_egl() -> None:
    """Let Qt and PyOpenGL reach the driver by the same door, on X11 as on Wayland; left to guess, they may differ."""
    if os.environ.setdefault("PYOPENGL_PLATFORM", "egl") == "egl":
        os.environ.setdefault("QT_XCB_GL_INTEGRATION", "xcb_egl")


@contextmanager
def _interruptible(application: QCoreApplication) -> Iterator[None]:
    """Ctrl+C in the terminal, or being asked to end, ends Qt's loop, which lets Python listen five times a second.

    An exception would not do: it may be raised in a function that Qt has called, and Qt goes on.
    """
    asked: list[int] = []
    kinds = signal.SIGINT, signal.SIGTERM
    before = [signal.signal(kind, lambda number, _: asked.append(number)) for kind in kinds]
    listening = QTimer(interval=LISTEN_MS)
    listening.timeout.connect(lambda: application.exit(INTERRUPTED) if asked else None)
    listening.start()
    try:
        yield
    finally:
        listening.stop()
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
