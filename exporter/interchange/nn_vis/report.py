"""What an export to nn_vis did, and what its user should know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class NnVisReport:
    """Files that were written.

    Attributes
    ----------
    path : the file, or the folder that holds them.
    n_bytes, n_files : of all files together.
    notes : what stands for what, and what was left out, and why; a line each.
    advice : what nn_vis will make of it; a line each.
    """

    path: Path
    n_bytes: int
    n_files: int
    notes: tuple[str, ...]
    advice: tuple[str, ...]
