"""Words beside the plates: none over another, none over a plate, none outside, and the important ones are there."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from examples import share_of_examples
from hypothesis import given
from hypothesis import strategies as st
from paper_bundle import KEY, PaperBundle, layer, paper_bundle

from scenes.framing import camera_for
from viewer.camera import Rect, project
from viewer.labels import Box, Label, box_of, frame_labels, net_labels, plate_labels, scale_texts
from viewer.layout import Layout, place
from viewer.scopes import Scales
from viewer.state import REFERENCE_HEIGHT_PX, Camera, CaptureKey, NetView, ViewState, Words
from viewer.typeset import width_of

NET = NetView(CaptureKey(*KEY))


def chain(count: int) -> PaperBundle:
    kinds = ("conv", "activation", "pool")
    middle = [layer(f"{kinds[i % 3]}_{i}_of_a_block", kinds[i % 3], 14, 14, 8) for i in range(count)]
    return paper_bundle([layer("picture", "input", 28, 28, 1), *middle, layer("scores", "dense", 10)])


def overlap_px(a: Box, b: Box) -> float:
    """How far two boxes reach into each other, the smaller way; at most 0 where they are apart."""
    return min(a[2] - b[0], b[2] - a[0], a[3] - b[1], b[3] - a[1])


def panel_boxes(layout: Layout, net: NetView, camera: Camera, aspect: float) -> list[Box]:
    seen = project(camera, layout.corners() + np.asarray(net.offset), aspect).reshape(-1, 4, 2)
    return [(*corners.min(axis=0), *corners.max(axis=0)) for corners in seen]


def lines_of(labels: tuple[Label, ...]) -> tuple[Words, ...]:
    return tuple(line for label in labels for line in label.lines)


def labels(layout: Layout, net: NetView, camera: Camera, aspect: float) -> tuple[Words, ...]:
    told = scale_texts(layout, Scales((1.0,) * len(layout.plates)))
    return lines_of(plate_labels(layout, net, camera, aspect, told))


def check(layout: Layout, net: NetView, camera: Camera, aspect: float) -> tuple[Words, ...]:
    words = labels(layout, net, camera, aspect)
    boxes = [box_of(line) for line in words]
    for (one, a), (two, b) in itertools.combinations(zip(words, boxes, strict=True), 2):
        assert overlap_px(a, b) <= 1.0, (one.text, two.text)
    panels = panel_boxes(layout, net, camera, aspect)
    for line, box in zip(words, boxes, strict=True):
        assert box[1] >= 0, line.text
        assert box[3] <= REFERENCE_HEIGHT_PX, line.text
        assert all(overlap_px(box, panel) <= 0.5 for panel in panels), line.text
    return words


@share_of_examples(0.4)
@given(
    st.integers(0, 30),
    st.sampled_from([16 / 9, 4 / 3, 1.0, 9 / 16]),
    st.floats(20, 160),
    st.floats(-20, 40),
    st.booleans(),
)
def test_words_lie_apart_from_each_other_and_from_plates(
    count: int, aspect: float, azimuth_deg: float, elevation_deg: float, is_heading: bool
) -> None:
    layout = place(chain(count))
    camera = camera_for(layout, aspect, Rect(0.1, 0.2, 0.9, 0.8), azimuth_deg=azimuth_deg, elevation_deg=elevation_deg)
    net = replace(NET, heading="clean" if is_heading else "")
    check(layout, net, camera, aspect)


@pytest.mark.parametrize("aspect", [16 / 9, 4 / 3, 1.0, 9 / 16])
def test_no_word_leaves_the_frame(aspect: float) -> None:
    layout = place(chain(6))
    camera = camera_for(layout, aspect, Rect(0.02, 0.2, 0.98, 0.8))
    for line in labels(layout, NET, camera, aspect):
        left, _, right, _ = box_of(line)
        assert left >= 0, line.text
        assert right <= REFERENCE_HEIGHT_PX * aspect, line.text


@pytest.mark.parametrize("count", [0, 6, 30])
def test_the_ends_of_the_net_always_have_their_names(count: int) -> None:
    layout = place(chain(count))
    words = check(layout, NET, camera_for(layout, 16 / 9, Rect(0.05, 0.2, 0.95, 0.8)), 16 / 9)
    assert {"picture", "scores"} <= {line.text for line in words}


def test_where_there_is_room_every_plate_has_name_size_and_scale() -> None:
    layout = place(
        paper_bundle([layer("a", "input", 28, 28, 1), layer("b", "conv", 28, 28, 4), layer("c", "dense", 3)])
    )
    words = check(layout, NET, camera_for(layout, 16 / 9, Rect(0.1, 0.25, 0.9, 0.75)), 16 / 9)
    texts = [line.text for line in words]
    assert {"a", "b", "c", "28×28×1", "28×28×4", "3"} <= set(texts)
    assert texts.count("±1.00") == 1, "of the maps: pictures and probabilities need none"


def test_a_net_without_words_has_none() -> None:
    layout = place(chain(4))
    silent = replace(NET, names=False, shapes=False, scales=False)
    assert labels(layout, silent, camera_for(layout, 1.5, Rect()), 1.5) == ()


def test_names_stand_above_and_sizes_below_their_plate() -> None:
    layout = place(chain(2))
    camera = camera_for(layout, 16 / 9, Rect(0.1, 0.3, 0.9, 0.7))
    words = {line.text: line for line in check(layout, NET, camera, 16 / 9)}
    for plate, (left, top, right, bottom) in zip(layout.plates, panel_boxes(layout, NET, camera, 16 / 9), strict=True):
        name, size = words[plate.layer], words["×".join(map(str, plate.form.shape))]
        assert left < name.at_px[0] < right
        assert name.at_px[1] < top
        if plate.form.kind in ("picture", "classes"):
            assert size.at_px[1] > bottom


def test_gains_replace_names_in_a_difference() -> None:
    layout = place(chain(2))
    net = replace(
        NET,
        quantity="difference",
        toward=NET.capture,
        heading="difference",
        gains=(2.0, 20.0, 50.0, 1.0),
        scales=False,
        shapes=False,
    )
    texts = {line.text for line in check(layout, net, camera_for(layout, 16 / 9, Rect(0.1, 0.3, 0.9, 0.7)), 16 / 9)}
    assert texts == {"difference ×2", "×20", "×50", "×1"}
    silent = replace(net, says_gains=False, names=False, heading="")
    assert labels(layout, silent, camera_for(layout, 16 / 9, Rect()), 16 / 9) == ()


def test_a_plate_that_is_not_there_has_no_words_and_takes_no_room() -> None:
    """Seen along the spine all plates lie over each other: the words of the one that is there still find room."""
    layout = place(chain(6))
    alone = tuple(float(index == 3) for index in range(len(layout.plates)))
    camera = replace(camera_for(layout, 1.5, Rect(0.1, 0.3, 0.9, 0.7)), azimuth_deg=90.0)
    texts = {line.text for line in labels(layout, replace(NET, emphasis=alone), camera, 1.5)}
    assert layout.plates[3].title in texts
    assert not texts & {plate.title for index, plate in enumerate(layout.plates) if index != 3}


@given(st.text(max_size=20), st.sampled_from(["left", "centre", "right"]), st.floats(10, 60))
def test_the_box_of_a_line_hangs_on_its_anchor(text: str, anchor: str, size_px: float) -> None:
    left, top, right, bottom = box_of(Words(text, (500.0, 300.0), size_px, anchor=anchor))  # type: ignore[arg-type]
    assert right - left == pytest.approx(width_of(text, size_px))
    assert {"left": left, "centre": (left + right) / 2, "right": right}[anchor] == pytest.approx(500.0)
    assert top < 300.0 < bottom


def test_a_part_a_group_and_what_was_not_kept_are_said() -> None:
    layout = place(paper_bundle([layer("a", "conv", 28, 28, 8), layer("b", "conv", 28, 28, 8)]))
    one, two = layout.plates
    part = replace(one, form=replace(one.form, shape=(28, 28, 64)))
    folded = replace(two, group="encoder", layers=12)
    camera = camera_for(layout, 16 / 9, Rect(0.1, 0.3, 0.9, 0.7))
    shown = replace(layout, plates=(part, folded))
    words = lines_of(plate_labels(shown, NET, camera, 16 / 9, scale_texts(shown, Scales((1.0, 0.0)))))
    assert {"28×28×8 of 64", "encoder", "12 layers", "not kept"} <= {line.text for line in words}
    assert "b" not in {line.text for line in words}


def test_labels_know_their_plate_and_keep_off_boxes() -> None:
    layout = place(chain(2))
    state = ViewState(camera_for(layout, 16 / 9, Rect(0.1, 0.3, 0.9, 0.7)), (NET,))
    scales = Scales((1.0,) * len(layout.plates))
    (found,) = net_labels(layout, state, 16 / 9, scales)
    assert tuple(line for label in found for line in label.lines) == frame_labels(layout, state, 16 / 9, scales)
    names = {label.plate: label.lines[0].text for label in found if label.is_above}
    assert names == {index: plate.layer for index, plate in enumerate(layout.plates)}
    lowest = max(box_of(line)[1] for label in found if label.is_above for line in label.lines)
    (below,) = net_labels(layout, state, 16 / 9, scales, keep_off=[(0.0, 0.0, 1920.0, lowest + 5.0)])
    assert not any(label.is_above for label in below)
    assert [label for label in below if not label.is_above] == [label for label in found if not label.is_above]
