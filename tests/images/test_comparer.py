"""The comparer itself: what must fail fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pictures import check_picture, problem, read_reference, write_reference

RNG = np.random.default_rng(4)
LLVM = "llvmpipe (LLVM 15.0.6, 256 bits), 4.5 Mesa 22.3.6"
OTHER_LLVM = "llvmpipe (LLVM 17.0.0, 256 bits), 4.5 Mesa 24.0.0"


def markers() -> np.ndarray:
    """A dark gradient with 200 markers of 3 x 3 pixels."""
    y, x = np.mgrid[0:240, 0:320]
    picture = np.stack([x / 16, y / 12, 40 + x / 20], axis=-1).astype(np.uint8)
    for index in range(200):
        top, left = 8 + 22 * (index // 20), 6 + 15 * (index % 20)
        picture[top : top + 3, left : left + 3] = (250, 200, 90)
    return picture


def one_marker_lost(picture: np.ndarray) -> None:
    picture[8:11, 6:9] = picture[6, 6]


def white_to_black(picture: np.ndarray) -> None:
    picture[picture[..., 0] == 250] = 0


def shifted_by_a_pixel(picture: np.ndarray) -> None:
    picture[:] = np.roll(picture, 1, axis=1)


def a_little_darker(picture: np.ndarray) -> None:
    picture[:] = np.maximum(picture, 3) - 3


def channels_swapped(picture: np.ndarray) -> None:
    picture[:] = picture[..., ::-1].copy()


@pytest.mark.parametrize("is_same_renderer", [True, False])
@pytest.mark.parametrize(
    "harm", [one_marker_lost, white_to_black, shifted_by_a_pixel, a_little_darker, channels_swapped]
)
def test_harm_is_seen(harm: Callable[[np.ndarray], None], is_same_renderer: bool) -> None:
    reference = markers()
    made = reference.copy()
    harm(made)
    assert problem(made, reference, is_same_renderer=is_same_renderer)
    assert problem(reference, made, is_same_renderer=is_same_renderer)


@pytest.mark.parametrize("is_same_renderer", [True, False])
def test_equal_pictures_pass_and_other_sizes_do_not(is_same_renderer: bool) -> None:
    assert problem(markers(), markers(), is_same_renderer=is_same_renderer) == ""
    assert problem(markers()[:-1], markers(), is_same_renderer=is_same_renderer)


def test_the_same_renderer_must_draw_the_same_and_another_build_nearly() -> None:
    reference = markers()
    rounding = np.clip(reference.astype(int) + RNG.integers(-2, 3, reference.shape), 0, 255).astype(np.uint8)
    few = reference.copy()
    few[0, :7] = 255
    one_more = reference.copy()
    one_more[0, :8] = 255
    for made in (rounding, few):
        assert problem(made, reference, is_same_renderer=True)
        assert problem(made, reference, is_same_renderer=False) == ""
    assert problem(one_more, reference, is_same_renderer=False)
    assert "8 of 76800" in problem(one_more, reference, is_same_renderer=False)


def test_a_reference_keeps_every_pixel_and_its_renderer(tmp_path: Path) -> None:
    noise = RNG.integers(0, 256, (24, 32, 3), dtype=np.uint8)
    write_reference(tmp_path / "a.png", noise, LLVM)
    kept, renderer = read_reference(tmp_path / "a.png")
    np.testing.assert_array_equal(kept, noise)
    assert renderer == LLVM


def test_the_way_of_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    good, bad = markers(), markers()
    one_marker_lost(bad)
    with pytest.raises(pytest.fail.Exception, match="--bless"):
        check_picture("a", good, LLVM, bless=False, folder=tmp_path)
    check_picture("a", good, LLVM, bless=True, folder=tmp_path)
    check_picture("a", good, LLVM, bless=False, folder=tmp_path)
    check_picture("a", good, OTHER_LLVM, bless=False, folder=tmp_path)
    for renderer in (LLVM, OTHER_LLVM):
        with pytest.raises(pytest.fail.Exception, match="9 of 76800 pixels"):
            check_picture("a", bad, renderer, bless=False, folder=tmp_path)
    assert (tmp_path / "diff/a.png").exists()
    check_picture("a", good, LLVM, bless=False, folder=tmp_path)
    assert not (tmp_path / "diff/a.png").exists(), "what is right again leaves no picture of a difference"


def test_another_driver_cannot_tell_and_a_machine_that_must_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_picture("a", markers(), LLVM, bless=True, folder=tmp_path)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NVIDIA"):
        check_picture("a", markers(), "NVIDIA GeForce", bless=False, folder=tmp_path)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="NVIDIA"):
        check_picture("a", markers(), "NVIDIA GeForce", bless=False, folder=tmp_path)
