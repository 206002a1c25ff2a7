"""Boards: as large in the world as they should be, read from both sides, and painted as the frame would be."""

from __future__ import annotations

import numpy as np
import pytest
from boards_seen import front_of, normals_of, pixels_of
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer import typeset
from viewer.colour import PALETTES, map_table
from viewer.solids import boards_picture
from viewer.solids.boards import LONGEST_PX, board, turned
from viewer.state import Bar, Hud, Polyline, Ramp, Theme, Words

WORD = Hud(words=(Words("conv_1", (10.0, 30.0)),))
THEMES: tuple[Theme, ...] = ("dark", "light")


def rgb_of(theme: Theme, role: str) -> tuple[int, ...]:
    return tuple(round(part * 255) for part in PALETTES[theme].roles[role])  # type: ignore[index]


@given(st.floats(2, 900), st.floats(2, 300), st.floats(0.001, 0.5), st.booleans())
@settings(max_examples=20)
def test_a_board_has_its_size_in_the_world(width: float, height: float, unit: float, is_card: bool) -> None:
    solid = board(Hud(), "dark", (width, height), unit, card=is_card)
    span = np.ptp(solid.points, axis=0)
    assert span[2] == pytest.approx(width * unit, rel=1e-4)
    assert span[1] == pytest.approx(height * unit, rel=1e-4)
    assert span[0] < 1.01 * unit, "both sides lie close to each other"
    np.testing.assert_allclose(solid.points.max(axis=0) + solid.points.min(axis=0), 0, atol=1e-4 * span[2])


@pytest.mark.parametrize("is_card", [True, False])
def test_both_sides_face_outwards_and_are_read_from_left_to_right(is_card: bool) -> None:
    solid = board(WORD, "dark", (120.0, 40.0), 0.02, card=is_card)
    assert solid.uv is not None
    normals, half = normals_of(solid), len(solid.triangles) // 2
    np.testing.assert_allclose(normals[:half], np.tile([-1.0, 0, 0], (half, 1)), atol=1e-5)
    np.testing.assert_allclose(normals[half:], np.tile([1.0, 0, 0], (half, 1)), atol=1e-5)
    for side, right in ((slice(0, len(solid.points) // 2), 1.0), (slice(len(solid.points) // 2, None), -1.0)):
        points, uv = solid.points[side], solid.uv[side]
        assert points[0, 0] * normals[0 if right > 0 else -1, 0] > 0, "the side lies where it faces"
        assert np.corrcoef(points[:, 2] * right, uv[:, 0])[0, 1] > 0.999, "mirrored words cannot be read"
        assert np.corrcoef(points[:, 1], uv[:, 1])[0, 1] < -0.999, "the top of the picture is the top of the board"


def test_the_whole_picture_lies_on_the_board_and_no_more() -> None:
    solid = board(WORD, "dark", (121.3, 40.7), 0.02, card=False)
    assert solid.uv is not None
    assert solid.uv.min() >= 0
    assert solid.uv.max() <= 1
    width, height = pixels_of(solid).shape[1::-1]
    assert np.ptp(solid.uv[:, 0]) * width == pytest.approx(121.3 * 3, abs=0.01), "a pixel is square"
    assert np.ptp(solid.uv[:, 1]) * height == pytest.approx(40.7 * 3, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_words_have_the_colour_of_their_role_and_lie_in_their_box(theme: Theme) -> None:
    hud = Hud(words=(Words("Hgx", (20.0, 30.0), 21.0, role="accent"),))
    pixels = pixels_of(board(hud, theme, (100.0, 50.0), 0.02, card=False))
    rows, columns = np.nonzero(pixels[..., 3] > 127)
    assert columns.min() >= 20 * 3 - 3
    assert columns.max() <= (20 + typeset.width_of("Hgx", 21.0)) * 3 + 3
    assert rows.min() >= (30 - 0.82 * 21) * 3 - 3
    assert rows.max() <= (30 + 0.24 * 21) * 3 + 3
    assert set(map(tuple, pixels[..., :3].reshape(-1, 3).tolist())) == {rgb_of(theme, "accent")}, "also where clear"


@pytest.mark.parametrize("theme", THEMES)
def test_a_card_is_opaque_and_words_on_it_can_be_told_from_it(theme: Theme) -> None:
    solid = board(WORD, theme, (120.0, 40.0), 0.02, card=True)
    pixels = pixels_of(solid)
    assert not solid.blends
    assert (pixels[..., 3] == 255).all()
    assert tuple(pixels[0, 0, :3]) == rgb_of(theme, "ground")
    contrast = np.abs(pixels[..., :3].astype(int) - rgb_of(theme, "ground")).sum(axis=2)
    assert contrast.max() > 450
    assert board(WORD, theme, (120.0, 40.0), 0.02, card=False).blends


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colours", ["standard", "safe"])
def test_the_ends_of_a_ramp_are_the_ends_of_its_map(theme: Theme, colours: str) -> None:
    for name in ("activation", "weight", "difference"):
        hud = Hud(ramps=(Ramp((10.0, 10.0, 300.0, 16.0), name),))  # type: ignore[arg-type]
        pixels = pixels_of(board(hud, theme, (320.0, 40.0), 0.02, card=True, colours=colours))  # type: ignore[arg-type]
        finer = pixels.shape[1] / 320
        row = pixels[round(18 * finer), round(10 * finer) : round(310 * finer), :3]
        table = np.rint(map_table(theme, name, colours) * 255).astype(int)  # type: ignore[arg-type]
        assert np.abs(row[0] - table[0]).max() <= 1
        assert np.abs(row[-1] - table[-1]).max() <= 1
        assert np.abs(row[len(row) // 2].astype(int) - table[128]).max() <= 4, "zero lies in the middle"
        assert np.abs(row[0].astype(int) - table[-1]).max() > 30, "the control: its ends differ"


def test_bars_fill_their_box_and_have_round_ends() -> None:
    hud = Hud(bars=(Bar((10.0, 10.0, 60.0, 12.0), "bar", round_px=6.0),))
    ink = pixels_of(board(hud, "dark", (80.0, 32.0), 0.02, card=False))[..., 3] / 255
    full, missing = 60 * 12, 36 * (4 - np.pi)
    assert ink.sum() / 9 == pytest.approx(full - missing, rel=0.01)
    assert ink[16 * 3, 10 * 3 + 1 : 70 * 3 - 1].min() == 1.0
    assert ink[10 * 3 + 1, 10 * 3 + 1] == 0.0, "a corner"


def test_lines_follow_their_points_and_a_line_of_no_length_harms_nothing() -> None:
    hud = Hud(lines=(Polyline(((10.0, 30.0), (60.0, 5.0)), "gain", 4.0), Polyline(((5.0, 5.0), (5.0, 5.0)), "gain")))
    ink = pixels_of(board(hud, "light", (80.0, 40.0), 0.02, card=False))[..., 3]
    on_the_way = [(10 + 50 * share, 30 - 25 * share) for share in (0.1, 0.5, 0.9)]
    assert all(ink[round(y * 3), round(x * 3)] == 255 for x, y in on_the_way)
    assert ink[60, 180] == 0
    assert ink.sum() / 255 / 9 == pytest.approx(np.hypot(50, 25) * 4, rel=0.05)


def test_what_lies_outside_is_cut_off() -> None:
    words = [Words("outside", at, 40.0) for at in ((-300.0, 20.0), (200.0, 20.0), (10.0, -80.0), (10.0, 200.0))]
    bars = (Bar((-50.0, -50.0, 20.0, 20.0)), Bar((500.0, 10.0, 20.0, 20.0)))
    ramps = (Ramp((300.0, 0.0, 20.0, 20.0)), Ramp((-40.0, 10.0, 20.0, 10.0)))
    assert (
        pixels_of(board(Hud(bars, ramps, (), tuple(words)), "dark", (100.0, 40.0), 0.02, card=False))[..., 3].max() == 0
    )
    half = Hud(words=(Words("half of it", (60.0, 30.0), 40.0),))
    assert pixels_of(board(half, "dark", (100.0, 40.0), 0.02, card=False))[..., 3].max() == 255


@given(st.text(max_size=30))
@settings(max_examples=25)
def test_any_text_can_be_drawn(text: str) -> None:
    pixels = pixels_of(board(Hud(words=(Words(text, (10.0, 30.0)),)), "dark", (200.0, 40.0), 0.02, card=True))
    assert pixels.shape == (120, 600, 4)


def test_signs_of_many_scripts_leave_ink() -> None:
    for text in ("größe", "слой", "×20 ε −1 ±0.5", "naïve…"):
        pixels = pixels_of(board(Hud(words=(Words(text, (10.0, 30.0)),)), "dark", (200.0, 40.0), 0.02, card=False))
        assert (pixels[..., 3] > 127).sum() > 100, text


def test_without_its_fonts_words_are_drawn_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    caches = (board, boards_picture._coverage, typeset._font, typeset._legible, typeset.width_of)
    monkeypatch.setattr(typeset, "font_file", lambda name: None)
    try:
        for each in caches:
            each.cache_clear()
        hud = Hud(words=(Words("conv_1 ×20", (10.0, 30.0)),))
        assert (pixels_of(board(hud, "dark", (200.0, 40.0), 0.02, card=False))[..., 3] > 127).sum() > 100
    finally:
        for each in caches:
            each.cache_clear()


def test_small_boards_are_drawn_fine_and_huge_ones_fit_every_viewer() -> None:
    assert pixels_of(board(WORD, "dark", (100.0, 30.0), 0.02, card=True)).shape == (90, 300, 4)
    assert pixels_of(board(WORD, "dark", (640.0, 30.0), 0.02, card=True)).shape == (60, 1280, 4)
    assert max(pixels_of(board(WORD, "dark", (9000.0, 50.0), 0.02, card=True)).shape) <= LONGEST_PX
    assert pixels_of(board(WORD, "dark", (100.0, 30.0), 0.02, card=True, pixels_per_px=1.0)).shape == (30, 100, 4)


def test_a_name_takes_little_of_a_file_and_is_the_same_each_time() -> None:
    first = board(WORD, "dark", (100.0, 40.0), 0.02, card=True)
    board.cache_clear()
    second = board(WORD, "dark", (100.0, 40.0), 0.02, card=True)
    assert first.picture is not None
    assert second.picture is not None
    assert first.picture.png == second.picture.png
    assert first.picture.is_smooth
    assert len(first.picture.png) < 3000


@pytest.mark.parametrize("azimuth_deg", [90.0, 52.0, -30.0, 200.0])
def test_a_turned_board_faces_the_camera(azimuth_deg: float) -> None:
    solid = board(WORD, "dark", (120.0, 40.0), 0.02, card=True)
    facing = turned(solid, azimuth_deg, (1.0, 2.0, 3.0))
    azimuth = np.radians(azimuth_deg)
    to_camera = np.array([-np.sin(azimuth), 0.0, np.cos(azimuth)])
    np.testing.assert_allclose(normals_of(facing)[0], to_camera, atol=1e-4)
    np.testing.assert_allclose(facing.points.mean(axis=0), (1.0, 2.0, 3.0), atol=1e-5)
    right = front_of(facing) - (1.0, 2.0, 3.0)
    assert facing.uv is not None
    along = right @ np.array([np.cos(azimuth), 0.0, np.sin(azimuth)])
    assert np.corrcoef(along, facing.uv[: len(along), 0])[0, 1] > 0.999
    if azimuth_deg == 90.0:
        np.testing.assert_allclose(facing.points - np.array((1.0, 2.0, 3.0), np.float32), solid.points, atol=1e-5)
