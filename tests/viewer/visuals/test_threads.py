"""Threads on the picture: from unit to unit, in the colour of their sign, by what their source did, in no order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import KEY, PaperBundle, layer, paper_bundle
from probes import ASPECT, SIZE, colours_at, nominal_camera

from exporter.bundle.schema import Capture, Input, TensorRef
from viewer.colour import PALETTES
from viewer.layout import Layout, place
from viewer.placement import world_of
from viewer.stage import Stage
from viewer.state import CaptureKey, Edges, NetView, ViewState
from viewer.threads.units import units_of
from viewer.threads.wanted import wanted
from viewer.visuals import tables as visuals_tables

pytestmark = pytest.mark.gl

KEY0, OTHER = CaptureKey(*KEY), CaptureKey("other", KEY[1])
ADDS, CUTS = (1, 2), (4, 3)
"""The only two edges of the net, as unit of the source and of the target."""


def two_edges() -> PaperBundle:
    """A net of 6 and 5 units with one edge that adds and one that subtracts; for another input only the latter does."""
    kernel = np.zeros((6, 5), np.float32)
    kernel[ADDS], kernel[CUTS] = 1.0, -1.0
    arrays = {"a": np.ones(6, np.float32), "b/kernel": kernel, "b": np.zeros(5, np.float32)}
    arrays |= {"other-a": np.array([0, 0, 0, 0, 1, 0], np.float32), "other-b": np.zeros(5, np.float32)}
    bundle = paper_bundle(
        [layer("a", "input", 6), layer("b", "dense", 5)], arrays={k: v for k, v in arrays.items() if "other" not in k}
    )
    (first,) = bundle.manifest.captures
    outputs = {
        name: TensorRef("inputs/001.npz", f"other-{name}", ref.shape, ref.dtype) for name, ref in first.outputs.items()
    }
    second = Capture(input="other", checkpoint=KEY[1], outputs=outputs)
    inputs = (*bundle.manifest.inputs, Input(id="other", label="other"))
    manifest = structs.replace(bundle.manifest, captures=(first, second), inputs=inputs)
    return PaperBundle(manifest, arrays, bundle.fill)


@pytest.fixture(scope="module")
def stage():
    bundle = two_edges()
    with Stage(bundle, place(bundle)) as made:
        yield made


def middles(layout: Layout, net: NetView) -> np.ndarray:
    """Points (2, 15, 3) in the world on the inner part of both edges."""
    units = units_of(layout)
    part = np.linspace(0.3, 0.7, 15)[:, None]
    lines = [units.places[source] * (1 - part) + units.places[6 + target] * part for source, target in (ADDS, CUTS)]
    return np.stack([world_of(net, layout, line) for line in lines])


def gained(stage: Stage, net: NetView, theme: str = "dark", **more: object) -> np.ndarray:
    """What both edges change on the picture, (2, 15, 3)."""
    quiet = replace(net, names=False, shapes=False, scales=False)
    camera = replace(nominal_camera(stage.layout, ASPECT), zoom=nominal_camera(stage.layout, ASPECT).zoom * 0.7)
    state = ViewState(camera, (quiet,), theme, **more)  # type: ignore[arg-type]
    bare = replace(state, nets=(replace(quiet, edge_alpha=0.0),))
    points = middles(stage.layout, net)
    frames = [stage.render(each, SIZE, supersample=2) for each in (state, bare)]
    one, two = (colours_at(frame, camera, points).reshape(2, 15, 3) for frame in frames)
    return one - two


ALL = Edges("contribution", "all")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("moved", [{}, {"spread": 1.4, "offset": (0.0, 0.5, 0.0)}])
def test_an_edge_lies_between_its_units_in_the_colour_of_its_sign(stage: Stage, theme: str, moved: dict) -> None:
    change = gained(stage, NetView(KEY0, edges=ALL, **moved), theme)
    roles = PALETTES[theme].roles
    for edge, role in enumerate(("adds", "subtracts")):
        mean = change[edge].mean(axis=0)
        hue = np.array(roles[role]) if theme == "dark" else np.array(roles[role]) - 1
        assert (np.abs(change[edge]).max(axis=1) > 0.05).mean() > 0.8, "all along its way"
        assert np.corrcoef(mean, hue)[0, 1] > 0.9


def test_where_there_is_no_edge_there_is_no_light(stage: Stage) -> None:
    """The negative control: between the same plates, but other units."""
    wrong = replace(NetView(KEY0, edges=ALL))
    kernel = stage.bundle.arrays["b/kernel"]  # type: ignore[attr-defined]
    other = two_edges()
    other.arrays["b/kernel"] = np.roll(kernel, 2, axis=0)
    with Stage(other, stage.layout) as moved:
        change = gained(moved, wrong)
    assert (np.abs(change).max(axis=2) > 0.05).mean() < 0.5


def test_contributions_go_by_the_input_and_weights_do_not(stage: Stage) -> None:
    for mode, is_there in (("contribution", False), ("weight", True), ("importance", True)):
        change = np.abs(gained(stage, NetView(OTHER, edges=Edges(mode, "all")))).max(axis=(1, 2))  # type: ignore[arg-type]
        assert (change[0] > 0.05) == is_there, mode
        assert change[1] > 0.05, mode


@pytest.mark.parametrize("count", ["all", 20])
def test_a_blend_lies_between_its_captures(stage: Stage, count: str | int) -> None:
    edges = Edges("contribution", count)  # type: ignore[arg-type]
    ends = [np.abs(gained(stage, NetView(key, edges=edges)))[0].mean() for key in (KEY0, OTHER)]
    found = [np.abs(gained(stage, NetView(KEY0, OTHER, part, edges=edges)))[0].mean() for part in (0.0, 0.5, 1.0)]
    assert found[0] == pytest.approx(ends[0], abs=1e-6)
    assert found[2] == pytest.approx(ends[1], abs=1e-6)
    assert ends[1] < found[1] < ends[0]


def test_emphasis_of_an_edge_is_that_of_its_fainter_plate(stage: Stage) -> None:
    full = np.abs(gained(stage, NetView(KEY0, edges=ALL))).mean()
    for emphasis in ((0.2, 1.0), (1.0, 0.2)):
        assert np.abs(gained(stage, NetView(KEY0, edges=ALL, emphasis=emphasis))).mean() < 0.5 * full
    assert not gained(stage, NetView(KEY0, edges=ALL, emphasis=(1.0, 0.0))).any()


def test_a_difference_has_no_edges(stage: Stage) -> None:
    assert not gained(stage, NetView(KEY0, OTHER, 1.0, "difference", gains=(1.0, 1.0), edges=ALL)).any()


def test_the_light_runs_along(stage: Stage) -> None:
    """Where it has not come to yet an edge is dim; where it has, as at the front itself, it is lit."""
    early, late = (np.abs(gained(stage, NetView(KEY0, edges=ALL, front=at))).max(axis=2)[0] for at in (0.35, 0.65))
    assert late[-5:].mean() > 1.5 * early[-5:].mean()
    assert early[:3].mean() > 1.3 * early[-5:].mean()


def test_a_budget_draws_the_front_of_the_same_table(stage: Stage) -> None:
    edges = Edges("weight", "all", at_most=1)
    assert stage.edges(NetView(KEY0, edges=edges)).drawn == 1
    assert stage.edges(NetView(KEY0, edges=replace(edges, at_most=None))).drawn == 2
    assert stage.edges(NetView(KEY0)).drawn == stage.strands(KEY0).drawn == 2
    change = np.abs(gained(stage, NetView(KEY0, edges=edges))).max(axis=(1, 2)) > 0.05
    assert change.sum() == 1


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_order_does_not_matter(theme: str) -> None:
    """The same table of edges turned round is the same picture, where they cross too."""
    bundle = paper_bundle([layer("a", "input", 30), layer("b", "dense", 20)], kernels={"b": (30, 20)})
    layout = place(bundle)
    want = wanted(ALL, KEY0)
    assert want is not None
    with Stage(bundle, layout) as made:
        state = ViewState(nominal_camera(layout, ASPECT), (NetView(KEY0, edges=ALL),), theme)  # type: ignore[arg-type]
        frame = made.render(state, SIZE, supersample=1).astype(int)
        tables = made._edges._tables
        threads = tables.table(want).threads
        turned = {name: getattr(threads, name)[::-1] for name in ("source", "target", "weight", "into")}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(visuals_tables, "gather", lambda *_, **__: replace(threads, **turned))
            tables._tables.clear()
            assert tables.table(want).threads.source[0] == threads.source[-1]
            again = made.render(state, SIZE, supersample=1).astype(int)
    assert np.abs(frame - again).max() <= 1
    assert frame.std() > 1


def test_many_edges_are_no_white_cloud() -> None:
    """Of 40,000 edges of both signs no pixel between the plates is near white, and those of a strong one stand out."""
    kernel = np.random.default_rng(0).normal(size=(200, 200)).astype(np.float32) * 0.2
    strong = 20, 170
    kernel[strong] = 3.0
    arrays = {"a": np.ones(200, np.float32), "b/kernel": kernel, "b": np.zeros(200, np.float32)}
    bundle = paper_bundle([layer("a", "input", 200), layer("b", "dense", 200)], arrays=arrays)
    layout = place(bundle)
    units = units_of(layout)
    part = np.linspace(0.35, 0.65, 25)[:, None]
    line = units.places[strong[0]] * (1 - part) + units.places[200 + strong[1]] * part
    beside = line + np.array([0.0, 0.12, 0.0])
    with Stage(bundle, layout) as made:
        camera = nominal_camera(layout, ASPECT)
        net = NetView(KEY0, names=False, shapes=False, scales=False, edges=ALL)
        frame = made.render(ViewState(camera, (net,)), (640, 480), supersample=2)
        on, off = colours_at(frame, camera, line), colours_at(frame, camera, beside)
    assert np.concatenate([on, off]).min(axis=1).max() < 0.6
    orange = (on - off) @ (1.0, 0.0, -1.0)
    assert orange.mean() > 0.1
