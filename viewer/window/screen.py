"""Whether a window can be opened here at all. Qt ends the whole process where it cannot, so this asks first."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from viewer.backend import DrawError

WITHOUT = "use `kerascope record` or `kerascope frame` instead"

# What Qt's plugin for X11 is linked to, and the Debian package that brings it.
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
# What Qt itself and drawing in a window need.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}


def check_screen(bundle_path: Path | str, environment: Mapping[str, str] = os.environ) -> None:
    """Refuse where no window can open.

    Raises
    ------
    DrawError
        PySide6 is missing, there is no display, it does not answer, or a library is missing that Qt needs; says what
        to install.
    """
    if find_spec("PySide6") is None:
        raise DrawError("a window needs PySide6, which is not installed", remedy="pip install 'kerascope[window]'")
    if not sys.platform.startswith("linux"):
        return
    on_wayland = bool(environment.get("WAYLAND_DISPLAY"))
    if not (on_wayland or environment.get("DISPLAY")):
        expected = "DISPLAY or WAYLAND_DISPLAY to be set"
        raise DrawError(
            "no display to open a window on", expected=expected, got="neither", remedy=WITHOUT, path=bundle_path
        )
    absent = missing_packages(QT_LIBRARIES if on_wayland else QT_LIBRARIES | X11_LIBRARIES)
    if absent:
        raise DrawError(
            "a window needs system libraries", remedy=f"apt-get install {' '.join(absent)} (Debian, Ubuntu)"
        )
    if not on_wayland and not _x_server_answers():
        got = environment["DISPLAY"]
        raise DrawError(
            "the display does not answer",
            expected="an X server",
            got=f"DISPLAY={got}",
            remedy=WITHOUT,
            path=bundle_path,
        )


def missing_packages(libraries: Mapping[str, str]) -> list[str]:
    """The Debian packages of those `libraries` (file name to package) that cannot be loaded, in their order."""
    return [package for library, package in libraries.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _x_server_answers() -> bool:
    """Whether the X server of DISPLAY lets us in."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)
