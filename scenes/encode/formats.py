"""The formats that a recording can have, and what each can give up to become smaller."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from exporter.bundle.errors import KerascopeError
from scenes.encode import ffmpeg, gif, mp4, webp
from scenes.encode.shot import Quality, Shot

SCALES = (Fraction(3, 4), Fraction(1, 2), Fraction(3, 8), Fraction(1, 4))
MAX_FPS = 120


@dataclass(frozen=True, slots=True)
class Format:
    """How recordings of one kind are made.

    `ladder` begins with the best quality and gives up a little more with each step; `level_name` says what a level is.
    `encode` is `None` for a folder, which is the frames as they are. Sides are multiples of `multiple` pixels.
    """

    suffix: str
    ladder: tuple[Quality, ...] = ()
    level_name: str = ""
    encode: Callable[[Shot, Quality, Path], None] | None = None
    multiple: int = 1
    needs_ffmpeg: bool = False

    def check_encoder(self) -> None:
        """Refuse a format whose encoder is not there.

        Raises
        ------
        KerascopeError
            It needs ffmpeg and there is none.
        """
        if self.needs_ffmpeg and ffmpeg.executable() is None:
            remedy = "pip install imageio-ffmpeg, or record to .gif or to a folder"
            raise KerascopeError(f"{self.suffix} needs ffmpeg", expected="ffmpeg", got="none", remedy=remedy)

    def exact_fps(self, fps: float) -> Fraction:
        """The nearest rate that the format can keep exactly.

        Raises
        ------
        KerascopeError
            The rate is not over 0 and at most 120.
        """
        if not (math.isfinite(fps) and 0 < fps <= MAX_FPS):
            raise KerascopeError("no such frame rate", expected=f"over 0 and at most {MAX_FPS} fps", got=fps)
        if self.suffix == ".gif":
            return Fraction(100, gif.delay_cs(fps))
        return Fraction(fps).limit_denominator(1001)

    def exact_size_px(self, size_px: tuple[int, int]) -> tuple[int, int]:
        """The size that the format can have: the one asked for, or a pixel less where a side must be even."""
        width, height = (max(side // self.multiple, 1) * self.multiple for side in size_px)
        return width, height

    def told(self, quality: Quality, shot: Shot) -> str:
        """What a recording of that quality is, in words."""
        width, height = shot.scaled_px(quality.scale, self.multiple)
        return f"{quality.level} {self.level_name}, {float(shot.fps / quality.frame_step):.4g} fps, {width}x{height}"


def _ladder(levels: tuple[int, ...], frame_steps: tuple[int, ...] = (1,)) -> tuple[Quality, ...]:
    """First the levels one after the other, then at the last of them fewer frames, then smaller pictures."""
    lowest, fewest = levels[-1], frame_steps[-1]
    by_level = [Quality(level) for level in levels]
    by_rate = [Quality(lowest, step) for step in frame_steps[1:]]
    by_size = [Quality(lowest, fewest, scale) for scale in SCALES]
    return (*by_level, *by_rate, *by_size)


FOLDER = Format("")
FORMATS = {
    ".gif": Format(".gif", _ladder((256, 128, 64), (1, 2)), "colours", gif.encode),
    ".mp4": Format(".mp4", _ladder((18, 22, 26, 30)), "crf", mp4.encode, multiple=2, needs_ffmpeg=True),
    ".webp": Format(".webp", _ladder((80, 60, 40, 20)), "quality", webp.encode, needs_ffmpeg=True),
    "": FOLDER,
}


def format_of(out: Path) -> Format:
    """The format that a path's suffix asks for; none is a folder of PNG files.

    Raises
    ------
    KerascopeError
        There is no such format.
    """
    suffix = out.suffix.lower()
    if suffix in FORMATS:
        return FORMATS[suffix]
    remedy = "for one picture, use `kerascope frame`" if suffix == ".png" else ""
    expected = ".gif, .mp4, .webp, or a folder without a suffix"
    raise KerascopeError("no such format of recordings", expected=expected, got=suffix, remedy=remedy, path=out)
