"""The table of keys holds what it says: no key twice, none that does nothing, none that the help leaves out."""

from __future__ import annotations

import ast
from importlib.resources import files

import pytest

from viewer.window.keys import BINDINGS, HELP, PRESENTING, Binding


def test_no_key_does_two_things() -> None:
    for bindings in (BINDINGS, PRESENTING):
        keys = [key for binding in bindings for key in binding.keys]
        assert len(set(keys)) == len(keys)


PARTS = {
    "": "window",
    "player": "player",
    "view": "view",
    "chooser": "chooser",
    "help": "help",
    "shelf": "docks/shelf",
    "travel": "travel",
    "navigator": "navigator",
    "copier": "copier",
    "mishaps": "mishaps",
    "talk": "talk",
    "taker": "taker",
    "live": "live/live",
    "live.intake": "live/intake",
}


@pytest.mark.parametrize("binding", BINDINGS + PRESENTING, ids=lambda binding: binding.shown)
def test_every_key_does_something_that_there_is(binding: Binding) -> None:
    """Read, not run: the tests of the window need a screen, this one does not."""
    part, _, method = binding.action.rpartition(".")
    tree = ast.parse((files("viewer.window") / f"{PARTS[part]}.py").read_text("utf-8"))
    methods = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} | {"close"}  # Qt's own
    assert method in methods


def test_the_help_lists_every_binding() -> None:
    lines = [line for column in HELP for _, group in column for line in group]
    for binding in BINDINGS + PRESENTING:
        assert (binding.shown, binding.does) in lines


def test_a_key_that_is_held_steps_on_and_switches_once() -> None:
    held = {binding.action: binding.repeats for binding in BINDINGS}
    assert held["player.step_forward"]
    assert held["view.zoom_in"]
    assert not any(held[action] for action in held if "toggle" in action or "record" in action or "save" in action)
