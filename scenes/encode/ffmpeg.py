"""Running the ffmpeg that comes with imageio-ffmpeg."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from pathlib import Path

import imageio_ffmpeg

from exporter.bundle.errors import KerascopeError
from scenes.encode.shot import PATTERN, Quality, Shot

# Encoders cut a picture into as many pieces as they have threads, so a fixed number gives the same bytes anywhere.
THREADS = "4"
# Of the many lines that ffmpeg writes when it fails, the last is seldom the cause; these reasons are always the cause.
REASONS = [
    os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EFBIG, errno.EROFS, errno.EIO)
]


def executable() -> str | None:
    """The ffmpeg to run; `None` where there is none."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None


def source(shot: Shot) -> list[str]:
    """The arguments that read a shot, for an ffmpeg that runs in the shot's folder."""
    return ["-f", "image2", "-framerate", str(shot.fps), "-i", PATTERN]


def thinned(shot: Shot, quality: Quality, multiple: int = 1) -> list[str]:
    """The filters that leave out frames and scale the rest, none where nothing changes."""
    size_px = shot.scaled_px(quality.scale, multiple)
    filters = [f"framestep={quality.frame_step}"] if quality.frame_step > 1 else []
    if quality.scale != 1:
        filters.append("scale={}:{}:flags=area".format(*size_px))
    elif size_px != shot.size_px:
        filters.append("crop={}:{}:0:0".format(*size_px))
    return filters


def run(arguments: list[str], shot: Shot, made: Path) -> None:
    """Run ffmpeg in the folder of `shot`; `made` is the file that it writes.

    Raises
    ------
    KerascopeError
        There is no ffmpeg, or it failed or was killed: says why in its own words.
    """
    program = executable()
    if program is None:
        raise KerascopeError("there is no ffmpeg", remedy="pip install imageio-ffmpeg")
    bitexact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-threads", THREADS]
    command = [
        program,
        "-hide_banner",
        "-nostdin",
        "-loglevel",
        "error",
        "-y",
        *arguments,
        *bitexact,
        os.path.relpath(made, shot.folder),
    ]
    done = subprocess.run(
        command,
        cwd=shot.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode or not made.is_file() or not made.stat().st_size:
        words = done.stderr.decode(errors="replace")
        raise KerascopeError("the recording cannot be encoded", got=_cause(done.returncode, words))


def _cause(returncode: int, words: str) -> str:
    if returncode < 0:
        return f"ffmpeg was stopped by {signal.Signals(-returncode).name}"
    named = [reason for reason in REASONS if reason in words]
    lines = [line for line in words.splitlines() if line.strip()]
    return (named or lines[-1:] or [f"ffmpeg ended with {returncode}"])[0]
