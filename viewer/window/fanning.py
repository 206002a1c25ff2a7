"""Layers that have just been opened fan their channels out: which these are, and how far they have come. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viewer.layout import Layout
    from viewer.state import ViewState

FAN_MS = 300.0


def newly_open(before: Layout | None, after: Layout) -> tuple[int, ...]:
    """The plates of `after` that show several tiles where `before` showed the mean of the same layer's channels."""
    if before is None:
        return ()
    closed = {(plate.layer, plate.output) for plate in before.plates if plate.form.kind == "closed"}
    return tuple(
        index
        for index, plate in enumerate(after.plates)
        if plate.form.kind != "closed" and plate.form.tiles > 1 and (plate.layer, plate.output) in closed
    )


def fanned(state: ViewState, plates: tuple[int, ...], part: float, count: int) -> ViewState:
    """The state with the tiles of `plates` (of `count` in all) come out of their middles by `part`, in 0..1."""
    if not plates or part >= 1:
        return state
    fans = tuple(part if index in plates else 1.0 for index in range(count))
    return replace(state, nets=tuple(replace(net, fans=fans) for net in state.nets))
