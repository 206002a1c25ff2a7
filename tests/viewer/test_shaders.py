"""Every shader file is used, keeps to GLSL 1.20, compiles, and knows the same names as the Python that feeds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from explained_bundle import add_explanation
from made_sculpture import add_made_sculptures
from surveyed_bundle import add_survey
from tiny_bundle import make_tiny_bundle
from vispy import gloo
from vispy.util import use_log_level

import viewer.shading
from exporter.bundle import Bundle, read_bundle
from scenes.framing import camera_for
from viewer.album import Album, ImageTile, KernelTile
from viewer.camera import Rect
from viewer.cloud import Cloud, Track
from viewer.heat import Heat
from viewer.layout import Layout
from viewer.shading import shader_source
from viewer.state import (
    Bar,
    CaptureKey,
    Edges,
    Grid,
    Hud,
    Loupe,
    NetView,
    Polyline,
    Ramp,
    SculptureView,
    ViewState,
    Wire,
    Words,
)

FOLDER = Path(str(files("viewer"))) / "shaders"
STAGES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".vert", ".frag"))
INSERTS = sorted(path.name for path in (FOLDER / "lib").iterdir())
LATER_THAN_120 = (
    r"#version|texelFetch|textureSize|gl_VertexID|gl_InstanceID|\btexture\s*\("
    r"|^\s*(in|out|flat)\s|\buint\b|\bswitch\b|\b(inverse|transpose|round)\("
)


def without_comments(text: str) -> str:
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", STAGES + INSERTS)
def test_glsl_of_every_machine(name: str) -> None:
    text = without_comments((FOLDER / ("lib" if name in INSERTS else "") / name).read_text("utf-8"))
    assert not re.search(LATER_THAN_120, text, re.MULTILINE)
    assert not re.search(r"gl_FragData", text), "vispy's framebuffers have one colour"
    for line in text.splitlines():
        if re.match(r"\s*(uniform|attribute|varying)\b", line):
            # vispy finds one name a line, and none that carries a precision or stands behind another declaration.
            assert re.fullmatch(r"(uniform|attribute|varying) \w+ \w+(\[\d+\])?;\s*", line), line


@pytest.mark.parametrize("name", STAGES)
def test_inserts_are_put_in_and_every_name_is_declared_once(name: str) -> None:
    text = shader_source(name)
    assert "#include" not in text
    declared = re.findall(r"^(?:uniform|attribute|varying) \w+ (\w+)", text, re.MULTILINE)
    assert len(set(declared)) == len(declared)
    body = without_comments(text)
    assert [each for each in declared if len(re.findall(rf"\b{each}\b", body)) < 2] == [], "declared and not used"


def test_every_insert_is_used() -> None:
    included = {name for stage in STAGES for name in re.findall(r"#include (\S+)", (FOLDER / stage).read_text("utf-8"))}
    assert included >= {
        name for name in INSERTS if not any(name in (FOLDER / "lib" / other).read_text("utf-8") for other in INSERTS)
    }


def everything(bundle: Bundle, layout: Layout) -> Iterator[ViewState]:
    """States that between them draw with every program and set every uniform."""
    clean, attacked = CaptureKey("clean-0", "002"), CaptureKey("attack-3", "002")
    hud = Hud((Bar((5, 5, 50, 8)),), (Ramp((5, 30, 50, 8)),), (Polyline(((5, 50), (90, 70))),), (Words("a", (9, 90)),))
    camera = camera_for(layout, 4 / 3, Rect())
    lit = NetView(clean, attacked, 0.5, front=1.5)
    difference = replace(lit, quantity="difference", front=None, gains=(2.0,) * len(layout.plates))
    alone = NetView(clean)
    wires = (Wire(((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))),)
    yield ViewState(camera, (replace(lit, edges=Edges(count="all")),), "light", hud)
    loupe = Loupe("conv", (None, None, 1), clean, (0.0, 0.0, 900.0, 900.0), 1.0, filled=2)
    grid = Grid("kernel", ((0.5, None),), (0.0, 0.0, 90.0, 45.0), 1.0, "weight")
    yield ViewState(
        camera, (lit, difference, alone), "dark", hud, wires=wires, loupes=(loupe,), grids=(grid,), under=hud
    )
    heats = Heat("saliency-1", (0.0, 0.0, 400.0, 400.0), toward="saliency-1", blend=0.5), Heat("saliency-1")
    tiles, place_px = (KernelTile("conv", 0, "002"), ImageTile("clean-0")), (0.0, 0.0, 90.0, 90.0)
    yield ViewState(camera, (alone,), heats=heats, albums=(Album("tiles", tiles, (place_px, place_px)),))
    yield ViewState(replace(camera, zoom=30 * camera.zoom), (lit, alone))
    yield ViewState(camera, (lit, difference, alone), "light", hud, wires=wires)
    cloud = Cloud("images", "000", "grid", "grid", 0.5, side=0.5, tracks=(Track(("clean-0", "attack-3")),))
    yield ViewState(camera, (), "dark", hud, clouds=(cloud,))
    yield ViewState(camera, (), "dark", hud, sculptures=(SculptureView("002-weight", focus=1, toward=0, blend=0.4),))


@pytest.mark.gl
def test_programs_compile_and_know_what_python_sets(
    tiny_layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from viewer.stage import Stage

    path = make_tiny_bundle(tmp_path / "tiny.bundle")
    add_explanation(path, "saliency-1", {"picture": ("heat", np.eye(6))})
    add_survey(path, np.zeros((3, 6, 6, 1), np.uint8), np.arange(3))
    bundle = read_bundle(add_made_sculptures(path, [("conv", 4), ("relu", 5), ("scores", 3)], {"002": 3.0}))
    made: list[gloo.Program] = []
    files_of = {shader_source(name): name for name in STAGES}
    pairs: set[tuple[str, str]] = set()

    def recorded(vertex: str, fragment: str) -> gloo.Program:
        pairs.add((files_of[vertex], files_of[fragment]))
        made.append(gloo.Program(vertex, fragment))
        return made[-1]

    monkeypatch.setattr(viewer.shading, "gloo", SimpleNamespace(Program=recorded))
    with use_log_level("warning", record=True, print_msg=False) as said, Stage(bundle, tiny_layout) as stage:
        for state in everything(bundle, tiny_layout):
            assert stage.render(state, (64, 48), supersample=1).max() > 0
            stage.render(state, (64, 48), supersample=2)
            stage.render(state, (64, 48), supersample=0.5)
        for program in made:
            declared = {name for kind, _, name in program.variables if kind in ("uniform", "attribute")}
            assert set(program._user_variables) == declared
            assert not program._pending_variables
    assert list(said) == []
    assert {name for pair in pairs for name in pair} == set(STAGES), "every shader file is used"
    for vertex, fragment in pairs:
        sent, received = (
            {name: kind for kind, name in re.findall(r"^varying (\w+) (\w+);", shader_source(file), re.MULTILINE)}
            for file in (vertex, fragment)
        )
        assert received.items() <= sent.items(), (vertex, fragment)
