"""Our files keep to what importers take that cannot run here: those of Unity, and PowerPoint's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from glb_parts import Parts, unpacked
from importer_rules import RULES, breaches

pytestmark = pytest.mark.slow

SCENES = ("structure", "training", "flow", "adversarial")


@pytest.mark.parametrize("scene", SCENES)
def test_our_files_keep_to_the_rules(scene: str, tiny_glbs: dict[str, Path]) -> None:
    parts = unpacked(tiny_glbs[scene].read_bytes())
    assert breaches(parts) == []
    assert len(parts.json["nodes"]) > 10
    assert len(parts.json["animations"]) == 1


def first_moved(tree: dict[str, Any], path: str) -> dict[str, Any]:
    """The first channel that moves so."""
    return next(each for each in tree["animations"][0]["channels"] if each["target"]["path"] == path)


def require(tree: dict[str, Any]) -> None:
    tree["extensionsRequired"] = ["KHR_materials_unlit"]


def use(tree: dict[str, Any]) -> None:
    tree["extensionsUsed"].append("EXT_mesh_gpu_instancing")


def refer(tree: dict[str, Any]) -> None:
    tree["images"][0]["uri"] = "picture.png"


def misname(tree: dict[str, Any]) -> None:
    tree["images"][0]["mimeType"] = "image/webp"


def thin(tree: dict[str, Any]) -> None:
    tree["accessors"][0]["sparse"] = {"count": 1}


def draw_lines(tree: dict[str, Any]) -> None:
    tree["meshes"][0]["primitives"][0]["mode"] = 1


def drop_indices(tree: dict[str, Any]) -> None:
    del tree["meshes"][0]["primitives"][0]["indices"]


def add_attribute(tree: dict[str, Any]) -> None:
    tree["meshes"][0]["primitives"][0]["attributes"]["_UNIT"] = 0


def morph_much(tree: dict[str, Any]) -> None:
    tree["meshes"][0]["primitives"][0]["targets"] = [{"POSITION": 0}] * 9


def play_two(tree: dict[str, Any]) -> None:
    tree["animations"].append(tree["animations"][0])


def point(tree: dict[str, Any]) -> None:
    first_moved(tree, "scale")["target"] = {"path": "pointer"}


def grow(tree: dict[str, Any]) -> None:
    tree["animations"][0]["samplers"][first_moved(tree, "scale")["sampler"]]["interpolation"] = "LINEAR"


def name_alike(tree: dict[str, Any]) -> None:
    node = next(each for each in tree["nodes"] if len(each.get("children", ())) > 1)
    for child in node["children"][:2]:
        tree["nodes"][child]["name"] = "twin"


def forget_a_name(tree: dict[str, Any]) -> None:
    del tree["nodes"][0]["name"]


def add_skin(tree: dict[str, Any]) -> None:
    tree["skins"] = [{"joints": [0]}]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (require, "extensions"),
        (use, "extensions"),
        (refer, "whole"),
        (misname, "pictures"),
        (thin, "numbers"),
        (draw_lines, "numbers"),
        (drop_indices, "numbers"),
        (add_attribute, "numbers"),
        (morph_much, "morphs"),
        (play_two, "animation"),
        (point, "animation"),
        (grow, "visibility"),
        (name_alike, "names"),
        (forget_a_name, "names"),
        (add_skin, "joints"),
    ],
)
def test_the_rules_see_what_breaks_them(
    change: Callable[[dict[str, Any]], None], rule: str, tiny_glbs: dict[str, Path]
) -> None:
    parts = unpacked(tiny_glbs["flow"].read_bytes())
    broken: Parts = unpacked(parts.changed(change))
    assert {line.partition(":")[0] for line in breaches(broken)} == {rule}


def test_every_rule_is_seen_to_break() -> None:
    marks = test_the_rules_see_what_breaks_them.pytestmark  # type: ignore[attr-defined]
    assert {case[1] for case in marks[0].args[1]} == {rule.__name__ for rule in RULES}
