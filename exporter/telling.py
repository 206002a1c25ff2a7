"""What a person is told while something is made: on the terminal, or not at all."""

from __future__ import annotations

import sys


def to_stderr(line: str) -> None:
    """Tell the user one line."""
    print(f"warning: {line}", file=sys.stderr)  # noqa: T201


def untold(line: str) -> None:
    """Tell nobody a line."""


def in_silence(what: str, done: int, total: int) -> None:
    """Tell nobody how far the work is."""
