"""Strands and their buffers by capture and mode: made when first shown and kept for later frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from viewer.state import CaptureKey
from viewer.strands.trace import Strands, trace
from viewer.visuals.cache import cached
from viewer.visuals.strands import StrandBuffers, upload_strands

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.state import EdgeMode

RIBBONS_KEPT = 48
TRACED_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Which:
    """What tells one set of ribbons from another; `joined` are links that threads are drawn of instead."""

    key: CaptureKey
    mode: EdgeMode
    joined: frozenset[tuple[int, int]] = frozenset()


class RibbonStore:
    """Strands of one layout."""

    def __init__(self, bundle: Bundle, layout: Layout) -> None:
        self._bundle, self._layout = bundle, layout
        self._ribbons: dict[Which, tuple[Strands, StrandBuffers | None]] = {}
        self._ahead: dict[Which, Strands] = {}

    def trace_ahead(self, key: CaptureKey) -> None:
        """Trace the strands of contributions of a capture, from any thread, for when they are asked for."""
        wanted = which(key, "contribution")
        if wanted not in self._ahead:
            cached(self._ahead, wanted, TRACED_AHEAD, lambda: trace(self._bundle, self._layout, key, wanted.mode))

    def has(self, key: CaptureKey) -> bool:
        """Whether the strands of contributions of a capture have been traced."""
        wanted = which(key, "contribution")
        return wanted in self._ahead or wanted in self._ribbons

    def strands(self, key: CaptureKey, mode: EdgeMode) -> Strands:
        """The strands of a capture; those of weights and of importance are the same for all inputs."""
        return self._found(which(key, mode))[0]

    def buffers(self, wanted: Which) -> StrandBuffers | None:
        """What draws the strands that are wanted; `None` where there are none."""
        return self._found(wanted)[1]

    def close(self) -> None:
        """Give everything back."""
        for made in self._ribbons.values():
            _close(made)

    def _found(self, wanted: Which) -> tuple[Strands, StrandBuffers | None]:
        return cached(self._ribbons, wanted, RIBBONS_KEPT, lambda: self._made(wanted), _close)

    def _made(self, wanted: Which) -> tuple[Strands, StrandBuffers | None]:
        ahead = self._ahead.get(replace(wanted, joined=frozenset()))
        strands = ahead or trace(self._bundle, self._layout, wanted.key, wanted.mode)
        shown = without(strands, wanted.joined) if wanted.joined else strands
        return strands, upload_strands(shown, self._layout)


def which(key: CaptureKey, mode: EdgeMode, joined: frozenset[tuple[int, int]] = frozenset()) -> Which:
    """The ribbons of a capture in a mode."""
    cuts = tuple(mute for mute in key.mutes if mute.target is not None)
    return Which(key if mode == "contribution" else CaptureKey("", key.checkpoint_id, cuts), mode, joined)


def without(strands: Strands, joined: frozenset[tuple[int, int]]) -> Strands:
    """`strands` without those between plates that are `joined` by something else."""
    stays = np.array([(source, target) not in joined for source, target in strands.pairs[:, [0, 2]].tolist()], bool)
    tables = {name: getattr(strands, name)[stays] for name in ("ends", "look", "way", "pairs")}
    return replace(strands, **tables)


def _close(made: tuple[Strands, StrandBuffers | None]) -> None:
    if made[1] is not None:
        made[1].close()
