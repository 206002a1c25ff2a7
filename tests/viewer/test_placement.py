"""Points of a net are where its spread and offset put them, on the CPU as in the shaders."""

from __future__ import annotations

import numpy as np
import pytest
from probes import ASPECT, SIZE, aimed, bare
from tiny_bundle import LAYER_NAMES

from viewer.camera import project
from viewer.layout import Layout
from viewer.placement import world_of
from viewer.state import CaptureKey, NetView

CLEAN = CaptureKey("clean-0", "002")


def test_a_net_as_it_is_stays_where_it_is(tiny_layout: Layout) -> None:
    corners = tiny_layout.corners()
    placed = world_of(NetView(CLEAN), tiny_layout, corners)
    np.testing.assert_array_equal(placed, corners)
    placed[:] = 0  # it is the caller's own
    assert tiny_layout.corners().any()


def test_spread_stretches_about_the_middle_and_then_all_is_moved(tiny_layout: Layout) -> None:
    middle = tiny_layout.centre[0]
    points = [(middle, 1.0, 2.0), (middle + 3, -1.0, 0.5)]
    placed = world_of(NetView(CLEAN, spread=2.0, offset=(1.0, 10.0, -4.0)), tiny_layout, points)
    np.testing.assert_allclose(placed, [(middle + 1, 11.0, -2.0), (middle + 7, 9.0, -3.5)])


@pytest.mark.gl
@pytest.mark.parametrize("net", [NetView(CLEAN, spread=1.7), NetView(CLEAN, spread=0.5, offset=(2.0, -3.0, 1.0))])
def test_plates_are_drawn_where_the_points_are(tiny_stage, net: NetView) -> None:
    layout = tiny_stage.layout
    placed = world_of(net, layout, layout.corners())
    camera = aimed(layout, placed, ASPECT)
    drawn, empty = (
        tiny_stage.render(state, SIZE, supersample=1).astype(int)
        for state in (bare(net, camera, "light"), bare(NetView(CLEAN, opacity=0.0), camera, "light"))
    )
    on_picture = project(camera, placed.reshape(-1, 4, 3), ASPECT).reshape(-1, 4, 2) * SIZE[1] / 1080
    rows, columns = np.nonzero(np.abs(drawn - empty).max(axis=2) > 6)
    (left, top), (right, bottom) = on_picture.min(axis=(0, 1)), on_picture.max(axis=(0, 1))
    found = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    np.testing.assert_allclose(found, (left, top, right, bottom), atol=2.0)
    assert len(on_picture) > len(LAYER_NAMES)
