"""Frames are coloured by the scales of the scope that they name, whatever was shown before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from probes import ASPECT, check_plate, nominal_camera
from tiny_bundle import LAYER_NAMES

from exporter.bundle import Bundle, BundleError
from viewer.atlas import tiles_of, values_of
from viewer.layout import Layout
from viewer.scales import layer_scales
from viewer.stage import Stage
from viewer.state import CaptureKey, NetView, ViewState
from viewer.visuals import scopes

pytestmark = pytest.mark.gl

CLEAN, BAR, ATTACKED = CaptureKey("clean-0", "002"), CaptureKey("clean-1", "001"), CaptureKey("attack-3", "002")
PLATES = range(len(LAYER_NAMES) + 2)
KERNELS = range(len(LAYER_NAMES), len(LAYER_NAMES) + 2)


@pytest.mark.parametrize("index", PLATES[1:])
@pytest.mark.parametrize("scope", [CLEAN, BAR])
def test_cells_are_coloured_by_the_scale_of_the_frame(
    tiny_stage: Stage, tiny_bundle: Bundle, index: int, scope: CaptureKey
) -> None:
    plate = tiny_stage.layout.plates[index]
    scale = layer_scales(tiny_bundle, tiny_stage.layout, scope)[index]
    name = "weight" if index in KERNELS else "activation"
    for key in (CLEAN, ATTACKED):
        values = tiles_of(plate, values_of(tiny_bundle, plate, key))
        check_plate(tiny_stage, NetView(key), "light", index, values, scale, name, scale_of=scope)
    if index not in KERNELS:
        gains = (3.0,) * len(tiny_stage.layout.plates)
        net = NetView(CLEAN, ATTACKED, 1.0, "difference", gains=gains)
        change = values - tiles_of(plate, values_of(tiny_bundle, plate, CLEAN))
        check_plate(tiny_stage, net, "light", index, 3 * change, scale, "difference", scale_of=scope)


def test_a_scope_that_was_left_is_shown_again_as_it_was(
    tiny_bundle: Bundle, tiny_layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    measured = scopes.layer_scales
    monkeypatch.setattr(scopes, "layer_scales", lambda *args: (made.append(args[2]), measured(*args))[1])
    plain = ViewState(nominal_camera(tiny_layout, ASPECT), (NetView(CLEAN),))
    many = [CaptureKey(capture.input, capture.checkpoint) for capture in tiny_bundle.manifest.captures]
    assert len(many) > scopes.SCOPES_KEPT
    with Stage(tiny_bundle, tiny_layout) as stage:
        first = [stage.render(replace(plain, scale_of=scope), (64, 48)) for scope in (None, BAR, None, BAR)]
        assert made == [None, BAR], "measured once"
        np.testing.assert_array_equal(first[0], first[2])
        assert (first[0] != first[1]).any()
        for scope in many:
            stage.render(replace(plain, scale_of=scope), (64, 48))
        np.testing.assert_array_equal(stage.render(plain, (64, 48)), first[0])
        with pytest.raises(BundleError):
            stage.render(replace(plain, scale_of=CaptureKey("nobody", "002")), (64, 48))
        np.testing.assert_array_equal(stage.render(replace(plain, scale_of=BAR), (64, 48)), first[1])
