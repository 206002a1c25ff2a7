"""What is copied as code does what it says."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pytest

from exporter.bundle import Bundle, KerascopeError, read_bundle
from viewer.inspect.reading import read
from viewer.state import CaptureKey
from viewer.study import EdgePlace, Place, Vantage
from viewer.window.code import frame_command, numpy_line, stored_at, values_of, view_command
from viewer.window.recorder import Take, progress_in

KEY = CaptureKey("clean-1", "002")
PLACES = [
    Place("conv"),
    Place("conv", channel=1),
    Place("conv", channel=2, position=(3, 4)),
    Place("conv", position=(3, 4)),
    Place("scores", channel=1),
]


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path: Path) -> Bundle:
    return read_bundle(tiny_bundle_path)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_the_numpy_line_loads_what_the_inspector_reads(place: Place, bundle: Bundle) -> None:
    stored = stored_at(bundle, KEY, place)
    scope: dict[str, object] = {}
    exec(numpy_line(bundle, stored), scope)
    value = np.asarray(scope["value"])
    assert np.array_equal(value, values_of(bundle, stored))
    told = read(bundle, KEY, place).value
    if told is not None:
        sizes = np.abs(value) if place.channel is None else value
        assert sizes.mean(dtype=np.float64) == pytest.approx(told, rel=1e-6)


def test_an_edge_is_its_weight(bundle: Bundle) -> None:
    stored = stored_at(bundle, KEY, EdgePlace("flatten", 5, "scores", 1))
    assert values_of(bundle, stored) == bundle.weight("002", "scores", "kernel")[5, 1]
    for edge in (EdgePlace("flatten", -1, "scores", 1), EdgePlace("conv", 0, "relu", 0)):
        with pytest.raises(KerascopeError, match="no single weight"):
            stored_at(bundle, KEY, edge)


def test_what_was_not_kept_is_one_line(bundle: Bundle) -> None:
    with pytest.raises(KerascopeError, match="has not kept"):
        stored_at(bundle, KEY, Place("conv", output=3))


def test_commands_survive_the_shell() -> None:
    view = Vantage("flow", at_secs=0.1 + 0.2, input_id="it's 5 o'clock")
    for command in (view_command(Path("a b.bundle"), view), frame_command(Path("a b.bundle"), view, (640, 360))):
        words = shlex.split(command)
        assert words[2] == str(Path("a b.bundle").resolve())
        assert Vantage.from_json(words[words.index("--view") + 1]) == view
    take = Take(view, Path("out.gif"), (160, 90), 12).arguments(Path("b.bundle"))
    assert Vantage.from_json(take[take.index("--view") + 1]) == view
    for suffix in (".html", ".GLB"):
        words = Take(view, Path(f"out{suffix}")).arguments(Path("b.bundle"))
        assert words[:2] == ["convert", "b.bundle"]
        assert words[words.index("--to") + 1] == suffix[1:].lower()
        assert not {"--size", "--fps", "--progress"} & set(words), "what is no film has no frames"
    assert progress_in("\rout.gif:  40%|## | 2/5 [00:01<00:01]\rout.gif:  60%|### | 3/5 [00:01<") == (3, 5)
    assert progress_in("no bar yet 3/5") is None
