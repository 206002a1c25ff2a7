"""Picture files as uint8 arrays of the size that a model takes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from exporter.inputs.errors import InputError

Mode = Literal["L", "RGB"]
LARGEST_PICTURE_PX = 100_000_000
_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)
_SIXTEEN_BITS = ("I", "I;16", "I;16B", "I;16L", "I;16N")


def picture_files(folder: Path) -> list[Path]:
    """The files of a folder and of its sub-folders, sorted by path; hidden ones are left out.

    Raises
    ------
    InputError
        there are none.
    """
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not files:
        raise InputError("the folder is empty", expected="pictures", path=folder)
    return files


def mode_of(channels: int) -> Mode:
    """The kind of picture that so many channels are: grey for 1, else colour."""
    return "L" if channels == 1 else "RGB"


def read_picture(path: Path, mode: Mode, size_px: tuple[int, int] | None) -> NDArray[np.uint8]:
    """A picture file, turned as its camera says, transparency on white, resized: (H, W, 1 or 3) uint8.

    Parameters
    ----------
    mode : `L` for grey, `RGB` for colour.
    size_px : (width, height) to resize to, bilinear and without keeping the aspect; `None`: as it is.

    Raises
    ------
    InputError
        no such file, no picture, damaged, or over the limit.
    """
    return unpack_picture(path, path, mode, size_px)


def unpack_picture(
    file: Path | IO[bytes], path: Path, mode: Mode, size_px: tuple[int, int] | None
) -> NDArray[np.uint8]:
    """The picture in an open file, as `read_picture` has it; `path` is what an error calls it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures; the limit below decides
            with Image.open(file) as image:
                _check_size(image, path)
                picture = _plain(ImageOps.exif_transpose(image), mode)
    except UnidentifiedImageError as error:
        raise InputError("not a picture", expected="a file that Pillow can read", remedy=_MOVE, path=path) from error
    except FileNotFoundError as error:
        raise InputError("no such file", path=path) from error
    except _DAMAGE as error:
        raise InputError("the picture cannot be read", got=error, path=path) from error
    if size_px is not None and picture.size != size_px:
        picture = picture.resize(size_px, Image.Resampling.BILINEAR)
    values = np.asarray(picture, np.uint8)
    return values[..., None] if values.ndim == 2 else values


_MOVE = "move it out of the way, or name the pictures one by one"


def _check_size(image: Image.Image, path: Path) -> None:
    if image.width * image.height > LARGEST_PICTURE_PX:
        raise InputError(
            "the picture is over the limit",
            expected=f"at most {LARGEST_PICTURE_PX} pixels",
            got=f"{image.width} x {image.height}",
            path=path,
        )


def _plain(image: Image.Image, mode: Mode) -> Image.Image:
    if image.mode in _SIXTEEN_BITS:
        image = Image.fromarray((np.asarray(image, np.float64) / 257.0).round().clip(0, 255).astype(np.uint8))
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert(mode)


def fit_picture(picture: NDArray[np.uint8], channels: int, size_px: tuple[int, int] | None) -> NDArray[np.uint8]:
    """A picture (H, W, 1 or 3) with so many channels (1 or 3) and of that size; grey is Pillow's luma."""
    image = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
    image = image.convert("L" if channels == 1 else "RGB")
    if size_px is not None and image.size != size_px:
        image = image.resize(size_px, Image.Resampling.BILINEAR)
    values = np.asarray(image, np.uint8)
    return values[..., None] if values.ndim == 2 else values


def class_of_folder(path: Path, root: Path, class_names: Sequence[str]) -> int | None:
    """The class that a picture's sub-folder is named after, or `None`."""
    parts = path.relative_to(root).parts[:-1]
    known = [class_names.index(part) for part in parts if part in class_names]
    return known[-1] if known else None
