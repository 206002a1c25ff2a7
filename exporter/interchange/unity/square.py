"""Arithmetic of places: where a network's maps lie in the squares that the loader derives and draws.

The loader slides an odd kernel of side k with stride 1 over a map that it pads by floor(k/2), so that a map keeps its
size, and its pools halve it. A network's own map is laid into that room, where the loader's kernel sees it. For
pictures it is square, for sequences a column.
"""

from __future__ import annotations

from dataclasses import dataclass


class DoesNotFit(Exception):  # noqa: N818 (it is caught and answered by a larger square, never shown)
    """A map that reaches over its room: by so many rows and columns above and left, and below and right."""

    def __init__(self, layer: str, before: tuple[int, int], after: tuple[int, int]) -> None:
        super().__init__(layer, before, after)
        self.layer, self.before, self.after = layer, before, after


@dataclass(frozen=True)
class Window:
    """How a kernel or a pool runs along one axis: its extent in cells, its stride, and how Keras pads that axis."""

    extent: int
    stride: int = 1
    padding: str = "valid"

    def padded_before(self, size: int) -> int:
        """How many cells Keras adds in front of an axis of `size` cells.

        Of `same` padding the odd cell goes behind (Keras and TensorFlow: floor of half in front).

        >>> Window(3, 1, "same").padded_before(8), Window(4, 1, "same").padded_before(8)
        (1, 1)
        >>> Window(3, 2, "same").padded_before(8), Window(3, 2, "same").padded_before(7)
        (0, 1)
        """
        if self.padding == "causal":
            return self.extent - 1
        if self.padding != "same":
            return 0
        steps = -(-size // self.stride)
        return max((steps - 1) * self.stride + self.extent - size, 0) // 2


def zeros_around(extent: int, padding: str) -> tuple[int, int]:
    """How many zeros a kernel of `extent` cells gets in front and behind, so that it is odd.

    The loader's kernel reaches equally far to both sides. Keras pads an even `same` kernel less in front than behind,
    so its own reach is longer behind: the zero goes in front, and the map stays where it is. A causal kernel looks
    back only: as many zeros follow as it looks back.

    >>> zeros_around(3, "same"), zeros_around(4, "same"), zeros_around(2, "valid"), zeros_around(3, "causal")
    ((0, 0), (1, 0), (1, 0), (0, 2))
    """
    if padding == "causal":
        return 0, extent - 1
    return (0 if extent % 2 else 1), 0


def slid(at: int, size: int, window: Window) -> int:
    """Where the map begins that a kernel with stride 1 makes of a map of `size` cells beginning at `at`.

    The value of a place is drawn where the kernel's middle cell lies when it is computed: a valid convolution moves
    its map inwards, one of `same` padding leaves it.

    >>> slid(0, 8, Window(3)), slid(0, 8, Window(3, 1, "same")), slid(0, 8, Window(4, 1, "same")), slid(1, 8, Window(5))
    (1, 0, 0, 3)
    """
    before, after = zeros_around(window.extent, window.padding)
    middle = (window.extent + before + after - 1) // 2 - before
    return at - window.padded_before(size) + middle


def strode(at: int, size: int, window: Window, halvings: int) -> int:
    """Where the map begins, in a square halved so many times, that a window with a stride makes.

    The middle of the first window, less half a stride, in cells of the halved square, rounded down.

    >>> strode(0, 8, Window(2, 2), 1), strode(3, 26, Window(2, 2), 1), strode(-3, 230, Window(7, 2), 1)
    (0, 1, 0)
    """
    start = at - window.padded_before(size) - (window.stride - window.extent) // 2
    return start >> halvings


def halved(side: int, pool_size: int | None) -> int:
    """The side of the square that the loader derives for a pool.

    `None`: the prefab as published, whose pool size was lost, floor(S/2) + 1; 2: the prefab with Conv Shape 2,2.

    >>> halved(28, None), halved(28, 2), halved(7, 2)
    (15, 14, 3)
    """
    return side // 2 + (1 if pool_size is None else 0)


def clamped(at: int, size: int, side: int) -> int:
    """The place nearest to `at` where `size` cells lie within `side`; 0 where they do not fit at all."""
    return max(0, min(at, side - size))


def halved_room(room: tuple[int, int], times: int, pool_size: int | None) -> tuple[int, int]:
    """The rows and columns that the loader derives behind so many pools."""
    for _ in range(times):
        room = (halved(room[0], pool_size), halved(room[1], pool_size))
    return room


def check_fits(layer: str, at: tuple[int, int], shape: tuple[int, int], room: tuple[int, int]) -> None:
    """Raise `DoesNotFit` where a map of `shape` at `at` is not within the room."""
    before = (max(0, -at[0]), max(0, -at[1]))
    after = (max(0, at[0] + shape[0] - room[0]), max(0, at[1] + shape[1] - room[1]))
    if any(before) or any(after):
        raise DoesNotFit(layer, before, after)
