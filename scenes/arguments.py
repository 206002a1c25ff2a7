"""What can be asked of scenes on the command line. Imports nothing heavy: every command builds this."""

from __future__ import annotations

import argparse
import re


def size(text: str) -> tuple[int, int]:
    """Width and height in pixels.

    >>> size("960x540")
    (960, 540)
    """
    match = re.fullmatch(r"([1-9]\d{1,4})x([1-9]\d{1,4})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"expected width x height in pixels, such as 960x540, got {text!r}")
    return int(match[1]), int(match[2])


def add_view(command: argparse.ArgumentParser) -> None:
    """The arguments of `kerascope view` beside the bundle."""
    command.add_argument("--scene", default="flow", metavar="NAME", help="the one to begin with (default: flow)")
    command.add_argument("--theme", choices=("dark", "light"), default="dark")


def add_scene(command: argparse.ArgumentParser) -> None:
    """Which scene is drawn, of what, and how large; beside the bundle and where to write."""
    add = command.add_argument
    add("--scene", required=True, metavar="NAME", help="one that `kerascope scenes` lists")
    add("--size", type=size, default=(960, 540), metavar="WxH", help="in pixels (default: 960x540)")
    add("--theme", choices=("dark", "light"), default="dark")
    add("--input", metavar="ID", help="which input (default: the scene's choice)")
    add("--checkpoint", metavar="ID", help="which checkpoint (default: the scene's choice)")
    add("--run", dest="attack", metavar="ID", help="which attack (default: the scene's choice)")
