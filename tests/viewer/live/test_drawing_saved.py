"""A drawing that is saved is in the bundle: moments, captures, strokes, and nothing that was there is changed by it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from drawn_bundle import BACKGROUND, STROKES, add_drawing, drawn_bundle, moments_of
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_bundle import forward, make_tiny_bundle

from exporter.bundle import read_bundle
from exporter.bundle.checks import manifest_problems
from exporter.bundle.errors import KerascopeError
from exporter.bundle.limits import Limits
from exporter.bundle.summary import summarise
from exporter.bundle.validate import validate_bundle
from viewer.layout import place
from viewer.live.fed import fed_of
from viewer.live.from_file import draw_into
from viewer.live.moments import kept_points, strokes_until
from viewer.live.saving import save_drawing
from viewer.live.strokes import Stroke, drawn
from viewer.live.told_strokes import read_sketch, read_strokes, strokes_text
from viewer.scales import layer_scales

AT = "002"


@pytest.fixture
def path(tiny_bundle_path: Path, tmp_path: Path) -> Path:
    """A small bundle to change."""
    return Path(shutil.copytree(tiny_bundle_path, tmp_path / "own.bundle"))


def test_the_bundle_is_valid_and_what_was_there_is_as_it_was(path: Path, tiny_bundle_path: Path) -> None:
    before = read_bundle(tiny_bundle_path)
    run_id = add_drawing(path)
    after = read_bundle(path)
    assert validate_bundle(path) == []
    assert after.manifest.inputs[: len(before.manifest.inputs)] == before.manifest.inputs
    assert tuple(after.manifest.captures)[: len(before.manifest.captures)] == tuple(before.manifest.captures)
    assert run_id in "\n".join(summarise(after).runs)
    layout = place(before)
    assert layer_scales(after, layout) == layer_scales(before, layout), "half a digit changes no scale"


def test_every_moment_is_what_the_network_makes_of_the_strokes_so_far(path: Path) -> None:
    run_id = add_drawing(path)
    bundle = read_bundle(path)
    run = next(run for run in bundle.manifest.runs if run.id == run_id)
    weights = {f"{a}/{b}": bundle.weight(AT, a, b) for a in ("conv", "scores") for b in ("kernel", "bias")}
    strokes = read_strokes(str(run.options["strokes"]))
    steps = [bundle.input(id_).step or 0 for id_ in run.inputs]
    assert (steps[0], steps[-1]) == (0, sum(len(stroke.points) for stroke in STROKES))
    assert steps == sorted(set(steps))
    for id_, points in zip(run.inputs, steps, strict=True):
        picture = drawn((6, 6, 1), strokes_until(strokes, points), BACKGROUND)
        np.testing.assert_array_equal(bundle.image(id_), picture)
        fed = fed_of(bundle, picture)
        np.testing.assert_array_equal(bundle.output(id_, AT, "picture"), fed)
        capture = bundle.capture(id_, AT)
        for name, values in forward(fed, weights).items():  # written apart, from the definitions
            np.testing.assert_allclose(bundle.load(capture.outputs[name]), values, rtol=1e-5, atol=1e-6, err_msg=name)
        assert capture.predicted == int(np.argmax(capture.scores))


def test_the_finished_drawing_stands_for_all_of_it() -> None:
    bundle = drawn_bundle()
    run = bundle.manifest.runs[-1]
    *moments, finished = (bundle.input(id_) for id_ in run.inputs)
    assert (run.kind, run.method, run.result["kept"]) == ("drawing", "strokes", len(run.inputs))
    assert {each.parent for each in moments} == {finished.id}
    assert (finished.parent, finished.label, finished.true_class) == (None, "a sign", 1)
    assert {each.kind for each in (*moments, finished)} == {"drawn"}
    assert json.loads(str(run.options["background"])) == list(BACKGROUND)


def test_a_drawing_of_a_file_is_answered_and_saved(path: Path) -> None:
    run_id = draw_into(path, Path(__file__).parents[2] / "support" / "strokes" / "three.json")
    bundle = read_bundle(path)
    run = next(run for run in bundle.manifest.runs if run.id == run_id)
    picture = bundle.image(run.inputs[-1])
    np.testing.assert_array_equal(picture, drawn((6, 6, 1), read_strokes(str(run.options["strokes"])), 0))
    assert validate_bundle(path) == []


def test_two_drawings_have_names_of_their_own(path: Path) -> None:
    assert add_drawing(path) != add_drawing(path)
    assert validate_bundle(path) == []


def test_what_is_stored_is_stored_as_the_bundle_stores(path: Path) -> None:
    add_drawing(path)
    bundle = read_bundle(path)
    captures = list(bundle.captures_at(AT))
    assert {n: r.dtype for n, r in captures[0].outputs.items()} == {n: r.dtype for n, r in captures[-1].outputs.items()}


@pytest.mark.parametrize("fault", ["no moment", "no checkpoint"])
def test_nothing_is_changed_by_what_cannot_be_saved(path: Path, fault: str) -> None:
    before = (path / "manifest.json").read_bytes()
    files = sorted(path.rglob("*"))
    moments = () if fault == "no moment" else moments_of(read_bundle(path))
    with pytest.raises(KerascopeError):
        save_drawing(path, STROKES, moments, checkpoint_id="no such" if moments else None)
    assert (path / "manifest.json").read_bytes() == before
    assert sorted(path.rglob("*")) == files


def test_a_drawn_input_is_of_a_drawing_and_a_drawing_of_drawn_inputs() -> None:
    from msgspec.structs import replace

    manifest = drawn_bundle().manifest
    assert list(manifest_problems(manifest, Limits())) == []
    runs = tuple(replace(run, kind="synthesise") if run.kind == "drawing" else run for run in manifest.runs)
    assert any("of no drawing" in line for line in manifest_problems(replace(manifest, runs=runs), Limits()))
    inputs = tuple(replace(each, kind="clean") for each in manifest.inputs)
    assert any("is not drawn" in line for line in manifest_problems(replace(manifest, inputs=inputs), Limits()))


parts = st.integers(0, 10**6).map(lambda number: number / 10**6)
lines = st.lists(st.tuples(parts, parts), min_size=1, max_size=9).map(tuple)
brushes = st.integers(1, 100).map(lambda number: number / 100)
sketches = st.lists(st.builds(Stroke, lines, brushes), max_size=4).map(tuple)


@given(sketches, st.integers(2, 30))
@settings(max_examples=40, deadline=None)
def test_moments_begin_empty_end_whole_and_are_no_more_than_asked(strokes: tuple[Stroke, ...], most: int) -> None:
    kept = kept_points(strokes, most)
    whole = sum(len(stroke.points) for stroke in strokes)
    assert kept == tuple(sorted(set(kept)))
    assert (kept[0], kept[-1]) == (0, whole)
    assert len(kept) <= most
    for points in kept:
        part = strokes_until(strokes, points)
        assert sum(len(stroke.points) for stroke in part) == points
        assert all(a.points == b.points[: len(a.points)] for a, b in zip(part, strokes, strict=False))


@given(sketches.filter(len))
@settings(max_examples=25, deadline=None)
def test_strokes_come_back_from_their_text(strokes: tuple[Stroke, ...]) -> None:
    back = read_strokes(strokes_text(strokes))
    assert read_strokes(strokes_text(back)) == back
    for one, two in zip(strokes, back, strict=True):
        assert (one.brush, one.erases, one.colour) == (two.brush, two.erases, two.colour)
        np.testing.assert_allclose(two.points, one.points, atol=5.1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"strokes": []}',
        '{"strokes": [{"points": [], "brush": 0.1}]}',
        '{"strokes": [{"points": [[0, 0]], "brush": 0}]}',
        '{"strokes": [{"points": [[0, 0]], "brush": 0.1, "colour": [300]}]}',
        '{"strokes": [{"points": [[1e999, 0]], "brush": 0.1}]}',
        '{"strokes": [{"points": [[0, 0]], "brush": 0.1}], "more": 1}',
    ],
)
def test_what_is_no_drawing_is_said_in_a_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "strokes.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KerascopeError, match="strokes") as caught:
        read_sketch(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KerascopeError, match="cannot be read"):
        read_sketch(tmp_path / "none.json")


def test_a_bundle_without_any_input_can_keep_a_drawing(tmp_path: Path) -> None:
    """Of what to keep of a capture there is no example there."""
    from msgspec.structs import replace

    from exporter.bundle import BundleWriter

    path = make_tiny_bundle(tmp_path / "bare.bundle", attack=False)
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(path).manifest
        writer.commit(replace(manifest, inputs=(), captures=(), derived=()))
    add_drawing(path)
    assert validate_bundle(path) == []
