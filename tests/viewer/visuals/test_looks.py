"""Frames are coloured by the scales that they name, and plates stand out, dim and fan as the state says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from probes import ASPECT, CLOSE, SIZE, aimed, bare, cell_centres, check_plate, colours_at, nominal_camera
from tiny_bundle import LAYER_NAMES

from exporter.bundle import Bundle, BundleError
from viewer.atlas import tiles_of, values_of
from viewer.colour import apply_map
from viewer.layout import Layout
from viewer.scales import layer_scales
from viewer.scopes import Colouring, scales_of
from viewer.stage import Stage
from viewer.state import CaptureKey, NetView, ViewState
from viewer.visuals import looks

pytestmark = pytest.mark.gl

CLEAN, BAR, ATTACKED = CaptureKey("clean-0", "002"), CaptureKey("clean-1", "001"), CaptureKey("attack-3", "002")
PLATES = range(len(LAYER_NAMES) + 2)
KERNELS = range(len(LAYER_NAMES), len(LAYER_NAMES) + 2)
MAPS = 1


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


def cells_of(stage: Stage, index: int, **changes: object) -> tuple[np.ndarray, np.ndarray]:
    """Colours and values (tiles, cells) of a plate in a frame of its own."""
    plate = stage.layout.plates[index]
    camera = aimed(stage.layout, plate.corners(), ASPECT)
    frame = stage.render(replace(bare(NetView(CLEAN), camera, "light"), **changes), SIZE, supersample=1)
    values = tiles_of(plate, values_of(stage.bundle, plate, CLEAN))
    tiles = range(plate.form.tiles)
    colours = np.stack([colours_at(frame, camera, cell_centres(plate, tile)) for tile in tiles])
    return colours, values.reshape(len(values), -1)


@pytest.mark.parametrize("percentile", [50.0, 90.0, 99.0, 100.0])
@pytest.mark.parametrize("scope", ["layer", "net", "unit"])
def test_a_cell_has_the_colour_that_arithmetic_gives(tiny_stage: Stage, scope: str, percentile: float) -> None:
    scales = scales_of(tiny_stage.bundle, tiny_stage.layout, Colouring(CLEAN, scope, percentile))  # type: ignore[arg-type]
    for index in (MAPS, 4):
        colours, values = cells_of(tiny_stage, index, scope=scope, clip_percentile=percentile, scale_of=CLEAN)
        scale = scales.tiles.get(index, np.full(len(values), scales.plates[index]))
        expected = apply_map(values / scale[:, None], "light", "activation")  # type: ignore[arg-type]
        np.testing.assert_allclose(colours, expected, atol=CLOSE)


def test_scopes_and_percentiles_differ(tiny_stage: Stage) -> None:
    """Else the test above could not tell one from the other."""
    looks_of = [
        {},
        {"scope": "net"},
        {"scope": "unit"},
        {"clip_percentile": 80.0},
        {"scope": "unit", "clip_percentile": 80.0},
    ]
    drawn = [cells_of(tiny_stage, MAPS, **look)[0] for look in looks_of]
    for i, one in enumerate(drawn):
        assert all(np.abs(one - other).max() > 0.05 for other in drawn[:i])


def test_what_is_not_emphasised_dims_towards_the_background(tiny_stage: Stage) -> None:
    index = MAPS
    camera = aimed(tiny_stage.layout, tiny_stage.layout.plates[index].corners(), ASPECT)
    points = cell_centres(tiny_stage.layout.plates[index], 0)

    def seen(emphasis: float) -> np.ndarray:
        each = tuple(emphasis if i == index else 0.0 for i in range(len(tiny_stage.layout.plates)))
        net = NetView(CLEAN, emphasis=each)
        return colours_at(tiny_stage.render(bare(net, camera, "light"), SIZE, supersample=1), camera, points)

    full, faint, none = seen(1.0), seen(0.25), seen(0.0)
    empty = tiny_stage.render(replace(bare(NetView(CLEAN), camera, "light"), nets=()), SIZE, supersample=1)
    np.testing.assert_allclose(none, colours_at(empty, camera, points), atol=CLOSE)
    # Panel and cell are each a quarter there: the background is seen through both.
    assert np.abs(faint - none).max() < 0.5 * np.abs(full - none).max()
    assert np.abs(faint - none).max() > 0.1 * np.abs(full - none).max()


@pytest.mark.parametrize("fan", [0.0, 0.5, 1.0])
def test_tiles_come_out_of_the_middle_of_their_plate(tiny_stage: Stage, fan: float) -> None:
    layout, index = tiny_stage.layout, MAPS
    plate = layout.plates[index]
    camera = aimed(layout, plate.corners(), ASPECT)
    fans = tuple(fan if i == index else 1.0 for i in range(len(layout.plates)))
    plain, drawn = (
        tiny_stage.render(bare(net, camera, "light"), SIZE, supersample=1)
        for net in (NetView(CLEAN), NetView(CLEAN, fans=fans))
    )
    middle = np.asarray(plate.centre)
    for tile in range(plate.form.tiles):
        points = cell_centres(plate, tile)
        found = colours_at(drawn, camera, middle + (points - middle) * fan)
        if fan > 0:
            np.testing.assert_allclose(found, colours_at(plain, camera, points), atol=0.03)
    if fan == 0:
        seen, full = (colours_at(frame, camera, cell_centres(plate, 0)) for frame in (drawn, plain))
        assert np.ptp(seen, axis=0).max() < np.ptp(full, axis=0).max() / 4, "nothing but the panel"


def test_only_what_has_changed_is_uploaded(tiny_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another gain, emphasis, fan or scope is a small texture; the rows of the tiles stay as they are."""
    from viewer.visuals import plates

    uploaded: list[int] = []
    rows = plates.instances
    monkeypatch.setattr(plates, "instances", lambda values: (uploaded.append(len(values)), rows(values))[1])
    camera = nominal_camera(tiny_stage.layout, ASPECT)
    count = len(tiny_stage.layout.plates)
    tiny_stage.render(ViewState(camera, (NetView(CLEAN),)), (64, 48))
    uploaded.clear()
    for net in (NetView(CLEAN, emphasis=(0.5,) * count), NetView(CLEAN, fans=(0.3,) * count), NetView(BAR)):
        tiny_stage.render(ViewState(camera, (net,), scope="unit", clip_percentile=90.0), (64, 48))
    assert uploaded == []
    tiny_stage.render(ViewState(replace(camera, azimuth_deg=230.0), (NetView(CLEAN),)), (64, 48))
    tiny_stage.render(ViewState(replace(camera, azimuth_deg=-40.0), (NetView(CLEAN),)), (64, 48))
    first = len(uploaded)
    for azimuth_deg in (50.0, 230.0, 50.0):
        tiny_stage.render(ViewState(replace(camera, azimuth_deg=azimuth_deg), (NetView(CLEAN),)), (64, 48))
    assert len(uploaded) == first, "each side is uploaded once"


def test_a_colouring_that_was_left_is_shown_again_as_it_was(
    tiny_bundle: Bundle, tiny_layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    measured = looks.scales_of
    monkeypatch.setattr(looks, "scales_of", lambda *args: (made.append(args[2].capture), measured(*args))[1])
    plain = ViewState(nominal_camera(tiny_layout, ASPECT), (NetView(CLEAN),))
    many = [CaptureKey(capture.input, capture.checkpoint) for capture in tiny_bundle.manifest.captures]
    assert len(many) > looks.COLOURINGS_KEPT
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


def test_safe_colours_are_those_of_the_safe_maps(tiny_stage: Stage) -> None:
    index = KERNELS[0]
    plate = tiny_stage.layout.plates[index]
    camera = aimed(tiny_stage.layout, plate.corners(), ASPECT)
    values = tiles_of(plate, values_of(tiny_stage.bundle, plate, CLEAN))[0].reshape(-1)
    scale = tiny_stage.scales()[index]
    for colours in ("safe", "standard", "safe"):
        state = replace(bare(NetView(CLEAN), camera, "light"), colours=colours)
        found = colours_at(tiny_stage.render(state, SIZE, supersample=1), camera, cell_centres(plate, 0))
        expected = apply_map(values / scale, "light", "weight", colours)  # type: ignore[arg-type]
        np.testing.assert_allclose(found, expected, atol=CLOSE)
