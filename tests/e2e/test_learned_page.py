"""The page on surveys of data sets: its commands are understood, and each picture is there."""

from __future__ import annotations

import re
import shlex

from learned_commands import PAGE
from looking_commands import commands_in

import kerascope

# What takes ten minutes is run when the pictures are made anew (`make pictures`); each command has tests of its own.


def test_every_command_is_understood() -> None:
    commands = commands_in(PAGE)
    assert len(commands) >= 15
    parser = kerascope._parser()
    for command in commands:
        parser.parse_args(shlex.split(command)[1:])


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"\((pictures/[\w.]+)\)", PAGE.read_text("utf-8"))
    assert len(pictures) >= 5
    assert [path for path in pictures if not (PAGE.parent / path).is_file()] == []
