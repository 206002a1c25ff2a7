"""Panels that leave the house: a closed box round every plate, in the colours of the theme, a stack for a group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from paper_bundle import layer, paper_bundle
from probes import cell_centres
from solid_rays import check_sound, seen, sides_met, volume

from exporter.bundle.schema import Group
from viewer.colour import PALETTES
from viewer.layout import Layout, LayoutOptions, place
from viewer.solids.cells import Cells
from viewer.solids.detail import Detail
from viewer.solids.panels import FRAME, HALF_DEPTH, SHINE, panel_solids
from viewer.state import Camera, CaptureKey, NetView, ViewState

ROUNDED = 0.5 / 255 + 1e-6


@pytest.fixture(scope="module")
def folded() -> Layout:
    """A picture, a group of two layers, and classes."""
    group = Group(name="block", kind="block", class_name="conv, conv", layers=("a", "b"), output="b")
    layers = [layer("in", "input", 6, 6, 1), layer("a", "conv", 6, 6, 3), layer("b", "conv", 6, 6, 3)]
    return place(paper_bundle([*layers, layer("c", "dense", 4)], groups=(group,)), LayoutOptions(fold="all"))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_plate_has_a_closed_panel_of_its_size(tiny_layout: Layout, theme: str) -> None:
    panels = panel_solids(tiny_layout, theme)
    assert set(panels) == set(range(len(tiny_layout.plates)))
    for index, panel in panels.items():
        check_sound(panel)
        assert not sides_met(panel).any()
        assert not panel.blends
        assert panel.colours is not None
        assert (panel.colours[:, 3] == 255).all()
        width, height = tiny_layout.plates[index].size
        np.testing.assert_allclose(np.ptp(panel.points, axis=0), [2 * HALF_DEPTH, height, width], rtol=1e-5)
        np.testing.assert_allclose(panel.points.max(axis=0), [HALF_DEPTH, height / 2, width / 2], rtol=1e-5)
        whole = width * height * 2 * HALF_DEPTH
        assert 0.8 * whole < volume(panel) < whole


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("from_input", [True, False])
def test_a_panel_has_the_colours_of_its_theme(tiny_layout: Layout, theme: str, from_input: bool) -> None:
    palette = PALETTES[theme]
    panel, (width, height) = panel_solids(tiny_layout, theme)[1], tiny_layout.plates[1].size
    edge = FRAME / 2
    at = np.array([[0, 0, 0], [0, height / 2 - edge, 0], [0, 0, width / 2 - edge], [0, edge - height / 2, 0.1]])
    found, _ = seen(panel, at, from_input=from_input)
    frame = np.array(palette.panel) * (1 - SHINE) + np.array(palette.border) * SHINE
    np.testing.assert_allclose(found, [palette.panel, frame, frame, frame], atol=ROUNDED)
    outside = np.array([[0, height / 2 + 0.01, 0], [0, 0, width], [0, height / 2 - 0.01, width / 2 - 0.01]])
    assert np.isnan(seen(panel, outside, from_input=from_input)[0]).all()


def test_the_frames_of_a_long_net_are_wider() -> None:
    """They would be thinner than a pixel on the picture."""
    layers = [layer("in", "input", 6, 6, 1), *(layer(f"x{at}", "conv", 6, 6, 3) for at in range(60))]
    layout = place(paper_bundle(layers), LayoutOptions(fold=()))
    wide = replace(
        layout, plates=tuple(replace(each, centre=(9.0 * at, 0.0, 0.0)) for at, each in enumerate(layout.plates))
    )
    assert wide.extent > 200
    panel, (width, height) = panel_solids(wide, "dark")[1], wide.plates[1].size
    frame = np.array(PALETTES["dark"].panel) * (1 - SHINE) + np.array(PALETTES["dark"].border) * SHINE
    inside = np.array([[0, height / 2 - 0.09, 0], [0, 0, width / 2 - 0.09], [0, height / 2 - 0.11, 0]])
    np.testing.assert_allclose(seen(panel, inside)[0], [frame, frame, PALETTES["dark"].panel], atol=ROUNDED)
    assert not sides_met(panel).any()


def test_a_folded_group_is_a_stack_behind_its_first_panel(folded: Layout) -> None:
    panels = panel_solids(folded, "dark")
    group = next(i for i, plate in enumerate(folded.plates) if plate.group)
    stack = panels[group]
    check_sound(stack)
    assert not sides_met(stack).any()
    single = len(panels[0].points)
    assert [len(panel.points) for panel in panels.values()] == [single, 3 * single, single]
    height = folded.plates[group].size[1]
    middles = stack.points.reshape(3, -1, 3).mean(axis=1)
    np.testing.assert_allclose(middles, [[0, 0, 0], [0.26, 0.12, 0], [0.52, 0.24, 0]], atol=1e-5)
    above = np.array([[0.0, height / 2 + 0.06, 0.0], [0.0, height / 2 + 0.18, 0.0]])
    np.testing.assert_allclose(seen(stack, above)[1], [0.26 - HALF_DEPTH, 0.52 - HALF_DEPTH], atol=1e-6)


def test_tiles_stand_before_their_panel_on_both_sides(tiny_bundle: object, tiny_layout: Layout) -> None:
    net = NetView(CaptureKey("clean-0", "002"))
    cells = Cells(tiny_bundle, tiny_layout, ViewState(Camera(), (net,)), Detail()).solids(net)  # type: ignore[arg-type]
    for index, panel in panel_solids(tiny_layout, "dark").items():
        plate, (solid,) = tiny_layout.plates[index], cells[index]
        at = cell_centres(plate, 0)[0, :1] - np.asarray(plate.centre)
        for from_input, facing in ((True, -1), (False, 1)):
            tile, behind = (seen(each, at, from_input=from_input)[1] for each in (solid, panel))
            assert ((tile - behind) * facing > 0.02).all()
