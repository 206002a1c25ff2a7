"""What can be asked of scenes on the command line. Imports nothing heavy: every command builds this."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

FOLDS = ("auto", "all", "none")


def size(text: str) -> tuple[int, int]:
    """Width and height in pixels.

    >>> size("960x540")
    (960, 540)
    """
    match = re.fullmatch(r"([1-9]\d{1,4})x([1-9]\d{1,4})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"expected width x height in pixels, such as 960x540, got {text!r}")
    return int(match[1]), int(match[2])


def fold(text: str) -> str | tuple[str, ...]:
    """Which groups of layers are one plate: a word of its own, or the names of groups between commas.

    >>> fold("auto"), fold("encoder,decoder")
    ('auto', ('encoder', 'decoder'))
    """
    return text if text in FOLDS else tuple(text.split(","))


def add_view(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope view` beside the bundle."""
    words = "the one to begin with (default: as the bundle was last seen, at first flow)"
    command.add_argument("--scene", metavar="NAME", help=words)
    command.add_argument("--cues", type=Path, metavar="FILE", help="cues of a talk; F5 presents them")
    command.add_argument("--fresh", action="store_true", help="ignore what is remembered of the last time")
    _add_theme(command)
    _add_fold(command)
    _add_saved(command)


def add_scene(command: argparse.ArgumentParser) -> None:
    """Which scene is drawn, of what, and how large; beside the bundle and where to write."""
    add = command.add_argument
    add("--scene", metavar="NAME", help="one that `kerascope scenes` lists; needed without --view")
    add("--size", type=size, default=(960, 540), metavar="WxH", help="in pixels (default: 960x540)")
    _add_theme(command)
    add("--input", metavar="ID", help="which input (default: the scene's choice)")
    add("--checkpoint", metavar="ID", help="which checkpoint (default: the scene's choice)")
    add("--run", dest="attack", metavar="ID", help="which attack (default: the scene's choice)")
    _add_fold(command)
    _add_saved(command)


def _add_theme(command: argparse.ArgumentParser) -> None:
    command.add_argument("--theme", choices=("dark", "light"), help="of the picture (default: dark)")


def _add_saved(command: argparse.ArgumentParser) -> None:
    words = "exactly what was copied from the window (Ctrl+Shift+C), or a file with it; other arguments win over it"
    command.add_argument("--view", metavar="JSON", help=words)


def _add_fold(command: argparse.ArgumentParser) -> None:
    words = "draw as one plate: auto, all, none, or groups by NAME,... (default: auto)"
    command.add_argument("--fold", type=fold, metavar="WHICH", help=words)
