"""The classes of a sculpture in their colours, and which of them is lit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.panels.heading import fitted
from viewer.state import Bar, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from scenes.panels.classes import Place

HEAD_SIZES_PX = (40.0, 34.0, 28.0, 24.0)
NAME_PX = 24.0
SWATCH_PX = 20.0
INDENT_PX = SWATCH_PX + 14.0
PITCH_PX, HEAD_ROOM_PX = 42.0, 62.0
CELL_GAP_PX = 34.0
FAINT = 0.35
ALL_CLASSES = "all classes"
Cells = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Lit:
    """The classes of a sculpture that are lit one after the other.

    `ids` are their numbers in the model, `names` their names. `of` is how many classes the sculpture has in all.
    """

    ids: tuple[int, ...]
    names: tuple[str, ...]
    of: int

    @property
    def is_part(self) -> bool:
        """Whether there are classes that are not lit."""
        return len(self.ids) < self.of


@dataclass(frozen=True, slots=True)
class Moment:
    """What is lit: the class `here`, on the way to `there` by `blend` in 0..1; `None` is all of them."""

    here: int | None
    there: int | None = None
    blend: float = 0.0

    def brightness(self, column: int) -> float:
        """How bright a class is, from faint to 1."""
        before, after = (1.0 if stop in (None, column) else FAINT for stop in (self.here, self.there))
        return before + (after - before) * self.blend

    @property
    def nearest(self) -> int | None:
        """What is lit more than anything else."""
        return self.there if self.blend > 0.5 else self.here


def class_list(lit: Lit, moment: Moment, place: Place, head: str = ALL_CLASSES, widest: str = "") -> Hud:
    """What is lit as a head line, below it a line for each class, the lit one with a bar under it. `head` is what the
    head line says while all classes are lit; it is no larger than `widest` could be.
    """
    top_px = place.top_px + HEAD_ROOM_PX
    cells = tuple((place.left_px, top_px + row * PITCH_PX) for row in range(len(lit.ids)))
    said = _head(lit, moment, (head, widest), place.left_px, place.width_px, place.top_px)
    return said + _cells(lit, moment, cells, place.width_px)


def list_foot(lit: Lit, place: Place) -> float:
    """How far down a list of classes reaches."""
    return place.top_px + HEAD_ROOM_PX + len(lit.ids) * PITCH_PX


def class_grid(
    lit: Lit,
    moment: Moment,
    left_px: float,
    right_px: float,
    bottom_px: float,
    head: str = ALL_CLASSES,
    widest: str = "",
) -> Hud:
    """The same in as many columns as there is room for, its last line at `bottom_px`."""
    cells, wide_px = _grid(lit, left_px, right_px, bottom_px)
    top_px = grid_top(lit, left_px, right_px, bottom_px)
    said = _head(lit, moment, (head, widest), left_px, right_px - left_px, top_px + 38.0)
    return said + _cells(lit, moment, cells, wide_px)


def grid_top(lit: Lit, left_px: float, right_px: float, bottom_px: float) -> float:
    """How far up a grid of classes reaches."""
    cells, _ = _grid(lit, left_px, right_px, bottom_px)
    return min((y for _, y in cells), default=bottom_px) - HEAD_ROOM_PX - 26.0


def widest_name(lit: Lit) -> float:
    """How wide a list must be for all names to be there whole, in reference pixels."""
    names = max((width_of(name, NAME_PX, True) for name in lit.names), default=0.0) + INDENT_PX
    return max(names, *(width_of(name, HEAD_SIZES_PX[-1], True) for name in (*lit.names, ALL_CLASSES)))


def _grid(lit: Lit, left_px: float, right_px: float, bottom_px: float) -> tuple[Cells, float]:
    """Baselines of the cells, row after row, and how wide a cell is."""
    widest = max(width_of(name, NAME_PX, True) for name in lit.names) + INDENT_PX
    room_px = right_px - left_px
    columns = min(max(int((room_px + CELL_GAP_PX) // (widest + CELL_GAP_PX)), 1), len(lit.ids))
    rows = -(-len(lit.ids) // columns)
    columns = -(-len(lit.ids) // rows)
    pitch_px = min(room_px / columns, widest + 3 * CELL_GAP_PX)
    top_px = bottom_px - (rows - 1) * PITCH_PX
    cells = tuple((left_px + i % columns * pitch_px, top_px + i // columns * PITCH_PX) for i in range(len(lit.ids)))
    return cells, min(widest, room_px)


def _head(lit: Lit, moment: Moment, heads: tuple[str, str], left_px: float, room_px: float, y: float) -> Hud:
    """The name of what is lit, in its colour; it goes and comes while the light goes over."""
    column = moment.nearest
    name = heads[0] if column is None else lit.names[lit.ids.index(column)]
    alpha = abs(1.0 - 2.0 * moment.blend) if moment.blend > 0 else 1.0
    widest = max(name, heads[1], key=lambda text: width_of(text, HEAD_SIZES_PX[0], True))
    size = next((size for size in HEAD_SIZES_PX if width_of(widest, size, True) <= room_px), HEAD_SIZES_PX[-1])
    text = fitted(name, room_px, size, True)
    return Hud(words=(Words(text, (left_px, y), size, True, alpha=alpha, part="subtitle", of_class=column),))


def _cells(lit: Lit, moment: Moment, cells: Cells, wide_px: float) -> Hud:
    hud = Hud()
    for column, name, (x, y) in zip(lit.ids, lit.names, cells, strict=True):
        alpha, is_lit = moment.brightness(column), column == moment.nearest
        text = fitted(name, wide_px - INDENT_PX, NAME_PX, is_lit)
        own = column if is_lit else None
        hud += Hud(
            bars=(Bar((x, y - SWATCH_PX + 2.0, SWATCH_PX, SWATCH_PX), alpha=alpha, of_class=column),),
            words=(Words(text, (x + INDENT_PX, y), NAME_PX, is_lit, alpha=alpha, of_class=own),),
        )
    return hud + _marker(lit, moment, cells, wide_px)


def _marker(lit: Lit, moment: Moment, cells: Cells, wide_px: float) -> Hud:
    """A line under the class that is lit; it moves on with the light."""
    known = [column for column in (moment.here, moment.there) if column is not None]
    if not known:
        return Hud()
    (x0, y0), (x1, y1) = (cells[lit.ids.index(column)] for column in (known[0], known[-1]))
    x, y = x0 + (x1 - x0) * moment.blend, y0 + (y1 - y0) * moment.blend
    own = known[-1] if moment.blend > 0.5 else known[0]
    name_px = width_of(lit.names[lit.ids.index(own)], NAME_PX, True)
    alpha = 1.0
    if moment.blend > 0 and len(known) == 1:
        alpha = moment.blend if moment.here is None else 1.0 - moment.blend
    return Hud(
        bars=(Bar((x, y + 8.0, min(INDENT_PX + name_px, wide_px), 5.0), alpha=alpha, round_px=2.5, of_class=own),)
    )
