"""GLB of models of every sort and size: valid, within the rules, of the size that was promised, and read back whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from glb_parts import unpacked
from glb_validator import problems, validate_glb
from importer_rules import breaches

from exporter.bundle import Bundle, read_bundle
from scenes.gltf.convert import GlbReport, convert_glb
from scenes.options import SceneOptions
from scenes.registry import scene as scene_named

pytestmark = [pytest.mark.tf, pytest.mark.slow]

MOST_BYTES = 25_000_000
ZOO = ("siamese", "text_lstm", "u_net", "volume_cnn")


def expect_whole(bundle: Bundle, report: GlbReport, scene: str) -> trimesh.Scene:
    """The file as trimesh reads it: valid, small enough, with a node for every layer that is shown."""
    content = report.path.read_bytes()
    assert len(content) == report.n_bytes <= MOST_BYTES
    assert problems(validate_glb(content)) == []
    parts = unpacked(content)
    assert breaches(parts) == []
    assert len(parts.json["nodes"]) == report.n_nodes
    shown = {plate.layer for plate in scene_named(scene).lay_out(bundle, SceneOptions()).plates}
    noted = [node["extras"] for node in parts.json["nodes"] if "layer" in node.get("extras", {})]
    assert {about["layer"] for about in noted} == shown
    for about in noted:
        assert about["kind"] == bundle.layer(about["layer"]).kind
    return trimesh.load_scene(report.path, process=False)


@pytest.fixture(scope="module")
def tiny_vgg() -> Path:
    """The folder of the published TF.js model: in `KERASCOPE_DATA`, or in `shared/data` beside the checkout."""
    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("KERASCOPE_DATA", root.parent / "shared" / "data")) / "tiny_vgg"
    if not (folder / "model.json").is_file():
        pytest.skip("tiny_vgg is not here: set KERASCOPE_DATA to the folder that has it")
    return folder


@pytest.fixture(scope="module")
def attacked_vgg(tiny_vgg: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny VGG, a picture through it, and that picture attacked."""
    from exporter.models import open_model
    from exporter.pipeline import attack_bundle, export_model

    model = open_model(tiny_vgg / "model.json")
    path = tmp_path_factory.mktemp("vgg") / "vgg.bundle"
    export_model(model, str(tiny_vgg / "images/panda_1.jpeg"), path, warn=lambda line: None)
    attack_bundle(path, model, "fgsm", keep=4, warn=lambda line: None)
    return path


def test_tiny_vgg_attacked(attacked_vgg: Path, tmp_path: Path) -> None:
    bundle = read_bundle(attacked_vgg)
    report = convert_glb(bundle, tmp_path / "vgg.glb", scene="adversarial")
    read = expect_whole(bundle, report, "adversarial")
    last = bundle.manifest.layers[-1].name
    nets = [node for node in read.graph.nodes if f"{node}/{last}" in read.graph.nodes]
    assert len(nets) == 3, "clean, difference, attacked"
    assert report.n_states >= 4


def test_resnet50_by_default(tmp_path: Path, timings: list[str]) -> None:
    from exporter.backend import keras
    from exporter.pipeline import export_model

    keras.utils.set_random_seed(3)
    picture = np.random.default_rng(4).integers(0, 256, (1, 224, 224, 3), dtype=np.uint8)
    path = export_model(keras.applications.ResNet50(weights=None), picture, tmp_path / "resnet.bundle")
    bundle = read_bundle(path)
    report = convert_glb(bundle, tmp_path / "resnet.glb")
    read = expect_whole(bundle, report, "flow")
    assert len(read.geometry) > 40
    timings.append(f"ResNet50 as GLB: {report.n_bytes / 1e6:.1f} MB in {report.took_secs:.1f} s")


@pytest.mark.parametrize("name", ZOO)
def test_models_of_every_sort(name: str, tmp_path: Path) -> None:
    from zoo import ZOO as ANIMALS

    from exporter.pipeline import export_model

    built: tuple[Any, Any] = ANIMALS[name]()
    np.savez(tmp_path / "inputs.npz", **built[1])
    path = export_model(built[0], tmp_path / "inputs.npz", tmp_path / "zoo.bundle", warn=lambda line: None)
    bundle = read_bundle(path)
    read = expect_whole(bundle, convert_glb(bundle, tmp_path / "zoo.glb"), "flow")
    first = bundle.manifest.layers[0].name
    assert any(node.startswith(f"{first} @ ") for node in read.graph.nodes_geometry)
