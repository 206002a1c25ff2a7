"""Parts of outputs enlarged, flat on the picture: cells as on plates, with their numbers where they are wide enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import PALETTES, map_table
from viewer.glyphs import glyph_table
from viewer.loupe import loupe_cells
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.visuals.cache import cached
from viewer.visuals.quad import byte_texture, corner_buffer, float_texture, refill, table_texture
from viewer.visuals.tiles import CELLS

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray
    from vispy import gloo

    from exporter.bundle import Bundle
    from viewer.state import CaptureKey, ColourSet, Loupe, MapName, Theme, ViewState

CELLS_KEPT = 24


class LoupesVisual:
    """Draws loupes with the programs of plates, each a plate of one tile. Programs are made when the first is drawn;
    values are uploaded when they are first shown.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._programs: tuple[gloo.Program, ...] = ()
        self._fixed: tuple[gloo.Texture2D, ...] = ()
        self._values: dict[Hashable, gloo.Texture2D] = {}
        self._maps: dict[tuple[Theme, ColourSet, MapName], gloo.Texture2D] = {}

    def draw(self, state: ViewState, aspect: float, supersample: float) -> None:
        """Draw the loupes of a frame into the active framebuffer, premultiplied by alpha and without depth."""
        for loupe in state.loupes:
            if loupe.alpha > 0:
                if not self._programs:
                    self._make()
                self._draw(loupe, state, aspect, supersample)

    def close(self) -> None:
        """Give everything back."""
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

    def _draw(self, loupe: Loupe, state: ViewState, aspect: float, supersample: float) -> None:
        here = self._uploaded(loupe, loupe.capture)
        there = here if loupe.toward is None else self._uploaded(loupe, loupe.toward)
        rows, columns = here.shape[:2]
        refill(self._fixed[0], [[(loupe.gain / loupe.scale if loupe.scale > 0 else 1.0, loupe.alpha, 1.0)]])
        palette = PALETTES[state.theme]
        for shader in self._programs:
            shader["u_clip_from_world"] = clip_from_px(aspect)
            shader["a_place"] = place_of(loupe.box_px)
            shader["a_texels"] = (0.0, 0.0, float(columns), float(rows))
            shader["u_values"], shader["u_values_toward"] = here, there
            shader["u_is_difference"] = float(loupe.toward is not None)
            shader["u_maps"] = self._map(state, "activation" if loupe.toward is None else "difference")
            shader["u_panel"], shader["u_ahead"] = (*palette.panel, palette.panel_alpha), palette.ahead
            shader["u_supersample"] = supersample
            shader["u_values_size"] = (float(columns), float(rows))
            shader.draw("triangle_strip")

    def _uploaded(self, loupe: Loupe, key: CaptureKey) -> gloo.Texture2D:
        name = key, loupe.layer, loupe.output, loupe.part, loupe.columns
        return cached(
            self._values,
            name,
            CELLS_KEPT,
            lambda: float_texture(loupe_cells(self._bundle, loupe, key)),
            lambda texture: texture.delete(),
        )

    def _map(self, state: ViewState, name: MapName) -> gloo.Texture2D:
        key = state.theme, state.colours, name
        if key not in self._maps:
            row = map_table(state.theme, name, state.colours)
            self._maps[key] = table_texture(np.stack([row, row]))
        return self._maps[key]


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
