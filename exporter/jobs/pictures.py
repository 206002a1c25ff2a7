"""Pictures and maps as a line of JSON takes them: small enough to be sent while they form."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MOST_PX = 256
MOST_VALUES = 384
"""A line may be a MiB long: so many float32 a side fit into it."""
_QUICK = 1


def png_text(picture: NDArray[np.uint8]) -> str:
    """A picture (H, W, 1 or 3) uint8 as a PNG of at most 256 pixels a side, in base64."""
    image = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
    image.thumbnail((MOST_PX, MOST_PX), Image.Resampling.BOX)
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=_QUICK)
    return base64.b64encode(stream.getvalue()).decode("ascii")


def picture_of_text(text: str, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """The picture of `png_text`, scaled to `shape` (H, W, C)."""
    image = Image.open(io.BytesIO(base64.b64decode(text))).convert("L" if shape[2] == 1 else "RGB")
    if image.size != (shape[1], shape[0]):
        image = image.resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(image, np.uint8).reshape(shape)


def map_told(values: NDArray[np.float32]) -> dict[str, Any]:
    """A map (rows, columns) or (length,) as `shape` and `values`; of a large one each value is the mean of a block.

    >>> map_told(np.zeros((800, 400), np.float32))["shape"]
    [267, 134]
    """
    small = np.ascontiguousarray(_blocks(values), "<f4")
    return {"shape": list(small.shape), "values": base64.b64encode(small.tobytes()).decode("ascii")}


def _blocks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    step = -(-max(values.shape) // MOST_VALUES) if values.ndim == 2 else 1
    if step == 1:
        return values
    rows, columns = (np.arange(0, size, step) for size in values.shape)
    sums = np.add.reduceat(np.add.reduceat(values, rows, 0), columns, 1)
    counts = np.add.reduceat(np.add.reduceat(np.ones_like(values), rows, 0), columns, 1)
    means: NDArray[np.float32] = (sums / counts).astype(np.float32)
    return means
