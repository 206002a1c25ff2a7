"""Curves of strands in numpy: from end to end, clear of the plates between, and where the shader draws them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle
from probes import ASPECT, SIZE, colours_at, nominal_camera

from exporter.bundle import Bundle
from viewer.layout import Layout, LayoutOptions, place
from viewer.placement import world_of
from viewer.state import CaptureKey, NetView, ViewState
from viewer.strands.curve import curve_points
from viewer.strands.trace import Strands, trace

KEY0 = CaptureKey(*KEY)


def skipping() -> Bundle:
    """A net whose input is added again at the end: a strand with a ridge."""
    layers = [layer("in", "input", 6, 6, 2), layer("a", "activation", 6, 6, 2), layer("b", "activation", 6, 6, 2)]
    layers.append(layer("sum", "merge", 6, 6, 2, mode="add"))
    return paper_bundle(layers, [("in", "a"), ("a", "b"), ("b", "sum"), ("in", "sum")])


def in_rows() -> tuple[Bundle, Layout]:
    """So long a chain that it is broken into rows."""
    bundle = paper_bundle([layer(f"l{i}", "activation", 20, 20, 3) for i in range(60)])
    return bundle, place(bundle)


@pytest.fixture(params=["neighbours", "ridge", "rows"])
def traced(request: pytest.FixtureRequest, tiny_bundle: Bundle) -> tuple[Bundle, Layout, Strands]:
    if request.param == "neighbours":
        bundle, key = tiny_bundle, CaptureKey("clean-0", "002")
        layout = place(bundle, LayoutOptions(with_weights=True))
    else:
        bundle, layout = (skipping(), place(skipping())) if request.param == "ridge" else in_rows()
        key = KEY0
    strands = trace(bundle, layout, key)
    is_ridge, is_back = strands.way[:, 2] != 0, strands.ends[:, 3] < strands.ends[:, 0]
    assert {"neighbours": True, "ridge": is_ridge.any(), "rows": is_back.any()}[request.param]
    return bundle, layout, strands


def test_curves_go_from_start_to_end_without_jumps(traced: tuple[Bundle, Layout, Strands]) -> None:
    strands = traced[2]
    points = curve_points(strands, 300)
    assert points.shape == (len(strands.ends), 300, 3)
    assert points.dtype == np.float32
    np.testing.assert_allclose(points[:, 0], strands.ends[:, :3], atol=1e-4)
    np.testing.assert_allclose(points[:, -1], strands.ends[:, 3:], atol=1e-4)
    steps = np.linalg.norm(np.diff(points, axis=1), axis=2)
    assert (steps < 0.05 * (steps.sum(axis=1, keepdims=True) + 1)).all()


def test_pairs_say_which_units_a_strand_joins(traced: tuple[Bundle, Layout, Strands]) -> None:
    _, layout, strands = traced
    assert strands.pairs.shape == (len(strands.ends), 4)
    links = {(link.source, link.target) for link in layout.links}
    for (source, channel, target, into), ends in zip(strands.pairs.tolist(), strands.ends, strict=True):
        assert (source, target) in links
        for plate, unit, at in ((layout.plates[source], channel, ends[:3]), (layout.plates[target], into, ends[3:])):
            height = plate.centre[1] if unit < 0 else plate.unit_heights()[unit]
            np.testing.assert_allclose(at[:2], (plate.centre[0], height), rtol=1e-5, atol=1e-5)


@pytest.mark.gl
@pytest.mark.parametrize("moved", [{}, {"spread": 1.15, "offset": (0.2, -0.1, 0.1)}])
def test_the_shader_draws_them_there(traced: tuple[Bundle, Layout, Strands], moved: dict[str, Any]) -> None:
    """On every point of a lone strand there is its light; with the strand taken away there is none."""
    from viewer.stage import Stage
    from viewer.visuals.ribbons import which
    from viewer.visuals.strands import PIECES, upload_strands

    bundle, layout, strands = traced
    camera = nominal_camera(layout, ASPECT)
    camera = replace(camera, zoom=0.75 * camera.zoom)
    key = CaptureKey(bundle.manifest.captures[0].input, bundle.manifest.captures[0].checkpoint)
    net = NetView(key, names=False, shapes=False, scales=False, edge_width=4.0, **moved)
    state = ViewState(camera, (net,), bloom=0.0)
    bounds = layout.plates[0], layout.plates[-1]
    empty = Layout(bounds, (), 1)  # other plates would hide strands that run behind them
    with Stage(bundle, empty) as stage:
        dark = stage.render(replace(state, nets=(replace(net, edge_alpha=0.0),)), SIZE, supersample=1)
        for index in range(0, len(strands.ends), max(len(strands.ends) // 4, 1)):
            one = {name: getattr(strands, name)[index : index + 1] for name in ("ends", "look", "way")}
            alone = replace(strands, pairs=np.zeros((1, 4), np.int32), **one)
            buffers = upload_strands(alone, layout)
            stage._edges.ribbons._ribbons[which(key, "contribution")] = alone, buffers
            points = world_of(net, empty, curve_points(alone, PIECES + 1)[0, 2:-2])  # the corners of what is drawn
            fronts = world_of(net, empty, [plate.centre for plate in bounds])[:, 0]
            inside = points[(np.abs(points[:, :1] - fronts) > 0.6).all(axis=1)]
            lit = stage.render(state, SIZE, supersample=1)
            gained = colours_at(lit, camera, inside) - colours_at(dark, camera, inside)
            # A ribbon that turns sharply, as at a ridge, is folded thin at the corner.
            assert (gained.max(axis=1) > 0.01).mean() > 0.85
            aside = inside + np.array([0.0, 0.35, 0.0])
            off = colours_at(lit, camera, aside) - colours_at(dark, camera, aside)
            assert off.max(axis=1).mean() < 0.5 * gained.max(axis=1).mean()
            buffers.close()
        stage._edges.ribbons._ribbons.clear()


@pytest.mark.gl
def test_emphasis_of_a_strand_is_that_of_its_fainter_plate(tiny_bundle: Bundle) -> None:
    from viewer.stage import Stage

    layout = place(tiny_bundle)
    key = CaptureKey("clean-0", "002")
    plain = NetView(key, names=False, shapes=False, scales=False)
    plates = len(layout.plates)
    with Stage(tiny_bundle, layout) as stage:

        def light(net: NetView) -> float:
            """What the strands add to the picture of a net."""
            frames = (
                stage.render(ViewState(nominal_camera(layout, ASPECT), (each,), bloom=0.0), SIZE, supersample=1)
                for each in (net, replace(net, edge_alpha=0.0))
            )
            with_strands, without = (frame.astype(float) for frame in frames)
            return float(np.abs(with_strands - without).mean())

        whole = light(plain)
        assert light(replace(plain, emphasis=(1.0,) * plates)) == whole
        every_other = tuple(float(at % 2) for at in range(plates))
        assert light(replace(plain, emphasis=every_other)) == 0.0
        assert 0 < light(replace(plain, emphasis=(0.4,) * plates)) < 0.8 * whole
