"""The commands that show bundles, each with where it is done. Imports nothing heavy."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from scenes.arguments import Number, add_draw, add_film, add_lesson, add_moment, add_sheet, add_tables, add_view

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, `module:function` that does it, and what it does in a line."""
AddOut = Callable[[argparse.ArgumentParser, str], None]

OpenedCrew = Callable[[str], AbstractContextManager[Any]]
"""A `scenes.crew.Crew` for as long as a block lasts: the workers of the cluster of this name."""


def add_drawing(command: Command, number: Number, add_out: AddOut, crew: OpenedCrew) -> None:
    """Commands that show bundles. `number` reads one, `add_out` adds where to write: a command and what that is; `crew`
    opens those of a cluster.
    """
    add_view(command("view", "scenes.commands:view", "open a window on a bundle"))
    command("scenes", "scenes.commands:scenes", "list the scenes, a line each")
    frame = command("frame", "scenes.commands:frame", "draw one moment of a scene into a PNG file")
    add_moment(frame, number)
    clip = command("record", "scenes.commands:record", "record a scene to .gif, .mp4, .webp or a folder of PNG files")
    add_film(clip, number)
    clip.set_defaults(crew=crew)
    sheet = command(
        "sheet", "scenes.commands:sheet", "draw maps, kernels, explanations or images side by side into a PNG file"
    )
    add_sheet(sheet)
    for each in (frame, clip, sheet):
        add_out(each, "file or folder to write")
    words = "write what a survey tells as a table: predictions, confusion, channels, patches, neighbours"
    add_tables(command("tables", "scenes.commands:tables", words))
    add_draw(
        command("draw", "scenes.commands:draw", "draw what a file of strokes says, and add the answers to a bundle")
    )
    lesson = command(
        "lesson", "scenes.commands:lesson", "write the stops and captions of a tour into a file that you edit"
    )
    add_lesson(lesson)
    add_out(lesson, "file to write")
