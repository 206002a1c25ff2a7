"""The cells that a loupe shows: rows and columns cut out of what a layer put out. Pure numpy."""

from __future__ import annotations

from math import ceil, isqrt
from typing import TYPE_CHECKING

import numpy as np

from viewer.atlas import LARGEST_PICTURE, NO_NUMBER, NOT_KEPT, as_picture, reduced
from viewer.kept import output_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.state import CaptureKey, Loupe

    Array = NDArray[np.float32]

MOST_CELLS = 1024
"""Along a side; of more, averages are shown."""


def cut(values: Array, part: tuple[int | None, ...], columns: int | None = None) -> Array:
    """The cells (rows, columns) of `values` at `part`, both as `viewer.state.Loupe` has them.

    A single axis is laid out row by row; the last row is filled up with cells that are not there (`NOT_KEPT`). What is
    left of more than two axes is one row after the other. Nothing at all is one cell that is not there.

    >>> cut(np.arange(8.0).reshape(2, 2, 2), (None, None, 1)).tolist()
    [[1.0, 3.0], [5.0, 7.0]]
    >>> cut(np.arange(4.0), (), 2).tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """
    taken = values[tuple(slice(None) if each is None else each for each in part)]
    if taken.ndim > 1 and taken.size:
        return taken.reshape(-1, taken.shape[-1])
    columns = columns or wide_enough(taken.size)
    rows = max(ceil(taken.size / columns), 1)
    cells = np.full(rows * columns, NOT_KEPT, np.float32)
    cells[: taken.size] = taken.reshape(-1)
    return cells.reshape(rows, columns)


def wide_enough(count: int) -> int:
    """In how many columns so many cells are about as wide as high.

    >>> wide_enough(81), wide_enough(10), wide_enough(0)
    (9, 4, 1)
    """
    return isqrt(max(count - 1, 0)) + 1


def loupe_cells(bundle: Bundle, loupe: Loupe, key: CaptureKey) -> Array:
    """The cells (rows, columns) that a loupe shows for a capture: raw values, `NO_NUMBER` for what is none, `NOT_KEPT`
    where there are none.
    """
    values = output_of(bundle, key, loupe.layer, loupe.output, keeps_nan=True)
    if values is None:
        return np.full((1, 1), NOT_KEPT, np.float32)
    cells = cut(values, loupe.part, loupe.columns)
    rows, columns = (min(side, MOST_CELLS) for side in cells.shape)
    shown: Array = np.nan_to_num(reduced(cells[None], rows, columns)[0], nan=NO_NUMBER)
    return shown


def picture_cells(bundle: Bundle, layer: str, key: CaptureKey) -> Array:
    """The picture (rows, columns, 3) float32 in 0..1 that was fed at input `layer` for a capture.

    Of large ones averages. Of an input without a picture it is what was fed with the preprocessing undone, `NOT_KEPT`
    in one cell where that was not kept or is no picture.
    """
    image = bundle.image(key.input_id)
    if image is None:
        fed = output_of(bundle, key, layer, 0)
        if fed is None or fed.ndim != 3 or fed.shape[-1] not in (1, 3):
            return np.full((1, 1, 3), NOT_KEPT, np.float32)
        picture = as_picture(fed, bundle.manifest.preprocessing)
    else:
        picture = np.broadcast_to(np.float32(image) / 255, (*image.shape[:2], 3))
    rows, columns = (min(side, LARGEST_PICTURE) for side in picture.shape[:2])
    shown: Array = np.moveaxis(reduced(np.moveaxis(picture, -1, 0), rows, columns), 0, -1)
    return shown
