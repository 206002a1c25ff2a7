"""The commands that make bundles, add to them and look into them, each with where it is done. Imports nothing heavy."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from exporter.arguments import (
    add_attack,
    add_export,
    add_generate,
    add_harden,
    add_importance,
    add_robustness,
    add_sculpt,
    add_transfer,
)
from exporter.embed_arguments import add_embed, add_neighbours
from exporter.image_arguments import add_explain, add_synthesise
from exporter.survey_arguments import add_survey

Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, `module:function` that does it, and what it does in a line."""


def add_making(command: Command) -> None:
    """Commands that make bundles, add to them, and look into them."""
    add_export(command("export", "exporter.commands:export", "run images through a model and write a bundle"))
    words = "change an input until the model errs, and add the steps to its bundle"
    add_attack(command("attack", "exporter.commands:attack", words))
    words = "find which pixels made the model say that, and add the map to the bundle"
    add_explain(command("explain", "exporter.image_commands:explain", words))
    words = "make images that please a class, a channel or a layer, step by step, as inputs of a bundle"
    add_synthesise(command("synthesise", "exporter.image_commands:synthesise", words))
    words = "measure how often models are right under attack, as a table and a plot"
    add_robustness(command("robustness", "exporter.commands:robustness", words))
    words = "attack pictures on one model, show them to others, and write what carries over"
    add_transfer(command("transfer", "exporter.commands:transfer", words))
    add_harden(command("harden", "exporter.commands:harden", "train a network further on attacks against itself"))
    words = "find how much each unit and channel matters for each class, and add it to the bundle"
    add_importance(command("importance", "exporter.commands:importance", words))
    add_sculpt(
        command(
            "sculpt", "exporter.commands:sculpt", "gather units and edges into a sculpture, and add it to the bundle"
        )
    )
    words = "look at what the network does over a whole data set, and write it as a bundle or add it to one"
    add_survey(command("survey", "exporter.survey_commands:survey", words))
    words = "place the images of a survey as points, near each other where a layer takes them for alike"
    add_embed(command("embed", "exporter.embed_commands:embed", words))
    words = "find the images of a survey that are nearest to each, by features beside by pixels"
    add_neighbours(command("neighbours", "exporter.embed_commands:neighbours", words))
    add_generate(
        command("generate", "exporter.commands:generate", "write a bundle of a random dense network, sculpted")
    )
    words = "print the layers as a table, then checkpoints, inputs and runs"
    inspect = command("inspect", "exporter.commands:inspect", words)
    words = "print every problem of a bundle (or of a folder for Unity), one a line"
    validate = command("validate", "exporter.commands:validate", words)
    for each in (inspect, validate):
        each.add_argument("bundle", type=Path, metavar="BUNDLE")
        each.add_argument("--json", action="store_true", help="the same as JSON")
