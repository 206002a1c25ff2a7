"""The application round the window: Qt's, with vispy drawing through it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import vispy
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication
from vispy.util import use_log_level

from exporter.bundle import KerascopeError
from viewer.backend import NO_GL_REMEDY, DrawError
from viewer.window.look import load_fonts
from viewer.window.window import Window

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.window.playable import Catalogue, Wish

SIZE_PX = (1280, 800)
LISTEN_MS = 200
INTERRUPTED = 130


def run(bundle: Bundle, catalogue: Catalogue, wish: Wish) -> int:
    """The exit code of the window, once it has been closed. Raises as `open_window` does."""
    with use_log_level("error", print_msg=False):  # what Qt says of a missing driver is told in one line
        application = prepare()
        with _interruptible(application):
            window = make_window(bundle, catalogue, replace(wish, size_px=SIZE_PX), Path.cwd())
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


def make_window(bundle: Bundle, catalogue: Catalogue, wish: Wish, folder: Path) -> Window:
    """The window, shown and drawing.

    Raises
    ------
    KerascopeError
        There is no such scene.
    DrawError
        No OpenGL answers in a window.
    """
    if wish.scene not in catalogue.summaries:
        raise KerascopeError("no such scene", expected=" or ".join(catalogue.summaries), got=repr(wish.scene))
    window = Window(bundle, catalogue, wish, folder)
    window.resize(*SIZE_PX)
    window.show()
    QCoreApplication.processEvents()
    if not window.view.has_context:
        window.close()
        raise DrawError("no OpenGL in a window on this display", expected="an EGL driver", remedy=NO_GL_REMEDY)
    return window


def _agree_on_egl() -> None:
    """Let Qt and PyOpenGL reach the driver by the same door, on X11 as on Wayland; left to guess, they may differ."""
    if os.environ.setdefault("PYOPENGL_PLATFORM", "egl") == "egl":
        os.environ.setdefault("QT_XCB_GL_INTEGRATION", "xcb_egl")


@contextmanager
def _interruptible(application: QCoreApplication) -> Iterator[None]:
    """Ctrl+C in the terminal ends Qt's loop, which lets Python listen five times a second.

    An exception would not do: it may be raised in a function that Qt has called, and Qt goes on.
    """
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    listening = QTimer(interval=LISTEN_MS)
    listening.timeout.connect(lambda: application.exit(INTERRUPTED) if asked else None)
    listening.start()
    try:
        yield
    finally:
        listening.stop()
        signal.signal(signal.SIGINT, before)
