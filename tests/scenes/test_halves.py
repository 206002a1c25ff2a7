"""Two halves of a frame: together exactly the frame, parted where a video can part them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from scenes.halves import Part, composed, divider, halves, whole
from viewer.colour import PALETTES

SIDES = st.integers(32, 400)


@given(width_px=SIDES, height_px=SIDES, multiple=st.sampled_from([1, 2]))
def test_the_halves_are_exactly_the_frame(width_px: int, height_px: int, multiple: int) -> None:
    width_px, height_px = width_px // multiple * multiple, height_px // multiple * multiple
    one, two = halves((width_px, height_px), multiple)
    covered = np.zeros((height_px, width_px), int)
    for part in (one, two):
        covered[part.pixels] += 1
        assert part.width_px % multiple == part.height_px % multiple == 0
    assert (covered == 1).all()
    assert abs(one.width_px * one.height_px - two.width_px * two.height_px) <= multiple * max(one.size_px)


@pytest.mark.parametrize(
    ("size_px", "multiple", "sizes_px"),
    [
        ((1280, 720), 1, [(640, 720), (640, 720)]),
        ((961, 540), 1, [(481, 540), (480, 540)]),
        ((1922, 1080), 2, [(962, 1080), (960, 1080)]),
        ((720, 1280), 1, [(720, 640), (720, 640)]),
        ((1080, 1080), 1, [(1080, 540), (1080, 540)]),
        ((500, 501), 1, [(500, 251), (500, 250)]),
    ],
)
def test_wide_frames_are_parted_beside_each_other_others_over_each_other(
    size_px: tuple[int, int], multiple: int, sizes_px: list[tuple[int, int]]
) -> None:
    assert [part.size_px for part in halves(size_px, multiple)] == sizes_px


@pytest.mark.parametrize("size_px", [(1280, 720), (720, 1280), (1920, 1080), (160, 90), (3840, 2160)])
def test_the_line_lies_on_the_border_as_much_on_one_half_as_on_the_other(size_px: tuple[int, int]) -> None:
    parts = halves(size_px)
    marked = np.zeros(size_px[::-1], int)
    marked[divider(parts).pixels] = 1
    one, two = (int(marked[part.pixels].sum()) for part in parts)
    assert one == two > 0
    assert (one + two) / marked.size < 0.03, "it is thin"


def pictures(size_px: tuple[int, int]) -> list[NDArray[np.uint8]]:
    return [
        np.full((part.height_px, part.width_px, 3), 40 * n + 10, np.uint8) for n, part in enumerate(halves(size_px))
    ]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_picture_is_in_its_half_and_the_line_between(theme: Any) -> None:
    size_px = (99, 60)
    parts = halves(size_px)
    frame = composed(pictures(size_px), parts, theme)
    line = np.zeros(frame.shape[:2], bool)
    line[divider(parts).pixels] = True
    colour = np.rint(np.asarray(PALETTES[theme].border) * 255).astype(np.uint8)
    assert frame.shape == (60, 99, 3)
    assert (frame[line] == colour).all()
    assert {10} == set(frame[:, :50][~line[:, :50]].ravel())
    assert {50} == set(frame[:, 50:][~line[:, 50:]].ravel())


def test_one_picture_is_the_frame() -> None:
    image = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(4, 6, 3)
    assert (composed([image], whole((6, 4)), "dark") == image).all()


def test_a_picture_of_another_size_is_refused() -> None:
    parts = halves((64, 32))
    with pytest.raises(ValueError, match="for a part of 32x32"):
        composed([np.zeros((32, 31, 3), np.uint8)] * 2, parts, "dark")
    with pytest.raises(ValueError, match="zip"):
        composed([np.zeros((32, 32, 3), np.uint8)], parts, "dark")
    assert parts[1] == Part(32, 0, 32, 32)
