"""What the scene of explanations shows: the bundle's own maps and numbers, in one order, on scales that are said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_bundle import add_explanation
from explained_pictures import EVERY_METHOD, FOOLED, USUAL, explained_bundle, fooled_bundle
from overlap import overlaps
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.explained.methods import METHODS
from scenes.explained.strength import PERCENTILE, full_colour
from scenes.explained.subject import subject_of
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.timeline import Timeline
from viewer.heat import Heat
from viewer.layout import Layout
from viewer.state import ViewState

SHAPES = ((960, 540), (540, 960))


def built(bundle: Bundle, **chosen: Any) -> tuple[Layout, Timeline]:
    options = SceneOptions(**{"size_px": (960, 540), **chosen})
    made = scene("explain")
    layout = made.lay_out(bundle, options)
    return layout, made.build(bundle, layout, options)


def texts(state: ViewState) -> list[str]:
    return [line.text for line in state.hud.words if line.alpha > 0]


def at(timeline: Timeline, name: str) -> ViewState:
    return timeline.state_at(next(marker.at_secs for marker in timeline.markers if marker.name == name) + 0.3)


def flat(state: ViewState) -> dict[str, Heat]:
    return {heat.overlay: heat for heat in state.heats if heat.box_px is not None}


def percentile(bundle: Bundle, *overlays: str) -> float:
    values = np.concatenate([np.abs(bundle.load(bundle.overlay(each).values)).reshape(-1) for each in overlays])
    return float(np.percentile(values.astype(np.float64), PERCENTILE))


def test_all_maps_of_a_picture_lie_beside_it_in_the_order_of_the_methods() -> None:
    bundle = explained_bundle(EVERY_METHOD)
    state = at(built(bundle)[1], "side by side")
    assert [heat.overlay for heat in state.heats] == [f"{method}-1" for method in METHODS]
    boxes = [loupe.box_px for loupe in state.loupes]
    assert len(set(boxes)) == len(EVERY_METHOD) + 1
    assert {heat.box_px for heat in state.heats} < set(boxes), "each map lies over a copy of the picture"
    assert {loupe.capture.input_id for loupe in state.loupes} == {"clean-0"}
    assert {(round(box[2], 6), round(box[3], 6)) for box in boxes} == {(round(boxes[0][2], 6), round(boxes[0][3], 6))}
    said = " ".join(texts(state))
    assert all(METHODS[method].name in said for method in EVERY_METHOD)


def test_full_colour_is_a_percentile_of_the_stored_values_and_is_said() -> None:
    bundle = explained_bundle()
    state = at(built(bundle)[1], "side by side")
    for method in USUAL[:-1]:
        expected = percentile(bundle, f"{method}-1")
        assert flat(state)[f"{method}-1"].scale == pytest.approx(expected)
        assert any(f"{expected:.3g}" in text and "full colour" in text for text in texts(state))
    assert any("99th percentile" in text for text in texts(state))
    assert any("clipped" in text for text in texts(state))
    share = float(bundle.load(bundle.overlay("segmentation-1").values).mean())
    assert f"{share * 100:.0f} % of the picture" in texts(state)


def test_the_class_and_its_logit_are_those_of_the_run() -> None:
    bundle = explained_bundle()
    state = at(built(bundle)[1], "side by side")
    (run, *_) = bundle.manifest.runs[1:]
    name = bundle.manifest.model.class_names[int(run.options["class"] or 0)]
    assert f"asked about: class {name}, logit {run.result['score']:.2f}" in texts(state)
    scores = bundle.capture("clean-0", "002").scores
    assert any(f"says {name}, {(max(s for s in scores if s is not None)) * 100:.1f} %" == each for each in texts(state))


def test_each_method_is_spoken_of_alone_with_its_own_numbers_at_the_legend() -> None:
    bundle = explained_bundle(EVERY_METHOD)
    _, timeline = built(bundle)
    for method in EVERY_METHOD:
        state = at(timeline, METHODS[method].name)
        told = " ".join(line.text for line in state.hud.words if line.part == "caption")
        assert told.startswith(METHODS[method].name)
        assert METHODS[method].caution in told
        lit = [line.text for line in state.hud.words if line.bold and line.role == "accent"]
        assert " ".join(lit) == METHODS[method].name
        if method != "segmentation":
            assert f"{percentile(bundle, f'{method}-1'):.3g}" in " ".join(texts(state)).replace("+", " ")


def test_grad_cam_goes_from_the_last_layer_back_to_the_picture() -> None:
    bundle = explained_bundle()
    layout, timeline = built(bundle)
    names = [marker.name for marker in timeline.markers][-4:]
    assert names == ["pool", "relu", "conv", "picture"]
    for layer in names:
        overlay = "grad_cam-1" if layer == "picture" else f"grad_cam-1@{layer}"
        state = at(timeline, layer)
        on_plate = [heat for heat in state.heats if heat.box_px is None]
        assert [heat.overlay for heat in on_plate] == [overlay]
        assert on_plate[0].scale == pytest.approx(percentile(bundle, overlay))
        assert flat(state).keys() == {overlay}
        said = " ".join(texts(state))
        assert f"{percentile(bundle, overlay):.3g}" in said
        assert layer in texts(state)
        brightest = np.argmax(state.nets[0].emphasis or ())
        assert layout.plates[int(brightest)].layer == layer


def test_a_clean_and_an_attacked_picture_stand_over_each_other_on_one_scale() -> None:
    bundle = fooled_bundle()
    subject = subject_of(bundle, SceneOptions())
    assert [row.key.input_id for row in subject.rows] == ["clean-0", FOOLED]
    state = at(built(bundle)[1], "side by side")
    maps = flat(state)
    for method in ("saliency", "grad_cam"):
        one, two = maps[f"{method}-1"], maps[f"{method}-2"]
        assert one.scale == two.scale == pytest.approx(percentile(bundle, f"{method}-1", f"{method}-2"))
        assert one.box_px is not None
        assert two.box_px is not None
        assert one.box_px[0] == pytest.approx(two.box_px[0])
        assert one.box_px[1] + one.box_px[3] < two.box_px[1]
    assert {"clean", "attacked"} <= set(texts(state))
    assert any("fooled" in text for text in texts(state))
    alone = subject_of(bundle, SceneOptions(run_id="saliency-2"))
    assert [[look.run.id for look in row.looks] for row in alone.rows] == [["saliency-2"]]


def test_an_attacked_input_that_is_asked_for_comes_first() -> None:
    subject = subject_of(fooled_bundle(), SceneOptions(input_id=FOOLED, run_id="attack"))  # as the window asks
    assert subject.shown.key.input_id == FOOLED
    assert subject.is_pair


def test_with_a_run_only_that_one_is_shown() -> None:
    _, timeline = built(explained_bundle(), run_id="saliency-1")
    assert {heat.overlay for heat in at(timeline, "side by side").heats} == {"saliency-1"}
    assert timeline.markers[-1].name == "picture"


def test_with_a_layer_only_its_map_leads_to_the_picture() -> None:
    _, timeline = built(explained_bundle(), layer="relu")
    assert [marker.name for marker in timeline.markers][-2:] == ["relu", "picture"]
    with pytest.raises(KerascopeError, match=r"no map lies on this layer.*pool or relu or conv.*--layer flatten"):
        built(explained_bundle(), layer="flatten")
    with pytest.raises(KerascopeError, match="did you mean relu"):
        built(explained_bundle(), layer="rellu")


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({}, "none.*kerascope explain BUNDLE --model MODEL --method grad_cam"),
        ({"input_id": "clean-1"}, "clean-1.*kerascope explain .* --input clean-1"),
        ({"run_id": "grad_cam-7"}, "got grad_cam-7"),
    ],
)
def test_without_an_explanation_the_command_is_named(chosen: dict[str, str], words: str, tmp_path) -> None:
    bundle = read_bundle(make_tiny_bundle(tmp_path / "a.bundle", statistics=False))
    with pytest.raises(KerascopeError, match=words) as raised:
        built(bundle, **chosen)
    assert "\n" not in str(raised.value)


def test_maps_of_what_is_no_picture_cannot_be_shown(tmp_path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle", statistics=False)
    add_explanation(path, "saliency-0", {"picture": ("heat", np.ones(36))})
    for chosen in ({}, {"run_id": "saliency-0"}, {"input_id": "clean-0"}):
        with pytest.raises(KerascopeError, match="no picture"):
            built(read_bundle(path), **chosen)


@pytest.mark.parametrize("size_px", SHAPES)
@pytest.mark.parametrize("make", [lambda: explained_bundle(EVERY_METHOD), fooled_bundle], ids=["many", "pair"])
def test_many_maps_find_room_at_any_shape(make, size_px: tuple[int, int]) -> None:
    bundle = make()
    layout, timeline = built(bundle, size_px=size_px)
    aspect = size_px[0] / size_px[1]
    for t_secs in [marker.at_secs + 0.3 for marker in timeline.markers] + [0.0, timeline.duration_secs - 0.01]:
        state = timeline.state_at(t_secs)
        assert overlaps(layout, bundle, state, aspect) == []
        for left, top, wide, high in (heat.box_px for heat in state.heats if heat.box_px is not None):
            assert min(left, top) >= 0
            assert left + wide <= 1080 * aspect
            assert top + high <= 1080
            assert high > 60, "large enough to be seen"


def test_no_strength_makes_nothing_of_maps_that_say_nothing() -> None:
    bundle = explained_bundle()
    (overlay,) = (each for each in bundle.manifest.overlays if each.id == "saliency-1")

    class Made:
        def __init__(self, values: np.ndarray[Any, Any]) -> None:
            self.values = values

        def load(self, _: object) -> np.ndarray[Any, Any]:
            return self.values

    one_pixel = np.zeros((100, 100), np.float32)
    one_pixel[3, 4] = 2.5
    assert full_colour(Made(np.zeros((6, 6), np.float32)), (overlay,)) == 1.0  # type: ignore[arg-type]
    assert full_colour(Made(one_pixel), (overlay,)) == 2.5  # type: ignore[arg-type]
    assert full_colour(Made(np.array([[np.nan, -3.0]], np.float32)), (overlay,)) == 3.0  # type: ignore[arg-type]
