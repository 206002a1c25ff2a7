"""A file is there whole or not at all, as small as was asked for, and every mistake is one line."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from glb_parts import unpacked

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.gltf.convert import NO_FLIGHT, convert_glb, glb_of
from scenes.gltf.ladder import STEPS, Made, Step, TooLarge, finest
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.timeline import grounded


@pytest.fixture(scope="module")
def tiny(tiny_bundle_path: Path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def sized(step: Step, most_bytes: float) -> Made:
    """Files of 7, 6, 5, ... MB."""
    n_bytes = (len(STEPS) - STEPS.index(step)) * 10**6
    if n_bytes > most_bytes:
        raise TooLarge
    return Made(b"x" * n_bytes, 1, 1, ("its own",))


@pytest.mark.parametrize(("max_mb", "steps"), [(None, 0), (7, 0), (6.9, 1), (3, 4), (1, 6)])
def test_the_finest_that_fits_is_taken_and_each_step_told(max_mb: float | None, steps: int) -> None:
    made = finest(sized, max_mb)
    assert made.notes[0] == "its own"
    assert len(made.notes) == 1 + steps
    assert all(line.startswith(f"over {max_mb:g} MB: ") for line in made.notes[1:])
    assert max_mb is None or len(made.content) <= max_mb * 1e6


@pytest.mark.parametrize("max_mb", [0.9, 0.0, -1.0, float("nan")])
def test_what_cannot_be_so_small_says_what_to_do(max_mb: float) -> None:
    with pytest.raises(KerascopeError) as caught:
        finest(sized, max_mb)
    assert "\n" not in str(caught.value)
    if max_mb > 0:
        assert "--inputs" in str(caught.value)


def test_every_step_gives_something_up() -> None:
    names = "tile_px", "picture_px", "boxes", "units", "edges", "bends", "cables"
    for finer, coarser in pairwise(STEPS):
        pairs = [(getattr(finer.detail, name), getattr(coarser.detail, name)) for name in names]
        if finer.detail != coarser.detail:
            assert all(after < before for before, after in pairs)
        else:
            assert coarser.stills < finer.stills


def test_at_last_states_are_given_up(tiny: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenes.gltf.ladder.STEPS", (STEPS[4], replace(STEPS[4], stills=2)))
    whole = glb_of(tiny, scene="training")
    fewer = glb_of(tiny, scene="training", max_mb=(len(whole.content) - 1) / 1e6)
    assert (whole.n_states, fewer.n_states) == (3, 2)
    assert any("2 states" in line for line in fewer.notes)


def test_a_flight_to_a_part_of_the_nets_is_left_out_and_told(tiny: Bundle) -> None:
    glb = glb_of(tiny, scene="adversarial")
    assert [line for line in glb.notes if "flight" in line] == [NO_FLIGHT]
    chosen = scene("adversarial")
    timeline = chosen.build(tiny, chosen.lay_out(tiny, SceneOptions()), SceneOptions())
    animation = unpacked(glb.content).json["animations"][0]
    accessors = unpacked(glb.content).json["accessors"]
    ends = [accessors[sampler["input"]]["max"][0] for sampler in animation["samplers"]]
    assert max(ends) == pytest.approx(grounded(timeline).duration_secs)
    assert max(ends) < timeline.duration_secs - 8


def test_a_real_scene_gets_smaller(tiny: Bundle) -> None:
    whole = glb_of(tiny, scene="training")
    smaller = glb_of(tiny, scene="training", max_mb=len(whole.content) * 0.9 / 1e6)
    assert len(smaller.content) <= len(whole.content) * 0.9
    assert smaller.n_states == whole.n_states
    assert smaller.notes


def test_the_report_is_of_the_file(tiny: Bundle, tmp_path: Path) -> None:
    report = convert_glb(tiny, tmp_path / "net.glb", scene="structure")
    content = report.path.read_bytes()
    assert report.n_bytes == len(content)
    assert report.n_nodes == len(unpacked(content).json["nodes"])
    assert report.n_states == 1
    assert report.took_secs > 0
    assert [path.name for path in tmp_path.iterdir()] == ["net.glb"]


def test_nothing_is_replaced_unasked(tiny: Bundle, tmp_path: Path) -> None:
    out = tmp_path / "net.glb"
    out.write_bytes(b"mine")
    with pytest.raises(KerascopeError, match="overwrite"):
        convert_glb(tiny, out, scene="structure")
    assert out.read_bytes() == b"mine"
    convert_glb(tiny, out, scene="structure", overwrite=True)
    assert out.read_bytes()[:4] == b"glTF"


@pytest.mark.parametrize("name", ["net.gltf", "net", "net.glb.zip"])
def test_only_glb_files_are_written(tiny: Bundle, tmp_path: Path, name: str) -> None:
    with pytest.raises(KerascopeError, match=r"\.glb"):
        convert_glb(tiny, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_nothing(tiny: Bundle, tmp_path: Path) -> None:
    for wrong in ({"scene": "nothing"}, {"input_ids": ("nobody",)}, {"max_mb": 0.001}):
        with pytest.raises(KerascopeError):
            convert_glb(tiny, tmp_path / "net.glb", **wrong)
    assert not list(tmp_path.iterdir())
    with pytest.raises(KerascopeError, match="no such folder"):
        convert_glb(tiny, tmp_path / "nowhere" / "net.glb")


def test_a_disk_that_refuses_is_one_line(tiny: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(KerascopeError, match="space") as caught:
        convert_glb(tiny, tmp_path / "net.glb", scene="structure")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
