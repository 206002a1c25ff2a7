"""What the window offers to choose from, and where it saves pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from exporter.bundle import Bundle, KerascopeError
from viewer.window.offer import checkpoint_items, input_items, scene_items
from viewer.window.snapshot import free_path, write_picture


def test_inputs_begin_with_the_scenes_choice_and_name_their_facts(tiny_bundle: Bundle) -> None:
    first, *items = input_items(tiny_bundle)
    assert first.id is None
    assert [item.id for item in items] == [shown.id for shown in tiny_bundle.manifest.inputs]
    assert all(item.words for item in items)
    attacked = next(item for item in items if item.id == "attack-2")
    assert "attacked" in attacked.tip
    assert "ε = 31.9/255" in attacked.tip


def test_checkpoints_and_scenes_in_their_order(tiny_bundle: Bundle) -> None:
    assert [item.id for item in checkpoint_items(tiny_bundle)] == [None, "000", "001", "002"]
    assert [(item.id, item.tip) for item in scene_items({"flow": "flows", "a": "b"})] == [("flow", "flows"), ("a", "b")]


def test_a_picture_never_replaces_another(tmp_path: Path) -> None:
    first = free_path(tmp_path, "mnist flow/2.50s")
    assert first.name == "mnist-flow-2.50s.png"
    pixels = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    write_picture(pixels, first)
    assert free_path(tmp_path, "mnist flow/2.50s").name == "mnist-flow-2.50s-2.png"
    assert np.array_equal(np.asarray(Image.open(first)), pixels)


def test_a_picture_that_cannot_be_written_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    place = tmp_path / "no-such-folder" / "a.png"
    with pytest.raises(KerascopeError, match=r"cannot be saved.*No such file"):
        write_picture(np.zeros((4, 4, 3), np.uint8), place)
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(KerascopeError, match="cannot be saved"):
        write_picture(np.zeros((4, 4, 3), np.uint8), tmp_path / "taken.png")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.png"]
