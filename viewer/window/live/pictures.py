"""Picture files and pasted pictures as the model takes them: exactly as an export reads the same file."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from exporter.bundle import KerascopeError

Picture = NDArray[np.uint8]
Shape = tuple[int, int, int]
LARGEST_PX = 100_000_000
SIXTEEN_BITS = ("I", "I;16", "I;16B", "I;16L", "I;16N")
DAMAGE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


def picture_of_file(path: Path, shape: Shape) -> Picture:
    """A picture file as `shape` (H, W, 1 or 3) uint8: turned as its camera says, transparency on white, bilinear.

    Raises
    ------
    KerascopeError
        No such file, no picture, damaged, or over 100 million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures; the limit below decides
            with Image.open(path) as image:
                if image.width * image.height > LARGEST_PX:
                    got = f"{image.width} x {image.height}"
                    expected = f"at most {LARGEST_PX} pixels"
                    raise KerascopeError("the picture is over the limit", expected=expected, got=got, path=path)
                return fitted(ImageOps.exif_transpose(image), shape)
    except UnidentifiedImageError as error:
        expected = "a picture, or the folder of a bundle"
        raise KerascopeError("this is no picture", expected=expected, path=path) from error
    except FileNotFoundError as error:
        raise KerascopeError("no such file", path=path) from error
    except DAMAGE as error:
        raise KerascopeError("the picture cannot be read", got=error, path=path) from error


def fitted(image: Image.Image, shape: Shape) -> Picture:
    """A picture of any kind as `shape` (H, W, 1 or 3) uint8; its aspect is not kept, as an export does not."""
    height, width, channels = shape
    if image.mode in SIXTEEN_BITS:
        image = Image.fromarray((np.asarray(image, np.float64) / 257.0).round().clip(0, 255).astype(np.uint8))
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("L" if channels == 1 else "RGB")
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image, np.uint8).reshape(shape)


def picture_of_array(pixels: Picture, shape: Shape) -> Picture:
    """Pixels (H, W, 1, 3 or 4) uint8 of any size as `shape`."""
    return fitted(Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels), shape)
