"""What is folded is the person's choice in every scene, from the command line to the picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from net_scenes import NET_SCENES
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from exporter.bundle.schema import Group
from kerascope import main
from scenes.options import SceneOptions
from scenes.present import Gallery
from scenes.registry import scene
from viewer.camera import project
from viewer.layout import Layout, Plate
from viewer.stage import Stage
from viewer.window.playable import Wish

GROUP = Group(name="features", kind="block", class_name="conv, pool", layers=("conv", "relu", "pool"), output="pool")
FOLDED = ["picture", "features", "flatten", "scores"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return read_bundle(make_tiny_bundle(tmp_path_factory.mktemp("grouped") / "grouped.bundle", groups=(GROUP,)))


def titles(layout: Layout) -> list[str]:
    return [plate.title for plate in layout.plates if plate.form.kind != "weights"]


@pytest.mark.parametrize("name", NET_SCENES)
def test_every_scene_of_the_net_can_be_shown_folded(name: str, bundle: Bundle) -> None:
    options = SceneOptions(fold="all")
    layout = scene(name).lay_out(bundle, options)
    assert titles(layout) == FOLDED
    timeline = scene(name).build(bundle, layout, options)
    assert timeline.state_at(timeline.duration_secs / 2).nets
    assert titles(scene(name).lay_out(bundle, SceneOptions(fold=("features",)))) == FOLDED
    assert len(titles(scene(name).lay_out(bundle, SceneOptions()))) == 6, "a net of six layers is not folded by itself"


def test_the_window_asks_for_the_same(bundle: Bundle) -> None:
    gallery = Gallery(bundle)
    assert titles(gallery.build(Wish("flow", fold="all")).layout) == FOLDED
    assert len(titles(gallery.build(Wish("flow")).layout)) == 6


def test_the_structure_names_the_group_and_sums_up_its_parameters(bundle: Bundle) -> None:
    options = SceneOptions(fold="all")
    layout = scene("structure").lay_out(bundle, options)
    said = [word.text for word in scene("structure").build(bundle, layout, options).state_at(0.0).hud.words]
    assert any("6 layers, 1 group folded, 151 parameters" in line for line in said)
    assert said[said.index("features") + 1] == "40"
    assert "relu" not in said


@pytest.mark.gl
@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
def test_a_folded_group_is_drawn_as_a_stack_whose_front_stays_free(bundle: Bundle, azimuth_deg: float) -> None:
    """More panels lie behind its own on either side, and hide nothing of what it shows."""
    options = SceneOptions(fold="all")
    layout = scene("structure").lay_out(bundle, options)
    plain = Layout(tuple(_plain(plate) for plate in layout.plates), layout.links, layout.rows)
    state = scene("structure").build(bundle, layout, options).state_at(azimuth_deg / 36.0)
    pictures = []
    for each in (layout, plain):
        with Stage(bundle, each) as stage:
            pictures.append(stage.render(state, (960, 540)).astype(int))
    changed = np.abs(pictures[0] - pictures[1]).max(axis=2)
    plate = next(plate for plate in layout.plates if plate.group)
    corners = project(state.camera, plate.corners(), 16 / 9) / 2
    (left, top), (right, _) = corners.min(axis=0), corners.max(axis=0)
    assert changed[int(top) - 12 : int(top) - 1, int(left) : int(right) + 24].max() > 20, "borders look out above"
    middle = project(state.camera, plate.tile_centres(), 16 / 9) / 2
    for x, y in middle.round().astype(int):
        assert changed[y, x] == 0


def _plain(plate: Plate) -> Plate:
    return replace(plate, group=None, tensor=plate.group, layers=plate.layers)


def test_a_group_that_is_not_there_is_one_line(bundle: Bundle, tmp_path: Path, capsys) -> None:
    with pytest.raises(KerascopeError, match=r"no such group to fold.*did you mean 'features'"):
        scene("flow").lay_out(bundle, SceneOptions(fold=("feature",)))
    out = tmp_path / "f.png"
    asked = ["frame", str(bundle.path), "--scene", "flow", "--fold", "feature", "--out", str(out)]
    assert main(asked) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "features" in told
    assert not out.exists()
