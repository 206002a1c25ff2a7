"""Animated GIF: one palette for the whole recording, so that still parts stand still."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image as Pictures

from scenes.encode import ffmpeg
from scenes.encode.shot import Quality, Shot, cannot_write

# Chosen by eye and measure on the dark vignette: an ordered pattern of the lowest strength hides the steps of a
# gradient, does not crawl from frame to frame, and costs a tenth in size. Error diffusion crawls and costs two thirds.
DITHER = "bayer:bayer_scale=5"
# Browsers play delays under two hundredths of a second as ten.
SHORTEST_CS = 2
LONGEST_CS = 100
PALETTE_SAMPLES = 16


def delay_cs(fps: float) -> int:
    """How long a frame is shown, in whole hundredths of a second: all that a GIF can say.

    >>> [delay_cs(fps) for fps in (25, 30, 50, 60, 10)]
    [4, 3, 2, 2, 10]
    """
    return min(max(round(100 / fps), SHORTEST_CS), LONGEST_CS)


def last_delay_cs(shot: Shot, frame_step: int) -> int:
    """The last frame's time: what is left of the recording's length, whole however many frames were left out."""
    return (shot.n_frames - shot.numbers(frame_step)[-1]) * _delay_cs(shot)


def encode(shot: Shot, quality: Quality, made: Path) -> None:
    """Write the GIF with ffmpeg, or with Pillow where there is no ffmpeg.

    Raises
    ------
    KerascopeError
        It cannot be written.
    """
    if ffmpeg.executable() is None:
        encode_with_pillow(shot, quality, made)
        return
    filters = ffmpeg.thinned(shot, quality)
    palette = shot.folder / "palette.png"
    # Two passes over the frames: in one, ffmpeg would hold all of them in memory until the palette is known.
    # stats_mode=full, because `diff` sees only what moves and leaves the still background three shades.
    chosen = ",".join([*filters, f"palettegen=max_colors={quality.level}:stats_mode=full"])
    ffmpeg.run([*ffmpeg.source(shot), "-vf", chosen, "-frames:v", "1", "-update", "1"], shot, palette)
    used = f"[0:v]{','.join(filters) or 'null'}[x];[x][1:v]paletteuse=dither={DITHER}:diff_mode=rectangle"
    timing = ["-fps_mode", "passthrough", "-final_delay", str(last_delay_cs(shot, quality.frame_step))]
    loop = ["-loop", "0" if shot.loops else "-1"]
    ffmpeg.run([*ffmpeg.source(shot), "-i", palette.name, "-lavfi", used, *timing, *loop], shot, made)


def encode_with_pillow(shot: Shot, quality: Quality, made: Path) -> None:
    """Write the GIF without ffmpeg: median-cut palette, no dither. Keeps a byte per pixel and frame in memory.

    Raises
    ------
    KerascopeError
        It cannot be written.
    """
    numbers = shot.numbers(quality.frame_step)
    delays_ms = [10 * _delay_cs(shot) * quality.frame_step] * len(numbers)
    delays_ms[-1] = 10 * last_delay_cs(shot, quality.frame_step)
    images = _indexed(shot, quality, _palette(shot, quality))
    options: dict[str, Any] = {"duration": delays_ms, "optimize": False, "disposal": 1}
    if shot.loops:
        options["loop"] = 0
    try:
        next(images).save(made, save_all=True, append_images=images, **options)
    except OSError as error:
        raise cannot_write(error, made) from error


def _delay_cs(shot: Shot) -> int:
    return int(Fraction(100) / shot.fps)


def _indexed(shot: Shot, quality: Quality, palette: Pictures.Image) -> Iterator[Pictures.Image]:
    for number in shot.numbers(quality.frame_step):
        yield _scaled(shot, quality, number).quantize(palette=palette, dither=Pictures.Dither.NONE)


def _palette(shot: Shot, quality: Quality) -> Pictures.Image:
    """One palette for all frames, from some of them laid side by side."""
    stride = -(-shot.n_frames // PALETTE_SAMPLES)
    samples = [_scaled(shot, quality, number) for number in range(0, shot.n_frames, stride)]
    width, height = samples[0].size
    sheet = Pictures.new("RGB", (width, height * len(samples)))
    for row, sample in enumerate(samples):
        sheet.paste(sample, (0, row * height))
    return sheet.quantize(quality.level, method=Pictures.Quantize.MEDIANCUT)


def _scaled(shot: Shot, quality: Quality, number: int) -> Pictures.Image:
    with Pictures.open(shot.path(number)) as picture:
        image = picture.convert("RGB")
    return image if quality.scale == 1 else image.resize(shot.scaled_px(quality.scale), Pictures.Resampling.BOX)
