"""Blender's own importer opens the demo's GLB: names, notes, shape keys, animation, camera, and right colours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from glb_parts import Parts, unpacked
from PIL import Image
from probes import cell_centres

from exporter.bundle import Bundle, read_bundle
from scenes.options import SceneOptions
from scenes.registry import scene as scene_named
from viewer.colour import apply_map
from viewer.layout import Layout, Plate
from viewer.scopes import colouring_of, scales_of

SCRIPT = Path(__file__).parents[1] / "support/blender_open.py"
PYTHON = Path(os.environ.get("KERASCOPE_BLENDER_PYTHON", Path(sys.prefix) / "blender/bin/python"))
FRONT_HEIGHT = 4.0
CLOSE = 8 / 255
SEEN_WHOLE = 12 / 255
"""Of a small cell in perspective, whose neighbours are like it."""


@dataclass(frozen=True)
class Opened:
    """What Blender made of a file: its words, and its two pictures (height, width, 3) in 0..1."""

    told: dict[str, Any]
    scene: np.ndarray
    front: np.ndarray


def require_blender() -> None:
    """Skip the tests, saying why, where Blender's module is not installed or does not start."""
    if not PYTHON.exists():
        python = ".".join(map(str, sys.version_info[:2]))
        pytest.skip(f"Blender was not tried: `make blender` installs it, for Python 3.11 only (this is {python})")
    started = subprocess.run([PYTHON, "-c", "import bpy"], capture_output=True, text=True, timeout=120, check=False)
    if started.returncode != 0:
        pytest.skip(f"Blender was not tried: {started.stderr.strip().splitlines()[-1]}")


@pytest.fixture(scope="module")
def bundle(demo_bundle: Path) -> Bundle:
    return read_bundle(demo_bundle)


@pytest.fixture(scope="module")
def layout(bundle: Bundle) -> Layout:
    return scene_named("flow").lay_out(bundle, SceneOptions())


@pytest.fixture(scope="module")
def file(demo_glbs: dict[str, Path]) -> Parts:
    return unpacked(demo_glbs["flow"].read_bytes())


@pytest.fixture(scope="module")
def at_secs(file: Parts) -> float:
    """When the first input has reached the last layer."""
    markers = file.named("kerascope")["extras"]["markers"]
    last = file.named("net")["children"]
    names = [file.json["nodes"][child]["name"] for child in last if "layer" in file.json["nodes"][child]["extras"]]
    return next(each["at_secs"] for each in markers if each["name"].endswith(names[-1])) + 1.0


@pytest.fixture(scope="module")
def opened(
    layout: Layout, at_secs: float, demo_glbs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Opened:
    require_blender()
    folder = tmp_path_factory.mktemp("blender")
    job = {
        "at_secs": at_secs,
        "points": cell_centres(layout.plates[0], 0).reshape(-1, 3).tolist(),
        "scene_png": str(folder / "scene.png"),
        "front_png": str(folder / "front.png"),
        "centre": plate_of(layout, "conv_1").centre,
        "height": FRONT_HEIGHT,
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    command = [PYTHON, SCRIPT, demo_glbs["flow"], folder / "job.json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (told,) = [line for line in done.stdout.splitlines() if line.startswith("told: ")]
    pictures = [np.asarray(Image.open(folder / f"{name}.png").convert("RGB")) / 255 for name in ("scene", "front")]
    return Opened(json.loads(told.removeprefix("told: ")), *pictures)


def plate_of(layout: Layout, layer: str) -> Plate:
    return next(plate for plate in layout.plates if plate.layer == layer)


def test_every_node_is_an_object_in_its_place(file: Parts, opened: Opened) -> None:
    objects = opened.told["objects"]
    assert len(objects) == len(file.json["nodes"])
    for path, node in file.paths():
        *_, parent = [None, *path.removesuffix(node["name"]).removesuffix("/").split("/")]
        thing = objects[node["name"]]
        assert (thing["parent"] or "") == parent
        kind = "CAMERA" if "camera" in node else "MESH" if "mesh" in node else "EMPTY"
        assert thing["type"] == kind
        for key, value in thing["notes"].items():
            assert node["extras"][key] == value
    assert objects["conv_1"]["notes"]["layer"] == "conv_1"


def test_one_action_moves_what_the_file_moves(file: Parts, opened: Opened) -> None:
    (animation,) = file.json["animations"]
    assert opened.told["actions"] == [animation["name"]]
    targets = [channel["target"] for channel in animation["channels"]]
    moved = {(file.json["nodes"][each["node"]]["name"], each["path"]) for each in targets}
    for name, thing in opened.told["objects"].items():
        assert (thing["moves"] >= 3) == bool({"scale", "translation"} & {path for node, path in moved if node == name})
        assert (thing["weighs"] == 1) == ((name, "weights") in moved)
        assert thing["keys"] == (["Basis", "height"] if (name, "weights") in moved else [])
    assert sum(path == "weights" for _, path in moved) >= 10


def test_cells_have_their_colours(bundle: Bundle, layout: Layout, file: Parts, opened: Opened) -> None:
    plate, first = plate_of(layout, "conv_1"), file.named("net")["extras"]["states"][0]
    shown = next(each.id for each in bundle.manifest.inputs if each.label == first["input"])
    state = scene_named("flow").build(bundle, layout, SceneOptions()).state_at(0.0)
    scale = scales_of(bundle, layout, colouring_of(state)).plates[layout.plates.index(plate)]
    values = bundle.output(shown, bundle.final_checkpoint.id, "conv_1")
    height, width = opened.front.shape[:2]
    per_unit = height / FRONT_HEIGHT
    for tile in range(plate.form.tiles):
        at = cell_centres(plate, tile) - plate.centre
        columns = np.floor(width / 2 + at[..., 2] * per_unit).astype(int)
        rows = np.floor(height / 2 - at[..., 1] * per_unit).astype(int)
        expected = apply_map(values[..., tile] / scale, "dark", "activation")
        np.testing.assert_allclose(opened.front[rows, columns], expected, atol=CLOSE)


def test_the_camera_of_the_file_sees_the_net(bundle: Bundle, file: Parts, opened: Opened) -> None:
    first = file.named("net")["extras"]["states"][0]
    image = bundle.image(next(each.id for each in bundle.manifest.inputs if each.label == first["input"]))
    assert image is not None
    windows = np.lib.stride_tricks.sliding_window_view(image[..., 0], (3, 3))
    is_alike = np.pad(windows.max(axis=(2, 3)) - windows.min(axis=(2, 3)) < 8, 1).reshape(-1)
    at = np.floor(np.array(opened.told["seen_px"])[is_alike]).astype(int)
    found, expected = opened.scene[at[:, 1], at[:, 0]], image.reshape(-1)[is_alike] / 255
    assert expected.max() > 0.9
    assert is_alike.sum() > 100
    np.testing.assert_allclose(found, np.repeat(expected[:, None], 3, axis=1), atol=SEEN_WHOLE)
    lit = (opened.scene.max(axis=2) > 0.2).mean(axis=0)
    assert (lit > 0).mean() > 0.8, "the net fills the frame from left to right"
    assert opened.scene[:5].max() < 0.02, "nothing at its upper border"
