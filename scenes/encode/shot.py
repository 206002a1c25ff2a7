"""A shot: the frames of a recording, kept without loss in a folder, so that they can be encoded more than once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image as Pictures

from exporter.bundle.errors import KerascopeError
from scenes.frames import Image

# The pattern by which ffmpeg and `Shot.path` find the files. Never part of a path: a % in a folder's name would count.
PATTERN = "%04d.png"
# Lossless whatever the strategy; zlib's run lengths only take a third of the default's time on frames with lines, for a
# fifth more bytes.
RUN_LENGTHS = 3


@dataclass(frozen=True, slots=True)
class Quality:
    """What an encoder is allowed: `level` means colours, crf or quality, by format.

    Every `frame_step`th frame is kept, and both sides are scaled by `scale`.
    """

    level: int
    frame_step: int = 1
    scale: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Shot:
    """`n_frames` pictures of `size_px` (width, height) in `folder`, `fps` of them a second."""

    folder: Path
    n_frames: int
    size_px: tuple[int, int]
    fps: Fraction
    loops: bool

    def path(self, number: int) -> Path:
        """The file of one frame."""
        return self.folder / (PATTERN % number)

    def numbers(self, frame_step: int) -> range:
        """The frames that are left when only every `frame_step`th is kept."""
        return range(0, self.n_frames, frame_step)

    def scaled_px(self, scale: Fraction, multiple: int = 1) -> tuple[int, int]:
        """Width and height after scaling, each rounded down to a multiple of `multiple` and at least that."""
        width, height = (max(int(side * scale) // multiple, 1) * multiple for side in self.size_px)
        return width, height


def keep(images: Iterable[Image], n_frames: int, folder: Path, fps: Fraction, loops: bool) -> Shot:
    """The shot of all `images`, written to `folder` one by one as they come.

    Raises
    ------
    ValueError
        The images are not `n_frames` pictures (height, width, 3) uint8 of one size.
    KerascopeError
        A frame cannot be written.
    """
    folder.mkdir()
    shape: tuple[int, ...] = ()
    number = 0
    for image in images:
        shape = shape or image.shape
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.shape != shape:
            raise ValueError(f"frame {number} is {image.dtype} {image.shape}, not uint8 {shape} with 3 channels")
        write_png(image, folder / (PATTERN % number))
        number += 1
    if not number or number != n_frames:
        raise ValueError(f"{number} frames came where {n_frames} were announced")
    return Shot(folder, number, (shape[1], shape[0]), fps, loops)


def write_png(image: Image, path: Path) -> None:
    """Write a picture (height, width, 3) uint8; the same picture gives the same bytes.

    Raises
    ------
    KerascopeError
        It cannot be written.
    """
    try:
        Pictures.fromarray(image).save(path, compress_level=1, compress_type=RUN_LENGTHS)
    except OSError as error:
        raise cannot_write(error, path) from error


def cannot_write(error: OSError, path: Path) -> KerascopeError:
    """The error that says why a file could not be written."""
    remedy = "choose another place with --out, or make room"
    return KerascopeError("it cannot be written", got=error.strerror or str(error), remedy=remedy, path=path)
