"""The Khronos validator finds nothing wrong with our files, and does find what is wrong with broken ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from glb_parts import Parts, packed, unpacked
from glb_validator import problems, validate_glb

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scene", ["structure", "training", "flow", "adversarial"])
def test_no_errors_and_no_warnings(scene: str, tiny_glbs: dict[str, Path]) -> None:
    report = validate_glb(tiny_glbs[scene].read_bytes())
    assert problems(report) == []
    assert report["issues"]["numErrors"] == report["issues"]["numWarnings"] == 0
    assert report["info"]["extensionsUsed"] == ["KHR_materials_unlit"]
    assert report["info"]["totalTriangleCount"] > 100
    assert report["info"]["animationCount"] == 1


def count_too_far(tree: dict[str, Any]) -> None:
    tree["accessors"][0]["count"] *= 1000


def misplace_ends(tree: dict[str, Any]) -> None:
    accessor = next(each for each in tree["accessors"] if "max" in each)
    accessor["max"] = [value + 1 for value in accessor["max"]]


def lose_a_texture(tree: dict[str, Any]) -> None:
    tree["textures"].pop()


def hide_a_tree(tree: dict[str, Any]) -> None:
    tree["scenes"][0]["nodes"] = []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (count_too_far, "ACCESSOR_TOO_LONG"),
        (misplace_ends, "ACCESSOR_MAX_MISMATCH"),
        (lose_a_texture, "UNRESOLVED_REFERENCE"),
        (hide_a_tree, "EMPTY_ENTITY"),
    ],
)
def test_broken_files_are_reported(
    change: Callable[[dict[str, Any]], None], code: str, tiny_glbs: dict[str, Path]
) -> None:
    found = problems(validate_glb(unpacked(tiny_glbs["flow"].read_bytes()).changed(change)))
    assert any(f" {code} " in line for line in found), found


def test_a_broken_picture_is_reported(tiny_glbs: dict[str, Path]) -> None:
    parts = unpacked(tiny_glbs["flow"].read_bytes())
    start = parts.json["bufferViews"][parts.json["images"][0]["bufferView"]]["byteOffset"]
    broken = Parts(parts.json, parts.binary[:start] + b"GIF89a00" + parts.binary[start + 8 :])
    found = problems(validate_glb(packed(broken)))
    assert any(" IMAGE_" in line for line in found), found
