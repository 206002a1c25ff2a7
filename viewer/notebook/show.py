"""Showing a bundle in a notebook's cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.bundle import KerascopeError
from viewer.foreign import check_view
from viewer.notebook.board import Board

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.study import Vantage
    from viewer.window.playable import Catalogue


def show_bundle(bundle: Bundle, catalogue: Catalogue, view: Vantage, *, size_px: tuple[int, int] = (960, 540)) -> Board:
    """The widgets that show a bundle; as the last value of a cell they are its output.

    Parameters
    ----------
    view : what is shown first, from where; scene, input, checkpoint, theme, time and camera can be chosen in the cell.
    size_px : width and height of the still picture, and the height of the live one, which is as wide as the cell.

    Raises
    ------
    KerascopeError
        There is no such scene, or it cannot be built for this bundle, or the view is of another one.
    DrawError
        No OpenGL answers on the kernel's machine; says what to install.
    """
    if view.scene not in catalogue.summaries:
        raise KerascopeError("no such scene", expected=" or ".join(catalogue.summaries), got=repr(view.scene))
    check_view(view, bundle.manifest)
    return Board(bundle, catalogue, view, size_px)
