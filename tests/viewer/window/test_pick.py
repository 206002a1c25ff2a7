"""The plate under the pointer is the one that is seen there, and its menu offers what can be done with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from paper_bundle import layer, paper_bundle

from exporter.bundle.schema import Group
from scenes.framing import camera_for
from viewer.camera import Rect, project
from viewer.layout import Layout, LayoutOptions, place
from viewer.state import REFERENCE_HEIGHT_PX, Camera, CaptureKey, NetView, ViewState
from viewer.window.pick import plate_at, what_can_be_asked

SIZE_PX = (960.0, 540.0)
GROUPS = (
    Group(name="stem", kind="model", class_name="Functional", layers=("b", "c", "d"), output="d"),
    Group(name="stem/pair", kind="block", class_name="conv", layers=("b", "c"), output="c"),
)


def layout_of(fold: str | tuple[str, ...]) -> Layout:
    names = ["a", "b", "c", "d", "e", "f", "g"]
    layers = [layer(name, "conv", 16, 16, 4) for name in names]
    return place(paper_bundle(layers, groups=GROUPS), LayoutOptions(fold=fold))


def state_of(camera: Camera) -> ViewState:
    return ViewState(camera, (NetView(CaptureKey("shown", "000")),))


@pytest.mark.parametrize("azimuth_deg", [20.0, 52.0, 70.0, 200.0])
def test_the_middle_of_a_plate_is_that_plate_unless_another_hides_it(azimuth_deg: float) -> None:
    layout = layout_of("none")
    camera = camera_for(layout, 16 / 9, Rect(), azimuth_deg=azimuth_deg)
    middles = project(camera, [plate.centre for plate in layout.plates], 16 / 9)
    found = [
        plate_at(layout, state_of(camera), tuple(at * SIZE_PX[1] / REFERENCE_HEIGHT_PX), SIZE_PX) for at in middles
    ]
    if azimuth_deg < 60:
        assert [plate.layer for plate in found if plate] == list("abcdefg")
    assert all(found)
    nearest = found[0] if azimuth_deg < 180 else found[-1]
    assert nearest is not None
    assert nearest.layer == ("a" if azimuth_deg < 180 else "g"), "the one in front"


def test_beside_the_plates_there_is_none() -> None:
    layout = layout_of("none")
    state = state_of(camera_for(layout, 16 / 9, Rect(0.3, 0.3, 0.7, 0.7)))
    for at_px in ((2.0, 2.0), (958.0, 538.0), (480.0, 5.0)):
        assert plate_at(layout, state, at_px, SIZE_PX) is None


def test_a_net_that_stands_elsewhere_is_found_there() -> None:
    layout = layout_of("none")
    camera = camera_for(layout, 16 / 9, Rect(), offsets=((0.0, 0.0, 0.0), (0.0, -9.0, 0.0)))
    moved = replace(state_of(camera), nets=(NetView(CaptureKey("shown", "000"), offset=(0.0, -9.0, 0.0)),))
    x, y, z = layout.plate("c").centre
    at = project(camera, [(x, y - 9.0, z)], 16 / 9)[0] / 2
    found = plate_at(layout, moved, (float(at[0]), float(at[1])), SIZE_PX)
    assert found is layout.plate("c")


def test_what_can_be_asked_of_a_plate() -> None:
    def asked(layout: Layout, title: str) -> list[tuple[str, str]]:
        plate = next(plate for plate in layout.plates if plate.title == title)
        return [(line.does, line.group) for line in what_can_be_asked(GROUPS, plate)]

    assert asked(layout_of("all"), "stem") == [("open", "stem")]
    inner = layout_of(("stem/pair",))
    assert asked(inner, "stem/pair") == [("open", "stem/pair"), ("fold", "stem")]
    plain = layout_of("none")
    assert asked(plain, "b") == [("fold", "stem/pair"), ("fold", "stem")]
    assert asked(plain, "d") == [("fold", "stem")]
    assert asked(plain, "a") == []
