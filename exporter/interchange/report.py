"""What an export to another program did, and what its user should know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Report:
    """What was written.

    Attributes
    ----------
    path : the file, or the folder that holds them.
    n_bytes, n_files : of all files together.
    notes : what stands for what, and what was changed or left out, and why; a line each.
    advice : what the other program will make of it; a line each.
    """

    path: Path
    n_bytes: int
    n_files: int
    notes: tuple[str, ...]
    advice: tuple[str, ...]
