"""Where the columns and rows of softmax lie, in frames of any shape. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from scenes.steps.board import beside

if TYPE_CHECKING:
    from scenes.steps.board import Box
    from scenes.steps.scenery import StepFrame

    Column = Literal[
        "name", "logit bar", "logits", "shifted", "exponentials", "exponential bar", "sum", "probability bar", "percent"
    ]

HEAD_PX, SHORT_HEAD_PX, FOOT_PX = 84.0, 44.0, 60.0
MOST_PITCH_PX, CELL_PX = 72.0, 54.0
_WIDE: tuple[tuple[str, float], ...] = (
    ("name", 1.75), ("", 0.1), ("logit bar", 2.0), ("", 0.15), ("logits", 1.0), ("", 0.4), ("shifted", 1.0),
    ("", 0.4), ("exponentials", 1.0), ("", 0.12), ("exponential bar", 1.2), ("", 1.1), ("sum", 1.05), ("", 1.1),
    ("probability bar", 2.3), ("percent", 1.15),
)  # fmt: skip
_OTHER: tuple[tuple[str, float], ...] = (
    ("name", 1.8), ("", 0.15), ("logits", 1.0), ("", 0.38), ("shifted", 1.0), ("", 0.38), ("exponentials", 1.0),
    ("", 0.3), ("probability bar", 1.2), ("percent", 1.35),
)  # fmt: skip


@dataclass(frozen=True)
class SoftmaxPlaces:
    """Boxes of columns and rows. `rows` are those of numbers; the sum has one more where columns are few."""

    frame: StepFrame
    rows: int

    @property
    def is_wide(self) -> bool:
        """Whether there are bars of logits and exponentials, and a column for the sum."""
        return self.frame.is_wide

    @cached_property
    def _columns(self) -> dict[str, Box]:
        left, top, width, height = self.frame.board
        names = _WIDE if self.is_wide else _OTHER
        boxes = beside((left, top, width, height), [share for _, share in names], 0.0)
        return {name: box for (name, _), box in zip(names, boxes, strict=True) if name}

    def has(self, column: Column) -> bool:
        """Whether there is room for a column."""
        return column in self._columns

    @cached_property
    def pitch_px(self) -> float:
        """From row to row."""
        return min(MOST_PITCH_PX, self._room_px / (self.rows + (0 if self.is_wide else 1)))

    @property
    def _room_px(self) -> float:
        return self.frame.board[3] - self._head_px - (10.0 if self.is_wide else FOOT_PX)

    @property
    def _head_px(self) -> float:
        return HEAD_PX if self.is_wide else SHORT_HEAD_PX

    @cached_property
    def top_px(self) -> float:
        """Where the first row begins."""
        spare = self._room_px - self.pitch_px * (self.rows + (0 if self.is_wide else 1))
        return self.frame.board[1] + self._head_px + max(spare / 2, 0.0)

    def column(self, name: Column) -> Box:
        """A column from its first to its last row."""
        left, _, width, _ = self._columns[name]
        return left, self.top_px, width, self.rows * self.pitch_px

    def middle(self, row: float) -> float:
        """The height at which a row's middle is; half rows too."""
        return self.top_px + (row + 0.5) * self.pitch_px

    def cell(self, name: Column, row: float) -> Box:
        """A cell of a column."""
        left, _, width, _ = self._columns[name]
        high = min(CELL_PX, self.pitch_px - 6.0)
        return left, self.middle(row) - high / 2, width, high

    @property
    def sum_cell(self) -> Box:
        """Where the sum is: in the middle of its column, or under the exponentials."""
        if self.is_wide:
            return self.cell("sum", (self.rows - 1) / 2)
        return self.cell("exponentials", float(self.rows))

    def row_at(self, x_px: float, y_px: float) -> int | None:
        """The row at a place of the picture; `None` where there is none."""
        left, _, width, _ = self.frame.board
        row = int((y_px - self.top_px) // self.pitch_px)
        return row if left <= x_px <= left + width and 0 <= row < self.rows else None
