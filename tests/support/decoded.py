"""Recordings read back by other means than those that wrote them, wherever there are such."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    """All pictures of a recording, (height, width, 3) uint8."""
    if path.is_dir():
        return [_picture(file) for file in sorted(path.iterdir())]
    if path.suffix == ".mp4":
        width, height = size_px(path)
        raw = _ffmpeg("-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-").stdout
        return list(np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3))
    with Image.open(path) as animation:
        return [_seen(animation, number) for number in range(animation.n_frames)]


def delays_ms(path: Path) -> list[int]:
    """How long each picture of a GIF or WebP is shown."""
    with Image.open(path) as animation:
        delays = []
        for number in range(animation.n_frames):
            animation.seek(number)
            animation.load()
            delays.append(animation.info["duration"])
        return delays


def plays(path: Path) -> int | None:
    """How often a GIF or WebP says that it plays: 0 is for ever, `None` where it does not say, which is once."""
    with Image.open(path) as animation:
        said: dict[Any, Any] = animation.info
        return said.get("loop")


def facts(path: Path) -> str:
    """What ffmpeg tells about a file."""
    return _ffmpeg("-i", str(path)).stderr.decode()


def size_px(path: Path) -> tuple[int, int]:
    """Width and height of a video."""
    found = re.search(r"Video: .*?, (\d+)x(\d+)", facts(path))
    assert found, facts(path)
    return int(found[1]), int(found[2])


def psnr_db(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float:
    """Likeness of two pictures, infinite where they are equal."""
    square = np.mean((one.astype(float) - two.astype(float)) ** 2)
    return float("inf") if square == 0 else float(10 * np.log10(255**2 / square))


def _seen(animation: Image.Image, number: int) -> NDArray[np.uint8]:
    animation.seek(number)
    return np.asarray(animation.convert("RGB"))


def _picture(file: Path) -> NDArray[np.uint8]:
    with Image.open(file) as picture:
        return np.asarray(picture)


def _ffmpeg(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *arguments], capture_output=True, check=False)
