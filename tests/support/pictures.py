"""Pictures against references: equal on the machine that made them, almost equal on its like, and nothing else.

A reference is a PNG that names the renderer that drew it, and on which kind of processor: numbers are rounded otherwise
where there are other instructions. `--bless` on pytest's command line writes it anew.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

Picture = np.ndarray[Any, Any]

FOLDER = Path(__file__).parents[1] / "images"
BLESS = "pytest tests/images --bless"
LARGEST_STEP = 2
"""Levels by which a pixel may be off without being called different, on another build of the same renderer."""
LARGEST_SHARE = 1e-4
"""Part of the pixels that may be different there."""


def difference(made: Picture, reference: Picture) -> Picture:
    """Largest difference of each pixel (H, W) in levels, 0 to 255."""
    return np.abs(made.astype(np.int16) - reference.astype(np.int16)).max(axis=2)


def problem(made: Picture, reference: Picture, *, is_same_renderer: bool) -> str:
    """What is wrong with a picture, in a line; empty where it passes."""
    if made.shape != reference.shape:
        return f"{made.shape[1]}x{made.shape[0]} px instead of {reference.shape[1]}x{reference.shape[0]}"
    off = difference(made, reference)
    allowed_step, allowed = (0, 0) if is_same_renderer else (LARGEST_STEP, int(LARGEST_SHARE * off.size))
    count = int((off > allowed_step).sum())
    if count <= allowed:
        return ""
    rows, columns = np.nonzero(off > allowed_step)
    place = f"x {columns.min()} to {columns.max()}, y {rows.min()} to {rows.max()}"
    return f"{count} of {off.size} pixels differ by up to {off.max()} levels ({allowed} may), at {place}"


def is_same_kind(one: str, two: str) -> bool:
    """Whether two renderers are builds of llvmpipe: nearly the same pixels."""
    return one.startswith("llvmpipe") and two.startswith("llvmpipe")


def processor() -> str:
    """The kind of processor, by those of its instructions that compilers choose among."""
    try:
        flags = set(Path("/proc/cpuinfo").read_text("utf-8").partition("flags")[2].partition("\n")[0].split())
    except OSError:
        flags = set()
    return " ".join([platform.machine(), *sorted({"avx", "avx2", "avx512f", "fma", "sse4_1"} & flags)])


def write_reference(path: Path, made: Picture, renderer: str) -> None:
    """Keep a picture as the reference."""
    told = PngInfo()
    told.add_text("renderer", renderer)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(made).save(path, pnginfo=told, optimize=True)


def read_reference(path: Path) -> tuple[Picture, str]:
    """A reference (H, W, 3) uint8 and the renderer that drew it."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")), str(image.info.get("renderer", ""))


def write_difference(path: Path, made: Picture, reference: Picture) -> None:
    """Made, expected and their difference (made visible), side by side."""
    parts = [made, reference]
    if made.shape == reference.shape:
        shown = np.clip(difference(made, reference).astype(int) * 16, 0, 255).astype(np.uint8)
        parts.append(np.repeat(shown[..., None], 3, axis=2))
    height = max(part.shape[0] for part in parts)
    padded = [np.pad(part, ((0, height - part.shape[0]), (0, 4), (0, 0))) for part in parts]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(padded, axis=1)).save(path)


def check_picture(name: str, made: Picture, renderer: str, *, bless: bool, folder: Path = FOLDER) -> None:
    """Fail where a picture is not its reference, and leave a picture of the difference; skip where nobody can tell."""
    path, diff = folder / f"{name}.png", folder / "diff" / f"{name}.png"
    if bless:
        write_reference(path, made, renderer)
        diff.unlink(missing_ok=True)
        return
    if not path.exists():
        pytest.fail(f"there is no reference {path}: look at the picture and bless it with `{BLESS}`")
    reference, theirs = read_reference(path)
    if theirs != renderer and not is_same_kind(theirs, renderer):
        told = f"the reference was drawn by {theirs!r} and this is {renderer!r}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(told)
    wrong = problem(made, reference, is_same_renderer=theirs == renderer)
    if wrong:
        write_difference(diff, made, reference)
        pytest.fail(f"{name}: {wrong}; see {diff}; if it is meant, bless it with `{BLESS}`")
    diff.unlink(missing_ok=True)
