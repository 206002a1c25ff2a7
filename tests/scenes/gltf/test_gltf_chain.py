"""One scene after the other: which inputs and checkpoints, in which order, and how it says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from glb_parts import unpacked

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.gltf.chain import chain_of, chained
from scenes.gltf.convert import glb_of
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.timeline import Marker, Timeline
from viewer.state import Camera, CaptureKey, NetView, ViewState


@pytest.fixture(scope="module")
def tiny(tiny_bundle_path: Path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def showing(name: str, secs: float, *, loops: bool = True) -> Timeline:
    state = ViewState(Camera(), (NetView(CaptureKey(name, "000")),))
    return Timeline(secs, lambda _: state, loops, (Marker(0.0, "start"), Marker(secs, "end")))


def chain(
    bundle: Bundle, name: str, inputs: tuple[str, ...] = (), checkpoints: tuple[str, ...] = (), **options: str
) -> tuple[Timeline, tuple[str, ...]]:
    chosen = SceneOptions(**options)  # type: ignore[arg-type]
    layout = scene(name).lay_out(bundle, chosen)
    return chain_of(bundle, lambda each: scene(name).build(bundle, layout, each), chosen, inputs, checkpoints)


def captures(timeline: Timeline) -> list[tuple[str, str]]:
    """What the first net shows, in order."""
    found: list[tuple[str, str]] = []
    for k in range(400):
        key = timeline.state_at(timeline.duration_secs * k / 400).nets[0].capture
        if not found or found[-1] != (key.input_id, key.checkpoint_id):
            found.append((key.input_id, key.checkpoint_id))
    return found


def test_parts_follow_each_other_and_markers_name_them() -> None:
    both = chained([showing("a", 2.0), showing("b", 3.0)], ["first", ""])
    assert both.duration_secs == 5.0
    assert both.loops
    assert [both.state_at(t).nets[0].capture.input_id for t in (0.0, 1.99, 2.0, 4.99, 5.0)] == list("aabba")
    assert [(marker.at_secs, marker.name) for marker in both.markers] == [
        (0.0, "first: start"),
        (2.0, "first: end"),
        (2.0, "start"),
        (5.0, "end"),
    ]


def test_one_is_itself_and_a_chain_loops_only_where_all_do() -> None:
    alone = showing("a", 2.0)
    assert chained([alone], ["x"]) is alone
    assert not chained([alone, showing("b", 1.0, loops=False)], ["", ""]).loops


def test_light_goes_through_the_net_for_every_clean_input(tiny: Bundle) -> None:
    timeline, notes = chain(tiny, "flow")
    clean = {each.id for each in tiny.manifest.inputs if each.kind == "clean"}
    assert {name for name, _ in captures(timeline)} == clean
    assert notes == ()
    assert all(": " in marker.name for marker in timeline.markers)


@pytest.mark.parametrize("name", ["structure", "training", "adversarial"])
def test_other_scenes_show_what_they_do(tiny: Bundle, name: str) -> None:
    alone = scene(name).build(tiny, scene(name).lay_out(tiny, SceneOptions()), SceneOptions())
    timeline, notes = chain(tiny, name)
    assert timeline.duration_secs == alone.duration_secs
    assert timeline.markers == alone.markers
    assert notes == ()


def test_a_chosen_input_is_shown_alone(tiny: Bundle) -> None:
    one = tiny.manifest.inputs[1].id
    assert captures(chain(tiny, "flow", input_id=one)[0]) == captures(chain(tiny, "flow", (one,))[0])
    assert {name for name, _ in captures(chain(tiny, "flow", (one,))[0])} == {one}


def test_inputs_and_checkpoints_in_the_order_that_was_asked_for(tiny: Bundle) -> None:
    inputs = tuple(each.id for each in tiny.manifest.inputs[:2])[::-1]
    moments = tuple(each.id for each in tiny.manifest.checkpoints[:2])
    timeline, _ = chain(tiny, "flow", inputs, moments)
    assert captures(timeline) == [(one, two) for one in inputs for two in moments]


def test_a_scene_that_has_no_use_for_a_choice_is_not_repeated(tiny: Bundle) -> None:
    alone = chain(tiny, "training")[0].duration_secs
    moments = tuple(each.id for each in tiny.manifest.checkpoints)
    assert chain(tiny, "training", (), moments)[0].duration_secs == alone


def test_of_too_many_passes_even_ones_are_shown_and_that_is_told(tiny: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenes.gltf.chain.MOST_PARTS", 2)
    moments = tuple(each.id for each in tiny.manifest.checkpoints)
    inputs = (tiny.manifest.inputs[0].id,)
    timeline, notes = chain(tiny, "flow", inputs, moments)
    assert captures(timeline) == [(inputs[0], moments[0]), (inputs[0], moments[-1])]
    assert notes[0].startswith(f"shows 2 of {len(moments)} passes")


@pytest.mark.parametrize(("inputs", "checkpoints"), [(("nobody",), ()), ((), ("never",))])
def test_what_is_not_there_is_one_line(tiny: Bundle, inputs: tuple[str, ...], checkpoints: tuple[str, ...]) -> None:
    with pytest.raises(KerascopeError) as caught:
        chain(tiny, "flow", inputs, checkpoints)
    assert (*inputs, *checkpoints)[0] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_has_a_state_for_each(tiny: Bundle) -> None:
    inputs = tuple(each.id for each in tiny.manifest.inputs[:2])
    glb = glb_of(tiny, input_ids=inputs)
    (net,) = [node for node in unpacked(glb.content).json["nodes"] if "net" in node.get("extras", {})]
    assert [state["input"] for state in net["extras"]["states"]] == [tiny.input(name).label for name in inputs]
    assert glb.n_states == 2
