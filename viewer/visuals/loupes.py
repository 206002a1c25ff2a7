"""Parts of outputs enlarged and small tables, flat on the picture: cells as on plates. In loupes their numbers are
written where cells are wide enough; those of tables are words of the frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.atlas import NO_NUMBER, NOT_KEPT
from viewer.colour import PALETTES, colour_table
from viewer.glyphs import glyph_table
from viewer.kept import finite
from viewer.loupe import loupe_cells
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.visuals.cache import cached
from viewer.visuals.flat_pictures import FlatPictures
from viewer.visuals.quad import byte_texture, corner_buffer, float_texture, refill, table_texture
from viewer.visuals.tiles import CELLS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from numpy.typing import NDArray
    from vispy import gloo

    from exporter.bundle import Bundle
    from viewer.state import CaptureKey, ColourSet, Grid, Loupe, MapName, Theme, Tint, ViewState

    Box = tuple[float, float, float, float]

CELLS_KEPT = 96


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells to be drawn: values, or the change from `here` to `there`, times `strength` in their colours."""

    here: gloo.Texture2D
    there: gloo.Texture2D
    colours: MapName | Tint
    box_px: Box
    strength: float
    alpha: float
    is_difference: bool
    has_numbers: bool
    filled: int | None


class LoupesVisual:
    """Draws loupes and grids with the programs of plates, each a plate of one tile. Programs are made when the first is
    drawn; values are uploaded when they are first shown.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._pictures = FlatPictures(bundle)
        self._programs: tuple[gloo.Program, ...] = ()
        self._fixed: tuple[gloo.Texture2D, ...] = ()
        self._values: dict[Hashable, gloo.Texture2D] = {}
        self._maps: dict[tuple[Theme, ColourSet, MapName | Tint], gloo.Texture2D] = {}

    def draw(self, state: ViewState, aspect: float, supersample: float) -> None:
        """Draw the loupes (pictures first) and grids of a frame into the active framebuffer: premultiplied by alpha,
        without depth.
        """
        seen = [loupe for loupe in state.loupes if loupe.alpha > 0]
        pictures = [(loupe, place_of(loupe.box_px)) for loupe in seen if loupe.colours == "picture"]
        self._pictures.draw(pictures, clip_from_px(aspect))
        # Each is drawn before the next is uploaded: of very many, the first may have to make room.
        for cells in self._cells_of(seen, state.grids):
            self._draw(cells, state, aspect, supersample)

    def close(self) -> None:
        """Give everything back."""
        self._pictures.close()
        for each in (*self._programs, *self._fixed, *self._values.values(), *self._maps.values()):
            each.delete()

    def _make(self) -> None:
        self._programs = program("plates", "mixed"), program("plates", "numbers")
        look, ones, glyphs = float_texture(np.ones((1, 1, 3))), float_texture(np.ones((1, 1))), glyph_table()
        self._fixed = look, ones, byte_texture(glyphs)
        for shader in self._programs:
            shader["a_corner"] = corner_buffer()
            shader["a_centre"], shader["a_look"], shader["a_tile"] = (0.0, 0.0, 0.0), (CELLS, 0.0, 0.0, 1.0), 0.0
            shader["u_plates"], shader["u_plates_size"] = look, (1.0, 1.0)
            shader["u_tiles"], shader["u_tiles_size"] = ones, (1.0, 1.0)
            shader["u_offset"], shader["u_spread"] = (0.0, 0.0, 0.0), (0.0, 1.0)
            shader["u_facing"], shader["u_toward_eye"], shader["u_fans"] = 1.0, 0.0, 0.0
            shader["u_opacity"], shader["u_front"], shader["u_blend"] = 1.0, -1.0, 1.0
        cells, numbers = self._programs
        cells["u_is_glow"], cells["u_glow"] = 0.0, 0.0
        numbers["u_glyphs"] = self._fixed[2]

    def _cells_of(self, loupes: Sequence[Loupe], grids: Sequence[Grid]) -> Iterator[_Cells]:
        """The cells of all that is shown, uploaded when it is their turn."""
        for loupe in loupes:
            if loupe.colours != "picture":
                yield self._of_loupe(loupe, loupe.colours)
        for grid in grids:
            if grid.alpha > 0 and grid.values:
                yield self._of_grid(grid)

    def _of_loupe(self, loupe: Loupe, chosen: MapName | Tint | None) -> _Cells:
        here = self._uploaded(loupe, loupe.capture)
        is_difference = loupe.toward is not None
        there = here if loupe.toward is None else self._uploaded(loupe, loupe.toward)
        colours = chosen or ("difference" if is_difference else "activation")
        strength = loupe.gain / loupe.scale if loupe.scale > 0 else 1.0
        return _Cells(here, there, colours, loupe.box_px, strength, loupe.alpha, is_difference, True, loupe.filled)

    def _of_grid(self, grid: Grid) -> _Cells:
        values = self._kept(grid.values, lambda: grid_cells(grid))
        strength = 1 / grid.scale if grid.scale > 0 else 1.0
        return _Cells(values, values, grid.colours, grid.box_px, strength, grid.alpha, False, False, None)

    def _draw(self, cells: _Cells, state: ViewState, aspect: float, supersample: float) -> None:
        if not self._programs:
            self._make()
        rows, columns = cells.here.shape[:2]
        refill(self._fixed[0], [[(cells.strength, cells.alpha, 1.0)]])
        palette = PALETTES[state.theme]
        for shader in self._programs[: 1 + cells.has_numbers]:
            shader["u_clip_from_world"] = clip_from_px(aspect)
            shader["u_values"], shader["u_values_toward"] = cells.here, cells.there
            shader["u_is_difference"] = float(cells.is_difference)
            shader["u_maps"] = self._map(state, cells.colours)
            shader["u_panel"], shader["u_ahead"] = (*palette.panel, palette.panel_alpha), palette.ahead
            shader["u_supersample"] = supersample
            shader["u_values_size"] = (float(columns), float(rows))
            for texels, box_px in filled_parts(rows, columns, cells.filled, cells.box_px):
                shader["a_texels"], shader["a_place"] = texels, place_of(box_px)
                shader.draw("triangle_strip")

    def _uploaded(self, loupe: Loupe, key: CaptureKey) -> gloo.Texture2D:
        name = key, loupe.layer, loupe.output, loupe.part, loupe.columns
        return self._kept(name, lambda: loupe_cells(self._bundle, loupe, key))

    def _kept(self, name: Hashable, make: Callable[[], NDArray[np.float32]]) -> gloo.Texture2D:
        """The texture of cells that are made when they are first shown."""
        return cached(self._values, name, CELLS_KEPT, lambda: float_texture(make()), lambda texture: texture.delete())

    def _map(self, state: ViewState, name: MapName | Tint) -> gloo.Texture2D:
        key = state.theme, state.colours, name
        if key not in self._maps:
            row = colour_table(state.theme, name, state.colours)
            self._maps[key] = table_texture(np.stack([row, row]))
        return self._maps[key]


def grid_cells(grid: Grid) -> NDArray[np.float32]:
    """The cells (rows, columns) of a grid: `NOT_KEPT` where there are none, `NO_NUMBER` for what is no number."""
    columns = max(map(len, grid.values))
    cells = np.full((len(grid.values), columns), NOT_KEPT, np.float32)
    for row, line in enumerate(grid.values):
        known = finite([np.nan if value is None else value for value in line], keeps_nan=True)
        cells[row, : len(line)] = np.nan_to_num(known, nan=NO_NUMBER)
        cells[row, [column for column, value in enumerate(line) if value is None]] = NOT_KEPT
    return cells


def filled_parts(
    rows: int, columns: int, filled: int | None, box_px: Box
) -> tuple[tuple[tuple[float, float, float, float], Box], ...]:
    """Which texels (left, top, width, height) are drawn where, when only the first `filled` cells are there.

    >>> filled_parts(2, 4, 5, (0.0, 0.0, 8.0, 4.0))
    (((0.0, 0.0, 4.0, 1.0), (0.0, 0.0, 8.0, 2.0)), ((0.0, 1.0, 1.0, 1.0), (0.0, 2.0, 2.0, 2.0)))
    """
    whole, rest = divmod(rows * columns if filled is None else min(max(filled, 0), rows * columns), columns)
    left, top, width, height = box_px
    wide, high = width / columns, height / rows
    parts = ((0, 0, columns, whole), (0, whole, rest, 1))
    return tuple(
        (
            (float(x), float(y), float(across), float(down)),
            (left + x * wide, top + y * high, across * wide, down * high),
        )
        for x, y, across, down in parts
        if across and down
    )


def place_of(box_px: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Middle (right, up from the top left) and size of a box of left, top, width and height.

    >>> place_of((100.0, 50.0, 20.0, 10.0))
    (110.0, -55.0, 20.0, 10.0)
    """
    left, top, width, height = box_px
    return left + width / 2, -(top + height / 2), width, height


def clip_from_px(aspect: float) -> NDArray[np.float32]:
    """Clip space from reference pixels along z to the right and along -y down, as GLSL has it: columns first."""
    across, up = 2 / (REFERENCE_HEIGHT_PX * aspect), 2 / REFERENCE_HEIGHT_PX
    rows = [[0.0, 0.0, across, -1.0], [0.0, up, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    return np.array(rows, np.float32).T
