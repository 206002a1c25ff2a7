"""Where the samples of a batch lie in a tensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Rows:
    """Which axis of a tensor counts the samples, and how many entries of it each sample has.

    `axis` is `None` for a tensor that is the same for the whole batch, such as the embedding of the positions.
    """

    axis: int | None = 0
    each: int = 1

    def sample_shape(self, shape: Sequence[int | None]) -> Shape:
        """The shape of one sample's part of a tensor of this shape.

        >>> Rows().sample_shape((None, 8, 3)), Rows(1).sample_shape((5, None, 3)), Rows(None).sample_shape((5, 3))
        ((8, 3), (5, 3), (5, 3))
        >>> Rows(each=4).sample_shape((None, 9))
        (4, 9)
        """
        if self.axis is None:
            return tuple(shape)
        rest = (*shape[: self.axis], *shape[self.axis + 1 :])
        return rest if self.each == 1 else (self.each, *rest)

    def split(self, values: NDArray[Any], count: int) -> NDArray[Any]:
        """The values (count, ...) of each sample; a view.

        >>> Rows(each=2).split(np.arange(6).reshape(6, 1), 3).shape, Rows(None).split(np.arange(4), 3).shape
        ((3, 2, 1), (3, 4))
        """
        if self.axis is None:
            return np.broadcast_to(values, (count, *values.shape))
        first = np.moveaxis(values, self.axis, 0)
        return first if self.each == 1 else first.reshape(count, self.each, *first.shape[1:])


def rows_between(one: Sequence[int | None], other: Sequence[int | None], batches: tuple[int, int]) -> Rows:
    """Where the samples lie in a tensor that has shape `one` for a batch of the first size, `other` for the second.

    Where the shapes do not tell, the first axis counts the samples.

    >>> rows_between((2, 7), (3, 7), (2, 3)), rows_between((7, 4), (7, 6), (2, 3)), rows_between((7,), (7,), (2, 3))
    (Rows(axis=0, each=1), Rows(axis=1, each=2), Rows(axis=None, each=1))
    """
    for axis, (size, other_size) in enumerate(zip(one, other, strict=True)):
        if size is None or other_size is None:
            return Rows(axis)
        if size != other_size:
            return Rows(axis, max(1, size // batches[0])) if size * batches[1] == other_size * batches[0] else Rows()
    return Rows(None)


def shape_between(one: Sequence[int | None], other: Sequence[int | None]) -> Shape:
    """The sizes that are the same in both shapes, `None` for the others.

    >>> shape_between((2, 30, 4), (3, 38, 4))
    (None, None, 4)
    """
    return tuple(size if size == other_size else None for size, other_size in zip(one, other, strict=True))


def rows_of(shape: Sequence[int | None], *, batch_is_fixed: bool = False) -> Rows:
    """Where the samples lie in a symbolic tensor of this shape: along the axis of no fixed size, if there is one."""
    if batch_is_fixed or (len(shape) and shape[0] is None):
        return Rows()
    return Rows(shape.index(None) if None in shape else None) if isinstance(shape, tuple) else Rows()
