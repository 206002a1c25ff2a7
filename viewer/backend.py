"""A place to draw: an OpenGL context without a screen, or an error that says what to install."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

import vispy
from vispy import app, gloo
from vispy.app import _default_app

from exporter.bundle.errors import KerascopeError
from viewer.mesa import keep_apart_from_tensorflow

NO_GL_REMEDY = (
    "install Mesa: `apt-get install libegl1 libgl1 libgl1-mesa-dri` (Debian, Ubuntu) "
    "or `dnf install mesa-libEGL mesa-dri-drivers`"
)


class DrawError(KerascopeError):
    """Nothing can be drawn on this machine as it is."""


@cache
def headless_canvas() -> Any:
    """The hidden vispy canvas whose context every off-screen stage of this process shares.

    On Linux this is EGL without a display (a GPU's or Mesa's driver); elsewhere a hidden window of whatever toolkit
    there is.

    Raises
    ------
    DrawError
        Where no OpenGL answers; its text says what to install.
    """
    if _default_app.default_app is not None:
        return _canvas()  # a window has chosen its toolkit already: off-screen drawing shares it
    if sys.platform.startswith("linux"):
        os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
        os.environ.setdefault("EGL_PLATFORM", "surfaceless")
    keep_apart_from_tensorflow()
    try:
        vispy.use(app="egl" if sys.platform.startswith("linux") else None, gl="gl+")
        canvas = _canvas()
        gloo.gl.glDeleteFramebuffer(gloo.gl.glCreateFramebuffer())  # a context of the wrong platform has no functions
        return canvas
    except Exception as error:  # whatever the loader of a missing driver raises, it means the same to the user
        got = " ".join(str(error).split())[:160] or type(error).__name__
        raise DrawError("no OpenGL to draw with", expected="an EGL driver", got=got, remedy=NO_GL_REMEDY) from error


def _canvas() -> Any:
    # vispy reads the screen's resolution unless told; nothing here depends on it, so a fixed one keeps frames the same.
    canvas = app.Canvas(size=(16, 16), show=False, dpi=96)
    canvas.set_current()
    return canvas


def driver_name() -> tuple[str, str, str]:
    """Vendor, renderer and version of the OpenGL that answers without a screen. Raises DrawError where none does."""
    headless_canvas().set_current()
    gl = gloo.gl
    vendor, renderer, version = (str(gl.glGetParameter(name)) for name in (gl.GL_VENDOR, gl.GL_RENDERER, gl.GL_VERSION))
    return vendor, renderer, version
