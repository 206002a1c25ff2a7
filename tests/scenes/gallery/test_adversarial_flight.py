"""The flight to where clean and attacked part: what it shows is what numpy finds, in tiles that can be compared."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import PaperBundle, layer, paper_bundle
from tiny_bundle import ATTACKED_IDS

from exporter.bundle import Bundle, KerascopeError, read_bundle
from exporter.bundle.schema import Capture, Input, Run
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.timeline import Timeline
from viewer.camera import project
from viewer.dress import dressed
from viewer.drift import flat_of
from viewer.labels import Box, box_of
from viewer.layout import Layout
from viewer.loupe import loupe_cells
from viewer.scales import difference_gains, layer_scales
from viewer.state import REFERENCE_HEIGHT_PX, ViewState
from viewer.study import Study

MAPS = ("conv", "relu", "pool")
SIZES = {"16:9": (960, 540), "1:1": (600, 600), "9:16": (540, 960), "21:9": (1260, 540)}


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def built(bundle: Bundle, **options) -> tuple[Layout, Timeline]:
    chosen = SceneOptions(**options)
    layout = scene("adversarial").lay_out(bundle, chosen)
    return layout, scene("adversarial").build(bundle, layout, chosen)


def at(timeline: Timeline, name: str, later_secs: float = 1.0) -> ViewState:
    return timeline.state_at(next(each.at_secs for each in timeline.markers if each.name == name) + later_secs)


def said(state: ViewState, aspect: float = 16 / 9) -> str:
    return " | ".join(line.text for line in flat_of(state, aspect).words if line.alpha > 0)


def values(bundle: Bundle, name: str) -> tuple[np.ndarray, np.ndarray]:
    return tuple(bundle.output(shown, "002", name).astype(np.float64) for shown in ("clean-0", ATTACKED_IDS[-1]))  # type: ignore[return-value]


def drift(bundle: Bundle, name: str) -> float:
    clean, other = values(bundle, name)
    return float(np.linalg.norm(other - clean) / np.linalg.norm(clean))


def test_it_flies_to_the_maps_where_the_drift_grows_most_and_their_channel_that_differs_most(bundle: Bundle) -> None:
    names = ("picture", *MAPS)
    growth = {after: drift(bundle, after) / drift(bundle, before) for before, after in itertools.pairwise(names)}
    steepest = max(growth, key=lambda name: growth[name])
    clean, other = values(bundle, steepest)
    sizes = [np.linalg.norm((other - clean)[..., channel]) for channel in range(4)]
    channel = int(np.argmax(sizes))
    _, timeline = built(bundle)
    layer_state, state = at(timeline, "where the paths part"), at(timeline, "channel")
    assert {(each.layer, each.part) for each in state.loupes} == {(steepest, (None, None, channel))}
    assert f"\u00d7{growth[steepest]:.3g}" in said(layer_state)
    assert f"{drift(bundle, steepest) * 100:.1f} %" in said(layer_state)
    assert f"channel {channel} of 4" in said(state)
    assert f"{sizes[channel] / np.linalg.norm(clean[..., channel]) * 100:.1f} %" in said(state)
    moved = (other - clean)[..., channel]
    most = float(moved.reshape(-1)[np.abs(moved).argmax()])
    assert f"{abs(most):.3g} in the framed cell" in said(state)


@pytest.mark.parametrize(("name", "channel"), [("pool", 2), ("conv", 0)])
def test_a_layer_and_a_channel_can_be_asked_for(bundle: Bundle, name: str, channel: int) -> None:
    layout, timeline = built(bundle, layer=name, channel=channel)
    state = at(timeline, "channel")
    clean, difference, attacked = state.loupes
    before, after = (each[..., channel] for each in values(bundle, name))
    np.testing.assert_allclose(loupe_cells(bundle, clean, clean.capture), before)
    np.testing.assert_allclose(loupe_cells(bundle, attacked, attacked.capture), after)
    assert (difference.capture, difference.toward) == (clean.capture, attacked.capture)
    plate = layout.plates.index(layout.plate(name))
    scales = layer_scales(bundle, layout, clean.capture)
    gains = difference_gains(bundle, layout, scales, clean.capture, attacked.capture)
    assert clean.scale == pytest.approx(scales[plate])
    assert difference.gain == gains[plate]
    assert f"difference \u00d7{gains[plate]:g}" in said(state)
    assert f"+{scales[plate] / gains[plate]:.3g}" in said(state), "full colour of the difference"
    for shown in (before, after, after - before):
        assert f"{abs(float(shown.max())):.3g}" in said(state)
    assert " moves by " in said(state)


def test_a_layer_without_maps_is_shown_whole_with_its_unit_framed(bundle: Bundle) -> None:
    before, after = values(bundle, "flatten")
    _, timeline = built(bundle, layer="flatten")
    state = at(timeline, "channel")
    assert f"unit {int(np.abs(after - before).argmax())} of 36" in said(state)
    assert loupe_cells(bundle, state.loupes[0], state.loupes[0].capture).shape == (6, 6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"layer": "pol"}, ("no such layer", "conv", "did you mean pool?")),
        ({"layer": "pool", "channel": 4}, ("no such channel in pool", "0 to 3", "4")),
        ({"layer": "scores", "channel": -1}, ("no such unit in scores", "0 to 2", "-1")),
    ],
)
def test_what_is_not_there_is_told_in_a_line(
    bundle: Bundle, options: dict[str, object], words: tuple[str, ...]
) -> None:
    with pytest.raises(KerascopeError) as caught:
        built(bundle, **options)
    assert "\n" not in str(caught.value)
    assert all(word in str(caught.value) for word in words)


def overlap(a: Box, b: Box) -> float:
    return min(a[2] - b[0], b[2] - a[0], a[3] - b[1], b[3] - a[1])


@pytest.mark.parametrize("shape", SIZES)
def test_the_three_tiles_are_large_alike_and_clear_of_each_other_and_of_the_words(bundle: Bundle, shape: str) -> None:
    aspect = SIZES[shape][0] / SIZES[shape][1]
    _, timeline = built(bundle, size_px=SIZES[shape])
    state = at(timeline, "channel")
    tiles = [(x, y, x + w, y + h) for x, y, w, h in (each.box_px for each in state.loupes)]
    assert len(tiles) == 3
    assert len({(round(c - a, 6), round(d - b, 6), round(b, 6)) for a, b, c, d in tiles}) == 1
    width = tiles[0][2] - tiles[0][0]
    assert width >= min(0.25 * REFERENCE_HEIGHT_PX * aspect, 0.45 * REFERENCE_HEIGHT_PX)
    for left, top, right, bottom in tiles:
        assert 0 <= left < right <= REFERENCE_HEIGHT_PX * aspect
        assert 0 <= top < bottom <= REFERENCE_HEIGHT_PX
    words = [box_of(line) for line in flat_of(state, aspect).words if line.alpha > 0]
    assert all(overlap(one, two) < 0 for one, two in itertools.combinations(tiles, 2))
    assert all(overlap(tile, word) <= 0 for tile in tiles for word in words)
    assert all(sum(net.emphasis or (1.0,)) == 0 for net in state.nets), "nothing behind them"
    assert {ramp.map_name for ramp in state.hud.ramps} == {"activation", "difference"}, "both have their numbers"


@pytest.mark.parametrize("shape", SIZES)
def test_the_three_plates_stand_beside_each_other_clear_of_the_words(bundle: Bundle, shape: str) -> None:
    aspect = SIZES[shape][0] / SIZES[shape][1]
    layout, timeline = built(bundle, size_px=SIZES[shape])
    state = at(timeline, "where the paths part")
    shown = [i for i, part in enumerate(state.nets[0].emphasis or ()) if part > 0]
    assert len(shown) == 1
    boxes = []
    for net in state.nets:
        seen = project(state.camera, layout.plates[shown[0]].corners() + np.asarray(net.offset), aspect)
        boxes.append((*seen.min(axis=0), *seen.max(axis=0)))
    words = [box_of(line) for line in flat_of(state, aspect).words if line.alpha > 0]
    assert all(overlap(one, two) < 0 for one, two in itertools.combinations(boxes, 2))
    assert all(overlap(box, word) <= 0 for box in boxes for word in words)
    assert all(wire.alpha == 1.0 for wire in state.wires)
    assert len(state.wires) == 3


def test_tiles_come_out_of_where_they_are_on_their_plates(bundle: Bundle) -> None:
    layout, timeline = built(bundle, layer="conv", channel=3)
    out_secs = next(each.at_secs for each in timeline.markers if each.name == "channel") - 0.6
    state = timeline.state_at(out_secs + 1e-6)
    plate = layout.plate("conv")
    for loupe, net in zip(state.loupes, state.nets, strict=True):
        centre = project(state.camera, plate.tile_centres()[3] + np.asarray(net.offset), 16 / 9)[0]
        left, top, width, height = loupe.box_px
        np.testing.assert_allclose(centre, (left + width / 2, top + height / 2), atol=0.5)
        assert width == pytest.approx(height)


def test_frames_stay_round_their_tiles_while_the_nets_move(bundle: Bundle) -> None:
    layout, timeline = built(bundle, layer="conv", channel=3)
    arrives_secs = next(each.at_secs for each in timeline.markers if each.name == "where the paths part")
    state = timeline.state_at(arrives_secs - 0.15)
    middles = [np.mean(wire.points[:4], axis=0) for wire in state.wires]
    tile = layout.plate("conv").tile_centres()[3]
    assert 0 < state.wires[0].alpha < 1
    np.testing.assert_allclose(middles, [tile + np.asarray(net.offset) for net in state.nets], atol=1e-9)


def test_the_camera_flies_fast_and_smoothly_and_then_rests(bundle: Bundle) -> None:
    _, timeline = built(bundle)
    (start, end), *_ = timeline.flights
    times = np.arange(start - 0.1, end + 0.1, 0.02)
    azimuths = np.array([timeline.state_at(float(t)).camera.azimuth_deg for t in times])
    speed = np.abs(np.diff(azimuths)) / 0.02
    moving = times[:-1][speed > 1e-9]
    assert len(moving) * 0.02 <= 2 * 0.8 + 0.1
    assert np.abs(np.diff(speed)).max() < 0.4 * speed.max(), "no jerk"
    still = np.diff(moving).max()
    assert still > 5.0, "long enough to read"


def test_the_flight_begins_and_ends_at_the_same_picture_of_whole_nets(bundle: Bundle) -> None:
    _, timeline = built(bundle)
    ((start, end),) = timeline.flights
    before, after = timeline.state_at(start), timeline.state_at(end)
    assert before == after
    assert before.loupes == before.wires == ()
    assert all(net.emphasis is None for net in before.nets)


def test_layers_that_a_person_isolates_do_not_come_back_behind_the_tiles(bundle: Bundle) -> None:
    layout, timeline = built(bundle)
    isolated = Study(isolated=("conv",))
    near = dressed(at(timeline, "channel"), isolated, layout)
    assert all(sum(net.emphasis or (1.0,)) == 0 for net in near.nets)
    far = dressed(timeline.state_at(0.0), isolated, layout)
    assert [part == 1.0 for part in far.nets[0].emphasis or ()] == [plate.layer == "conv" for plate in layout.plates]


# Steps that are no epsilons, closed plates, layers that were not kept.


def attacked_paper(method: str = "pgd", epsilons: tuple[float, ...] = (0.01,) * 3, **result: object) -> PaperBundle:
    """A net with a layer of many channels; the second step is taken for another class."""
    layers = [layer("picture", "input", 8, 8, 1), layer("deep", "conv", 4, 4, 300), layer("out", "dense", 3)]
    net = paper_bundle(layers, fill=_filled)
    (clean,) = net.manifest.captures
    ids = tuple(f"a{i}" for i in range(len(epsilons)))
    captures = [_captured(clean, clean.input, 0), *(_captured(clean, id_, at) for at, id_ in enumerate(ids, 1))]
    inputs = (
        *net.manifest.inputs,
        *(
            Input(id=id_, label=id_, kind="attacked", parent=clean.input, run="r", step=at, epsilon=epsilon)
            for at, (id_, epsilon) in enumerate(zip(ids, epsilons, strict=True))
        ),
    )
    run = Run(
        id="r", kind="attack", method=method, checkpoint=clean.checkpoint, options={"target": 1}, parent=clean.input,
        result={"success": True, "steps": 40, **result}, inputs=ids,  # type: ignore[dict-item]
    )  # fmt: skip
    manifest = net.manifest
    manifest = structs.replace(manifest, inputs=inputs, captures=tuple(captures), runs=(run,))
    return PaperBundle(manifest, net.arrays, net.fill)


def _captured(clean: Capture, shown: str, at: int) -> Capture:
    scores = (0.1, 0.7, 0.2) if at > 1 else (0.7, 0.2, 0.1)
    outputs = {
        name: structs.replace(ref, key=f"{at}/{name}")
        for name, ref in clean.outputs.items()
        if at != 1 or name != "deep"
    }
    return structs.replace(clean, input=shown, scores=scores, predicted=int(np.argmax(scores)), outputs=outputs)


def _filled(key: str, shape: tuple[int, ...]) -> np.ndarray:
    step = int(key.split("/", maxsplit=1)[0]) if "/" in key else 0
    values = np.linspace(0, 1, math.prod(shape), dtype=np.float32).reshape(shape)
    if key.endswith("deep") and step:
        values[..., 217] += 0.01 * step
    return values + 0.001 * step


@cache
def paper_scene(method: str = "pgd", epsilons: tuple[float, ...] = (0.01,) * 3) -> tuple[PaperBundle, Timeline]:
    bundle = attacked_paper(method, epsilons)
    return bundle, built(bundle, layer="deep")[1]


def test_one_of_hundreds_of_channels_is_found_behind_a_closed_plate() -> None:
    _, timeline = paper_scene()
    assert "mean size of 300 channels" in said(at(timeline, "where the paths part"))
    state = at(timeline, "channel")
    assert "channel 217 of 300" in said(state)
    assert {each.part for each in state.loupes} == {(None, None, 217)}


def test_a_layer_that_was_not_kept_at_every_step_is_only_flown_to_when_asked_for() -> None:
    timeline = built(attacked_paper())[1]
    assert {each.layer for each in at(timeline, "channel").loupes} == {"out"}


def test_steps_that_are_no_epsilons_are_counted_and_measured() -> None:
    _, timeline = paper_scene()
    moments = [timeline.state_at(float(t)) for t in np.linspace(0, at_secs(timeline, "attacked"), 60)]
    heads = list(dict.fromkeys(line.text for state in moments for line in state.hud.words if line.size_px == 60.0))
    assert heads == ["step 0 of 40", "step 1 of 40", "step 2 of 40", "step 3 of 40"]
    assert "3 of 40 steps kept" in said(moments[-1])
    assert "flips here" in said(moments[0])
    moved = 0.003
    assert f"at most {moved / 255:.4f}" in said(moments[-1]), "of what was fed, whose range is 0 to 255"
    assert "class 1" in said(moments[-1]), "the target"


def at_secs(timeline: Timeline, name: str) -> float:
    return next(each.at_secs for each in timeline.markers if each.name == name)


def test_the_flip_is_marked_where_the_first_step_with_another_answer_is_shown() -> None:
    bundle, timeline = paper_scene()
    flips = at_secs(timeline, "flips")
    shown = [timeline.state_at(flips + late).nets[-1].capture.input_id for late in (-0.02, 0.02)]
    assert shown == ["a0", "a1"]
    assert bundle.capture("a1", "000").predicted == 1


@pytest.mark.parametrize(("method", "norm"), [("fgsm", "at most \u03b5"), ("deepfool", "short as a whole (L2)")])
def test_what_is_said_of_the_change_is_true_for_its_norm(method: str, norm: str) -> None:
    _, timeline = paper_scene(method, (0.01, 0.02, 0.03))
    assert norm in said(timeline.state_at(0.0))


def test_a_saved_picture_is_told_of_only_where_the_run_says_so() -> None:
    for known, words in (({}, ""), ({"predicted_8bit": 1}, "even saved"), ({"predicted_8bit": 0}, "lost when saved")):
        bundle = attacked_paper(original=0, predicted=1, **known)
        text = said(at(built(bundle)[1], "attacked"))
        assert "another answer" in text
        assert ("saved" in text) == bool(words)
        assert words in text


def test_a_flight_is_the_same_state_for_the_same_time(bundle: Bundle) -> None:
    one, two = built(bundle)[1], built(bundle)[1]
    for t in np.linspace(*one.flights[0], 9):
        assert one.state_at(float(t)) == two.state_at(float(t))
