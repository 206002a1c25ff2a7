"""The page on explanations and images by optimisation: its commands are understood, and each picture is there."""

from __future__ import annotations

import re
import shlex

from looking_commands import PAGE, looking_commands

import kerascope
from exporter.image_arguments import EXPLANATIONS, SYNTHESES

# What takes a quarter of an hour is run when the pictures are made anew (`make pictures`); each method has tests of its
# own.


def test_every_command_is_understood() -> None:
    parser = kerascope._parser()
    for command in looking_commands():
        parser.parse_args(shlex.split(command)[1:])


def test_every_method_but_texture_is_shown() -> None:
    shown = set(re.findall(r"--method (\w+)", " ".join(looking_commands())))
    assert shown == {*EXPLANATIONS, *SYNTHESES} - {"texture"}


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"\((pictures/[\w.]+)\)", PAGE.read_text("utf-8"))
    assert len(pictures) >= 8
    assert [path for path in pictures if not (PAGE.parent / path).is_file()] == []
