"""What an export to nn-visualizer did, and what its user should know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class UnityReport:
    """A folder that was written.

    Attributes
    ----------
    path : the folder.
    n_bytes, n_files : of all files together.
    notes : what stands for what, and what was folded, padded, repeated or left out, and why; a line each.
    advice : about size, load order, the pool's prefab and brightness; a line each.
    """

    path: Path
    n_bytes: int
    n_files: int
    notes: tuple[str, ...]
    advice: tuple[str, ...]
