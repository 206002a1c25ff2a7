"""The scene `transfer`: alone, and as one half of a pair, with the numbers of the bundle."""

from __future__ import annotations

import itertools
import re
from functools import cache

import numpy as np
import pytest
from glb_parts import unpacked
from two_bundles import CRAFTED, N_STEPS, RATES, SHOWN, attacked_pair

from exporter.bundle import Bundle
from scenes.attack.attacked import Attacked
from scenes.film import Film, film_of
from scenes.gltf.convert import glb_of
from scenes.options import SceneOptions
from scenes.panels.answer import answer_of
from scenes.panels.numbers import percent
from scenes.registry import scene
from scenes.timeline import Timeline
from scenes.transfer.growth import BACK_AT, END_AT, GROWN_AT, GROWTH_AT, VERDICT_AT, Growth
from scenes.transfer.story import rates_line, verdict
from scenes.transfer.transferred import Rates, transfer_of
from viewer.drift import flat_of
from viewer.labels import box_of, frame_labels
from viewer.layout import Layout
from viewer.scales import layer_scales
from viewer.scopes import Scales
from viewer.state import ViewState

SIZE_PX = 1280, 720
RUNS = CRAFTED, SHOWN


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Bundle]:
    """A model, and another that sees what was made on it."""
    return attacked_pair(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def film(pair: tuple[Bundle, Bundle]):
    """The film of both at a size, built once."""

    @cache
    def build(size_px: tuple[int, int] = SIZE_PX) -> Film:
        return film_of(*pair, "transfer", SceneOptions(size_px=size_px))

    return build


def texts(state: ViewState) -> list[str]:
    return [line.text for line in state.hud.words if line.alpha > 0]


def test_both_halves_show_one_perturbation_at_one_time(pair: tuple[Bundle, Bundle], film) -> None:
    made = film()
    assert made.loops
    assert {act.timeline.duration_secs for act in made.acts} == {END_AT}
    for t_secs in (0.0, 2.0, GROWN_AT, 8.0, 10.3):
        states = made.states_at(t_secs)
        places = []
        for bundle, state, run_id in zip(pair, states, RUNS, strict=True):
            inputs = "clean-0", *next(run.inputs for run in bundle.manifest.runs if run.id == run_id)
            places.append(inputs.index(state.nets[0].capture.input_id))
            assert (state.nets[1].capture.input_id, state.nets[1].toward) == ("clean-0", state.nets[0].toward)
            assert state.nets[1].quantity == "difference"
        assert places[0] == places[1]


def test_the_numbers_are_those_of_the_captures(pair: tuple[Bundle, Bundle], film) -> None:
    for bundle, state, run_id in zip(pair, film().states_at(8.0), RUNS, strict=True):
        shown = transfer_of(bundle, SceneOptions(run_id=run_id), answer_of(bundle))
        said = texts(state)
        assert shown.control is not None
        for name in ("clean-0", shown.run.inputs[-1], shown.control.inputs[-1]):
            assert percent(max(bundle.capture(name, "002").scores)) in said  # type: ignore[type-var]
        fooled = [each.is_fooled for each in (shown.attacked, shown.noise) if each]
        assert [text for text in said if text in ("fooled", "holds")] == ["fooled" if f else "holds" for f in fooled]
        counted = rates_line(Rates(**RATES)) + " " if run_id == SHOWN else ""
        assert " ".join(line.text for line in state.hud.words if line.part == "caption") == counted + verdict(shown)
        assert shown.origin.replace("tiny", "Tiny") in said, "by the name that the other half has"


def test_size_and_drift_are_those_of_the_step_that_is_shown(pair: tuple[Bundle, Bundle], film) -> None:
    act = film().acts[0]
    bundle = pair[0]
    run = next(run for run in bundle.manifest.runs if run.id == CRAFTED)
    attacked = Attacked(bundle, act.layout, run, answer_of(bundle))
    clean = bundle.output("clean-0", "002", "picture")
    for t_secs in np.linspace(GROWTH_AT, GROWN_AT, 9):
        state = act.timeline.state_at(float(t_secs))
        shown = state.nets[0].capture.input_id
        size = float(np.abs(bundle.output(shown, "002", "picture") - clean).max()) * 255
        (told,) = [text for text in texts(state) if "up to" in text]
        assert float(re.findall(r"([\d.]+)/255", told)[0]) == pytest.approx(size, abs=0.051)
        step = next(step for step in attacked.steps if step.key.input_id == shown)
        assert state.drifts[0].changes == attacked.changes(step)


def test_few_steps_are_blended_and_many_are_shown_one_by_one() -> None:
    many, few = Growth(N_STEPS), Growth(1)
    times = np.linspace(GROWTH_AT, GROWN_AT, 61)
    assert {many.at(float(t)).step for t in times} == set(range(N_STEPS + 1))
    assert {many.at(float(t)).blend for t in times} == {1.0}
    blends = [few.at(float(t)).blend for t in times]
    assert {few.at(float(t)).step for t in times} == {1}
    assert blends == sorted(blends)
    assert (blends[0], blends[-1]) == (0.0, 1.0)
    assert max(b - a for a, b in itertools.pairwise(blends)) < 0.05
    assert few.at(GROWN_AT - 0.1).answered == 0, "nobody knows what the network says to a blend"
    assert few.at(GROWN_AT).answered == 1
    assert [many.at(t).phase for t in (0.0, GROWTH_AT, VERDICT_AT, BACK_AT)] == ["clean", "way", "verdict", "clean"]


def test_an_attack_of_one_step_is_blended(pair: tuple[Bundle, Bundle]) -> None:
    layout, timeline = built(pair[0], SceneOptions(run_id="attack"))
    middle = timeline.state_at((GROWTH_AT + GROWN_AT) / 2)
    (shown, change) = middle.nets
    assert (shown.capture.input_id, shown.blend) == ("clean-0", pytest.approx(0.5))
    assert (shown.toward, shown.blend) == (change.toward, change.blend)
    assert "attacked" not in texts(middle)
    assert layout.rows == 1


def built(bundle: Bundle, options: SceneOptions) -> tuple[Layout, Timeline]:
    layout = scene("transfer").lay_out(bundle, options)
    return layout, scene("transfer").build(bundle, layout, options)


@pytest.mark.parametrize("size_px", [(1280, 720), (800, 450), (1080, 1080), (720, 1280)])
def test_no_word_reaches_the_border_of_its_half_or_another_word(
    pair: tuple[Bundle, Bundle], film, size_px: tuple[int, int]
) -> None:
    for bundle, act in zip(pair, film(size_px).acts, strict=True):
        aspect = act.part.width_px / act.part.height_px
        for t_secs in (0.0, 3.0, 8.0):
            state = act.timeline.state_at(t_secs)
            scales = Scales(layer_scales(bundle, act.layout, state.scale_of))
            lines = [*frame_labels(act.layout, state, aspect, scales), *flat_of(state, aspect).words]
            boxes = [(line.text, box_of(line)) for line in lines if line.text.strip() and line.alpha > 0]
            for text, (left, top, right, bottom) in boxes:
                assert 5 < left < right < 1080 * aspect - 5, text
                assert 0 < top < bottom < 1080, text
            for (one, a), (two, b) in itertools.combinations(boxes, 2):
                assert min(a[2] - b[0], b[2] - a[0], a[3] - b[1], b[3] - a[1]) <= 5, (one, two)


@pytest.mark.slow
def test_it_can_be_walked_round_and_says_what_was_counted(pair: tuple[Bundle, Bundle]) -> None:
    glb = glb_of(pair[1], scene="transfer", options=SceneOptions())
    captions = {each["caption"] for each in unpacked(glb.content).json["nodes"][0]["extras"]["captions"]}
    assert glb.n_states > N_STEPS
    assert len(captions) == 3
    assert all(caption.startswith("Of 200 pictures: ") for caption in captions)
