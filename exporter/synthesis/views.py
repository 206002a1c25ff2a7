"""Small canvases that a net of a fixed size sees: stretched to its size, or repeated until they fill it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from exporter.backend import tf

_LEAST_PX = 8


class View(NamedTuple):
    """How pictures (n, rows, columns, ...) are made of canvases (n, h, w, ...): `rows` (rows, h) times the canvas times
    `columns` (columns, w) transposed, float32. `is_whole`: the canvas is the picture, and nothing need be done.
    """

    rows: Any
    columns: Any
    is_whole: Any

    def shown(self, canvas: Any) -> Any:
        """The pictures, tensors."""
        return self._through("hi,nij...->nhj...", "wj,nhj...->nhw...", canvas)

    def back(self, gradient: Any) -> Any:
        """The gradient by the canvas of what has this gradient by the picture."""
        return self._through("hi,nhw...->niw...", "wj,niw...->nij...", gradient)

    def _through(self, first: str, then: str, images: Any) -> Any:
        def made() -> Any:
            return tf.einsum(then, self.columns, tf.einsum(first, self.rows, images))

        return tf.cond(self.is_whole, lambda: images, made)


def sizes_px(shape: tuple[int, ...], octaves: int, scale: float) -> list[tuple[int, int]]:
    """Rows and columns of the canvas of each octave, each `scale` times those before, the last those of the picture.

    None has fewer than 8 unless the picture has.
    """
    rows, columns = shape[:2]
    return [
        (_smaller(rows, scale ** (octaves - 1 - octave)), _smaller(columns, scale ** (octaves - 1 - octave)))
        for octave in range(octaves)
    ]


def _smaller(side: int, times: float) -> int:
    return min(side, max(_LEAST_PX, round(side / times)))


def stretched_view(shape: tuple[int, ...], size: tuple[int, int]) -> View:
    """A picture of `shape` that a canvas of that size is stretched to, linearly."""
    return _view(stretching, shape[:2], size)


def repeated_view(shape: tuple[int, ...], size: tuple[int, int]) -> View:
    """A picture of `shape` that a canvas of that size fills again and again, mirrored at each border."""
    return _view(_mirroring, shape[:2], size)


def _view(make: Any, shape: tuple[int, ...], size: tuple[int, int]) -> View:
    rows, columns = (make(much, few) for much, few in zip(shape, size, strict=True))
    return View(tf.constant(rows), tf.constant(columns), tf.constant(tuple(shape) == tuple(size)))


def stretching(much: int, few: int) -> NDArray[np.float32]:
    """The weights (much, few) that make so many pixels of few, or few of more: linear, without moire."""
    line = np.eye(few, dtype=np.float32)[..., None]
    found: NDArray[np.float32] = tf.image.resize(line, (much, few), antialias=True).numpy()[..., 0]
    return found


def _mirroring(much: int, few: int) -> NDArray[np.float32]:
    back_and_forth = np.r_[np.arange(few), np.arange(few)[::-1]]
    weights: NDArray[np.float32] = np.eye(few, dtype=np.float32)[np.resize(back_and_forth, much)]
    return weights
