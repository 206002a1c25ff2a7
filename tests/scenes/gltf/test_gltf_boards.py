"""Words of a scene as boards: seen where our own picture has them, none over another, with the capture's numbers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from boards_seen import Box, box_on_picture, overlap_px, pixels_of
from paper_bundle import PaperBundle, layer, paper_bundle

from exporter.bundle import Bundle, read_bundle
from scenes.gltf import boards
from scenes.gltf.boards import answer_board, chart_board, curve_board, legend_board, name_boards, title_board
from scenes.gltf.boards_beside import last_plate
from scenes.gltf.standing import Standing
from scenes.options import SceneOptions
from scenes.panels.numbers import percent
from scenes.registry import scene
from scenes.timeline import grounded
from viewer.camera import project
from viewer.labels import NAME_PX, box_of, net_labels
from viewer.layout import Layout
from viewer.placement import world_of
from viewer.scopes import Scales, colouring_of, scales_of
from viewer.state import CaptureKey, Hud, ViewState, Words


def shown(bundle: Bundle, name: str, aspect: float = 16 / 9, share: float = 0.0) -> tuple[Layout, ViewState, Scales]:
    """Layout, state (at a share of the scene's time) and scales of a scene."""
    options = SceneOptions(size_px=(round(900 * aspect), 900))
    layout = scene(name).lay_out(bundle, options)
    timeline = grounded(scene(name).build(bundle, layout, options))
    state = timeline.state_at(timeline.duration_secs * share)
    return layout, state, scales_of(bundle, layout, colouring_of(state))


def deep_net(count: int) -> PaperBundle:
    middle = [layer(f"stage_{i}_of_a_deep_network", ("conv", "pool")[i % 2], 14, 14, 8) for i in range(count)]
    layers = [layer("picture", "input", 28, 28, 1), *middle, layer("scores", "dense", 10)]
    capture = paper_bundle(layers).manifest.captures[0]
    return paper_bundle(layers, captures=(msgspec.structs.replace(capture, scores=tuple(float(i) for i in range(10))),))


@pytest.fixture(scope="module")
def tiny(tiny_bundle_path) -> Bundle:  # type: ignore[no-untyped-def]
    return read_bundle(tiny_bundle_path)


def name_boxes(layout: Layout, state: ViewState, scales: Scales, aspect: float) -> list[Box]:
    """Where the camera sees all name boards of a state."""
    boxes = []
    for net in state.nets:
        centres = world_of(net, layout, [plate.centre for plate in layout.plates])
        for index, pair in name_boards(layout, net, state, scales, aspect=aspect).items():
            boxes += [box_on_picture(solid, centres[index], state.camera, aspect) for solid in pair if solid]
    return boxes


def box_of_chart(chart: Standing, state: ViewState, aspect: float = 16 / 9) -> Box:
    """Where the camera sees a chart, of which each side is a solid of its own."""
    seen = project(state.camera, chart.solid.points + np.asarray(chart.at), aspect)
    return (*seen.min(axis=0), *seen.max(axis=0))


def cards(bundle: Bundle, layout: Layout, state: ViewState, aspect: float) -> list[Box]:
    """Where the camera sees answers, legend and title."""
    boxes = []
    for index, net in enumerate(state.nets):
        answer = answer_board(bundle, layout, net, state, index=index, aspect=aspect)
        if answer:
            boxes.append(box_on_picture(answer.solid, np.add(answer.at, net.offset), state.camera, aspect))
    curve = curve_board(bundle, state.nets[0], state, aspect=aspect)
    chart = chart_board(state, aspect=aspect)
    boxes += [box_of_chart(chart, state, aspect)] if chart else []
    for board in (legend_board(state, aspect=aspect), title_board(state, aspect=aspect), curve):
        boxes += [box_on_picture(board.solid, board.at, state.camera, aspect)] if board else []
    return boxes


def panel_boxes(layout: Layout, state: ViewState, aspect: float) -> list[Box]:
    found: list[Box] = []
    for net in state.nets:
        seen = project(state.camera, world_of(net, layout, layout.corners()), aspect).reshape(-1, 4, 2)
        found += [(*corners.min(axis=0), *corners.max(axis=0)) for corners in seen]
    return found


def worst_overlap(boxes: Sequence[Box], others: Sequence[Box] = ()) -> float:
    pairs = [*itertools.combinations(boxes, 2), *itertools.product(boxes, others)]
    return max((overlap_px(a, b) for a, b in pairs), default=0.0)


def check_room(bundle: Bundle, name: str, aspect: float, share: float = 0.6) -> None:
    layout, state, scales = shown(bundle, name, aspect, share)
    names, large = name_boxes(layout, state, scales, aspect), cards(bundle, layout, state, aspect)
    assert len(names) >= 2
    assert len(large) >= 3
    assert worst_overlap(names) <= 3.7, "borders of cards, never their words"
    assert worst_overlap(large) <= 1.0
    assert worst_overlap(large, panel_boxes(layout, state, aspect)) <= 1.0
    assert max(overlap_px(a, b) for a in names for b in large) <= 4.0
    for left, top, right, bottom in large:
        assert min(left, top) >= 0
        assert right <= 1080 * aspect
        assert bottom <= 1080


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "aspect"),
    [("flow", 16 / 9), ("flow", 9 / 16), ("training", 16 / 9), ("adversarial", 16 / 9), ("adversarial", 4 / 3)],
)
def test_nothing_lies_over_another_in_any_scene(tiny: Bundle, name: str, aspect: float) -> None:
    check_room(tiny, name, aspect)


@pytest.mark.slow
@pytest.mark.parametrize("count", [4, 40])
def test_nothing_lies_over_another_in_a_deep_net(count: int) -> None:
    check_room(deep_net(count), "flow", 16 / 9)


def test_the_check_finds_boards_that_overlap(tiny: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "NAME_PADDING_PX", (60.0, 40.0))
    with pytest.raises(AssertionError):
        check_room(tiny, "flow", 16 / 9)


@pytest.mark.parametrize("name", ["flow", "adversarial"])
def test_names_are_seen_where_our_picture_has_them_and_as_large(tiny: Bundle, name: str) -> None:
    layout, state, scales = shown(tiny, name)
    still = boards._at_rest(state)
    for net, labels in zip(state.nets, net_labels(layout, still, 16 / 9, scales), strict=True):
        found = name_boards(layout, net, state, scales)
        centres = world_of(net, layout, [plate.centre for plate in layout.plates])
        for label in labels:
            solid = found[label.plate][0 if label.is_above else 1]
            if solid is None:
                continue
            seen = box_on_picture(solid, centres[label.plate], state.camera, 16 / 9)
            lines = [box_of(line) for line in label.lines]
            left, top = min(box[0] for box in lines), min(box[1] for box in lines)
            right, bottom = max(box[2] for box in lines), max(box[3] for box in lines)
            assert seen == pytest.approx((left - 3.5, top - 1.8, right + 3.5, bottom + 1.8), abs=1.5)


def test_names_stand_over_the_middle_of_their_plate_and_sizes_under_it(tiny: Bundle) -> None:
    layout, state, scales = shown(tiny, "flow")
    for index, (name, size) in name_boards(layout, state.nets[0], state, scales).items():
        half = layout.plates[index].size[1] / 2
        for solid, side in ((name, 1), (size, -1)):
            if solid is not None:
                middle = (solid.points.min(axis=0) + solid.points.max(axis=0)) / 2
                assert middle[1] * side > half
                assert np.hypot(middle[0], middle[2]) < 0.6, "turned to the viewer it stays over its plate"


def test_a_line_of_text_is_as_high_in_the_world_as_21_px_are_seen(tiny: Bundle) -> None:
    layout, state, scales = shown(tiny, "flow")
    name = name_boards(layout, state.nets[0], state, scales)[1][0]
    assert name is not None
    x, y, z = layout.plates[1].centre
    one, two = project(state.camera, [(x, y, z), (x, y + float(np.ptp(name.points[:, 1])), z)], 16 / 9)
    assert abs(two[1] - one[1]) == pytest.approx(NAME_PX * (0.82 + 0.24) + 2 * 1.8, rel=0.02)


def test_names_do_not_come_and_go_with_the_light(tiny: Bundle) -> None:
    layout, state, scales = shown(tiny, "flow", share=0.4)
    lit = replace(state, nets=(replace(state.nets[0], front=2.0, opacity=0.3),))
    one, two = (name_boards(layout, each.nets[0], each, scales) for each in (state, lit))
    assert one.keys() == two.keys()
    for index, pair in one.items():
        for a, b in zip(pair, two[index], strict=True):
            assert (a is None) == (b is None)
            assert a is None or b is None or np.array_equal(pixels_of(a), pixels_of(b))


def test_a_very_long_name_is_cut() -> None:
    long = paper_bundle([layer("a", "input", 28, 28, 1), layer("x" * 90, "conv", 28, 28, 4), layer("c", "dense", 3)])
    layout, state, scales = shown(long, "flow")
    widths = [box[2] - box[0] for box in name_boxes(layout, state, scales, 16 / 9)]
    assert max(widths) <= boards.LONGEST_PX + 2 * 3.5 + 2.0


def test_a_stranger_net_is_refused(tiny: Bundle) -> None:
    layout, state, scales = shown(tiny, "flow")
    with pytest.raises(ValueError, match="not in"):
        name_boards(layout, replace(state.nets[0], heading="stranger"), state, scales)


def says(bundle: Bundle, key: tuple[str, str], **change: object) -> tuple[str, ...]:
    layout, state, _ = shown(bundle, "flow")
    net = replace(state.nets[0], capture=CaptureKey(*key), **change)  # type: ignore[arg-type]
    board = answer_board(bundle, layout, net, state)
    assert board is not None
    return board.says


@pytest.mark.parametrize("key", [("clean-0", "002"), ("clean-1", "002"), ("clean-1", "000"), ("attack-3", "002")])
def test_an_answer_says_the_numbers_of_its_capture(tiny: Bundle, key: tuple[str, str]) -> None:
    lines = says(tiny, key)
    label, moment = tiny.input(key[0]).label, tiny.checkpoint(key[1]).label
    cut = lines[0].removesuffix(f", {moment}").removesuffix("\u2026")
    assert label.startswith(cut), "the end of a long name makes room, not the moment"
    assert len(cut) >= 3
    told = dict(zip(lines[1::2], lines[2::2], strict=True))
    scores = [score or 0.0 for score in tiny.capture(*key).scores]
    assert told == {name: percent(score) for name, score in zip(("zero", "one", "two"), scores, strict=True)}


def test_the_winner_is_marked_and_only_it(tiny: Bundle) -> None:
    layout, state, _ = shown(tiny, "flow")
    for key, winner in ((("clean-0", "002"), 0), (("clean-1", "002"), 1)):
        assert tiny.capture(*key).predicted == winner
        board = answer_board(tiny, layout, replace(state.nets[0], capture=CaptureKey(*key)), state)
        assert board is not None
        rows, _ = np.nonzero((np.abs(pixels_of(board.solid)[..., :3].astype(int) - (255, 200, 87)) < 9).all(axis=2))
        pitch, finer = 47.0, pixels_of(board.solid).shape[1] / 397
        first = rows.min() / finer - 14
        assert first // pitch == pytest.approx(winner, abs=1)
        assert np.ptp(rows) / finer < pitch


def test_between_two_captures_the_answer_is_between_theirs(tiny: Bundle) -> None:
    lines = says(tiny, ("clean-1", "000"), toward=CaptureKey("clean-1", "002"), blend=0.25)
    before, after = (tiny.capture("clean-1", moment).scores for moment in ("000", "002"))
    assert lines[2] == percent((before[0] or 0) * 0.75 + (after[0] or 0) * 0.25)


def test_compared_answers_list_the_same_classes_and_a_difference_their_change(tiny: Bundle) -> None:
    layout, state, _ = shown(tiny, "adversarial", share=0.6)
    lists = []
    for index, net in enumerate(state.nets):
        board = answer_board(tiny, layout, net, state, index=index)
        assert board is not None
        lists.append(board.says)
    names = [[line for line in lines if line in ("zero", "one", "two")] for lines in lists]
    assert names[0][-3:] == names[1] == names[2][-3:]
    assert lists[1][0] == "change in points"
    clean, attacked = (tiny.capture(net.capture.input_id, "002").scores for net in (state.nets[0], state.nets[2]))
    change = ((attacked[0] or 0) - (clean[0] or 0)) * 100
    number = lists[1][lists[1].index("zero") + 1].replace("\u2212", "-")
    assert float(number) == pytest.approx(change, abs=0.06)


def test_without_a_vector_there_is_no_answer() -> None:
    maps = paper_bundle([layer("a", "input", 28, 28, 1), layer("b", "conv", 28, 28, 1)])
    layout, state, _ = shown(maps, "flow")
    assert answer_board(maps, layout, state.nets[0], state) is None


def test_a_scene_that_shows_no_answer_has_no_board_for_one(tiny: Bundle) -> None:
    for name, is_shown in (("structure", False), ("flow", True), ("training", True)):
        layout, state, _ = shown(tiny, name)
        assert (answer_board(tiny, layout, state.nets[0], state) is not None) == is_shown, name


def test_an_answer_stands_beside_its_last_plate_at_its_depth(tiny: Bundle) -> None:
    layout, state, _ = shown(tiny, "flow")
    board = answer_board(tiny, layout, state.nets[0], state)
    assert board is not None
    plate = last_plate(layout)
    assert plate.layer == "scores"
    azimuth = np.radians(state.camera.azimuth_deg)
    away = np.asarray(board.at) - plate.centre
    assert away @ (np.cos(azimuth), 0.0, np.sin(azimuth)) > 0
    assert away @ (np.sin(azimuth), 0.0, -np.cos(azimuth)) == pytest.approx(0, abs=1e-6)
    assert abs(away[1]) < plate.size[1] / 2


def test_the_place_of_an_answer_is_relative_to_its_net(tiny: Bundle) -> None:
    layout, state, _ = shown(tiny, "adversarial")
    places = [answer_board(tiny, layout, net, state, index=i) for i, net in enumerate(state.nets)]
    heights = [board.at[1] - layout.centre[1] for board in places if board]
    assert len(heights) == 3
    assert max(map(abs, heights)) < max(net.offset[1] for net in state.nets), "each is near its own net"


def test_a_legend_says_what_the_picture_says_of_its_colours(tiny: Bundle) -> None:
    for name, maps in (("flow", 1), ("training", 2), ("adversarial", 2), ("structure", 1)):
        _, state, _ = shown(tiny, name)
        board = legend_board(state)
        assert board is not None
        text = " ".join(board.says)
        assert text.count("\u22121") == text.count("+1") == maps
        assert "99th percentile" in text, "what is clipped is told, and no place is left to fill"
        assert "{" not in text
        assert "clipped" in text
        words = [line.text for line in state.hud.words if line.part]
        assert not set(words) & set(board.says), "titles and captions are told elsewhere"
        ramp = state.hud.ramps[0].box_px[2]
        assert pixels_of(board.solid).shape[1] > 2 * ramp


def test_the_title_is_the_scenes_and_an_empty_display_has_no_boards(tiny: Bundle) -> None:
    _, state, _ = shown(tiny, "training")
    board = title_board(state)
    assert board is not None
    assert board.says == ("Tiny learns",)
    bare = replace(state, hud=Hud(words=(Words("a caption", (500.0, 1000.0), part="caption"),)))
    assert title_board(bare) is None
    assert legend_board(bare) is None


def test_a_chart_has_room_of_its_own_and_a_card_of_one_size(tiny: Bundle) -> None:
    seen = []
    for share in (0.0, 0.3, 0.7):
        _, state, _ = shown(tiny, "adversarial", share=share)
        board = chart_board(state)
        assert board is not None
        assert "relative change, %" in board.says
        assert f"{state.drifts[0].changes[-1] * 100:.0f} %" in board.says
        assert board.behind is not None
        assert board.behind.picture != board.solid.picture, "its points stand under the same plates from behind"
        seen.append(box_of_chart(board, state))
    assert seen[0] == pytest.approx(seen[1])
    assert seen[0] == pytest.approx(seen[2])
    for name in ("flow", "training", "structure"):
        assert chart_board(shown(tiny, name)[1]) is None


def test_the_learning_curve_marks_the_checkpoint_that_is_shown(tiny: Bundle) -> None:
    _, state, _ = shown(tiny, "training")
    marks = []
    for moment in ("000", "001", "002"):
        net = replace(state.nets[0], capture=CaptureKey("clean-1", moment), toward=None, blend=0.0)
        board = curve_board(tiny, net, state)
        assert board is not None
        assert f"{tiny.checkpoint(moment).metrics['loss']:.3f}" in board.says
        accent = (np.abs(pixels_of(board.solid)[..., :3].astype(int) - (255, 200, 87)) < 9).all(axis=2)
        marks.append(np.nonzero(accent[60 * 2 :])[1].mean())
    assert marks == sorted(marks)
    assert marks[2] - marks[0] > 300
    for name in ("flow", "adversarial", "structure"):
        other = shown(tiny, name)[1]
        assert curve_board(tiny, other.nets[0], other) is None


def test_a_light_scene_has_light_boards(tiny: Bundle) -> None:
    _, state, _ = shown(tiny, "flow")
    dark, light = (legend_board(replace(state, theme=theme)) for theme in ("dark", "light"))  # type: ignore[arg-type]
    assert dark is not None
    assert light is not None
    assert pixels_of(dark.solid)[0, 0, :3].max() < 60
    assert pixels_of(light.solid)[0, 0, :3].min() > 230
