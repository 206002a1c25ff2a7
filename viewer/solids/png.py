"""Pictures as PNG files. Pure."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from viewer.solids.solid import Picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVEL = 6


def paletted(indices: NDArray[np.uint8], palette: NDArray[np.uint8]) -> Picture:
    """A picture (height, width) whose pixels are entries of a palette (256, 3)."""
    image = Image.fromarray(indices)
    image.putpalette(palette.tobytes())
    return _written(image)


def coloured(pixels: NDArray[np.uint8]) -> Picture:
    """A picture of red, green and blue (height, width, 3), written as grey where it has no colour."""
    is_grey = bool((pixels == pixels[..., :1]).all())
    return _written(Image.fromarray(pixels[..., 0].copy() if is_grey else pixels))


def _written(image: Image.Image) -> Picture:
    file = BytesIO()
    image.save(file, "PNG", compress_level=LEVEL)
    return Picture(file.getvalue(), image.size)
