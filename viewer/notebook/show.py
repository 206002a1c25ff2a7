"""Showing a bundle in a notebook's cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.bundle import KerascopeError
from viewer.notebook.board import Board
from viewer.window.playable import Wish

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.state import Theme
    from viewer.window.playable import Catalogue


def show_bundle(
    bundle: Bundle,
    catalogue: Catalogue,
    *,
    scene: str = "flow",
    input_id: str | None = None,
    checkpoint_id: str | None = None,
    theme: Theme = "dark",
    size_px: tuple[int, int] = (960, 540),
    at_secs: float = 0.0,
) -> Board:
    """The widgets that show a bundle; as the last value of a cell they are its output.

    Parameters
    ----------
    scene, input_id, checkpoint_id, theme : what is shown first; all of it can be chosen in the cell.
    size_px : width and height of the still picture, and the height of the live one, which is as wide as the cell.
    at_secs : the time of the scene that is shown first.

    Raises
    ------
    KerascopeError
        There is no such scene, or it cannot be built for this bundle.
    DrawError
        No OpenGL answers on the kernel's machine; says what to install.
    """
    if scene not in catalogue.summaries:
        raise KerascopeError("no such scene", expected=" or ".join(catalogue.summaries), got=repr(scene))
    return Board(bundle, catalogue, Wish(scene, size_px, theme, input_id, checkpoint_id), at_secs)
