"""How a bundling came about, read off the paths that a sculpture keeps of it: what moved when, and curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Sculpture

CELLS = 64
FINER = 4
FEWEST_STATES = 2


@dataclass(frozen=True)
class Gathering:
    """The course of a bundling.

    Attributes
    ----------
    unit_steps, edge_steps : iterations that moved the units, and those after them, which moved edges alone.
    edges : how many edges the curves are of, the strongest.
    ink : (1 + steps,) cells that the edges touch, as a share of those they touch at first.
    distortion : (1 + steps,) mean of path length over straight length, 1 where nothing is bent.
    """

    unit_steps: int
    edge_steps: int
    edges: int
    ink: tuple[float, ...]
    distortion: tuple[float, ...]

    @property
    def steps(self) -> int:
        """All iterations."""
        return self.unit_steps + self.edge_steps


def gathering_of(bundle: Bundle, sculpture: Sculpture) -> Gathering:
    """The course of a sculpture's bundling.

    Raises
    ------
    KerascopeError
        The sculpture does not keep how it came about.
    """
    ref = sculpture.tensors.get("history")
    if ref is None or ref.shape[0] < FEWEST_STATES or ref.shape[1] == 0:
        anew = f"bundle it anew: kerascope sculpt {bundle.path}"
        has_weights = bool(bundle.checkpoint(sculpture.checkpoint).weights)
        raise KerascopeError(
            "a sculpture that does not keep how it came about",
            expected="paths after each iteration",
            got=f"none of {sculpture.id!r}",
            remedy=anew if has_weights else "a .pro.npz of nn_vis tells the end alone: open its .imp.npz",
        )
    history = bundle.load(ref)
    units = _unit_steps(history)
    ink, distortion = _inked(history), tuple(_distortion(paths) for paths in history)
    return Gathering(units, len(history) - 1 - units, history.shape[1], ink, distortion)


def _unit_steps(history: NDArray[np.float16]) -> int:
    """How many iterations there are up to the last that moved an end of an edge."""
    ends = history[:, :, [0, -1]]
    moved = (ends[1:] != ends[:-1]).any(axis=(1, 2, 3))
    return int(np.flatnonzero(moved).max(initial=-1)) + 1


def _distortion(paths: NDArray[np.float16]) -> float:
    """Mean path length over straight length of paths (K, H, 3); edges of no length are left out."""
    paths = paths.astype(np.float32)
    along = np.linalg.norm(np.diff(paths, axis=1), axis=2).sum(axis=1)
    straight = np.linalg.norm(paths[:, -1] - paths[:, 0], axis=1)
    has_length = straight > 0
    return float((along[has_length] / straight[has_length]).mean()) if has_length.any() else 1.0


def _inked(history: NDArray[np.float16]) -> tuple[float, ...]:
    """Touched cells after each iteration over those at first; the longest side of all paths has 64 cells."""
    corners = history.reshape(-1, 3)
    low, high = corners.min(axis=0).astype(np.float32), corners.max(axis=0).astype(np.float32)
    size = float((high - low).max()) / CELLS or 1.0
    counts = [_touched(paths.astype(np.float32), low, size) for paths in history]
    return tuple(count / max(counts[0], 1) for count in counts)


def _touched(paths: NDArray[np.float32], low: NDArray[np.float32], size: float) -> int:
    touched = np.zeros((CELLS + 1) ** 3, bool)
    for part in np.arange(FINER, dtype=np.float32) / FINER:
        points = paths[:, :-1] * (1 - part) + paths[:, 1:] * part
        cells = ((points.reshape(-1, 3) - low) / size).astype(np.int32)
        touched[cells @ np.array([1, CELLS + 1, (CELLS + 1) ** 2], np.int32)] = True
    return int(touched.sum())
