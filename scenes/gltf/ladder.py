"""How fine a file may be that must not be larger than so much: from the finest detail down until it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.bundle.errors import KerascopeError
from viewer.solids.detail import Detail

if TYPE_CHECKING:
    from collections.abc import Callable

BYTES_PER_MB = 1e6
DETAILS = (
    Detail(),
    Detail(tile_px=48, picture_px=192, boxes=128, units=2048, edges=900, bends=7),
    Detail(tile_px=32, picture_px=128, boxes=64, units=1024, edges=500, bends=6),
    Detail(tile_px=24, picture_px=96, boxes=32, units=512, edges=250, bends=5),
    Detail(tile_px=16, picture_px=64, boxes=16, units=256, edges=100, bends=4),
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


def finest(make: Callable[[Detail, float], Made], max_mb: float | None) -> Made:
    """What `make(detail, most_bytes)` makes of the finest detail that fits, with a note for each step down.

    Raises
    ------
    KerascopeError
        Not even the coarsest fits, or nothing could.
    """
    if max_mb is not None and not max_mb > 0:
        raise KerascopeError("a file has a positive size", expected="a number of MB over 0", got=f"{max_mb:g}")
    most_bytes = float("inf") if max_mb is None else max_mb * BYTES_PER_MB
    notes: list[str] = []
    for step, detail in enumerate(DETAILS):
        if step:
            notes.append(_told(detail, max_mb or 0.0))
        try:
            made = make(detail, most_bytes)
        except TooLarge:
            continue
        return Made(made.content, made.n_nodes, made.n_states, tuple(notes))
    raise KerascopeError(
        "the scene does not fit into the file",
        expected=f"at most {max_mb:g} MB",
        got="more even at the coarsest detail",
        remedy="choose fewer with --inputs and --checkpoints, or raise --max-mb",
    )


def _told(detail: Detail, max_mb: float) -> str:
    return (
        f"over {max_mb:g} MB: feature maps down to {detail.tile_px} pixels a side, pictures to {detail.picture_px}, "
        f"boxes to vectors of {detail.boxes} units, edges to {detail.edges} a state in {detail.bends} pieces each"
    )
