"""Where the parts of the board of attention lie, in frames of any shape. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scenes.steps.board import beside
from scenes.steps.dense_inputs import fitted_in

if TYPE_CHECKING:
    from scenes.steps.board import Box
    from scenes.steps.scenery import StepFrame

HEAD_PX, FOOT_PX, LABEL_PX, VECTOR_HEAD_PX = 78.0, 46.0, 52.0, 96.0
MOST_PITCH_PX, CELL_PX = 62.0, 48.0
TOP_PART = 0.30
"""Of a frame that is not wide: how much of the board's height map, output and vectors have, over the table."""
_WIDE = (
    ("map", 3.2), ("", 0.45), ("name", 1.25), ("key", 1.8), ("", 0.15), ("score", 0.95), ("", 0.2), ("bar", 0.9),
    ("percent", 1.0), ("", 0.2), ("value", 1.8), ("", 1.1), ("vectors", 1.8), ("", 0.75), ("output", 1.7),
)  # fmt: skip
_TOP = (("map", 2.2), ("", 0.5), ("vectors", 1.3), ("", 0.5), ("output", 2.0))
_TABLE = (
    ("name", 1.75), ("key", 1.3), ("", 0.15), ("score", 1.1), ("", 0.15), ("bar", 0.6), ("percent", 1.3), ("", 0.15),
    ("value", 1.3),
)  # fmt: skip


@dataclass(frozen=True)
class AttentionPlaces:
    """Boxes of the map, the table (a row for the query, then `rows` of keys), the vectors and the output.

    `vectors` is how many vectors there are under each other: the mean, in wide frames the head's part and the rest.
    """

    frame: StepFrame
    rows: int
    vectors: int

    @cached_property
    def _boxes(self) -> dict[str, Box]:
        left, top, width, height = self.frame.board
        height -= HEAD_PX + FOOT_PX
        if self.frame.is_wide:
            return _named((left, top + HEAD_PX, width, height), _WIDE)
        below = top + HEAD_PX + TOP_PART * height + LABEL_PX
        table = _named((left, below, width, height * (1 - TOP_PART) - LABEL_PX), _TABLE)
        return table | _named((left, top + HEAD_PX, width, TOP_PART * height), _TOP)

    def box(self, name: str) -> Box:
        """All the room that a part has."""
        return self._boxes[name]

    def tile(self, name: str, aspect: float) -> Box:
        """A tile of this width over height in the middle of a part's room."""
        return fitted_in(self._boxes[name], aspect)

    @cached_property
    def pitch_px(self) -> float:
        """From row to row of the table."""
        room = self._boxes["key"][3] - (LABEL_PX if self.frame.is_wide else 0.0)
        return min(MOST_PITCH_PX, room / (self.rows + 1))

    @cached_property
    def top_px(self) -> float:
        """Where the query's row begins."""
        _, top, _, height = self._boxes["key"]
        return top + max((height - (self.rows + 1) * self.pitch_px) / 2, 0.0)

    def middle(self, row: int) -> float:
        """The height of the middle of a row of a key; -1 is the query's."""
        return self.top_px + (row + 1.5) * self.pitch_px

    def cell(self, name: str, row: int) -> Box:
        """Where a part of a row lies."""
        left, _, width, _ = self._boxes[name]
        high = min(CELL_PX, self.pitch_px - 6.0)
        return left, self.middle(row) - high / 2, width, high

    def vector(self, number: int) -> Box:
        """Where a vector may lie; there is room for its head over it."""
        left, top, width, height = self._boxes["vectors"]
        high = (height - VECTOR_HEAD_PX * (self.vectors - 1)) / self.vectors
        high = min(high, 140.0)
        whole = self.vectors * high + (self.vectors - 1) * VECTOR_HEAD_PX
        return left, top + (height - whole) / 2 + number * (high + VECTOR_HEAD_PX), width, high


def _named(box: Box, columns: tuple[tuple[str, float], ...]) -> dict[str, Box]:
    boxes = beside(box, [share for _, share in columns], 0.0)
    return {name: each for (name, _), each in zip(columns, boxes, strict=True) if name}
