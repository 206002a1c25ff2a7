"""How fast and how small a GIF becomes, beside what Pillow makes of the same frames when nobody helps it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from decoded import decoded, psnr_db
from moving_pictures import moving_pictures
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pytest_benchmark.fixture import BenchmarkFixture

from scenes.encode import gif, mp4, webp
from scenes.encode.shot import Quality, Shot, keep

N_FRAMES, SIZE_PX = 50, (960, 540)


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Shot:
    """Two seconds of light that runs along many coloured lines on a vignette: hard content."""
    folder = tmp_path_factory.mktemp("shot") / "frames"
    return keep(lit_lines(), N_FRAMES, folder, Fraction(25), loops=True)


def lit_lines() -> Iterator[NDArray[np.uint8]]:
    random = np.random.default_rng(1)
    ends, colours = random.uniform(0, 540, (200, 2)), random.integers(60, 256, (200, 3))
    for number, image in enumerate(moving_pictures(N_FRAMES, SIZE_PX)):
        picture = Image.fromarray(image)
        pen = ImageDraw.Draw(picture)
        for line, ((start, end), colour) in enumerate(zip(ends, colours, strict=True)):
            light = np.exp(-((((number / N_FRAMES - line / 200) % 1 - 0.5) / 0.2) ** 2))
            pen.line((80, start, 880, end), fill=tuple(int(part * light) for part in colour), width=2)
        yield np.asarray(picture)


def plain(shot: Shot, made: Path) -> None:
    """What `images[0].save("a.gif", save_all=True)` does: a palette a frame, error diffusion."""
    images = [Image.open(shot.path(number)).convert("RGB") for number in range(shot.n_frames)]
    images[0].save(made, save_all=True, append_images=images[1:], duration=40, loop=0)


def told(made: Path, secs: float) -> str:
    likeness = [psnr_db(*pair) for pair in zip(decoded(made), lit_lines(), strict=True)]
    return f"{secs:.2f} s, {made.stat().st_size / 1e6:.2f} MB, {sum(likeness) / len(likeness):.1f} dB"


def test_gif(benchmark: BenchmarkFixture, shot: Shot, tmp_path: Path, timings: list[str]) -> None:
    ours, theirs = tmp_path / "ours.gif", tmp_path / "plain.gif"
    began = time.perf_counter()
    plain(shot, theirs)
    plain_secs = time.perf_counter() - began
    benchmark.pedantic(gif.encode, (shot, Quality(256), ours), rounds=3)
    secs = benchmark.stats.stats.median
    faster, smaller = plain_secs / secs, theirs.stat().st_size / ours.stat().st_size
    timings.append(
        f"GIF: {told(ours, secs)}: {faster:.1f} times faster and {smaller:.1f} times smaller than plain Pillow"
    )
    timings.append(f"GIF by plain Pillow: {told(theirs, plain_secs)}")


def test_gif_without_ffmpeg(benchmark: BenchmarkFixture, shot: Shot, tmp_path: Path, timings: list[str]) -> None:
    made = tmp_path / "a.gif"
    benchmark.pedantic(gif.encode_with_pillow, (shot, Quality(256), made), rounds=3)
    timings.append(f"GIF without ffmpeg: {told(made, benchmark.stats.stats.median)}")


def test_mp4(benchmark: BenchmarkFixture, shot: Shot, tmp_path: Path, timings: list[str]) -> None:
    made = tmp_path / "a.mp4"
    benchmark.pedantic(mp4.encode, (shot, Quality(18), made), rounds=3)
    timings.append(f"MP4: {told(made, benchmark.stats.stats.median)}")


def test_webp(benchmark: BenchmarkFixture, shot: Shot, tmp_path: Path, timings: list[str]) -> None:
    made = tmp_path / "a.webp"
    benchmark.pedantic(webp.encode, (shot, Quality(80), made), rounds=3)
    timings.append(f"WebP: {told(made, benchmark.stats.stats.median)}")


def test_keeping_frames(benchmark: BenchmarkFixture, tmp_path: Path, timings: list[str]) -> None:
    images = list(lit_lines())
    folders = iter(range(100))
    benchmark.pedantic(
        lambda: keep(images, N_FRAMES, tmp_path / str(next(folders)), Fraction(25), loops=True), rounds=3
    )
    timings.append(f"keeping a frame without loss: {1000 * benchmark.stats.stats.median / N_FRAMES:.1f} ms")
