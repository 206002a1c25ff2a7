"""A drawing moved to where a network for handwritten digits expects it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def centred(picture: NDArray[np.uint8], background: object = 0) -> NDArray[np.uint8]:
    """The picture (H, W, C) uint8, moved by whole pixels so that its centre of mass comes to the middle.

    As the digits of MNIST were placed in their field: by the centre of mass of the pixels (Y. LeCun, C. Cortes and
    C. J. C. Burges, "The MNIST database of handwritten digits", description of the database). Mass is how far a pixel
    is from `background`, a colour. What leaves the picture is lost, what is new is background; a picture of nothing but
    background stays as it is.

    >>> picture = np.zeros((3, 3, 1), np.uint8)
    >>> picture[0, 0] = 255
    >>> centred(picture)[..., 0].tolist()
    [[0, 0, 0], [0, 255, 0], [0, 0, 0]]
    """
    height, width = picture.shape[:2]
    ground = np.broadcast_to(np.asarray(background, np.float64), picture.shape)
    mass = np.abs(picture - ground).sum(axis=2)
    if not mass.sum():
        return np.array(picture)
    rows, columns = np.mgrid[:height, :width]
    down = round((height - 1) / 2 - float((mass * rows).sum() / mass.sum()))
    right = round((width - 1) / 2 - float((mass * columns).sum() / mass.sum()))
    moved = ground.astype(np.uint8)
    moved[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = picture[
        max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return moved
