"""Maps of explanations laid over the scene."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.heat import Heat
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from viewer.live.overlay import Overlay
    from viewer.state import NetView, ViewState
    from viewer.window.asking.results import Result
    from viewer.window.view import SceneView

HALF = 0.5
NAME = "asked"


class Laying:
    """Lays the map of a result over every state of a view."""

    def __init__(self, overlay: Overlay, view: SceneView) -> None:
        self._overlay, self._view = overlay, view
        self._ids: dict[int, str] = {}
        self._now: tuple[str, CaptureKey] | None = None
        view.over = self._over

    def show(self, result: Result | None) -> None:
        """Lay the first map of a result, or nothing; the scene is drawn anew where that is another one."""
        now = None if result is None else self._laid(result)
        if now != self._now:
            self._now = now
            self._view.stir()

    def is_seen(self, result: Result) -> bool:
        """Whether the scene shows the input that a result is about."""
        state, key = self._view.state(), result.key
        return state is not None and key is not None and any(_shows(net, key) for net in state.nets)

    def close(self) -> None:
        """Lay nothing any more."""
        self._view.over = None

    def _laid(self, result: Result) -> tuple[str, CaptureKey] | None:
        """The id of its map in the bundle that is shown, and where it lies."""
        key, maps = result.key, result.now.maps
        if key is None or not maps or result.now.stage != "done":
            return None
        if result.number not in self._ids:
            self._ids[result.number] = self._overlay.lay(key.input_id, maps[0])
        return self._ids[result.number], key

    def _over(self, state: ViewState) -> ViewState:
        return state if self._now is None else laid_over(state, *self._now)


def laid_over(state: ViewState, overlay_id: str, key: CaptureKey) -> ViewState:
    """The state with an overlay over every net that shows its capture; the same where none does.

    A net of which something is muted is another one than the map is about.
    """
    numbers = [number for number, net in enumerate(state.nets) if _shows(net, key)]
    heats = tuple(Heat(overlay_id, net=number, name=NAME) for number in numbers)
    return replace(state, heats=(*state.heats, *heats)) if heats else state


def _shows(net: NetView, key: CaptureKey) -> bool:
    if net.quantity != "activation" or net.opacity <= 0:
        return False
    return key == (net.toward if net.toward is not None and net.blend >= HALF else net.capture)
