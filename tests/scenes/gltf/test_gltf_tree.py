"""The node tree of a GLB and what moves in it, read back by the words of glTF alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from glb_parts import Parts, unpacked
from net_scenes import NET_SCENES

from exporter.bundle import Bundle, read_bundle
from scenes.gltf.convert import glb_of
from scenes.gltf.reel import reel_of
from scenes.options import SceneOptions
from scenes.panels.answer import answer_of
from scenes.registry import scene
from scenes.timeline import grounded
from viewer.scopes import colouring_of, scales_of

NAMES = NET_SCENES


@pytest.fixture(scope="module")
def tiny(tiny_bundle_path: Path) -> Bundle:
    return read_bundle(tiny_bundle_path)


@pytest.fixture(scope="module")
def files(tiny: Bundle) -> dict[str, bytes]:
    """Each scene with its first input alone."""
    ids = {"flow": (tiny.manifest.inputs[0].id,)}
    return {name: glb_of(tiny, scene=name, input_ids=ids.get(name, ())).content for name in NAMES}


@pytest.fixture(scope="module")
def read(files: dict[str, bytes]) -> dict[str, Parts]:
    return {name: unpacked(content) for name, content in files.items()}


def children(parts: Parts, node: dict[str, Any]) -> list[dict[str, Any]]:
    return [parts.json["nodes"][index] for index in node.get("children", ())]


def nets_of(parts: Parts) -> list[dict[str, Any]]:
    return [node for node in children(parts, parts.named("kerascope")) if "net" in node.get("extras", {})]


def played(parts: Parts, node: dict[str, Any], path: str, t_secs: float) -> np.ndarray | None:
    """What the animation makes of a node at a time; `None` where it leaves it alone."""
    index = parts.json["nodes"].index(node)
    for channel in parts.json["animations"][0]["channels"]:
        if channel["target"] == {"node": index, "path": path}:
            sampler = parts.json["animations"][0]["samplers"][channel["sampler"]]
            times, values = parts.array(sampler["input"])[:, 0], parts.array(sampler["output"])
            if sampler["interpolation"] == "STEP":
                return values[max(np.searchsorted(times, t_secs + 1e-6, side="right") - 1, 0)]
            return np.array([np.interp(t_secs, times, column) for column in values.T])
    return None


def is_seen(parts: Parts, node: dict[str, Any], t_secs: float) -> bool:
    scale = played(parts, node, "scale", t_secs)
    return bool(np.all(node.get("scale", 1.0)) if scale is None else scale.all())


@pytest.mark.parametrize("name", NAMES)
def test_the_root_tells_the_scene(tiny: Bundle, read: dict[str, Parts], name: str) -> None:
    parts = read[name]
    assert parts.json["asset"]["generator"].startswith("kerascope ")
    assert parts.json["scenes"] == [{"name": name, "nodes": [0]}]
    told = parts.json["nodes"][0]["extras"]
    assert (told["kerascope"], told["scene"], told["theme"]) == (1, name, "dark")
    assert told["model"] == tiny.manifest.model.name
    assert told["captions"][0]["title"]
    assert told["legend"]["ends"] == ["\u22121", "0", "+1"]
    assert len(told["legend"]["stops"]) == 9
    assert told["legend"]["name"].startswith("activation")
    assert told["markers"]
    end = max(float(parts.array(each["input"])[-1, 0]) for each in parts.json["animations"][0]["samplers"])
    assert end == pytest.approx(told["duration_secs"], abs=0.05)


@pytest.mark.parametrize("name", NAMES)
def test_every_plate_is_in_its_place_and_tells_its_layer(tiny: Bundle, read: dict[str, Parts], name: str) -> None:
    parts = read[name]
    layout = scene(name).lay_out(tiny, SceneOptions())
    timeline = scene(name).build(tiny, layout, SceneOptions())
    first = timeline.state_at(0.0)
    scales = scales_of(tiny, layout, colouring_of(first)).plates
    nets = nets_of(parts)
    assert len(nets) == len(first.nets)
    for net, view in zip(nets, first.nets, strict=True):
        assert net["translation"] == pytest.approx(view.offset)
        plates = [node for node in children(parts, net) if "layer" in node["extras"]]
        assert len(plates) == len(layout.plates)
        for node, plate, scale in zip(plates, layout.plates, scales, strict=True):
            before = f"{view.heading}/" if len(nets) > 1 else ""
            after = " kernel" if plate.form.kind == "weights" else ""
            assert node["name"] == f"{before}{plate.layer}{after}"
            assert node["translation"] == pytest.approx(plate.centre)
            told, layer = node["extras"], tiny.layer(plate.layer)
            assert (told["kind"], told["class_name"], told["value"]) == (layer.kind, layer.class_name, layer.value)
            assert told["shape"] == list(layer.outputs[0].shape)
            assert told["scale"] == pytest.approx(scale, rel=1e-5)
            assert told["station"] == plate.station
            variables = told["weights"]
            assert sum(int(np.prod(shape)) for shape in variables.values()) == layer.parameters


@pytest.mark.parametrize("name", NAMES)
def test_at_every_time_one_state_of_a_plate_is_seen(tiny: Bundle, read: dict[str, Parts], name: str) -> None:
    parts = read[name]
    timeline = grounded(scene(name).build(tiny, scene(name).lay_out(tiny, SceneOptions()), SceneOptions()))
    reel = reel_of(timeline)
    for index, net in enumerate(nets_of(parts)):
        states = [state["name"] for state in net["extras"]["states"]]
        plates = [node for node in children(parts, net) if "layer" in node["extras"]]
        for plate in (plates[0], plates[-1]):
            before = f"{plate['name']} @ "
            shown_here = [node for node in children(parts, plate) if node["name"].startswith(before)]
            nodes = {node["name"].removeprefix(before): node for node in shown_here}
            assert list(nodes) == states
            assert [state for state in states if np.all(nodes[state].get("scale", 1))] == states[:1]
            for t_secs in reel.times_secs[::20]:
                (*_, shown) = [span.still for span in reel.nets[index].spans if span.from_secs <= t_secs]
                assert [state for state in states if is_seen(parts, nodes[state], t_secs)] == [states[shown or 0]]


def test_states_tell_when_and_what_the_network_says(tiny: Bundle, read: dict[str, Parts]) -> None:
    clean, difference, attacked = nets_of(read["adversarial"])
    assert [net["name"] for net in (clean, difference, attacked)] == ["clean", "difference", "attacked"]
    run = tiny.manifest.runs[0]
    last = attacked["extras"]["states"][-1]
    capture = tiny.capture(run.inputs[-1], run.checkpoint)
    shares = answer_of(tiny).read(capture)
    names = tiny.manifest.model.class_names
    assert last["predictions"][0] == {"name": names[int(np.argmax(shares))], "share": round(max(shares), 4)}
    assert last["input"] == tiny.input(run.inputs[-1]).label
    assert not any(state["predictions"] for state in difference["extras"]["states"])
    begins = sorted(secs for state in attacked["extras"]["states"] for secs in state["from_secs"])
    assert begins[0] == 0.0
    assert len(set(begins)) == len(begins)
    assert attacked["extras"]["states"][0]["from_secs"][-1] == begins[-1]  # the loop comes back


def test_heights_and_edges_follow_the_light(tiny: Bundle, read: dict[str, Parts]) -> None:
    parts = read["flow"]
    layout = scene("flow").lay_out(tiny, SceneOptions())
    timeline = scene("flow").build(tiny, layout, SceneOptions())
    (net,) = nets_of(parts)
    for plate, node in zip(layout.plates, children(parts, net), strict=False):
        (cells,) = (each for each in children(parts, node) if each["name"].startswith(f"{plate.layer} @ "))
        rises = plate.form.kind != "picture"
        assert parts.json["meshes"][cells["mesh"]].get("weights") == ([1.0] if rises else None)
        edges = [each for each in children(parts, node) if each["name"].startswith("edges into")]
        for t_secs in np.linspace(0, timeline.duration_secs * 0.99, 60):
            front = timeline.state_at(t_secs).nets[0].front or 0.0
            weight = played(parts, cells, "weights", t_secs)
            if front >= plate.station + 0.02 or not plate.station:
                assert weight is None or weight[0] == pytest.approx(1.0, abs=0.06)
            elif front < plate.station - 0.6:
                assert not rises or (weight is not None and weight[0] == pytest.approx(0.0, abs=0.06))
                assert not any(is_seen(parts, each, t_secs) for each in edges)
            if front >= plate.station:
                assert all(is_seen(parts, each, t_secs) for each in edges)
        assert all("scale" not in each for each in edges)  # who plays nothing sees them


def test_boards_turn_about_their_own_middle_and_say_what_they_are(read: dict[str, Parts]) -> None:
    parts = read["adversarial"]
    boards = [node for node in parts.json["nodes"] if node.get("extras", {}).get("faces")]
    assert len(boards) > 10
    for board in (board for board in boards if "chart" not in board["extras"]):  # charts stand along the net
        places = [each["attributes"]["POSITION"] for each in parts.json["meshes"][board["mesh"]]["primitives"]]
        low = np.min([parts.json["accessors"][place]["min"] for place in places], axis=0)
        high = np.max([parts.json["accessors"][place]["max"] for place in places], axis=0)
        np.testing.assert_allclose(low + high, 0.0, atol=1e-3)
    assert sum("answers" in board["extras"] for board in boards) > 3
    assert parts.named("legend")["extras"]["legend_board"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_stored_twice_or_for_nothing(read: dict[str, Parts], name: str) -> None:
    parts = read[name]
    views = [parts.view(index) for index in range(len(parts.json["bufferViews"]))]
    kinds = [view.get("target") for view in parts.json["bufferViews"]]
    assert (
        len(set(zip(views, kinds, strict=True))) >= len(views) - 3
    )  # numbers that are alike by chance, of another kind
    used = {primitive["indices"] for mesh in parts.json["meshes"] for primitive in mesh["primitives"]}
    for mesh in parts.json["meshes"]:
        for primitive in mesh["primitives"]:
            used |= set(primitive["attributes"].values()) | {each["POSITION"] for each in primitive.get("targets", ())}
    for animation in parts.json["animations"]:
        used |= {sampler[end] for sampler in animation["samplers"] for end in ("input", "output")}
        assert {channel["sampler"] for channel in animation["channels"]} == set(range(len(animation["samplers"])))
    assert used == set(range(len(parts.json["accessors"])))
    assert {node["mesh"] for node in parts.json["nodes"] if "mesh" in node} == set(range(len(parts.json["meshes"])))
    materials = {primitive["material"] for mesh in parts.json["meshes"] for primitive in mesh["primitives"]}
    assert materials == set(range(len(parts.json["materials"])))
    assert all("KHR_materials_unlit" in each["extensions"] for each in parts.json["materials"])
    assert all(view["byteOffset"] % 4 == 0 for view in parts.json["bufferViews"])


def test_what_looks_alike_in_two_nets_is_one_mesh(read: dict[str, Parts]) -> None:
    clean, _, attacked = nets_of(read["adversarial"])
    parts = read["adversarial"]
    before = {node["name"].split("/")[1]: node for node in children(parts, clean) if "layer" in node["extras"]}
    for plate in children(parts, attacked):
        if "layer" in plate["extras"]:
            twin = children(parts, before[plate["name"].split("/")[1]])
            same = {node["mesh"] for node in twin if "mesh" in node} & {n["mesh"] for n in children(parts, plate)}
            assert len(same) >= 2  # the panel, and the first state, which is the clean one


def test_the_same_scene_twice_is_the_same_file(tiny_bundle_path: Path, files: dict[str, bytes]) -> None:
    again = glb_of(read_bundle(tiny_bundle_path), scene="training").content
    assert again == files["training"]


def test_the_light_theme_has_its_own_colours(tiny: Bundle, read: dict[str, Parts]) -> None:
    light = unpacked(glb_of(tiny, scene="structure", options=SceneOptions(theme="light")).content)
    told = light.json["nodes"][0]["extras"]
    assert told["theme"] == "light"
    assert told["background"] == ["#ffffff", "#eef1f6"]
    assert told["legend"]["stops"] != read["structure"].json["nodes"][0]["extras"]["legend"]["stops"]


def test_a_camera_of_the_pictures_shape(tiny: Bundle) -> None:
    square = unpacked(glb_of(tiny, scene="flow", options=SceneOptions(size_px=(500, 500))).content)
    assert square.json["cameras"][0]["perspective"]["aspectRatio"] == 1.0
    lens = square.json["cameras"][0]["perspective"]
    assert 0 < lens["znear"] < np.linalg.norm(square.named("camera")["translation"]) < lens["zfar"]


def test_on_a_turntable_words_turn_with_the_camera(tiny: Bundle, read: dict[str, Parts]) -> None:
    parts = read["structure"]
    layout = scene("structure").lay_out(tiny, SceneOptions())
    timeline = scene("structure").build(tiny, layout, SceneOptions())
    first = timeline.state_at(0.0).camera.azimuth_deg
    boards = [node for node in parts.json["nodes"] if node.get("extras", {}).get("faces")]
    assert len(boards) > 3
    for t_secs in np.linspace(0, timeline.duration_secs * 0.99, 9):
        turn = played(parts, boards[-1], "rotation", t_secs)
        assert turn is not None
        went = np.degrees(-2 * np.arctan2(turn[1], turn[3]))
        wanted = timeline.state_at(t_secs).camera.azimuth_deg - first
        assert (went - wanted + 180) % 360 - 180 == pytest.approx(0.0, abs=1.5)
    tracks = [each for each in parts.json["animations"][0]["channels"] if each["target"]["path"] == "rotation"]
    assert len(tracks) == len(boards) + 1
    assert len({each["sampler"] for each in tracks}) == 2  # all boards share one


def test_where_the_camera_stands_words_do(read: dict[str, Parts]) -> None:
    for name in ("flow", "training", "adversarial"):
        paths = {each["target"]["path"] for each in read[name].json["animations"][0]["channels"]}
        assert "rotation" not in paths
