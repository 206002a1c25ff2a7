"""What is committed as built is what the sources give, and the rules by which the page tells a story."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

WEB = Path(__file__).parents[3] / "scenes/web"
NODE = Path(sys.executable).with_name("node")

STORY = {
    "nodes": [
        {
            "name": "kerascope",
            "children": [1, 9],
            "extras": {
                "kerascope": 1,
                "model": "m",
                "theme": "light",
                "duration_secs": 6,
                "background": ["#ffffff", "red;}"],
                "markers": [{"at_secs": 4, "name": "b"}, {"at_secs": 1, "name": "a"}, {"at_secs": 7, "name": "never"}],
                "captions": [{"from_secs": 0, "title": "one"}, {"from_secs": 3, "title": "two", "caption": "c"}],
            },
        },
        {
            "name": "net",
            "children": [2, 3],
            "extras": {
                "net": 0,
                "states": [
                    {"name": "x", "from_secs": [0, 4], "predictions": []},
                    {"name": "y", "from_secs": [2]},
                ],
            },
        },
        {"name": "conv", "extras": {"layer": "conv"}},
        {"name": "board", "extras": {"faces": True}},
    ]
}


def require(name: str) -> None:
    """Skip the test where a Node package is not installed; on CI it must be."""
    missing = [path for path in (NODE, WEB / "node_modules" / name) if not path.exists()]
    if missing:
        ends = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        ends(f"not installed: {missing[0].name}; `make setup` installs it")


def told(script: str) -> Any:
    """What a module, run by Node among the page's sources, prints as JSON."""
    command = [NODE, "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=WEB / "source", timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.slow
def test_the_committed_script_is_what_the_sources_give(tmp_path: Path) -> None:
    require("esbuild")
    built = tmp_path / "page.js"
    subprocess.run([NODE, WEB / "build.mjs", built], check=True, timeout=120)
    assert built.read_bytes() == (WEB / "page.js").read_bytes(), "run `make page` and commit scenes/web/page.js"


def test_the_committed_licence_is_that_of_three_js() -> None:
    require("three")
    licence = (WEB / "node_modules/three/LICENSE").read_text(encoding="utf-8").strip()
    assert licence in (WEB / "LICENSES.txt").read_text(encoding="utf-8")


def test_a_story_is_read_off_the_nodes() -> None:
    require("three")
    found = told(f"""
        import {{ captionAt, markerAt, stateAt, stepFrom, storyOf }} from "./story.js";
        const story = storyOf({json.dumps(STORY)});
        const times = [0, 1.9, 2, 3.999, 4, 6];
        console.log(JSON.stringify({{
            story,
            states: times.map((secs) => stateAt(story.nets[0], secs).name),
            captions: times.map((secs) => captionAt(story, secs).title),
            forward: [0, 1, 3, 4, 6].map((secs) => stepFrom(story, secs, 1)),
            back: [6, 4, 3, 1, 0].map((secs) => stepFrom(story, secs, -1)),
            markers: [0, 1, 5].map((secs) => markerAt(story, secs)?.name ?? null),
        }}));
    """)
    assert found["states"] == ["x", "x", "y", "y", "x", "x"]
    assert found["captions"] == ["one", "one", "one", "two", "two", "two"]
    assert found["forward"] == [1, 4, 4, 6, 6]
    assert found["back"] == [4, 1, 1, 0, 0]
    assert found["markers"] == [None, "a", "b"]
    assert found["story"]["background"] == ["#ffffff"]
    assert [layer["name"] for layer in found["story"]["nets"][0]["layers"]] == ["conv"]


def test_a_clock_loops_or_stops_at_its_end() -> None:
    require("three")
    found = told("""
        import { Clock } from "./clock.js";
        const secs = (loops) => {
            const clock = new Clock(2, loops);
            clock.play();
            const told = () => [clock.secs, clock.isPlaying];
            return [0.5, 1, 0.75, 0.5].map((passed) => (clock.advance(passed), told()));
        };
        const still = new Clock(0, true);
        still.play();
        console.log(JSON.stringify({ loops: secs(true), stops: secs(false), still: still.isPlaying }));
    """)
    assert found["loops"] == [[0.5, True], [1.5, True], [0.25, True], [0.75, True]]
    assert found["stops"] == [[0.5, True], [1.5, True], [2, False], [2, False]]
    assert found["still"] is False


@pytest.mark.parametrize(("width", "height"), [(1.6, 0.9), (0.3, 1.2), (0.05, 0.02)])
def test_the_camera_stands_as_near_as_it_can(width: float, height: float) -> None:
    """All points are seen, and on both sides of one axis a point touches the border: projected here by numpy."""
    require("three")
    points = np.random.default_rng(3).normal(size=(200, 3)) * [6.0, 1.0, 2.0] + [3.0, -1.0, 5.0]
    right, up = np.array([0.6, 0.0, 0.8]), np.array([0.0, 1.0, 0.0])
    forward = np.cross(up, right)
    found = told(f"""
        import {{ Vector3 }} from "three";
        import {{ placeFor }} from "./fit.js";
        const at = (list) => new Vector3(...list);
        const points = {points.tolist()}.map(at);
        const axes = {[right.tolist(), up.tolist(), forward.tolist()]}.map(at);
        const place = placeFor(points, ...axes, [{width}, {height}]);
        console.log(JSON.stringify([place.position.toArray(), place.target.toArray()]));
    """)
    eye, target = np.array(found)
    from_eye = points - eye
    depth = from_eye @ forward
    on_picture = np.stack([from_eye @ right / depth / width, from_eye @ up / depth / height], axis=1)
    assert (depth > 0).all()
    assert np.abs(on_picture).max() == pytest.approx(1.0)
    tight = np.abs(on_picture).max(axis=0).argmax()
    assert on_picture[:, tight].min() == pytest.approx(-1.0)
    assert on_picture[:, tight].max() == pytest.approx(1.0)
    assert np.cross(target - eye, forward) == pytest.approx(np.zeros(3), abs=1e-9)
