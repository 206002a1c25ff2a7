"""Animated WebP."""

from __future__ import annotations

from pathlib import Path

from scenes.encode import ffmpeg
from scenes.encode.shot import Quality, Shot


def encode(shot: Shot, quality: Quality, made: Path) -> None:
    """Write the WebP.

    Raises
    ------
    KerascopeError
        There is no ffmpeg, or it cannot write.
    """
    filters = ",".join([*ffmpeg.thinned(shot, quality), "format=bgra"])
    # Level 2 of 6 takes half the time of level 4, the default, and makes 3 % larger files.
    codec = ["-c:v", "libwebp_anim", "-quality", str(quality.level), "-compression_level", "2"]
    loop = ["-loop", "0" if shot.loops else "1"]
    ffmpeg.run([*ffmpeg.source(shot), "-vf", filters, *codec, *loop], shot, made)
