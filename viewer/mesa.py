"""Mesa's driver and TensorFlow in one process: each has an LLVM inside, and they must not call into each other's."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

EGL_LIBRARY = "libEGL_mesa.so.0"
DRIVERS = ("libgallium-*.so", "dri/swrast_dri.so")


def keep_apart_from_tensorflow() -> None:
    """Load Mesa's driver bound to its own libraries first, where TensorFlow has been loaded before it.

    A plain `import tensorflow` offers TensorFlow's symbols to the whole process; a driver that is loaded later would
    use its LLVM and crash at the first draw. Does nothing without TensorFlow or without Mesa. The other order, drawing
    before a plain `import tensorflow`, is beyond what a library can mend; `exporter.backend` imports it safely.
    """
    if "tensorflow" not in sys.modules or not hasattr(os, "RTLD_DEEPBIND"):
        return
    mode = os.RTLD_NOW | os.RTLD_DEEPBIND
    with suppress(OSError):
        ctypes.CDLL(EGL_LIBRARY, mode=mode)
        folder = _folder_of(EGL_LIBRARY)
        for driver in (path for pattern in DRIVERS for path in sorted(folder.glob(pattern))):
            ctypes.CDLL(str(driver), mode=mode)


def _folder_of(library: str) -> Path:
    """Where a library that is loaded lies. Raises OSError where it is not loaded."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        path = Path(line.split(maxsplit=5)[-1])
        if path.name.startswith(library):
            return path.parent
    raise OSError(f"{library} is not loaded")
