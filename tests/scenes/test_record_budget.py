"""Recordings that must not be larger than so many bytes: what is given up, and that it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from decoded import decoded, delays_ms
from moving_pictures import moving_pictures, noise

from exporter.bundle.errors import KerascopeError
from scenes.encode import ffmpeg
from scenes.record import record_frames

N_FRAMES, SIZE_PX = 12, (64, 48)


@pytest.fixture(params=["ffmpeg", "pillow"])
def gif_maker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to a GIF: the usual one, and the one without ffmpeg."""
    if request.param == "pillow":
        monkeypatch.setattr(ffmpeg, "executable", lambda: None)
    return str(request.param)


@pytest.mark.parametrize(("name", "level"), [("a.gif", "128 colours"), ("a.mp4", "22 crf"), ("a.webp", "60 quality")])
def test_a_budget_just_missed_costs_one_step(tmp_path: Path, name: str, level: str) -> None:
    whole = record_frames(noise(N_FRAMES), N_FRAMES, tmp_path / name)
    report = record_frames(noise(N_FRAMES), N_FRAMES, tmp_path / name, max_mb=(whole.n_bytes - 1) / 1e6, overwrite=True)
    assert report.n_bytes < whole.n_bytes
    assert report.n_bytes == (tmp_path / name).stat().st_size
    assert (report.n_frames, report.size_px) == (N_FRAMES, SIZE_PX)
    assert level in report.notes[0]


@pytest.mark.slow
@pytest.mark.parametrize("n_frames", [12, 13])
def test_a_small_budget_costs_colours_rate_and_size(tmp_path: Path, gif_maker: str, n_frames: int) -> None:
    whole = record_frames(noise(n_frames), n_frames, tmp_path / "a.gif")
    budget = whole.n_bytes // 6
    report = record_frames(noise(n_frames), n_frames, tmp_path / "b.gif", max_mb=budget / 1e6)
    assert (tmp_path / "b.gif").stat().st_size == report.n_bytes <= budget
    assert report.n_frames == -(-n_frames // 2)
    assert report.fps == 12.5
    assert report.size_px < SIZE_PX
    assert {picture.shape[:2] for picture in decoded(tmp_path / "b.gif")} == {report.size_px[::-1]}
    # The whole plays as long as it did, also where the frames could not be halved.
    assert sum(delays_ms(tmp_path / "b.gif")) == n_frames * 40


def test_a_budget_that_is_met_changes_nothing(tmp_path: Path) -> None:
    whole = record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "a.gif")
    report = record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "b.gif", max_mb=whole.n_bytes / 1e6)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()
    assert report.notes == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.gif", "a.mp4", "a.webp"])
def test_an_impossible_budget_leaves_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(KerascopeError, match=r"cannot be so small: expected 0\.0001 MB at most, got .* MB at"):
        record_frames(noise(N_FRAMES), N_FRAMES, tmp_path / name, max_mb=0.0001)
    assert list(tmp_path.iterdir()) == []
