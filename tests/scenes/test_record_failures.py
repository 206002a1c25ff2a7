"""Recordings that fail leave nothing behind, and an earlier recording as it was."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from moving_pictures import moving_pictures
from numpy.typing import NDArray

from exporter.bundle.errors import KerascopeError
from scenes.encode import atomic, ffmpeg
from scenes.record import record_frames

ROOT = Path(__file__).parents[2]
N_FRAMES = 12
NAMES = ["a.gif", "a.mp4", "a.webp", "a"]


def never() -> Iterator[NDArray[np.uint8]]:
    """Frames that must not be asked for."""
    raise AssertionError("a frame was drawn")
    yield


def program(folder: Path, script: str) -> str:
    """A stand-in for ffmpeg."""
    path = folder / "ffmpeg.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder for recordings, in which nothing else lies."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "asked", "words"),
    [
        ("a.avi", {}, r"expected \.gif, \.mp4, \.webp, or a folder without a suffix, got \.avi"),
        ("a.png", {}, "kerascope frame"),
        ("missing/a.gif", {}, "no such folder"),
        ("a_file/a.gif", {}, "no such folder"),
        ("a_file", {"overwrite": True}, "the place is taken: expected a folder, got a file"),
        ("a_folder.gif", {"overwrite": True}, "the place is taken: expected a file, got a folder"),
        ("a.gif", {"fps": 0}, "no such frame rate"),
        ("a.gif", {"fps": float("nan")}, "no such frame rate"),
        ("a.gif", {"fps": 1000}, "at most 120 fps"),
        ("a.gif", {"max_mb": 0}, "over 0 MB"),
        ("a", {"max_mb": 1}, "leave the budget out"),
    ],
)
def test_refuses_before_the_first_frame(place: Path, name: str, asked: dict[str, float], words: str) -> None:
    (place / "a_file").write_text("kept")
    (place / "a_folder.gif").mkdir()
    before = listing(place)
    with pytest.raises(KerascopeError, match=words) as raised:
        record_frames(never(), N_FRAMES, place / name, **asked)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)
    assert listing(place) == before


@pytest.mark.parametrize("name", NAMES)
def test_replaces_only_when_told_to(place: Path, name: str) -> None:
    record_frames(moving_pictures(3), 3, place / name)
    before = listing(place)
    with pytest.raises(KerascopeError, match="--overwrite"):
        record_frames(never(), N_FRAMES, place / name)
    assert listing(place) == before
    report = record_frames(moving_pictures(5), 5, place / name, overwrite=True)
    assert report.n_frames == 5
    assert listing(place) == (
        ["0000.png", "0001.png", "0002.png", "0003.png", "0004.png", "a"] if name == "a" else [name]
    )


def test_an_empty_folder_is_free(place: Path) -> None:
    (place / "a").mkdir()
    assert record_frames(moving_pictures(3), 3, place / "a").n_frames == 3


def test_never_replaces_a_folder_that_holds_anything_else(place: Path) -> None:
    (place / "a").mkdir()
    for name in ("0000.png", "thesis.tex"):
        (place / "a" / name).write_text("kept")
    with pytest.raises(KerascopeError, match="holds more than a recording"):
        record_frames(never(), N_FRAMES, place / "a", overwrite=True)
    assert (place / "a" / "thesis.tex").read_text() == "kept"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupt_leaves_the_earlier_recording(place: Path, name: str, error: type[BaseException]) -> None:
    record_frames(moving_pictures(3), 3, place / name)
    kept = {path.name: path.read_bytes() for path in place.rglob("*") if path.is_file()}

    def interrupted() -> Iterator[NDArray[np.uint8]]:
        yield from moving_pictures(2)
        assert len(listing(place)) > len(kept) + (name == "a")
        raise error

    with pytest.raises(error):
        record_frames(interrupted(), N_FRAMES, place / name, overwrite=True)
    assert {path.name: path.read_bytes() for path in place.rglob("*") if path.is_file()} == kept
    assert listing(place) == sorted({*kept, name})


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("kill -KILL $$", "got ffmpeg was stopped by SIGKILL"),
        ("echo first >&2; echo the reason >&2; exit 1", "got the reason"),
        (
            "echo 'x: No space left on device' >&2; echo 'Nothing was written' >&2; exit 228",
            "got No space left on device",
        ),
        ("exit 3", "got ffmpeg ended with 3"),
        ("exit 0", "got ffmpeg ended with 0"),
    ],
)
@pytest.mark.parametrize("name", ["a.gif", "a.mp4", "a.webp"])
def test_a_failing_ffmpeg_is_quoted(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str, words: str
) -> None:
    (place / name).write_text("earlier")
    monkeypatch.setattr(ffmpeg, "executable", lambda: program(tmp_path, script))
    with pytest.raises(KerascopeError, match=words):
        record_frames(moving_pictures(N_FRAMES), N_FRAMES, place / name, overwrite=True)
    assert listing(place) == [name]
    assert (place / name).read_text() == "earlier"


@pytest.mark.parametrize("name", ["a.mp4", "a.webp"])
def test_says_what_to_install_without_ffmpeg(place: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(ffmpeg, "executable", lambda: None)
    with pytest.raises(KerascopeError, match="pip install imageio-ffmpeg"):
        record_frames(never(), N_FRAMES, place / name)
    assert listing(place) == []


def limited(place: Path, name: str, limit_bytes: int, setting: str = "") -> subprocess.CompletedProcess[str]:
    """A recording in a process of its own that may write no file of more than so many bytes."""
    script = f"""
        import resource
        from pathlib import Path
        from moving_pictures import noise
        from exporter.bundle.errors import KerascopeError
        from scenes.encode import ffmpeg
        from scenes.record import record_frames
        {setting}
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}))
        try:
            record_frames(noise(12), 12, Path({str(place / name)!r}))
        except KerascopeError as error:
            print(error)
    """
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits are of POSIX")
@pytest.mark.parametrize(
    ("name", "limit_bytes", "setting", "words"),
    [
        ("a.gif", 4_000, "", "it cannot be written: got File too large"),
        ("a", 4_000, "", "it cannot be written: got File too large"),
        # A frame of noise has 9 kB, so the frames fit and the recording does not.
        ("a.gif", 12_000, "", "the recording cannot be encoded: got"),
        ("a.mp4", 12_000, "", "the recording cannot be encoded: got"),
        ("a.webp", 12_000, "", "the recording cannot be encoded: got"),
        ("a.gif", 12_000, "ffmpeg.executable = lambda: None", "it cannot be written: got File too large"),
    ],
)
def test_no_room_leaves_nothing(place: Path, name: str, limit_bytes: int, setting: str, words: str) -> None:
    done = limited(place, name, limit_bytes, setting)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(words)
    assert done.stdout.count("\n") == 1
    assert listing(place) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission_is_said_before_the_first_frame(place: Path) -> None:
    place.chmod(0o500)
    try:
        with pytest.raises(KerascopeError, match="Permission denied"):
            record_frames(never(), N_FRAMES, place / "a.gif")
    finally:
        place.chmod(0o700)


def test_a_place_that_cannot_be_written_is_said_before_the_first_frame(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(_: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(atomic, "temporary_sibling", refuses)
    with pytest.raises(KerascopeError, match="cannot be written: got Permission denied"):
        record_frames(never(), N_FRAMES, place / "a.gif")


def test_what_a_killed_run_left_is_cleared_by_the_next(place: Path) -> None:
    name = "a name of many words, longer than what is kept of it.gif"
    script = f"""
        import os, signal
        from pathlib import Path
        from scenes.encode.atomic import work_beside
        with work_beside(Path({str(place / name)!r})) as work:
            (work / "half.gif").write_bytes(b"GIF")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(listing(place)) == 2
    with atomic.work_beside(place / name) as work, atomic.work_beside(place / name) as other:
        assert listing(place) == sorted([work.name, other.name])  # that of a living process stays
    assert listing(place) == []


def test_a_folder_that_cannot_be_replaced_comes_back(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record_frames(moving_pictures(3), 3, place / "a")
    replace = Path.replace

    def refuses_frames(self: Path, target: Path) -> Path:
        if self.name == "frames":
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuses_frames)
    with pytest.raises(KerascopeError, match="Input/output error"):
        record_frames(moving_pictures(5), 5, place / "a", overwrite=True)
    assert listing(place) == ["0000.png", "0001.png", "0002.png", "a"]


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (list(moving_pictures(3)), "3 frames came where 12"),
        ([], "0 frames came"),
        ([*moving_pictures(3), *moving_pictures(1, (32, 24))], r"frame 3 is uint8 \(24, 32, 3\)"),
        ([np.zeros((4, 4, 3))], "frame 0 is float64"),
        ([np.zeros((4, 4), np.uint8)], r"frame 0 is uint8 \(4, 4\)"),
    ],
)
def test_frames_must_be_as_announced(place: Path, images: list[NDArray[np.uint8]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        record_frames(images, N_FRAMES, place / "a.gif")
    assert listing(place) == []


def test_a_killed_signal_has_a_name() -> None:
    assert ffmpeg._cause(-signal.SIGXFSZ, "words") == "ffmpeg was stopped by SIGXFSZ"
