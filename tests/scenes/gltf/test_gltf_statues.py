"""Sculptures in a GLB, read back by the words of glTF alone and by trimesh: cables by class, units by layer, states."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from glb_colours import srgb
from glb_parts import Parts, unpacked
from glb_validator import problems, validate_glb

from exporter.bundle import Bundle, read_bundle
from scenes.gltf.convert import glb_of
from scenes.gltf.ladder import Step
from scenes.options import SceneOptions
from scenes.registry import scene
from viewer.colour import class_colours, code_of
from viewer.sculptures.even import even_paths
from viewer.sculptures.read import Drawn, read_sculpture
from viewer.solids.detail import Detail
from viewer.solids.solid import Solid
from viewer.solids.statue import Statue
from viewer.state import SculptureView

NAMES = ("sculpture", "bundling", "trained_vs_untrained")
Node = dict[str, Any]


@pytest.fixture(scope="module")
def sculpted(sculpted_path: Path) -> Bundle:
    return read_bundle(sculpted_path)


@pytest.fixture(scope="module")
def files(sculpted: Bundle) -> dict[str, bytes]:
    return {name: glb_of(sculpted, scene=name).content for name in NAMES}


@pytest.fixture(scope="module")
def read(files: dict[str, bytes]) -> dict[str, Parts]:
    return {name: unpacked(content) for name, content in files.items()}


@pytest.fixture(scope="module")
def drawn(sculpted: Bundle) -> Drawn:
    return read_sculpture(sculpted, "002-weight")


def statues_of(parts: Parts) -> list[Node]:
    return [node for node in parts.json["nodes"] if "sculpture" in node.get("extras", {})]


def seen_at(parts: Parts, t_secs: float) -> set[str]:
    """The names of all nodes with a mesh whose own scale is not 0 at a time."""
    scales = {index: np.asarray(node.get("scale", 1.0)) for index, node in enumerate(parts.json["nodes"])}
    for channel in parts.json["animations"][0]["channels"]:
        sampler = parts.json["animations"][0]["samplers"][channel["sampler"]]
        if channel["target"]["path"] == "scale":
            times, values = parts.array(sampler["input"])[:, 0], parts.array(sampler["output"])
            at = max(np.searchsorted(times, t_secs + 1e-6, side="right") - 1, 0)
            scales[channel["target"]["node"]] = values[at]
    return {node["name"] for index, node in enumerate(parts.json["nodes"]) if "mesh" in node and scales[index].all()}


def tubes_of(solid: Solid, sides: int, pieces: int) -> np.ndarray:
    """The points (n, rings, sides, 3) of the tubes of a solid."""
    return solid.points.reshape(-1, pieces + 1, sides, 3)


@pytest.mark.parametrize("name", NAMES)
def test_the_validator_has_nothing_to_say(files: dict[str, bytes], name: str) -> None:
    assert problems(validate_glb(files[name])) == []


def test_a_sculpture_tells_what_it_is(sculpted: Bundle, read: dict[str, Parts]) -> None:
    (node,) = statues_of(read["sculpture"])
    told, kept = node["extras"], sculpted.sculpture("002-weight")
    assert node["name"] == "002-weight"
    assert (told["sculpture"], told["checkpoint"], told["method"]) == ("002-weight", "002", "weight")
    assert told["layers"] == [{"name": each.name, "units": each.units, "plane": each.plane} for each in kept.layers]
    assert told["edges"] == {"drawn": 16, "of": 16}
    assert [each["name"] for each in told["classes"]] == list(sculpted.manifest.model.class_names)
    assert [each["colour"] for each in told["classes"]] == [code_of(each) for each in class_colours(3, "dark")]
    assert [each["name"] for each in told["states"]] == ["all classes", *sculpted.manifest.model.class_names]
    two = statues_of(read["trained_vs_untrained"])
    assert [each["extras"]["checkpoint"] for each in two] == ["000", "002"]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_class_has_one_material_in_its_colour(sculpted: Bundle, theme: Any) -> None:
    parts = unpacked(glb_of(sculpted, scene="sculpture", options=SceneOptions(theme=theme)).content)
    colours = class_colours(3, theme)
    names = [f"class {name}" for name in sculpted.manifest.model.class_names]
    found = [each for each in parts.json["materials"] if each["name"] in names]
    assert len({each["name"] for each in found}) > 1
    for material in found:
        factor = material["pbrMetallicRoughness"]["baseColorFactor"]
        np.testing.assert_allclose(srgb(np.array(factor[:3])), colours[names.index(material["name"])], atol=0.003)
        assert factor[3] == 1.0
    opaque = [each["name"] for each in found if "alphaMode" not in each]
    assert len(opaque) == len(set(opaque))


def test_while_a_class_is_lit_its_cables_and_no_others_are(sculpted: Bundle, read: dict[str, Parts]) -> None:
    parts = read["sculpture"]
    timeline = scene("sculpture").build(sculpted, scene("sculpture").lay_out(sculpted, SceneOptions()), SceneOptions())
    names = sculpted.manifest.model.class_names
    there = {name for name in names for node in parts.json["nodes"] if node["name"] == f"cables of {name}"}
    assert len(there) > 1
    for t_secs in np.arange(0.1, timeline.duration_secs, 0.37):
        view = timeline.state_at(t_secs).sculptures[0]
        if min(view.blend, 1 - view.blend) > 0.3:
            continue  # it goes over
        focus = view.toward if view.blend > 0.5 else view.focus
        seen = seen_at(parts, t_secs)
        for name in there:
            is_lit = focus is None or names[focus] == name
            assert (f"cables of {name}" in seen, f"cables of {name} (faint)" in seen) == (is_lit, not is_lit)
        state = "all classes" if focus is None else names[focus]
        units = {each for each in seen if each.startswith(("conv @", "scores @", "picture @"))}
        assert units == {f"{layer} @ {state}" for layer in ("picture", "conv", "scores")}


def test_every_edge_is_one_closed_tube(drawn: Drawn, files: dict[str, bytes]) -> None:
    loaded: Any = trimesh.load(io.BytesIO(files["sculpture"]), file_type="glb", process=False)
    names = [name for name in loaded.graph.nodes_geometry if name.startswith("cables of") and "(faint)" not in name]
    lit = [name for name in names if "@" not in name or "@ all classes" in name]
    tubes = [part for name in lit for part in loaded.geometry[loaded.graph[name][1]].split(only_watertight=False)]
    assert len(tubes) == len(drawn.paths)
    assert all(tube.is_watertight and tube.volume > 0 for tube in tubes)
    low, high = drawn.paths.min(axis=(0, 1)) - 0.075, drawn.paths.max(axis=(0, 1)) + 0.075
    assert all((tube.bounds[0] >= low).all() and (tube.bounds[1] <= high).all() for tube in tubes)


def test_tubes_run_along_the_paths_as_thick_as_their_edges_matter(drawn: Drawn) -> None:
    lines = even_paths(drawn.paths.reshape(-1, 3), np.arange(len(drawn.paths) + 1) * drawn.paths.shape[1], 9)
    statue = Statue(drawn, SculptureView(drawn.id), "dark", Detail(), flows=False)
    radii = []
    for group in statue.groups():
        for solid in group.solids:
            tubes = tubes_of(solid, 3 if solid.blends else 5, Detail().bends)
            for tube in tubes:
                middles = tube.mean(axis=1)
                away = np.linalg.norm(lines - middles, axis=-1).max(axis=1)
                assert away.min() < 1e-4  # it runs along one of the paths
                radii.append(np.linalg.norm(tube - middles[:, None], axis=-1))
    assert len(radii) == len(lines)
    assert all(np.ptp(each) < 1e-4 for each in radii)
    assert max(each.max() for each in radii) <= 0.0751


def test_units_are_balls_where_the_sculpture_has_them(drawn: Drawn, read: dict[str, Parts]) -> None:
    parts = read["sculpture"]
    first = 0
    for layer in drawn.layers:
        there, ball = parts.named(layer.name), parts.named(f"{layer.name} @ all classes")
        (primitive,) = parts.json["meshes"][ball["mesh"]]["primitives"]
        points = parts.array(primitive["attributes"]["POSITION"]).reshape(layer.units, -1, 3)
        wanted = drawn.units[first : first + layer.units]
        np.testing.assert_allclose(points.mean(axis=1) + there["translation"], wanted, atol=1e-3)
        first += layer.units


def test_the_course_of_the_bundling_is_met_at_every_time(sculpted: Bundle, drawn: Drawn) -> None:
    statue = Statue(drawn, SculptureView(drawn.id), "dark", Detail(shapes=20), flows=True)
    assert statue.steps == tuple(range(drawn.last_step))  # room for all of them: nothing is made up
    count = statue.kept
    middles: dict[str, list[np.ndarray]] = {}
    for group in statue.groups():
        for solid in group.solids:
            for name, way in solid.shapes:
                tubes = (solid.points + way).reshape(-1, Detail().bends + 1, 3 if solid.blends else 5, 3).mean(axis=2)
                middles.setdefault(name, []).append(tubes)
    for step in statue.steps:
        steps = drawn.steps[step, :count]
        lines = even_paths(steps.reshape(-1, 3), np.arange(count + 1) * steps.shape[1], Detail().bends + 1)
        found = np.concatenate(middles[f"step {step}"])
        away = np.abs(lines[:, None] - found).max(axis=(2, 3))
        assert away.min(axis=1).max() < 1e-3
    told = unpacked(glb_of(sculpted, scene="bundling").content)
    meshes = [mesh for mesh in told.json["meshes"] if mesh.get("weights")]
    assert meshes
    assert all(len(mesh["weights"]) <= Detail().shapes and not any(mesh["weights"]) for mesh in meshes)
    assert any(each["target"]["path"] == "weights" for each in told.json["animations"][0]["channels"])


def test_on_a_turntable_all_words_go_round_with_the_camera(read: dict[str, Parts]) -> None:
    parts = read["sculpture"]
    words = parts.named("words")
    hung = [parts.json["nodes"][child]["name"] for child in words["children"]]
    assert hung[:2] == ["title", "legend"]
    assert "classes" in hung
    turned = {
        each["target"]["node"]
        for each in parts.json["animations"][0]["channels"]
        if each["target"]["path"] == "rotation"
    }
    assert parts.json["nodes"].index(words) in turned
    assert not turned & set(words["children"])


def test_the_same_scene_twice_is_the_same_file(sculpted_path: Path, files: dict[str, bytes]) -> None:
    assert glb_of(read_bundle(sculpted_path), scene="bundling").content == files["bundling"]


def test_a_file_with_fewer_edges_says_so(sculpted: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenes.gltf.ladder.STEPS", (Step(Detail(cables=5)),))
    parts = unpacked(glb_of(sculpted, scene="sculpture").content)
    (statue,) = statues_of(parts)
    assert statue["extras"]["edges"] == {"drawn": 5, "of": 16}
    assert any("strongest 5 of 32 edges" in line for line in parts.named("legend")["extras"]["says"])
