"""How fine a file may be that must not be larger than so much: from the finest detail down until it fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from scenes.gltf.reel import MOST_STILLS
from viewer.solids.detail import Detail

if TYPE_CHECKING:
    from collections.abc import Callable

BYTES_PER_MB = 1e6
COARSEST = Detail(tile_px=16, picture_px=64, boxes=16, units=256, edges=100, bends=4, cables=300, shapes=2)


@dataclass(frozen=True, slots=True)
class Step:
    """How fine a file is, and how many states the nets that change have together."""

    detail: Detail
    stills: int = MOST_STILLS


STEPS = (
    Step(Detail()),
    Step(Detail(tile_px=48, picture_px=192, boxes=128, units=2048, edges=900, bends=7, cables=2500, shapes=3)),
    Step(Detail(tile_px=32, picture_px=128, boxes=64, units=1024, edges=500, bends=6, cables=1500, shapes=2)),
    Step(Detail(tile_px=24, picture_px=96, boxes=32, units=512, edges=250, bends=5, cables=700, shapes=2)),
    Step(COARSEST),
    Step(COARSEST, MOST_STILLS // 2),
    Step(COARSEST, MOST_STILLS // 4),
)


class TooLarge(Exception):  # noqa: N818 (it ends an attempt and never leaves this room)
    """What is being made is larger than it may be already."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file's bytes, how many nodes and states it has, and what had to be given up for its size."""

    content: bytes
    n_nodes: int
    n_states: int
    notes: tuple[str, ...] = ()


def finest(make: Callable[[Step, float], Made], max_mb: float | None) -> Made:
    """What `make(step, most_bytes)` makes of the finest step that fits, with a note for each step down.

    Raises
    ------
    KerascopeError
        Not even the coarsest fits, or nothing could.
    """
    if max_mb is not None and not max_mb > 0:
        raise KerascopeError("a file has a positive size", expected="a number of MB over 0", got=f"{max_mb:g}")
    most_bytes = float("inf") if max_mb is None else max_mb * BYTES_PER_MB
    notes: list[str] = []
    for number, step in enumerate(STEPS):
        if number:
            notes.append(f"over {max_mb:g} MB: {_told(step)}")
        try:
            made = make(step, most_bytes)
        except TooLarge:
            continue
        return replace(made, notes=made.notes + tuple(notes))
    raise KerascopeError(
        "the scene does not fit into the file",
        expected=f"at most {max_mb:g} MB",
        got="more even at the coarsest detail",
        remedy="choose fewer with --inputs and --checkpoints, or raise --max-mb",
    )


def _told(step: Step) -> str:
    detail = step.detail
    if step.stills < MOST_STILLS:
        return f"at most {step.stills} states"
    return (
        f"feature maps down to {detail.tile_px} pixels a side, pictures to {detail.picture_px}, boxes to vectors of "
        f"{detail.boxes} units, edges to {detail.edges} a state in {detail.bends} pieces each, "
        f"of a sculpture to {detail.cables}"
    )
