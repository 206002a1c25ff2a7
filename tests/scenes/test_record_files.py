"""Written recordings, decoded again by another library: number, size, timing, loop and likeness of their frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from decoded import decoded, delays_ms, facts, plays, psnr_db
from moving_pictures import moving_pictures
from numpy.typing import NDArray

from scenes.encode import ffmpeg
from scenes.record import record_frames

N_FRAMES, SIZE_PX = 12, (64, 48)


@pytest.fixture(params=["ffmpeg", "pillow"])
def gif_maker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to a GIF: the usual one, and the one without ffmpeg."""
    if request.param == "pillow":
        monkeypatch.setattr(ffmpeg, "executable", lambda: None)
    return str(request.param)


@pytest.mark.parametrize(("name", "least_db"), [("a.gif", 38), ("a.mp4", 26), ("a.webp", 28), ("a", float("inf"))])
def test_holds_the_frames_in_their_order(tmp_path: Path, name: str, least_db: float) -> None:
    report = record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / name)
    sources, pictures = list(moving_pictures(N_FRAMES)), decoded(tmp_path / name)
    assert len(pictures) == report.n_frames == N_FRAMES
    assert {picture.shape for picture in pictures} == {(48, 64, 3)}
    for number, picture in enumerate(pictures):
        likeness = [psnr_db(picture, source) for source in sources]
        assert int(np.argmax(likeness)) == number
        assert likeness[number] >= least_db


def test_gif_without_ffmpeg_holds_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "executable", lambda: None)
    record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "a.gif")
    pictures = decoded(tmp_path / "a.gif")
    assert len(pictures) == N_FRAMES
    assert all(psnr_db(*pair) >= 33 for pair in zip(pictures, moving_pictures(N_FRAMES), strict=True))


def test_report_is_of_the_file(tmp_path: Path) -> None:
    report = record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "a.gif", fps=20)
    assert report.path == tmp_path / "a.gif"
    assert report.n_bytes == (tmp_path / "a.gif").stat().st_size
    assert (report.size_px, report.fps, report.duration_secs) == (SIZE_PX, 20.0, pytest.approx(0.6))
    assert report.notes == ()


def test_report_of_a_folder_counts_its_files(tmp_path: Path) -> None:
    report = record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "a")
    files = sorted((tmp_path / "a").iterdir())
    assert [file.name for file in files] == [f"{number:04d}.png" for number in range(N_FRAMES)]
    assert report.n_bytes == sum(file.stat().st_size for file in files)


@pytest.mark.parametrize(("fps", "delay_ms"), [(25, 40), (50, 20), (10, 100), (20, 50)])
def test_gif_keeps_the_rates_it_can(tmp_path: Path, gif_maker: str, fps: float, delay_ms: int) -> None:
    report = record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "a.gif", fps=fps)
    assert delays_ms(tmp_path / "a.gif") == [delay_ms] * N_FRAMES
    assert report.notes == ()


@pytest.mark.parametrize(("fps", "delay_ms"), [(30, 30), (60, 20), (24, 40), (0.5, 1000)])
def test_gif_says_which_rate_it_takes_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fps: float, delay_ms: int
) -> None:
    report = record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "a.gif", fps=fps)
    assert delays_ms(tmp_path / "a.gif") == [delay_ms] * N_FRAMES
    assert report.fps == pytest.approx(1000 / delay_ms)
    assert report.notes == (f".gif cannot keep {fps:g} fps: recording at {report.fps:.4g} fps",)
    shown = capsys.readouterr()
    assert report.notes[0] in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_loops_only_where_the_timeline_does(tmp_path: Path, name: str) -> None:
    for folder, loops in (("loop", True), ("once", False)):
        (tmp_path / folder).mkdir()
        record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / folder / name, loops=loops)
    # GIF: no loop extension plays once, 0 for ever. WebP: the number of times, 0 for ever.
    assert plays(tmp_path / "loop" / name) == 0
    assert plays(tmp_path / "once" / name) in (None, 1)


def test_a_gif_by_pillow_loops_only_where_the_timeline_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "executable", lambda: None)
    for name, loops in (("loop.gif", True), ("once.gif", False)):
        record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / name, loops=loops)
    assert plays(tmp_path / "loop.gif") == 0
    assert plays(tmp_path / "once.gif") is None


def test_still_frames_keep_their_time(tmp_path: Path, gif_maker: str) -> None:
    still = [next(moving_pictures(1))] * N_FRAMES
    record_frames(still, N_FRAMES, tmp_path / "a.gif")
    # An encoder may merge frames that do not change, but not their time.
    assert sum(delays_ms(tmp_path / "a.gif")) == N_FRAMES * 40


def test_mp4_plays_as_long_and_as_fast(tmp_path: Path) -> None:
    record_frames(moving_pictures(60), 60, tmp_path / "a.mp4", fps=30)
    told = facts(tmp_path / "a.mp4")
    assert "Duration: 00:00:02.00" in told
    assert " 30 fps" in told
    assert "h264" in told
    assert "yuv420p" in told


def test_mp4_can_be_played_while_it_loads(tmp_path: Path) -> None:
    record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "a.mp4")
    content = (tmp_path / "a.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_mp4_keeps_colours(tmp_path: Path) -> None:
    orange = np.full((48, 64, 3), (230, 120, 30), np.uint8)
    record_frames([orange] * 3, 3, tmp_path / "a.mp4")
    assert "bt709" in facts(tmp_path / "a.mp4")
    assert np.abs(decoded(tmp_path / "a.mp4")[0].astype(int) - orange).max() <= 4


def test_mp4_drops_the_odd_pixel_and_says_so(tmp_path: Path) -> None:
    report = record_frames(moving_pictures(N_FRAMES, (65, 49)), N_FRAMES, tmp_path / "a.mp4")
    assert report.size_px == (64, 48)
    assert report.notes == (".mp4 needs even sides: recording 64x48",)
    picture, source = decoded(tmp_path / "a.mp4")[3], list(moving_pictures(N_FRAMES, (65, 49)))[3]
    assert psnr_db(picture, source[:48, :64]) > 26


@pytest.mark.parametrize("name", ["a.gif", "a.mp4", "a.webp"])
def test_the_same_recording_twice_is_the_same_file(tmp_path: Path, name: str) -> None:
    written = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / folder / name)
        written.append((tmp_path / folder / name).read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize("name", ["a.gif", "a.mp4", "a.webp", "a", "-i %d: x.gif"])
def test_any_name_of_a_folder_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    folder = tmp_path / "100%d of: 'it' [now] é"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert record_frames(moving_pictures(3), 3, Path(name)).path == Path(name)
    assert len(decoded(folder / name)) == 3


def test_takes_frames_one_at_a_time(tmp_path: Path) -> None:
    begun, work = [], []

    def images() -> list[NDArray[np.uint8]]:  # type: ignore[misc]
        for number, image in enumerate(moving_pictures(N_FRAMES)):
            begun.append(number)
            work.append(len(list(tmp_path.rglob("*.png"))))
            yield image

    record_frames(images(), N_FRAMES, tmp_path / "a.gif")
    # When a frame is drawn, all before it are on the disk.
    assert work == begun == list(range(N_FRAMES))


def test_progress_is_quiet_in_a_pipe_and_shown_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "a.gif")
    assert capsys.readouterr() == ("", "")
    record_frames(moving_pictures(N_FRAMES), N_FRAMES, tmp_path / "b.gif", progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "12/12" in shown.err
