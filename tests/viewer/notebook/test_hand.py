"""What a pointer over the picture of a notebook does to the camera."""

from __future__ import annotations

from typing import Any

import pytest

from viewer.notebook.hand import Hand
from viewer.state import Camera
from viewer.steer import DEG_PER_HEIGHT, steered
from viewer.study import CameraOffset

CAMERA = Camera(elevation_deg=10.0)
SIZE_PX = 640.0, 360.0


def after(*events: dict[str, Any], hand: Hand | None = None) -> Hand:
    hand = hand or Hand()
    for event in events:
        hand = hand.after(event, CAMERA, SIZE_PX)
    return hand


def drag(by_px: tuple[float, float], *, button: int = 1, modifiers: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    start = {"x": 100, "y": 100, "button": button, "modifiers": modifiers}
    end = {"x": 100 + by_px[0], "y": 100 + by_px[1]}
    return [{"type": "pointer_down", **start}, {"type": "pointer_move", **end}, {"type": "pointer_up", **end}]


def test_a_drag_turns_the_scene_by_as_much_as_the_hand_went() -> None:
    hand = after(*drag((60.0, 18.0)))
    assert hand.offset.azimuth_deg == pytest.approx(60 * DEG_PER_HEIGHT / 360)
    assert hand.offset.elevation_deg == pytest.approx(18 * DEG_PER_HEIGHT / 360)
    assert (hand.offset.zoom, hand.offset.shift, hand.doing) == (1.0, (0.0, 0.0), "nothing")


def test_a_drag_back_is_as_if_nothing_had_been() -> None:
    back = after(*drag((-60.0, -18.0)), hand=after(*drag((60.0, 18.0)))).offset
    assert (back.azimuth_deg, back.elevation_deg) == pytest.approx((0.0, 0.0), abs=1e-9)


@pytest.mark.parametrize("how", [{"button": 2}, {"button": 3}, {"modifiers": ("Shift",)}])
def test_other_drags_move_the_picture_with_the_hand(how: dict[str, Any]) -> None:
    offset = after(*drag((36.0, -18.0), **how)).offset
    assert offset == CameraOffset(shift=(36 * 2 / 360, 18 * 2 / 360))


def test_without_a_button_nothing_moves() -> None:
    move = {"type": "pointer_move", "x": 300, "y": 30}
    assert after(move) == Hand()
    released = after(*drag((60.0, 0.0)))
    assert after(move, hand=released) == released
    assert after({"type": "pointer_down", "x": 1, "y": 1, "button": 0}, move).offset == CameraOffset()


def test_the_wheel_zooms_about_the_pointer() -> None:
    at = {"x": 480.0, "y": 90.0}
    nearer = after({"type": "wheel", "dy": -200.0, **at})
    assert nearer.offset.zoom == pytest.approx(1.15**2)
    held = (2 * 480 - 640) / 360, (360 - 2 * 90) / 360
    x, y = steered(CAMERA, nearer.offset).shift
    assert (held[0] * 1.15**2 + x, held[1] * 1.15**2 + y) == pytest.approx(held)
    assert after({"type": "wheel", "dy": 200.0, **at}, hand=nearer).offset.zoom == pytest.approx(1.0)
    assert after({"type": "wheel", "dy": -1e9, **at}).offset.zoom == pytest.approx(1.15**5)


def test_a_double_click_goes_back_and_the_older_protocol_is_understood() -> None:
    hand = after(*drag((60.0, 0.0)), {"event_type": "wheel", "dy": -100.0, "x": 0, "y": 0})
    assert hand.offset.zoom > 1
    assert after({"event_type": "double_click", "x": 1, "y": 1}, hand=hand) == Hand()


def test_other_events_change_nothing() -> None:
    hand = after(*drag((60.0, 0.0)))
    for kind in ("key_down", "pointer_enter", "before_draw", ""):
        assert after({"type": kind, "x": 3, "y": 4}, hand=hand) == hand
