"""What the command line offers is what the methods take."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from exporter import image_arguments

pytestmark = pytest.mark.tf


@pytest.mark.parametrize(
    ("room", "offered", "options", "add"),
    [
        ("explain", image_arguments.EXPLANATIONS, image_arguments.EXPLAIN_OPTIONS, image_arguments.add_explain),
        ("synthesis", image_arguments.SYNTHESES, image_arguments.SYNTHESIS_OPTIONS, image_arguments.add_synthesise),
    ],
)
def test_every_method_and_every_option_is_offered(room: str, offered: Any, options: Any, add: Any) -> None:
    import importlib

    registry = importlib.import_module(f"exporter.{room}.registry")
    methods = registry.EXPLANATIONS if room == "explain" else registry.SYNTHESES
    assert set(methods) == set(offered)
    taken = {name for method in methods.values() for name in method.option_names} - {"place"}  # --layer says it
    assert taken == set(options)
    parser = argparse.ArgumentParser()
    add(parser)
    assert taken <= {action.dest for action in parser._actions}
