"""Maps of explanations laid over a scene's state. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.heat import Heat
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from viewer.state import NetView, ViewState

HALF = 0.5
NAME = "asked"


def laid_over(state: ViewState, overlay_id: str, input_id: str, checkpoint_id: str) -> ViewState:
    """The state with an overlay over every net that shows its input at its checkpoint; the same where none does.

    A net of which something is muted is another one than the map is about.
    """
    numbers = [number for number, net in enumerate(state.nets) if _shows(net, input_id, checkpoint_id)]
    heats = tuple(Heat(overlay_id, net=number, name=NAME) for number in numbers)
    return replace(state, heats=(*state.heats, *heats)) if heats else state


def shows(state: ViewState | None, input_id: str, checkpoint_id: str) -> bool:
    """Whether a net of the state shows an input at a checkpoint."""
    return state is not None and any(_shows(net, input_id, checkpoint_id) for net in state.nets)


def _shows(net: NetView, input_id: str, checkpoint_id: str) -> bool:
    if net.quantity != "activation" or net.opacity <= 0:
        return False
    key = net.toward if net.toward is not None and net.blend >= HALF else net.capture
    return key == CaptureKey(input_id, checkpoint_id)
