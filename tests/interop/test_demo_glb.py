"""The demo as GLB: valid, small, and read back by trimesh with the names, the numbers and the colours of the bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from glb_colours import colours_at, faces_of
from glb_parts import unpacked
from glb_validator import problems, validate_glb
from importer_rules import breaches
from probes import cell_centres

from exporter.bundle import Bundle, read_bundle
from scenes.options import SceneOptions
from scenes.registry import scene as scene_named
from viewer.colour import apply_map
from viewer.layout import Layout, Plate
from viewer.scopes import colouring_of, scales_of
from viewer.solids.detail import Detail

SCENES = ("structure", "training", "flow", "adversarial")
MOST_BYTES = 5_000_000
ENTRY = 1 / 255
"""A picture has the nearest of a map's 256 entries from -1 to 1: at most so much off."""


@pytest.fixture(scope="module")
def bundle(demo_bundle: Path) -> Bundle:
    return read_bundle(demo_bundle)


@pytest.fixture(scope="module")
def read_back(demo_glbs: dict[str, Path]) -> dict[str, trimesh.Scene]:
    """Every scene, as trimesh has it."""
    return {name: trimesh.load_scene(path, process=False) for name, path in demo_glbs.items()}


def notes(read: trimesh.Scene, node: str) -> dict[str, Any]:
    """The extras of a node."""
    parent = read.graph.transforms.parents[node]
    return read.graph.transforms.edge_data[parent, node]["metadata"]


def laid_out(bundle: Bundle, name: str) -> Layout:
    return scene_named(name).lay_out(bundle, SceneOptions())


@pytest.mark.parametrize("scene", SCENES)
def test_it_is_valid_small_and_keeps_to_the_rules(scene: str, demo_glbs: dict[str, Path]) -> None:
    content = demo_glbs[scene].read_bytes()
    assert problems(validate_glb(content)) == []
    assert breaches(unpacked(content)) == []
    assert len(content) < MOST_BYTES


@pytest.mark.parametrize("scene", SCENES)
def test_every_layer_and_every_state_has_its_node(
    scene: str, bundle: Bundle, read_back: dict[str, trimesh.Scene]
) -> None:
    read = read_back[scene]
    nets = [node for node in read.graph.transforms.children["kerascope"] if "net" in notes(read, node)]
    assert len(nets) == (3 if scene == "adversarial" else 1)
    shown = {plate.layer for plate in laid_out(bundle, scene).plates}
    for net in nets:
        before = f"{net}/" if len(nets) > 1 else ""
        plates = [node for node in read.graph.transforms.children[net] if "layer" in notes(read, node)]
        assert {notes(read, plate)["layer"] for plate in plates} == shown
        assert {f"{before}{name}" for name in shown} <= set(plates)
        for plate in plates:
            for state in notes(read, net)["states"]:
                assert f"{plate} @ {state['name']}" in read.graph.nodes_geometry
    assert notes(read, "kerascope")["scene"] == scene
    assert "camera" in read.graph.nodes


def test_what_is_noted_is_what_the_bundle_says(bundle: Bundle, read_back: dict[str, trimesh.Scene]) -> None:
    for layer in bundle.manifest.layers:
        about = notes(read_back["flow"], layer.name)
        assert (about["kind"], about["class_name"]) == (layer.kind, layer.class_name)
        assert (tuple(about["shape"]), about["parameters"]) == (layer.outputs[0].shape, layer.parameters)
        assert {name: tuple(shape) for name, shape in about["weights"].items()} == {
            name: bundle.weight(bundle.final_checkpoint.id, layer.name, name).shape for name in layer.variables
        }
    for state, capture in captured(bundle, read_back["flow"]).items():
        (about,) = [each for each in notes(read_back["flow"], "net")["states"] if each["name"] == state]
        scores = bundle.capture(*capture).scores
        best = int(np.argmax(scores))
        assert about["predictions"][0]["name"] == bundle.manifest.model.class_names[best]
        assert about["predictions"][0]["share"] == pytest.approx(scores[best], abs=1e-3)


def captured(bundle: Bundle, read: trimesh.Scene) -> dict[str, tuple[str, str]]:
    """The input and the checkpoint of each state of the only net."""
    inputs = {shown.label: shown.id for shown in bundle.manifest.inputs}
    checkpoints = {moment.label: moment.id for moment in bundle.manifest.checkpoints}
    return {
        state["name"]: (inputs[state["input"]], checkpoints[state["checkpoint"]])
        for state in notes(read, "net")["states"]
    }


def check_plate(mesh: trimesh.Trimesh, plate: Plate, values: np.ndarray, scale: float) -> None:
    """The colours of all cells of a plate are those of its values, seen from both sides: pictures are never mirrored,
    and units, where they are few, are bodies.
    """
    tiles = np.moveaxis(values, -1, 0) if values.ndim == 3 else values.reshape(1, *plate.form.cells)
    is_pictured = mesh.visual.material.baseColorTexture is not None
    assert is_pictured == (values.ndim == 3 or values.size > Detail().boxes)
    assert len(faces_of(mesh)) == 2 * (len(tiles) if is_pictured else values.size)
    expected = apply_map(tiles / scale, "dark", "activation").reshape(-1, 3)
    low, high = (apply_map(tiles / scale + step, "dark", "activation").reshape(-1, 3) for step in (-ENTRY, ENTRY))
    slack = np.maximum(np.abs(low - expected), np.abs(high - expected)) + 1.01 / 255
    for behind in (False, True):
        turned = behind and is_pictured
        at = np.concatenate([cell_centres(plate, tile, is_mirrored=turned) for tile in range(len(tiles))])
        at = at.reshape(-1, 3) - plate.centre
        found = colours_at(mesh, at[:, [2, 1]], behind=behind)
        assert (np.abs(found - expected) <= slack).all(), f"{plate.layer}, seen from {'behind' if behind else 'before'}"


@pytest.mark.parametrize("scene", ["flow", "training"])
def test_cells_have_the_colours_of_their_values(
    scene: str, bundle: Bundle, read_back: dict[str, trimesh.Scene]
) -> None:
    layout, read = laid_out(bundle, scene), read_back[scene]
    state = scene_named(scene).build(bundle, layout, SceneOptions()).state_at(0.0)
    scales = scales_of(bundle, layout, colouring_of(state)).plates
    states = list(captured(bundle, read).items())
    for name, capture in states[:: max(1, len(states) - 1)]:
        for plate, scale in zip(layout.plates, scales, strict=True):
            if plate.form.kind not in {"maps", "vector", "classes"}:
                continue
            mesh = read.geometry[read.graph[f"{plate.layer} @ {name}"][1]]
            check_plate(mesh, plate, bundle.output(*capture, plate.layer), scale)
            assert notes(read, plate.layer)["scale"] == pytest.approx(scale, rel=1e-4)


def test_the_picture_is_the_input_as_a_person_sees_it(bundle: Bundle, read_back: dict[str, trimesh.Scene]) -> None:
    read, plate = read_back["flow"], laid_out(bundle, "flow").plates[0]
    for name, (shown, _) in captured(bundle, read).items():
        image = bundle.image(shown)
        assert image is not None
        mesh = read.geometry[read.graph[f"digit @ {name}"][1]]
        at = (cell_centres(plate, 0) - plate.centre).reshape(-1, 3)
        np.testing.assert_array_equal(colours_at(mesh, at[:, [2, 1]])[:, 0] * 255, image.reshape(-1))


def test_a_wrong_colour_would_be_seen(bundle: Bundle, read_back: dict[str, trimesh.Scene]) -> None:
    read, layout = read_back["flow"], laid_out(bundle, "flow")
    (name, capture), *_ = captured(bundle, read).items()
    plate = next(plate for plate in layout.plates if plate.layer == "conv_1")
    mesh = read.geometry[read.graph[f"conv_1 @ {name}"][1]]
    values, scale = bundle.output(*capture, "conv_1"), notes(read, "conv_1")["scale"]
    for wrong in (values[::-1], values[:, ::-1], values[..., ::-1], values * 1.05, values + 0.02 * scale):
        with pytest.raises(AssertionError):
            check_plate(mesh, plate, wrong, scale)
