"""Opening the window: asks whether it can be done before anything of Qt is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.backend import DrawError
from viewer.window.screen import check_screen

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.window.playable import Catalogue
    from viewer.window.start import Start


def open_window(bundle: Bundle, catalogue: Catalogue, start: Start) -> int:
    """The exit code of the window, once the person has closed it.

    Raises
    ------
    DrawError
        No window can be opened on this machine as it is; says what to install.
    KerascopeError
        There is no such scene, or it cannot be built for this bundle.
    """
    check_screen(bundle.path)
    try:
        # Loaded only here: loading Qt fails, or ends the process, on a machine that cannot open a window.
        from viewer.window.application import run  # noqa: PLC0415
    except ImportError as error:
        remedy = "install the system libraries that it names, or pip install --force-reinstall 'kerascope[window]'"
        raise DrawError("PySide6 cannot be loaded", got=error, remedy=remedy) from error
    return run(bundle, catalogue, start)
