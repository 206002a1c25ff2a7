"""Exit status 0 where a picture can be drawn without a screen: EGL (or OSMesa) loads and a driver answers.

Standard library only.
"""

import ctypes
import os
import sys

SURFACELESS = "surfaceless"


def loads(name: str) -> bool:
    """True where the shared library can be loaded."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def egl_answers() -> bool:
    """True where EGL gives a display without a screen and initialises it."""
    os.environ.setdefault("EGL_PLATFORM", SURFACELESS)
    if not (loads("libEGL.so.1") and loads("libGL.so.1")):
        return False
    egl = ctypes.CDLL("libEGL.so.1")
    egl.eglGetDisplay.restype = ctypes.c_void_p
    egl.eglGetDisplay.argtypes = [ctypes.c_void_p]
    egl.eglInitialize.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    display = egl.eglGetDisplay(None)
    return bool(display) and bool(egl.eglInitialize(display, None, None))


if __name__ == "__main__":
    if sys.platform != "linux":
        sys.exit(0)
    sys.exit(0 if (egl_answers() or loads("libOSMesa.so.8")) and loads("libfontconfig.so.1") else 1)
